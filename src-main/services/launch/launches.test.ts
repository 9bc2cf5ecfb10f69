import { describe, expect, it } from 'vitest';
import { fail, ok } from '../../core/base/errors.ts';
import { Launches } from './launches.ts';
import type { CustomLauncher } from '../../core/launch/custom-launcher.ts';
import type { Device, Service, ServiceKind } from '../../core/fleet/device.ts';
import type { Result } from '../../core/base/errors.ts';
import type { LaunchPlan, LaunchPlatform } from '../../core/launch/launch-plan.ts';
import type { LauncherChoice } from '../../core/launch/launcher-choice.ts';
import type { SniffedKind } from '../../core/forward/sniff-service.ts';
import type { SshVersion } from '../../core/ssh/ssh-version.ts';
import type { OpenedForward } from './launch-planner.ts';
import type { LaunchesDeps } from './launches.ts';

const signal = new AbortController().signal;

const device: Device = {
  key: 'home/a1',
  accountId: 'home',
  vendor: 'remoteiot',
  id: 'a1',
  name: 'Pump',
  groups: [],
  tags: [],
  presence: { state: 'online', observedAt: 0, source: 'vendor-list' },
  services: [],
};
const service = (kind: ServiceKind): Service => ({ id: kind, kind, name: kind, route: 'tunnel' });

const world = (
  facts: {
    installed?: readonly string[];
    failing?: readonly string[];
    env?: Readonly<Record<string, string>>;
    sshUser?: string;
    forward?: Result<OpenedForward>;
    recognise?: NonNullable<LaunchesDeps['recognise']>;
    platform?: LaunchPlatform;
    /** Programs that connect by themselves end at once. */
    refused?: boolean;
    credentials?: { readonly user: string; readonly password: string };
    own?: readonly CustomLauncher[];
    sshVersion?: SshVersion;
    choices?: readonly LauncherChoice[];
  } = {},
) => {
  const started: LaunchPlan[] = [];
  const passwords: (string | undefined)[] = [];
  const opened: string[] = [];
  const installed = facts.installed ?? ['ssh', 'konsole', 'xterm'];
  const open = async ({ serviceId }: { readonly serviceId: string }) => {
    opened.push(serviceId);
    return facts.forward ?? ok({ address: '127.0.0.1', port: 33007 });
  };
  const launches = new Launches({
    forwards: { open, acquire: open },
    ...(facts.recognise === undefined ? {} : { recognise: facts.recognise }),
    inventory: {
      device: (key) => (key === device.key ? device : undefined),
      servicesOf: () => (['ssh', 'http', 'https', 'vnc', 'rdp', 'tcp'] as const).map(service),
    },
    settings: {
      get: () => ({
        sshUser: facts.sshUser ?? 'pi',
        terminal: 'auto',
        launchers: facts.own ?? [],
        launcherChoices: facts.choices ?? [],
      }),
    },
    credentials: {
      facts: () => ({
        ...(facts.credentials === undefined ? {} : { user: facts.credentials.user }),
        hasPassword: facts.credentials !== undefined,
      }),
      password: async () => ok(facts.credentials?.password),
    },
    executables: {
      find: async (name) => (installed.includes(name) ? `/usr/bin/${name.replace('/opt/', '')}` : undefined),
    },
    processes: {
      start: async (plan, _signal, password) => {
        started.push(plan);
        passwords.push(password);
        if (facts.refused === true && plan.connects === true) return fail('unreachable', 'Refused.', 'Look.');
        const dies = (facts.failing ?? []).some((name) => plan.program.endsWith(name));
        return dies ? fail('launcher-missing', `${plan.program} failed.`, 'Install it.') : ok(undefined);
      },
    },
    platform: facts.platform ?? 'linux',
    knownHostsFile: '/p/known_hosts',
    sshVersion: async () => facts.sshVersion,
    env: facts.env ?? { DISPLAY: ':0', XDG_CURRENT_DESKTOP: 'KDE' },
  });
  return { launches, started, opened, passwords };
};

const ask = (serviceId: string, user?: string) => ({
  deviceKey: device.key,
  serviceId,
  ...(user === undefined ? {} : { user }),
});

describe('Launches', () => {
  it('opens ssh in the desktop’s terminal', async () => {
    const { launches, started } = world();
    expect(await launches.open(ask('ssh'), signal)).toEqual(
      ok({
        launcher: 'Konsole',
        command: 'ssh -p 33007 -o HostKeyAlias=remoteiot.home.a1 -o ProxyCommand=none pi@localhost',
      }),
    );
    expect(started.map(({ program }) => program)).toEqual(['/usr/bin/konsole']);
    expect(started[0]?.detached).toBe(true);
  });

  it('goes to the next terminal where one fails at once', async () => {
    const { launches, started } = world({ failing: ['konsole'] });
    expect(await launches.open(ask('ssh'), signal)).toMatchObject({ ok: true, value: { launcher: 'xterm' } });
    expect(started).toHaveLength(2);
  });

  it('says why where all of them fail, and what to paste where there is none', async () => {
    expect(await world({ failing: ['konsole', 'xterm'] }).launches.open(ask('ssh'), signal)).toMatchObject({
      ok: false,
      error: { kind: 'launcher-missing', message: '/usr/bin/xterm failed.' },
    });
    expect(await world({ installed: ['ssh'] }).launches.open(ask('ssh'), signal)).toMatchObject({
      ok: false,
      error: { kind: 'launcher-missing', hint: expect.stringContaining('ssh -p 33007') as string },
    });
  });

  it('takes the user asked for before the one of the settings, and none where there is none', async () => {
    const { launches } = world();
    expect(await launches.command(ask('ssh', 'root'), signal)).toMatchObject({
      ok: true,
      value: { command: expect.stringMatching(/ root@localhost$/) as string },
    });
    const plain = await world({ sshUser: '' }).launches.command(ask('ssh'), signal);
    expect(plain).toMatchObject({ ok: true, value: { command: expect.stringMatching(/ localhost$/) as string } });
    expect(plain.ok && plain.value.plan.args.includes('-l')).toBe(false);
  });

  it('refuses a hostile user, an unknown device and a missing ssh before anything is opened', async () => {
    const { launches, opened } = world({ installed: ['xterm'] });
    expect(await launches.open(ask('ssh', '-oProxyCommand=x'), signal)).toMatchObject({
      ok: false,
      error: { kind: 'invalid-input' },
    });
    expect(await launches.open({ deviceKey: 'home/zz', serviceId: 'ssh' }, signal)).toMatchObject({
      ok: false,
      error: { kind: 'not-found' },
    });
    expect(await launches.open(ask('ftp'), signal)).toMatchObject({ ok: false, error: { kind: 'not-found' } });
    expect(await launches.open(ask('ssh'), signal)).toMatchObject({ ok: false, error: { kind: 'launcher-missing' } });
    expect(opened).toEqual([]);
  });

  it('passes on why a forward could not be opened', async () => {
    const forward = fail('device-offline', 'Pump is offline.', 'Wait for it.');
    expect(await world({ forward }).launches.open(ask('ssh'), signal)).toEqual(forward);
  });

  it.each(['http', 'https'])('opens %s in the browser', async (kind) => {
    const { launches, started } = world();
    expect(await launches.open(ask(kind), signal)).toEqual(
      ok({ launcher: 'Browser', command: `${kind}://127.0.0.1:33007/` }),
    );
    expect(started).toEqual([{ program: 'xdg-open', args: [`${kind}://127.0.0.1:33007/`], detached: true }]);
  });

  it.each([
    ['vnc', 'launcher-missing'],
    ['rdp', 'launcher-missing'],
    ['tcp', 'unsupported'],
  ])('names the address where nothing can open %s', async (service, kind) => {
    const refused = { ok: false, error: { kind, hint: expect.stringContaining('127.0.0.1:33007') as string } };
    expect(await world().launches.open(ask(service), signal)).toMatchObject(refused);
    expect(await world().launches.command(ask(service), signal)).toMatchObject(refused);
  });

  it('hands a password to a client that has a way for it, and copies a line without it', async () => {
    const { launches, started, passwords } = world({
      installed: ['xtigervncviewer', 'xfreerdp'],
      credentials: { user: 'jane', password: 'the secret' },
    });
    expect(await launches.open(ask('vnc'), signal)).toEqual(
      ok({ launcher: 'TigerVNC', command: '/usr/bin/xtigervncviewer 127.0.0.1::33007' }),
    );
    expect(await launches.open(ask('rdp'), signal)).toMatchObject({ ok: true, value: { launcher: 'FreeRDP' } });
    expect(started.map(({ password }) => password)).toEqual(['vnc-file', 'stdin']);
    expect(passwords).toEqual(['the secret', 'the secret']);
    expect(JSON.stringify(started)).not.toContain('the secret');
    expect(started[1]?.args).toContain('/u:jane');
  });

  it('lets FreeRDP ask in a terminal where no password is kept', async () => {
    const { launches, started } = world({ installed: ['xfreerdp', 'xterm'] });
    expect(await launches.open(ask('rdp'), signal)).toMatchObject({ ok: true, value: { launcher: 'FreeRDP' } });
    expect(started[0]).toMatchObject({ program: '/usr/bin/xterm' });
    expect(started[0]?.args).toContain('/usr/bin/xfreerdp');
    expect(started[0]?.password).toBeUndefined();
  });

  it('goes to the next client where one fails at once', async () => {
    const { launches } = world({ installed: ['xtigervncviewer', 'remmina'], failing: ['xtigervncviewer'] });
    expect(await launches.open(ask('vnc'), signal)).toMatchObject({ ok: true, value: { launcher: 'Remmina' } });
  });

  it('opens with what was chosen: a client, a terminal, or a program of the user’s own', async () => {
    const own = { name: 'Mine', kind: 'vnc' as const, program: '/opt/mine', args: ['--to={address}', '{device}'] };
    const choice = (kind: ServiceKind, launcher: string, scope: 'default' | 'device' = 'default') => ({
      kind,
      launcher,
      scope,
      target: scope === 'default' ? '' : device.key,
    });
    const installed = ['ssh', 'xterm', 'konsole', 'xtigervncviewer', 'remmina'];
    const chosen = world({ installed, choices: [choice('vnc', 'Remmina'), choice('ssh', 'xterm')] });
    expect(await chosen.launches.open(ask('vnc'), signal)).toMatchObject({ ok: true, value: { launcher: 'Remmina' } });
    expect(await chosen.launches.open(ask('ssh'), signal)).toMatchObject({ ok: true, value: { launcher: 'xterm' } });
    const mine = world({
      installed: [...installed, '/opt/mine'],
      own: [own],
      choices: [choice('vnc', 'Remmina'), choice('vnc', 'Mine', 'device')],
    });
    expect(await mine.launches.open(ask('vnc'), signal)).toMatchObject({ ok: true, value: { launcher: 'Mine' } });
    expect(mine.started).toEqual([
      { program: '/usr/bin/mine', args: ['--to=127.0.0.1:33007', 'Pump'], detached: true },
    ]);
    const gone = world({ installed, own: [own], choices: [choice('vnc', 'Mine')] });
    expect(await gone.launches.open(ask('vnc'), signal)).toMatchObject({
      ok: false,
      error: { kind: 'launcher-missing', message: expect.stringContaining('/opt/mine') as string },
    });
    expect(gone.opened).toEqual([]);
    const lost = world({ installed, choices: [choice('vnc', 'No longer here', 'device'), choice('vnc', 'Remmina')] });
    expect(await lost.launches.open(ask('vnc'), signal)).toMatchObject({ ok: true, value: { launcher: 'Remmina' } });
  });

  it('takes PuTTY on Windows where it was chosen or nothing else is, and never in a terminal of its own', async () => {
    const choices = [{ kind: 'ssh' as const, scope: 'default' as const, target: '', launcher: 'PuTTY' }];
    const installed = ['ssh', 'wt.exe', 'PuTTY\\putty.exe'];
    const plain = world({ platform: 'win32', installed });
    expect(await plain.launches.open(ask('ssh'), signal)).toMatchObject({ value: { launcher: 'Windows Terminal' } });
    const chosen = world({ platform: 'win32', installed, choices });
    expect(await chosen.launches.open(ask('ssh'), signal)).toMatchObject({ value: { launcher: 'PuTTY' } });
    expect(chosen.started).toEqual([
      {
        program: '/usr/bin/PuTTY\\putty.exe',
        args: ['-ssh', '-P', '33007', '-loghost', 'remoteiot.home.a1', '-l', 'pi', '127.0.0.1'],
        detached: true,
      },
    ]);
    const foreground = await chosen.launches.sshPlan({ ...ask('ssh'), args: [] }, {}, signal);
    expect(foreground).toMatchObject({ ok: true, value: { program: '/usr/bin/ssh' } });
    const only = world({ platform: 'win32', installed: ['PuTTY\\putty.exe'] });
    expect(await only.launches.open(ask('ssh'), signal)).toMatchObject({ value: { launcher: 'PuTTY' } });
    expect(await only.launches.sshPlan({ ...ask('ssh'), args: [] }, {}, signal)).toMatchObject({ ok: false });
  });

  it('opens a port of unknown kind as what it turned out to be', async () => {
    const forward = (recognised: SniffedKind) => ok({ address: '127.0.0.1', port: 33007, recognised });
    const vnc = world({ installed: ['xtigervncviewer'], forward: forward('vnc') });
    expect(await vnc.launches.open(ask('tcp'), signal)).toMatchObject({ value: { launcher: 'TigerVNC' } });
    const tls = world({ forward: forward('tls') });
    expect(await tls.launches.open(ask('tcp'), signal)).toMatchObject({
      value: { command: 'https://127.0.0.1:33007/' },
    });
    const ssh = world({ forward: forward('ssh') });
    expect(await ssh.launches.open(ask('tcp'), signal)).toMatchObject({ value: { launcher: 'Konsole' } });
  });

  it('asks a port of unknown kind what it is before it gives up, and only where it is to be opened', async () => {
    const asked: unknown[] = [];
    const recognise = (kind: SniffedKind | undefined) => async (place: unknown) => {
      asked.push(place);
      return kind;
    };
    const screen = world({ installed: ['xtigervncviewer'], recognise: recognise('vnc') });
    expect(await screen.launches.open(ask('tcp'), signal)).toMatchObject({ value: { launcher: 'TigerVNC' } });
    expect(asked).toEqual([{ host: '127.0.0.1', port: 33007 }]);
    expect(await screen.launches.command(ask('tcp'), signal)).toMatchObject({ error: { kind: 'unsupported' } });
    expect(asked).toHaveLength(1);
    const unknown = world({ recognise: recognise(undefined) });
    expect(await unknown.launches.open(ask('tcp'), signal)).toMatchObject({
      error: { hint: expect.stringContaining('127.0.0.1:33007') as string },
    });
  });

  it('keeps credentials and cookies of devices apart by an address of their own', async () => {
    const deviceEndpoint = { address: '127.8.0.4', port: 3389 };
    const { launches, started } = world({
      platform: 'win32',
      installed: ['mstsc.exe'],
      forward: ok({ address: '127.0.0.1', port: 33007, deviceEndpoint }),
    });
    await launches.open(ask('rdp'), signal);
    expect(started[0]?.args).toEqual(['/v:127.8.0.4:3389']);
    expect(await launches.command(ask('http'), signal)).toMatchObject({
      value: { command: 'http://127.8.0.4:3389/' },
    });
  });

  it('says what FreeRDP’s early end means, and starts no other client over it', async () => {
    const { launches, started } = world({
      installed: ['xfreerdp', 'remmina'],
      credentials: { user: 'jane', password: 'wrong' },
      refused: true,
    });
    expect(await launches.open(ask('rdp'), signal)).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
    expect(started).toHaveLength(1);
    expect(started[0]?.connects).toBe(true);
  });

  it('plans ssh in the foreground for ssh services only', async () => {
    const { launches, opened } = world({ env: {}, sshVersion: { major: 7, minor: 4 } });
    const plan = await launches.sshPlan({ ...ask('ssh'), args: ['-v', 'hostname'] }, {}, signal);
    expect(plan).toMatchObject({ ok: true, value: { program: '/usr/bin/ssh', detached: false } });
    expect(plan.ok && plan.value.args.at(-1)).toBe('hostname');
    expect(plan.ok && plan.value.args).toContain('StrictHostKeyChecking=ask');
    expect(await launches.sshPlan({ ...ask('http'), args: [] }, {}, signal)).toMatchObject({
      ok: false,
      error: { kind: 'unsupported' },
    });
    expect(opened).toEqual(['ssh']);
  });
});
