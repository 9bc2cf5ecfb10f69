import { connect } from 'node:net';
import { once } from 'node:events';
import { startCli } from '../support/app-process.ts';
import { descendants, processFile } from '../support/process-tree.ts';
import { electronBinary } from './desktop-app.ts';
import { addFleet, clickTray, expect, test, trayLines } from './desktop-stage.ts';
import { token } from './stage.ts';
import type { DesktopApp } from './desktop-app.ts';

test.describe.configure({ timeout: 90_000 });

test.afterAll(() => {
  const binary = electronBinary();
  console.log(
    binary === undefined
      ? 'The desktop ran on the stand-in of Electron (test/support/electron-stand-in): its binary is not here.'
      : `The desktop ran on the real Electron at ${binary}.`,
  );
});

const labels = async (app: DesktopApp): Promise<readonly string[]> => (await trayLines(app)).map(({ label }) => label);

/** Whether the window (not quick connect) is on the screen. */
const isWindowShown = (app: DesktopApp): Promise<boolean> =>
  app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().some(
      (window) => !window.webContents.getURL().includes('?palette') && window.isVisible(),
    ),
  );

const closeWindow = (app: DesktopApp): Promise<void> =>
  app.evaluate(({ BrowserWindow }) => {
    for (const window of BrowserWindow.getAllWindows())
      if (!window.webContents.getURL().includes('?palette')) window.close();
  });

const isListening = async (port: number): Promise<boolean> => {
  const socket = connect({ port, host: '127.0.0.1' });
  const answered = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return answered;
};

test('started hidden, one click on a favourite in the tray is a shell on the device, and quitting leaves nothing open @linux', async ({
  start,
  stage,
}) => {
  const app = await start({ args: ['--hidden'] });
  await expect.poll(() => labels(app)).toEqual(expect.arrayContaining(['Open Quayside', 'Quit Quayside']));
  const { key, name } = await addFleet(app, stage);
  const client = await app.client();
  expect(await client.request('devices.favourite', { deviceKey: key, favourite: true })).toMatchObject({ ok: true });
  await expect.poll(() => labels(app)).toContain(`● ${name}`);
  expect(await labels(app)).toContainEqual(expect.stringMatching(/^Search 240 devices…$/));
  expect(await labels(app)).toContainEqual(expect.stringMatching(/^\d+ offline$/));
  expect(await isWindowShown(app)).toBe(false);

  await clickTray(app, `● ${name}`);
  await expect
    .poll(() => descendants(app.pid).some((pid) => /(^|\/)ssh\0/.test(processFile(pid, 'cmdline'))), {
      timeout: 20_000,
    })
    .toBe(true);
  await expect.poll(() => stage.sshd.log().includes('Accepted publickey'), { timeout: 20_000 }).toBe(true);
  expect(stage.vendor.tunnels.list()).toHaveLength(1);
  const forwarded = new RegExp(`^${name}  SSH :\\d+  open`);
  await expect.poll(() => labels(app)).toContainEqual(expect.stringMatching(forwarded));
  const line = (await trayLines(app)).find(({ label }) => forwarded.test(label));
  expect(line?.below.map(({ label }) => label)).toEqual([
    'Open SSH again',
    expect.stringMatching(/^Copy localhost:\d+$/),
    'Stop',
  ]);
  const port = Number(/:(\d+)/.exec(line?.label ?? '')?.[1]);
  await clickTray(app, name, 'Copy localhost');
  expect(await app.evaluate(({ clipboard }) => clipboard.readText())).toBe(`localhost:${port}`);

  await app.evaluate(({ app: electron }) => void setImmediate(() => electron.quit()));
  expect(await app.exited()).toBe(0);
  expect(stage.vendor.tunnels.list()).toEqual([]);
  expect(await isListening(port)).toBe(false);
});

test('the window closes to the tray and comes back as it was; without a tray it only gets small @linux', async ({
  start,
  stage,
}) => {
  const app = await start();
  const page = await app.page('window');
  await expect.poll(() => isWindowShown(app)).toBe(true);
  await addFleet(app, stage);
  await page.getByRole('searchbox', { name: 'Search devices' }).fill('is:offline');
  await expect(page.getByRole('status', { name: 'Result count' })).toContainText('of 240');
  await closeWindow(app);
  expect(await isWindowShown(app)).toBe(false);
  await expect(page.getByText('leaves Quayside running in the tray')).toBeVisible();
  await clickTray(app, 'Open Quayside');
  expect(await isWindowShown(app)).toBe(true);
  await expect(page.getByRole('searchbox', { name: 'Search devices' })).toHaveValue('is:offline');
  // Electron turns the Activate of a panel into this (docs/api/tray.md, "click").
  await closeWindow(app);
  await app.evaluate(() => void globalThis.recorded.tray?.emit('click'));
  await expect.poll(() => isWindowShown(app)).toBe(true);

  await clickTray(app, 'Settings');
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
  await app.evaluate(({ app: electron }) => void setImmediate(() => electron.quit()));
  expect(await app.exited()).toBe(0);

  const bare = await start({ hasTray: false, args: ['--hidden'] });
  // Started hidden, it would be nowhere at all.
  await expect.poll(() => isWindowShown(bare)).toBe(true);
  const other = await bare.page('window');
  await expect(other.getByText('This desktop shows no tray icons')).toBeVisible();
  await closeWindow(bare);
  expect(
    await bare.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().some((window) => window.isMinimized())),
  ).toBe(true);
});

test('a second launch hands over its link: it shows, and asks before it connects', async ({ start, stage }) => {
  const app = await start({ args: ['--hidden'] });
  const { key, id, name, accountId } = await addFleet(app, stage);
  expect(await isWindowShown(app)).toBe(false);
  expect(await app.second([`quayside://device/${accountId}/${encodeURIComponent(id)}`])).toBe(0);
  await expect.poll(() => isWindowShown(app)).toBe(true);
  const page = await app.page('window');
  await expect(page.getByRole('region', { name })).toBeVisible();

  expect(await app.second([`quayside://connect/${accountId}/${encodeURIComponent(id)}?service=ssh`])).toBe(0);
  const question = page.getByRole('dialog', { name: `Connect to ${name}?` });
  await expect(question).toBeVisible();
  const client = await app.client();
  expect(await client.request('forwards.list', {})).toEqual({ ok: true, value: [] });
  expect(stage.vendor.requestsTo('/connect')).toHaveLength(0);
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(question).toBeHidden();
  expect(await client.request('forwards.list', {})).toEqual({ ok: true, value: [] });

  expect(await app.second([`quayside://connect/${accountId}/${encodeURIComponent(id)}`])).toBe(0);
  await question.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect
    .poll(async () => {
      const forwards = await client.request('forwards.list', {});
      return forwards.ok && forwards.value.map(({ deviceKey }) => deviceKey);
    })
    .toEqual([key]);

  await closeWindow(app);
  expect(await app.second(['quayside://run?program=calc'])).toBe(0);
  await expect.poll(() => isWindowShown(app)).toBe(true);
  expect(await app.second(['quayside://search?q=is%3Aoffline'])).toBe(0);
  await expect(page.getByRole('searchbox', { name: 'Search devices' })).toHaveValue('is:offline');
});

test('quick connect: the shortcut, a few letters and Enter; all else by Tab; a conflict is told @linux', async ({
  start,
  stage,
}) => {
  const app = await start({ args: ['--hidden'] });
  const { key, name } = await addFleet(app, stage);
  const press = (): Promise<void> =>
    app.evaluate(() => {
      for (const run of globalThis.recorded.shortcuts.values()) run();
    });
  await press();
  const page = await app.page('palette');
  const input = page.getByRole('combobox', { name: 'Search devices and commands' });
  await expect(input).toBeFocused();
  const options = page.getByRole('listbox', { name: 'Results' }).getByRole('option');
  await page.keyboard.type(name);
  await expect(options.first()).toContainText(name);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('combobox', { name: 'Search what can be done' })).toBeFocused();
  await page.keyboard.type('fav');
  await expect(options.first()).toContainText('Make it a favourite');
  await page.keyboard.press('Enter');
  const isShown = (): Promise<boolean> =>
    app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().some(
        (window) => window.webContents.getURL().includes('?palette') && window.isVisible(),
      ),
    );
  await expect.poll(isShown).toBe(false);
  await expect.poll(() => labels(app)).toContain(`● ${name}`);

  await press();
  await expect(input).toBeFocused();
  await expect(input).toHaveValue('');
  await page.keyboard.type(name.slice(0, 3));
  await page.keyboard.press('Escape');
  await expect(input).toHaveValue('');
  expect(await isShown()).toBe(true);
  await page.keyboard.press('Escape');
  await expect.poll(isShown).toBe(false);

  await press();
  await page.keyboard.type(name);
  await expect(options.first()).toContainText(name);
  await page.keyboard.press('Enter');
  await expect.poll(() => stage.sshd.log().includes('Accepted publickey'), { timeout: 20_000 }).toBe(true);
  await expect.poll(isShown).toBe(false);
  await press();
  await expect(options.first()).toContainText(name);

  const client = await app.client();
  await app.evaluate(() => void globalThis.recorded.taken.add('Super+Space'));
  expect(await client.request('settings.change', { shortcut: 'Super+Space' })).toMatchObject({ ok: true });
  await clickTray(app, 'Open Quayside');
  const window = await app.page('window');
  await expect(window.getByText('Another program has taken Super+Space')).toBeVisible();
  expect(await client.request('settings.change', { shortcut: 'K' })).toMatchObject({ ok: false });
  await clickTray(app, 'Settings');
  await window.getByLabel('Quick connect shortcut').press('Alt+F9');
  await expect.poll(() => app.evaluate(() => [...globalThis.recorded.shortcuts.keys()])).toEqual(['Alt+F9']);
  expect(key).toContain('/');
});

test('nothing is asked of a vendor while the computer sleeps', async ({ start, stage }) => {
  const app = await start({ args: ['--hidden'] });
  await addFleet(app, stage);
  const polling = (): Promise<unknown> =>
    app.client().then(
      (client) =>
        new Promise((resolve) => {
          client.subscribe((event) => {
            if (event.type !== 'rows' || event.collection !== 'app') return;
            resolve((event.rows[0] as { readonly polling: boolean }).polling);
          });
        }),
    );
  await app.evaluate(({ powerMonitor }) => void powerMonitor.emit('suspend'));
  await expect.poll(polling).toBe(false);
  await app.evaluate(({ powerMonitor }) => void powerMonitor.emit('resume'));
  await expect.poll(polling).toBe(true);
});

test('a command that works on the profile makes room for the desktop: its port moves, its connections stay @linux', async ({
  start,
  stage,
}) => {
  await stage.addAccount('remoteiot', 'Acme', stage.vendor.baseUrl, { token });
  const unit = stage.vendor.unitIds.find((id) => stage.vendor.isOnline(id)) ?? '';
  const { profile, env } = stage;
  // The vault is the one there is: the desktop has another here, with which a command that names its own is refused.
  const forward = startCli(['forward', unit, '--service', 'ssh', '--json'], { profile, env });
  const [, port = ''] = await forward.waitFor(/"port":(\d+)/);
  const held = connect({ port: Number(port), host: '127.0.0.1' });
  const [banner] = (await once(held, 'data')) as [Buffer];
  expect(banner.toString()).toMatch(/^SSH-2\.0-/);

  const app = await start({ args: ['--hidden'] });
  await forward.waitFor(/taken over/);
  const client = await app.client();
  await expect
    .poll(async () => {
      const forwards = await client.request('forwards.list', {});
      return forwards.ok && forwards.value.map((row) => [row.port, row.state]);
    })
    .toEqual([[Number(port), 'listening']]);
  expect(await isListening(Number(port))).toBe(true);
  // The first connection is still the same sshd's, which answers what a client says.
  held.write('SSH-2.0-quayside_test\r\n');
  const [answer] = (await once(held, 'data')) as [Buffer];
  expect(answer.toString('latin1')).toContain('ssh-ed25519');
  held.destroy();
  await forward.stop();
});
