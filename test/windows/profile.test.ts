import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { LiveConnection } from '../support/live-host.ts';
import { errorOf, Stage } from './stage.ts';
import { patient, windowsPath } from './wine.ts';

let stage: Stage;
let accountsFile: string;

beforeAll(async () => {
  stage = await Stage.make();
  accountsFile = join(stage.profile, 'accounts.json');
  expect((await stage.add()).code).toBe(0);
});

afterAll(() => stage.dispose());

const labels = (): readonly string[] =>
  (JSON.parse(readFileSync(accountsFile, 'utf8')) as { value: { label: string }[] }).value.map(({ label }) => label);

test('without --profile it is below %APPDATA% of the user, whatever letters their name has', async () => {
  const folder = join(stage.windows.userFolder, 'AppData/Roaming/Quayside');
  expect(existsSync(folder)).toBe(false);
  const listed = await stage.windows.run(['accounts', 'list', '--json']);
  const files = readdirSync(folder, { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  expect(listed).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
  expect(files.some((name) => String(name).endsWith('owner.lock'))).toBe(true);
});

test('a command that owns it gives it to serve: the port moves, what is connected goes on', async () => {
  const forward = stage.start(['forward', stage.unit, '--service', '7001', '--json']);
  const { port } = JSON.parse(await forward.firstLine()) as { port: number };
  const before = new LiveConnection(port);
  await before.echo();
  const served = await stage.serve();
  await vi.waitFor(() => expect(forward.stderr()).toContain('taken over'), patient);
  await before.echo();
  // Nobody listens for the moment that the application takes to open its ports.
  await vi.waitFor(async () => {
    const after = new LiveConnection(port);
    await after.echo();
    after.close();
  }, patient);
  const forwards = await served.page.ask(served.page.client.request('forwards.list', {}));
  expect(forwards).toMatchObject([{ port }]);
  await before.echo();
  before.close();
  forward.interrupt();
  expect(await forward.ended()).toBe(0);
  served.process.interrupt();
  expect(await served.process.ended()).toBe(0);
  await vi.waitFor(() => expect(stage.vendor.tunnels.list()).toEqual([]), patient);
});

test('an owner that was ended by the task manager leaves it free at once', async () => {
  const { process } = await stage.serve();
  process.kill();
  await process.ended();
  expect(await stage.run(['accounts', 'rename', 'Werk Süd', 'Werk Süd'])).toMatchObject({ code: 0, stderr: '' });
});

test('a file is replaced while others read it: each of them finds it whole', async () => {
  // Node lets a file be replaced while it reads it; this is what another Quayside or a backup does.
  const reader = `
    import { readFileSync, existsSync, writeFileSync } from 'node:fs';
    const [file, ready, stop] = process.argv.slice(2);
    const seen = new Set();
    let reads = 0;
    const lock = new Int32Array(new SharedArrayBuffer(4));
    for (; !existsSync(stop); reads += 1) {
      // A file that is open at every moment could not be replaced by anybody.
      Atomics.wait(lock, 0, 0, 5);
      seen.add(JSON.parse(readFileSync(file, 'utf8')).value[0].label);
      if (reads === 1) writeFileSync(ready, '');
    }
    console.log(JSON.stringify({ reads, seen: [...seen] }));
  `;
  const [ready, stop] = [stage.windows.path('reading'), stage.windows.path('enough')];
  const reading = stage.windows.script(reader, [accountsFile, ready, stop].map(windowsPath));
  await vi.waitFor(() => expect(existsSync(ready)).toBe(true), patient);
  try {
    for (const [from, to] of [
      ['Werk Süd', 'Werk Nord'],
      ['Werk Nord', 'Werk Süd'],
    ] as const)
      expect(await stage.run(['accounts', 'rename', from, to])).toMatchObject({ code: 0, stderr: '' });
  } finally {
    writeFileSync(stop, '');
  }
  const { reads, seen } = JSON.parse(await reading) as { reads: number; seen: string[] };
  expect(reads).toBeGreaterThan(10);
  expect(seen.toSorted()).toEqual(['Werk Nord', 'Werk Süd']);
  expect(stage.windows.leftovers(stage.profile)).toEqual([]);
});

test('a file that a virus scanner holds for a moment is replaced once it lets go', async () => {
  const { release } = await stage.windows.hold(accountsFile);
  const renaming = stage.start(['accounts', 'rename', 'Werk Süd', 'Werk West']);
  await vi.waitFor(() => expect(stage.windows.leftovers(stage.profile)).toHaveLength(1), patient);
  expect(labels()).toEqual(['Werk Süd']);
  await release();
  expect([await renaming.ended(), renaming.stderr()]).toEqual([0, '']);
  expect(labels()).toEqual(['Werk West']);
  expect(stage.windows.leftovers(stage.profile)).toEqual([]);
  expect((await stage.run(['accounts', 'rename', 'Werk West', 'Werk Süd'])).code).toBe(0);
});

test('a file that somebody keeps is told, and stays as it was', async () => {
  const { release } = await stage.windows.hold(accountsFile);
  const end = await stage.run(['accounts', 'rename', 'Werk Süd', 'Werk West', '--json']);
  await release();
  expect([end.code, errorOf(end).kind]).toEqual([1, 'internal']);
  expect(errorOf(end).message).toContain('accounts.json could not be written');
  expect(labels()).toEqual(['Werk Süd']);
  expect(stage.windows.leftovers(stage.profile)).toEqual([]);
});

test('a file that cannot be understood is set aside under a name that Windows takes', async () => {
  const settings = join(stage.profile, 'settings.json');
  writeFileSync(settings, '{"version":1,"value":');
  const end = await stage.run(['devices', '--timeout', '100', '--json']);
  expect(end.code).toBe(0);
  const aside = readdirSync(stage.profile).filter((name) => name.startsWith('settings.broken-'));
  expect(aside).toHaveLength(1);
  expect(readFileSync(join(stage.profile, aside[0] ?? ''), 'utf8')).toBe('{"version":1,"value":');
});
