import { startCli, runCli, type RunningCli } from '../support/app-process.ts';
import { panelColour, startDBusDesktop, type DBusDesktop } from '../support/dbus-desktop.ts';
import { descendants, processFile } from '../support/process-tree.ts';
import { screenOf, shareOf } from '../support/screenshot.ts';
import { clientOf } from './desktop-app.ts';
import { addFleet } from './desktop-stage.ts';
import { expect, test as base, type Stage } from './stage.ts';

/** `quayside serve` on a real Linux desktop without Electron: Xfce's panel draws the tray, Chromium the window. */

const white = { red: 255, green: 255, blue: 255 };

interface Host {
  readonly cli: RunningCli;
  readonly env: Readonly<Record<string, string>>;
}

const test = base.extend<{ desktop: DBusDesktop; serve: (...args: readonly string[]) => Promise<Host> }>({
  // Playwright reads the names of the fixtures a fixture needs from this very pattern.
  // oxlint-disable-next-line no-empty-pattern
  desktop: async ({}, use) => {
    const desktop = await startDBusDesktop();
    await use(desktop);
    await desktop.dispose();
  },
  serve: async ({ stage, desktop }, use) => {
    const running: RunningCli[] = [];
    await use(async (...args) => {
      const env = { ...stage.env, ...desktop.environment };
      const cli = startCli(['serve', ...args], { profile: stage.profile, vault: 'file', env });
      running.push(cli);
      await cli.waitFor(/Quayside is at (\S+)/);
      return { cli, env };
    });
    for (const cli of running) await cli.stop();
  },
});

test.describe.configure({ timeout: 120_000 });

const ended = (cli: RunningCli): Promise<string> =>
  cli.waitFor(/^there is no such line$/).then(
    () => '',
    (error: unknown) => String(error),
  );

interface Line {
  readonly id: string;
  /** Undefined for a line between two sections. */
  readonly label: string | undefined;
}

/** The tray of the running host as a program sees it that knows only dbusmenu. */
const tray = (desktop: DBusDesktop, { cli }: Host) => {
  const call = (member: string, ...args: readonly string[]): Promise<string> =>
    desktop.call(`org.kde.StatusNotifierItem-${cli.pid}-1000`, '/MenuBar', `com.canonical.dbusmenu.${member}`, ...args);
  const lines = async (below = '0'): Promise<readonly Line[]> => {
    const layout = await call('GetLayout', below, '1', '["label"]');
    return [...layout.matchAll(/<\((?:int32 )?(\d+), (?:@a\{sv\} )?\{(?:'label': <['"](.*?)['"]>)?\}, /g)].map(
      ([, id = '', label]) => ({ id, label }),
    );
  };
  return {
    lines,
    labels: async () => (await lines()).flatMap(({ label }) => label ?? []),
    click: async (label: string): Promise<void> => {
      const line = (await lines()).find((other) => other.label?.startsWith(label) === true);
      await call('Event', line?.id ?? '', 'clicked', '<0>', '0');
    },
  };
};

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The largest window of a class on the screen, with its id. */
const windowOf = async (desktop: DBusDesktop, name: string): Promise<(Place & { readonly id: string }) | undefined> => {
  const found = await desktop.run('xdotool', 'search', '--onlyvisible', '--class', name).catch(() => '');
  const windows = await Promise.all(
    found
      .split('\n')
      .filter((id) => id !== '')
      .map(async (id) => {
        const text = await desktop.run('xdotool', 'getwindowgeometry', '--shell', id).catch(() => '');
        const value = (key: string): number => Number(new RegExp(`^${key}=(-?\\d+)`, 'm').exec(text)?.[1] ?? 0);
        return { id, x: value('X'), y: value('Y'), width: value('WIDTH'), height: value('HEIGHT') };
      }),
  );
  return windows.toSorted((a, b) => b.height - a.height).find(({ width, height }) => width > 100 && height > 100);
};

const mouse = (desktop: DBusDesktop, x: number, y: number, button: 1 | 3): Promise<string> =>
  desktop.run('xdotool', 'mousemove', String(Math.round(x)), String(Math.round(y)), 'click', String(button));

/** Our icon is the only one, at the left end of the panel. */
const iconAt = { x: 16, y: 16 };
const isIconDrawn = async (desktop: DBusDesktop): Promise<boolean> => {
  const { rgb } = await screenOf(desktop.display, 33, 32);
  let light = 0;
  for (let at = 0; at < rgb.length; at += 3) if (Math.min(...rgb.subarray(at, at + 3)) > 200) light += 1;
  return light > 40 && light < 400;
};

/** A panel, and a host whose icon is in it. */
const serveWithIcon = async (desktop: DBusDesktop, serve: () => Promise<Host>): Promise<Host> => {
  await desktop.startPanel();
  const host = await serve();
  await expect.poll(() => isIconDrawn(desktop), { timeout: 30_000 }).toBe(true);
  return host;
};

const addFavourite = async (stage: Stage): Promise<string> => {
  const client = await clientOf(stage.profile);
  const { key, name } = await addFleet({ client: () => Promise.resolve(client) }, stage);
  expect(await client.request('devices.favourite', { deviceKey: key, favourite: true })).toMatchObject({ ok: true });
  client.close();
  return name;
};

test('the panel draws the icon and its menu; one click on a favourite is a shell on the device; Quit ends the host @linux', async ({
  stage,
  desktop,
  serve,
}) => {
  const host = await serveWithIcon(desktop, serve);
  expect(await shareOf(desktop.display, panelColour)).toBeGreaterThan(0.03);
  const name = await addFavourite(stage);
  const menu = tray(desktop, host);
  await expect.poll(() => menu.labels(), { timeout: 30_000 }).toContain(`● ${name}`);
  expect(await menu.labels()).toEqual(
    expect.arrayContaining([
      'Quick connect…',
      'Open Quayside',
      'Search 240 devices…',
      expect.stringMatching(/^\d+ offline$/),
      'Pause notifications',
      'Settings…',
      'Quit Quayside',
    ]),
  );

  await mouse(desktop, iconAt.x, iconAt.y, 3);
  const lines = await menu.lines();
  const rows = lines.filter(({ label }) => label !== undefined).length;
  let place = { x: 0, y: 0, width: 0, height: 0 };
  let rowHeight = 0;
  // All rows are of one height, and a line between sections is a dot. The panel may draw an older menu at first.
  await expect
    .poll(
      async () => {
        place = (await windowOf(desktop, 'wrapper')) ?? place;
        rowHeight = (place.height - 10 - (lines.length - rows)) / rows;
        return rowHeight > 19 && rowHeight < 40;
      },
      { timeout: 30_000 },
    )
    .toBe(true);
  await expect.poll(() => shareOf(desktop.display, white), { timeout: 30_000 }).toBeGreaterThan(0.03);
  const at = lines.findIndex(({ label }) => label === `● ${name}`);
  const before = lines.slice(0, at).filter(({ label }) => label !== undefined).length;
  await mouse(desktop, place.x + 60, place.y + 5 + (before + 0.5) * rowHeight + (at - before), 1);

  await expect.poll(() => stage.sshd.log().includes('Accepted publickey'), { timeout: 60_000 }).toBe(true);
  expect(stage.vendor.tunnels.list()).toHaveLength(1);
  await expect
    .poll(() => menu.labels(), { timeout: 30_000 })
    .toContainEqual(expect.stringMatching(new RegExp(`^${name}  SSH :\\d+  open`)));

  await menu.click('Quit');
  expect(await ended(host.cli)).toContain('ended with 0');
  expect(stage.vendor.tunnels.list()).toEqual([]);
  await expect.poll(() => isIconDrawn(desktop), { timeout: 30_000 }).toBe(false);
});

test('a click on the icon opens the window of its own, which can be closed and opened again @linux', async ({
  stage,
  desktop,
  serve,
}) => {
  const host = await serveWithIcon(desktop, serve);
  await addFavourite(stage);
  const client = await clientOf(stage.profile);
  let intents = 0;
  let unmet = false;
  client.subscribe((event) => {
    const rows =
      event.type === 'rows' && event.collection === 'app'
        ? event.rows
        : event.type === 'changes'
          ? event.changes.filter(({ collection }) => collection === 'app').flatMap(({ upsert }) => upsert)
          : [];
    for (const row of rows) {
      unmet = (row as { readonly intent?: unknown }).intent !== undefined;
      if (unmet) intents += 1;
    }
  });
  await mouse(desktop, iconAt.x, iconAt.y, 1);
  await expect.poll(async () => (await windowOf(desktop, 'Quayside')) !== undefined, { timeout: 60_000 }).toBe(true);
  // What the window was asked to show it can only have shown once it was let in.
  await tray(desktop, host).click('Settings');
  await expect.poll(() => intents, { timeout: 30_000 }).toBeGreaterThan(0);
  await expect.poll(() => unmet, { timeout: 60_000 }).toBe(false);
  const commands = descendants(host.cli.pid).map((pid) => processFile(pid, 'cmdline'));
  expect(commands.some((command) => command.includes('--app=http://127.0.0.1:'))).toBe(true);
  expect(commands.filter((command) => command.includes('token='))).toEqual([]);
  client.close();

  const first = await windowOf(desktop, 'Quayside');
  await desktop.run('xdotool', 'windowfocus', '--sync', first?.id ?? '', 'key', 'ctrl+w');
  const [, again = ''] = await host.cli.waitFor(/The window is closed, and Quayside keeps running.*(http:\S+)/);
  expect(again).not.toBe('');
  await expect.poll(() => windowOf(desktop, 'Quayside'), { timeout: 30_000 }).toBeUndefined();

  const second = await runCli(['serve', '--open'], { profile: stage.profile, vault: 'file', env: host.env });
  expect([second.code, second.stderr]).toEqual([0, '']);
  await expect.poll(async () => (await windowOf(desktop, 'Quayside')) !== undefined, { timeout: 60_000 }).toBe(true);
  await tray(desktop, host).click('Quit');
  expect(await ended(host.cli)).toContain('ended with 0');
  await expect.poll(() => windowOf(desktop, 'Quayside'), { timeout: 30_000 }).toBeUndefined();
});
