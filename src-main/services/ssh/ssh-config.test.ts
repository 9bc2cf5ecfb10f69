import { describe, expect, it } from 'vitest';
import { Emitter } from '../../core/base/emitter.ts';
import { fail, ok } from '../../core/base/errors.ts';
import { VirtualClock, settle } from '../../../test/support/virtual-clock.ts';
import { SshConfigSync } from './ssh-config-sync.ts';
import { SshConfig } from './ssh-config.ts';
import type { Device } from '../../core/fleet/device.ts';
import type { Log } from '../../core/base/log.ts';
import type { SshVersion } from '../../core/ssh/ssh-version.ts';
import type { UserFiles } from './ssh-config.ts';

const ownFile = '/p/ssh_config';
const configFile = '/home/jane/.ssh/config';
const line = 'Include "/p/ssh_config"\n';
const target = {
  quayside: ['/usr/bin/quayside'],
  knownHostsFile: '/p/known_hosts',
  user: '',
  platform: 'linux' as const,
  configFile,
};
const device = (id: string, name: string): Device => ({
  key: `home/${id}`,
  accountId: 'home',
  vendor: 'remoteiot',
  id,
  name,
  groups: [],
  tags: [],
  presence: { state: 'online', observedAt: 0, source: 'vendor-list' },
  services: [{ id: 'ssh:22', kind: 'ssh', name: 'SSH', route: 'tunnel', port: 22 }],
});

const world = (
  config?: string,
  how: {
    /** Names that this computer finds a host by. */
    readonly hosts?: string[];
    readonly version?: SshVersion;
    /** Why the user's configuration cannot be written. */
    readonly readOnly?: string;
  } = {},
) => {
  const disk = new Map<string, string>(config === undefined ? [] : [[configFile, config]]);
  const files: UserFiles = {
    read: async (path) => ok(disk.get(path)),
    replace: async (path, before, after) => {
      if (path === configFile && how.readOnly !== undefined) return fail('invalid-input', how.readOnly, 'Look.');
      if (disk.get(path) !== before) return fail('conflict', 'Changed.', 'Try again.');
      disk.set(path, after);
      return ok(undefined);
    },
    remove: async (path) => {
      disk.delete(path);
      return ok(undefined);
    },
    matching: async (pattern, folder) =>
      [...disk.keys()].filter((path) => path === pattern || path.startsWith(`${folder}/${pattern.replace('*', '')}`)),
  };
  const asked: string[][] = [];
  const surroundings = {
    resolving: async (names: readonly string[]) => {
      asked.push([...names]);
      return new Set(names.filter((name) => how.hosts?.includes(name)));
    },
    version: async () => how.version,
    userFolder: '/home/jane/.ssh',
    system: { file: '/etc/ssh/ssh_config', folder: '/etc/ssh' },
  };
  return { disk, asked, config: new SshConfig({ files, ownFile, surroundings }) };
};

describe('the integration with the user’s ssh', () => {
  it.each([
    ['no configuration', undefined],
    ['an empty one', ''],
    ['one of their own', 'Host *\n  User x'],
    ['bytes that are no text', '\xff\xfe\r\nHost a'],
  ])('is taken back to the byte over %s', async (_name, before) => {
    const { disk, config } = world(before);
    expect(await config.write([device('a1', 'Gärtnerei')], target)).toMatchObject({ ok: true });
    expect(disk.get(configFile)).toBe(line + (before ?? ''));
    expect(disk.get(ownFile)).toContain('\nHost gartnerei\n');
    // Writing again, also without a device, keeps in mind how it was.
    await config.write([], target);
    expect(disk.get(configFile)).toBe(line + (before ?? ''));
    expect(await config.remove({ platform: 'linux', configFile: '/elsewhere' })).toEqual(ok(undefined));
    expect(disk).toEqual(new Map(before === undefined ? [] : [[configFile, before]]));
  });

  it('leaves what the user has added meanwhile', async () => {
    const { disk, config } = world();
    await config.write([], target);
    disk.set(configFile, `${disk.get(configFile) ?? ''}Host later\n`);
    await config.remove({ platform: 'linux', configFile });
    expect(disk.get(configFile)).toBe('Host later\n');
  });

  it('takes no name that the user has given to a host', async () => {
    const { config } = world('Host nas\n');
    const preview = await config.preview([device('abcdef', 'NAS')], target);
    expect(preview.ok && preview.value.hosts.map(({ alias }) => alias)).toEqual(['nas-abcdef']);
  });

  it('takes no name of a file that the configuration includes, nor of the system’s, nor of a Match', async () => {
    const { disk, config } = world('Include config.d/*\nMatch originalhost one,two user x\n  Port 9\n');
    disk.set('/home/jane/.ssh/config.d/work', 'Host "nas" bastion\nInclude more\n');
    disk.set('/home/jane/.ssh/more', 'host=deep\n');
    disk.set('/etc/ssh/ssh_config', 'Include ssh_config.d/*\n');
    disk.set('/etc/ssh/ssh_config.d/company', 'Host jump\n');
    const names = ['NAS', 'bastion', 'deep', 'jump', 'one', 'two', 'free'];
    const preview = await config.preview(
      names.map((name, at) => device(`abcde${at}`, name)),
      target,
    );
    const hosts = preview.ok ? preview.value.hosts : [];
    expect(new Map(hosts.map(({ alias, longerFor }) => [alias, longerFor]))).toEqual(
      new Map([
        ['nas-abcde0', 'configured'],
        ['bastion-abcde1', 'configured'],
        ['deep-abcde2', 'configured'],
        ['jump-abcde3', 'configured'],
        ['one-abcde4', 'configured'],
        ['two-abcde5', 'configured'],
        ['free', undefined],
      ]),
    );
  });

  it('takes no name by which this computer finds a host, and keeps one that leads to a device already', async () => {
    const hosts: string[] = ['printer'];
    const { asked, config } = world('', { hosts });
    const devices = [device('aaaaaa', 'printer'), device('bbbbbb', 'gw')];
    const first = await config.write(devices, target);
    expect(first.ok && first.value.hosts).toMatchObject([
      { alias: 'gw' },
      { alias: 'printer-aaaaaa', longerFor: 'resolves' },
    ]);
    hosts.push('gw');
    asked.length = 0;
    const second = await config.preview(devices, target);
    expect(second.ok && second.value.hosts.map(({ alias }) => alias)).toEqual(['gw', 'printer-aaaaaa']);
    // In another network, where nothing of the kind resolves, each keeps the name that scripts know it by.
    hosts.length = 0;
    const third = await config.preview(devices, target);
    expect(third.ok && third.value.hosts).toMatchObject([
      { alias: 'gw' },
      { alias: 'printer-aaaaaa', longerFor: 'kept' },
    ]);
    // What has a name is not asked of the network again, however often devices change.
    expect(asked.flat()).toEqual([]);
    // A device with another name has another alias.
    const renamed = await config.preview([device('aaaaaa', 'scanner'), device('bbbbbb', 'gw')], target);
    expect(renamed.ok && renamed.value.hosts.map(({ alias }) => alias)).toEqual(['gw', 'scanner']);
  });

  it('writes only what an old ssh knows', async () => {
    const old = world('', { version: { major: 7, minor: 4 } });
    await old.config.write([device('a1', 'gw')], target);
    expect(old.disk.get(ownFile)).toContain('StrictHostKeyChecking ask\n');
    expect(old.disk.get(ownFile)).not.toMatch(/accept-new|RemoteCommand/);
  });

  it('writes no include for an ssh that would refuse every host because of it', async () => {
    const old = world('Host a\n', { version: { major: 6, minor: 6 } });
    expect(await old.config.write([device('a1', 'gw')], target)).toMatchObject({
      ok: false,
      error: { kind: 'unsupported', message: expect.stringContaining('7.3') as string },
    });
    expect([...old.disk]).toEqual([[configFile, 'Host a\n']]);
  });

  it('says which line to add where the configuration cannot be written', async () => {
    const { disk, config } = world('Host a\n', { readOnly: `${configFile} cannot be used (EROFS).` });
    const written = await config.write([device('a1', 'gw')], target);
    expect(written).toMatchObject({ ok: false, error: { message: `${configFile} cannot be used (EROFS).` } });
    expect(!written.ok && written.error.hint).toContain(line.trimEnd());
    // With the line added by hand, the hosts are there.
    expect(disk.get(ownFile)).toContain('Host gw');
    disk.set(configFile, `# made by a program\n${line}Host a\n`);
    expect(await config.write([device('a1', 'gw')], target)).toMatchObject({ ok: true });
  });

  it('is not in force where our line stands within a block', async () => {
    const { disk, config } = world(`Host a\n${line}`);
    await config.write([], target);
    expect(disk.get(configFile)).toBe(`${line}Host a\n`);
  });

  it('is kept true when devices change, and only where it was asked for', async () => {
    const { disk, config } = world();
    const clock = new VirtualClock();
    const changed = new Emitter<{ upsert: readonly unknown[]; remove: readonly unknown[] }>();
    const devices = new Map([['home/a1', device('a1', 'one')]]);
    const silent: Log = { write: () => undefined, child: () => silent };
    const allowed = new Emitter<string>();
    let outdated: readonly string[] = [];
    const keeper = new SshConfigSync({
      config,
      hostKeys: { outdated: () => outdated, allowed },
      inventory: { devices, servicesOf: (key) => devices.get(key)?.services ?? [], changed },
      settings: { get: () => ({ sshUser: 'pi' }) },
      clock,
      log: silent,
      knownHostsFile: '/p/known_hosts',
      platform: 'linux',
    });
    const change = async (): Promise<void> => {
      changed.emit({ upsert: [1], remove: [] });
      await clock.advance(2_000);
      await settle();
    };
    await change();
    expect(disk.size).toBe(0);

    await config.write([...devices.values()], target);
    devices.set('home/a2', device('a2', 'two'));
    await change();
    expect(disk.get(ownFile)).toContain('\nHost one\n');
    expect(disk.get(ownFile)).toContain('\nHost two\n');
    expect(disk.get(ownFile)).toContain('ProxyCommand /usr/bin/quayside proxy home/a2');
    expect(disk.get(configFile)).toBe(line);

    outdated = ['aes128-cbc'];
    allowed.emit('remoteiot.home.a1');
    await clock.advance(2_000);
    await settle();
    expect(disk.get(ownFile)).toContain('  Ciphers +aes128-cbc\n');

    keeper.dispose();
    devices.delete('home/a1');
    await change();
    expect(disk.get(ownFile)).toContain('\nHost one\n');
  });
});
