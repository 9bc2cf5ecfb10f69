import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { composeCore } from '../../src-main/compose/compose-core.ts';
import { openLinuxDesktop, startHeadlessDesktop } from '../../src-main/compose/compose-headless-desktop.ts';
import { startHeadless } from '../../src-main/compose/compose-headless.ts';
import { locate } from '../../src-main/compose/locations.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { startDBusDesktop, type DBusDesktop } from '../support/dbus-desktop.ts';
import { fastClock } from '../support/fast-clock.ts';
import { keyIn, writePage } from '../support/live-host.ts';

/** The headless host as a whole, on a desktop of its own: what a person sees of its fleet there. */

const { resources } = locate();
const slow = { timeout: 30_000 };
const token = 'eyJhbGciOiJIUzI1NiJ9.dbus-end-to-end-token';
const signal = new AbortController().signal;
let folder: string;
let desktop: DBusDesktop;
const closing: (() => unknown)[] = [];

beforeEach(async () => {
  desktop = await startDBusDesktop();
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await desktop.dispose();
  await rm(folder, { recursive: true, force: true });
});

const start = async () => {
  folder = await mkdtemp(join(tmpdir(), 'quayside-dbus-'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Quayside</title><h1>The window</h1>');
  const simulator = new RemoteIotSimulator({ token, devices: 24, target: () => undefined });
  await simulator.listen();
  closing.push(() => simulator.dispose());
  for (const unitId of simulator.unitIds) simulator.setOnline(unitId, true);
  const session = await openLinuxDesktop(resources, desktop.environment);
  closing.push(() => session?.dispose());
  const composed = await composeCore({
    profile: join(folder, 'profile'),
    vault: 'memory',
    host: 'headless',
    longLived: true,
    forwardWorker: locate().forwardWorker,
    notifier: session?.notifier,
    // A minute in one and a half seconds: graces and gathering are waited for, the rest is real.
    clock: fastClock(40),
  });
  if (!composed.ok) throw new Error(composed.error.message);
  const core = composed.value;
  closing.push(() => core.dispose());
  await core.start();
  await writePage(folder);
  const host = await startHeadless(core, { port: 0, renderer: folder });
  if (!host.ok) throw new Error(host.error.message);
  closing.push(() => host.value.dispose());
  const quit = vi.fn();
  const shell = await startHeadlessDesktop({
    core,
    host: host.value,
    session,
    resources,
    quit,
    say: () => undefined,
    environment: desktop.environment,
  });
  closing.push(() => shell.dispose());
  const account = {
    vendor: 'remoteiot',
    label: 'Acme',
    baseUrl: simulator.baseUrl,
    fields: {},
    secrets: { token },
  } as const;
  const added = await core.accounts.add(account, signal);
  if (!added.ok) throw new Error(added.error.message);
  await core.inventory.refresh(undefined, signal);
  const groups = [...new Set([...core.inventory.devices.values()].map((device) => device.groups[0] ?? ''))];
  const lose = async (group: string | undefined): Promise<number> => {
    const lost = [...core.inventory.devices.values()].filter(({ groups: [first] }) => first === group);
    for (const { id } of lost) simulator.setOnline(id, false);
    await core.inventory.refresh(undefined, signal);
    return lost.length;
  };
  return { core, host: host.value, shell, groups, lose };
};

test('shows an incident as one notice, and a click on it opens the window at that incident', async () => {
  await desktop.startDunst();
  const { core, groups, lose } = await start();
  const [group] = groups;
  const lost = await lose(group);
  expect(lost).toBeGreaterThan(1);
  await expect.poll(() => desktop.noticesShown(), slow).toBe(1);
  await desktop.run('dunstctl', 'action', '0');
  const incidentId = core.alerts.incidents()[0]?.id;
  await expect.poll(() => core.app.get().intent?.intent, slow).toEqual({ show: 'incident', incidentId });
  await expect
    .poll(() => desktop.run('xdotool', 'search', '--onlyvisible', '--class', 'Quayside').catch(() => ''), slow)
    .not.toBe('');
  await desktop.run('dunstctl', 'close-all');
  await expect.poll(async () => (await desktop.notices()).length, slow).toBe(1);
  const [shown] = await desktop.notices();
  expect(shown?.summary).toMatch(/went offline$/);
  expect(shown?.summary).toContain(String(lost));
});

test('puts a notice into the window, with the reason, where no daemon shows it', async () => {
  const { core, groups, lose } = await start();
  await lose(groups[0]);
  await expect
    .poll(() => core.app.get().notices, slow)
    .toContainEqual(
      expect.objectContaining({
        text: expect.stringMatching(/went offline$/) as string,
        hint: expect.stringContaining('No program shows notifications on this desktop.') as string,
      }),
    );
  // Nor is there a panel, which is said once.
  expect(core.app.get().notices.map(({ text }) => text)).toContain('This desktop shows no tray icons.');
});

test('opens a tab of the browser where Chromium does not start, and again no token is in its arguments', async () => {
  await desktop.install('chromium', 'exit 1');
  const { host, shell } = await start();
  const told = join(folder, 'told');
  await desktop.install('xdg-open', `cp "$(echo "$1" | cut -c8-)" ${told}.page; echo "$1" > ${told}`);
  expect(await shell.show()).toBe(true);
  const read = (name: string): Promise<string> => readFile(name, 'utf8').catch(() => '');
  await expect.poll(() => read(told), slow).toMatch(/^file:\/\/\S+\.html\n$/);
  const link = /url=(\S+?)"/.exec(await read(`${told}.page`))?.[1] ?? '';
  expect(link).toContain(`http://127.0.0.1:${host.port}/?token=`);
  expect(keyIn(await (await fetch(link)).text())).not.toBe('');
});
