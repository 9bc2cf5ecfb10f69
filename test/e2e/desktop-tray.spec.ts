import { startCli } from '../support/app-process.ts';
import { startDBusDesktop, type DBusDesktop } from '../support/dbus-desktop.ts';
import type { DesktopApp } from './desktop-app.ts';
import { expect, test as base, trayLines } from './desktop-stage.ts';
import { SessionBus } from '../../src-main/node/dbus/session-bus.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';

/** The desktop application on a real session bus, with Xfce's panel: its tray is our own StatusNotifierItem. */

const test = base.extend<{ desktop: DBusDesktop }>({
  // Playwright reads the names of the fixtures a fixture needs from this very pattern.
  // oxlint-disable-next-line no-empty-pattern
  desktop: async ({}, use) => {
    const desktop = await startDBusDesktop();
    await use(desktop);
    await desktop.dispose();
  },
});

test.describe.configure({ timeout: 90_000 });

const isWindowShown = (app: DesktopApp): Promise<boolean> =>
  app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().some(
      (window) => !window.webContents.getURL().includes('?palette') && window.isVisible(),
    ),
  );

const hasOwnTray = (app: DesktopApp): Promise<boolean> =>
  app.evaluate(() => globalThis.recorded.tray !== undefined && !globalThis.recorded.tray.isDestroyed());

test('a panel draws our own icon: it opens the window, and keeps an open menu as it is @linux', async ({
  start,
  stage,
  desktop,
}) => {
  await desktop.startPanel();
  const app = await start({ args: ['--hidden'], env: { ...stage.env, ...desktop.environment } });
  const name = `org.kde.StatusNotifierItem-${app.pid}-1000`;
  await desktop.owned(name);
  const menu = (member: string, ...args: readonly string[]): Promise<string> =>
    desktop.call(name, '/MenuBar', `com.canonical.dbusmenu.${member}`, ...args);
  const layout = (): Promise<string> => menu('GetLayout', '0', '-1', '["label"]');
  const idOf = async (label: string): Promise<string> =>
    new RegExp(`<\\((?:int32 )?(\\d+), (?:@a\\{sv\\} )?\\{'label': <'${label}`).exec(await layout())?.[1] ?? 'none';
  await expect.poll(layout).toContain('Open Quayside');
  expect(await hasOwnTray(app)).toBe(false);
  expect(await isWindowShown(app)).toBe(false);

  await desktop.call(name, '/StatusNotifierItem', 'org.kde.StatusNotifierItem.Activate', '0', '0');
  await expect.poll(() => isWindowShown(app)).toBe(true);

  // A panel stays on the bus while the menu is open; gdbus would be gone after each call.
  const panel = await SessionBus.open(desktop.environment, systemClock);
  const tell = (event: string): Promise<unknown> | undefined =>
    panel?.call({
      destination: name,
      path: '/MenuBar',
      interface: 'com.canonical.dbusmenu',
      member: 'Event',
      signature: 'isvu',
      body: [0, event, { signature: 'i', value: 0 }, 0],
    });
  expect(await tell('opened')).toMatchObject({ ok: true });
  const before = await layout();
  const client = await app.client();
  expect(await client.request('settings.change', { shortcut: 'Control+Alt+L' })).toMatchObject({ ok: true });
  expect(await layout()).toBe(before);
  expect(await tell('closed')).toMatchObject({ ok: true });
  await expect.poll(layout).not.toBe(before);
  panel?.dispose();

  await menu('Event', await idOf('Quit'), 'clicked', '<0>', '0');
  expect(await app.exited()).toBe(0);
});

test('Electron’s icon is what is left without a panel, and goes when one comes @linux', async ({
  start,
  stage,
  desktop,
}) => {
  const app = await start({ env: { ...stage.env, ...desktop.environment } });
  const page = await app.page('window');
  await expect(page.getByText('This desktop shows no tray icons')).toBeVisible();
  await expect.poll(() => hasOwnTray(app)).toBe(true);
  expect((await trayLines(app)).map(({ label }) => label)).toContain('Open Quayside');
  await desktop.startPanel();
  await expect(page.getByText('This desktop shows no tray icons')).toBeHidden();
  await expect.poll(() => hasOwnTray(app)).toBe(false);
});

test('while another host has the profile, a notice says what is waited for @linux', async ({
  start,
  stage,
  desktop,
}) => {
  await desktop.startDunst();
  const env = { ...stage.env, ...desktop.environment };
  const cli = startCli(['serve'], { profile: stage.profile, vault: 'file', env: stage.env });
  await cli.waitFor(/Quayside is at (\S+)/);
  const app = await start({ env });
  await expect.poll(() => desktop.noticesShown()).toBe(1);
  await cli.stop();
  await app.page('window');
  await expect.poll(() => desktop.noticesShown()).toBe(0);
  expect((await desktop.notices()).map(({ summary }) => summary)).toEqual(['Quayside waits for another one']);
});

test('Wayland without a desktop file: the shortcut is asked for, and its command stands in the settings @linux', async ({
  start,
  stage,
}) => {
  const app = await start({ env: { ...stage.env, XDG_SESSION_TYPE: 'wayland', XDG_DATA_DIRS: '/nowhere' } });
  const page = await app.page('window');
  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(page.getByText('Quayside asked the desktop for it.')).toContainText('--quick-connect');
});
