import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { vendorIds } from '../support/vendor-ids.ts';
import type { VendorId } from '../support/vendor-ids.ts';
import { controlPaths } from '../../src-main/node/control/control-socket-path.ts';
import { openControlSocket } from '../../src-main/node/control/control-socket.ts';
import type { FaultInput } from '../../src-main/simulators/faults.ts';
import { simulatedUnitId } from '../../src-main/simulators/remoteiot/devices.ts';
import { simulatedDeviceId } from '../../src-main/simulators/remoteit/fleet.ts';
import { vendors } from '../../src-main/vendors/registry.ts';
import { startCliFromSource } from '../support/cli-process.ts';
import { exercises } from '../support/vendor-exercises.ts';
import type { Exercised } from '../support/vendor-exercises.ts';

/**
 * Five accounts on the command line while the vendor of one hangs: the others are shown, and the command ends. What HTTP
 * itself would wait is longer than a test may take here.
 */

const passphrase = 'passphrase of five accounts';
const silent: FaultInput = { kind: 'silent' };
const drip: FaultInput = { kind: 'drip', bytes: 1, everyMs: 300 };

interface Row {
  readonly account: string;
}

let folder: string;
let profile: string;
let sides: ReadonlyMap<VendorId, Exercised>;
const cleanups: (() => unknown)[] = [];

const run = async (args: readonly string[], stdin = '', env: Record<string, string> = {}) => {
  const cli = startCliFromSource(['--profile', profile, '--vault', 'file', ...args], { stdin, env });
  cleanups.push(async () => {
    cli.signal('SIGKILL');
    await cli.ended();
  });
  const code = await cli.ended();
  return { code, stdout: cli.stdout(), stderr: cli.stderr() };
};

const open = (args: readonly string[], stdin = '') => run(args, stdin, { QUAYSIDE_VAULT_PASSPHRASE: passphrase });

const labelOf = (vendor: VendorId): string => `of ${vendor}`;
const fault = (vendor: VendorId, what: FaultInput): void => void sides.get(vendor)?.simulator.fault(what);
const accountsIn = (stdout: string): readonly string[] =>
  [...new Set((JSON.parse(stdout) as readonly Row[]).map(({ account }) => account))].sort();
const allBut = (vendor?: VendorId): readonly string[] =>
  vendorIds
    .filter((id) => id !== vendor)
    .map(labelOf)
    .sort();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quayside-patience-'));
  profile = join(folder, 'never-listed');
  sides = new Map(await Promise.all(vendorIds.map(async (id) => [id, await exercises[id]()] as const)));
  for (const { id, operations } of vendors) {
    // Any call of the account's own API is made with its credentials.
    const first = operations.find(({ danger, path }) => danger.level === 'none' && !path.startsWith('/apv/'));
    if (first === undefined) throw new Error(`${id} reads nothing`);
    const { baseUrl, fields = {}, secrets } = (await sides.get(id)?.prepare(first)) ?? { baseUrl: '', secrets: {} };
    const given = Object.entries(fields).flatMap(([name, value]) => ['--field', `${name}=${value}`]);
    const words = ['accounts', 'add', id, '--label', labelOf(id), '--base-url', baseUrl, ...given];
    expect(await open(words, JSON.stringify(secrets))).toMatchObject({ code: 0, stderr: '' });
  }
});

afterAll(async () => {
  await Promise.all([...sides.values()].map(({ simulator }) => simulator.dispose()));
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  profile = await mkdtemp(join(folder, 'profile-'));
  await cp(join(folder, 'never-listed'), profile, { recursive: true });
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
  for (const { simulator } of sides.values()) simulator.faults.clear();
});

describe('devices', () => {
  test('with a silent vendor are those of the other four; the missing account is named on standard error', async () => {
    fault('remoteiot', silent);
    const end = await open(['devices', '--json']);
    expect(end.code).toBe(1);
    expect(accountsIn(end.stdout)).toEqual(allBut('remoteiot'));
    const { error } = JSON.parse(end.stderr) as { error: { message: string } };
    expect(error).toMatchObject({
      kind: 'timeout',
      accounts: [{ account: labelOf('remoteiot'), kind: 'timeout', devices: 0 }],
    });
    expect(error.message).toContain('within 15 s');
  });

  test('with a dripping vendor too, after the time that was asked for', async () => {
    fault('mode', drip);
    const end = await open(['devices', '--timeout', '10']);
    expect(end.code).toBe(1);
    for (const label of allBut('mode')) expect(end.stdout).toContain(label);
    expect(end.stdout).not.toContain(labelOf('mode'));
    expect(end.stderr).toContain(
      `${labelOf('mode')}: The list of devices did not come whole within 10 s. Nothing is known of its devices.`,
    );
  });

  test('of an account that was listed before are shown as they were, with their age; so are all where the vault is locked', async () => {
    expect(await open(['devices'])).toMatchObject({ code: 0, stderr: '' });
    fault('reemo', { kind: 'status', status: 500 });
    const failing = await open(['devices', '--json']);
    expect(failing.code).toBe(1);
    expect(accountsIn(failing.stdout)).toEqual(allBut());
    expect(JSON.parse(failing.stderr)).toMatchObject({
      error: {
        kind: 'vendor-unavailable',
        accounts: [{ account: labelOf('reemo'), devices: 60, lastGoodAt: expect.stringMatching(/^\d{4}-.*Z$/) }],
      },
    });
    const locked = await run(['devices']);
    expect(locked.code).toBe(4);
    for (const label of allBut()) expect(locked.stdout).toContain(label);
    expect(locked.stderr).toMatch(
      /^of mode: The vault file is locked\. \d+ devices are shown as of \S+Z \(less than a minute old\)\.$/m,
    );
  });

  test('refuse a time that is none', async () => {
    for (const wrong of ['0', '-1', 'soon', '99999'])
      expect(await open(['devices', `--timeout=${wrong}`])).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('on a profile whose accounts were never listed, while one vendor is silent', () => {
  test('ssh-config waits for the first lists and writes what came of them', async () => {
    fault('remoteiot', silent);
    const config = join(profile, 'config');
    const end = await open(['ssh-config', '--write', '--config', config, '--timeout', '10', '--json']);
    expect(end.code).toBe(1);
    const { hosts, written } = JSON.parse(end.stdout) as { hosts: unknown[]; written: boolean };
    expect([written, hosts.length > 0]).toEqual([true, true]);
    expect(await readFile(config, 'utf8')).toContain('Include');
    expect(JSON.parse(end.stderr)).toMatchObject({ error: { accounts: [{ account: labelOf('remoteiot') }] } });
  });

  test('a device of another is found by id and by name; one that nobody knows is not called absent', async () => {
    fault('reemo', silent);
    const byId = await open(['resolve', simulatedDeviceId(0), '--service', 'ssh', '--json']);
    expect(byId).toMatchObject({ code: 0, stderr: '' });
    await rm(join(profile, 'cache'), { recursive: true });
    const lone = JSON.stringify({ UnitId: simulatedUnitId(3), Name: 'lone-device', Description: '' });
    expect((await open(['api', 'remoteiot', 'rename', '--input', lone])).code).toBe(0);
    const byName = await open(['resolve', 'lone-device', '--service', 'ssh', '--json']);
    expect(byName.code).toBe(0);
    expect(JSON.parse(byName.stdout)).toMatchObject([{ device: simulatedUnitId(3) }]);
    expect(byName.stderr).toContain(labelOf('reemo'));
    const missing = await open(['resolve', 'computer-of-somebody', '--json']);
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(JSON.parse(missing.stderr)).toMatchObject({
      error: { kind: 'timeout', message: expect.stringMatching(/computer-of-somebody.* of reemo: .* within 15 s/) },
    });
  });
});

describe('a Quayside on this profile that does not answer', () => {
  test('is told of, whether it was stopped before it said a word or says nothing after its hello', async () => {
    const holder = startCliFromSource(
      ['--profile', profile, '--vault', 'file', 'forward', simulatedDeviceId(0), '--service', 'ssh', '--json'],
      { env: { QUAYSIDE_VAULT_PASSPHRASE: passphrase } },
    );
    cleanups.push(async () => {
      holder.signal('SIGKILL');
      await holder.ended();
    });
    await holder.firstLine();
    holder.signal('SIGSTOP');
    const stopped = await open(['accounts', 'list', '--json']);
    expect(stopped).toMatchObject({ code: 1, stdout: '' });
    expect(JSON.parse(stopped.stderr)).toMatchObject({ error: { kind: 'timeout' } });

    profile = await mkdtemp(join(folder, 'mute-'));
    const paths = await controlPaths(profile);
    if (!paths.ok) throw new Error(paths.error.message);
    const mute = await openControlSocket({
      paths: paths.value,
      hello: { host: 'headless', longLived: true, vault: 'file' },
      onClient: () => undefined,
    });
    if (!mute.ok) throw new Error(mute.error.message);
    cleanups.push(() => mute.value.dispose());
    const ignored = await open(['accounts', 'list', '--json']);
    expect(ignored).toMatchObject({ code: 1, stdout: '' });
    expect(JSON.parse(ignored.stderr)).toMatchObject({
      error: { kind: 'timeout', hint: expect.stringContaining(String(process.pid)) },
    });
  });
});
