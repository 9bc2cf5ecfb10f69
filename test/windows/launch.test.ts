import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DeviceView, ServiceView } from '../../src-preload/contract/device.ts';
import type { RequestInput } from '../../src-preload/contract/requests.ts';
import { Stage, type Served } from './stage.ts';
import { windowsPath, type Recording } from './wine.ts';

// What Windows lets a folder be called, and cmd, PowerShell and Windows Terminal read as something else.
const hostileFolder = "Profil %PATH% & ^co^ (x) ; !y! 'z'";
const hostileNames = [
  'plain-gw-01',
  'says "hi" \\',
  '%PATH% & calc ^| more',
  'C:\\folder\\',
  '"; & calc & "',
  'ends with \\\\"',
];

let stage: Stage;
let served: Served;
let devices: readonly DeviceView[];
let ssh: string;

beforeAll(async () => {
  stage = await Stage.make({ profile: hostileFolder, names: hostileNames });
  for (const name of ['wt.exe', 'cmd.exe', 'pwsh.exe', 'conhost.exe', 'mstsc.exe', 'rundll32.exe', 'recorder.exe'])
    stage.windows.standIn(name);
  ssh = stage.windows.standIn('ssh.exe');
  served = await stage.serve();
  devices = await stage.addInWindow(served);
});

afterAll(() => stage.dispose());

const change = (settings: RequestInput<'settings.change'>) =>
  served.page.ask(served.page.client.request('settings.change', settings));

const serviceOf = (device: DeviceView, kind: string): ServiceView => {
  const service = device.services.find((candidate) => candidate.kind === kind);
  if (service === undefined) throw new Error(`${device.name} has no ${kind}`);
  return service;
};

const device = (at = 0): DeviceView => {
  const found = devices[at];
  if (found === undefined) throw new Error('too few devices are online');
  return found;
};

/** Opens a service of a device; answers the name of the launcher and the line to copy. */
const open = (kind: string, at = 0, user?: string) =>
  served.page.ask(
    served.page.client.request('launch.open', {
      deviceKey: device(at).key,
      serviceId: serviceOf(device(at), kind).id,
      ...(user === undefined ? {} : { user }),
    }),
  );

/** The name under which its host key is kept: vendor, account, id. */
const pinOf = ({ key }: DeviceView): string => `remoteiot.${key.replace('/', '.')}`;

/** The arguments that ssh has to get for the first device. */
const sshWords = (port: string | undefined): readonly string[] => [
  ...['-p', port ?? ''],
  ...['-o', `HostKeyAlias=${pinOf(device())}`],
  ...[
    '-o',
    `UserKnownHostsFile="${windowsPath(stage.profile).replaceAll('\\', '/').replaceAll('%', '%%')}/known_hosts"`,
  ],
  ...['-o', 'StrictHostKeyChecking=accept-new', '-o', 'ControlPath=none', '-o', 'ProxyCommand=none'],
  ...['-o', 'RemoteCommand=none', '-o', 'HostName=127.0.0.1', '-o', 'CanonicalizeHostname=no'],
  ...['-o', 'AddressFamily=any', '-l', 'admin', '--', '127.0.0.1'],
];

const portIn = ({ line }: Recording): string | undefined => /-p (\d+)/.exec(line)?.[1];

describe('SSH', () => {
  test('Windows Terminal gets the program and each argument apart, and its own separator escaped', async () => {
    await change({ terminal: 'Windows Terminal' });
    expect((await open('ssh', 0, 'admin')).launcher).toBe('Windows Terminal');
    const recording = await stage.windows.recorded('wt.exe');
    const words = [ssh, ...sshWords(portIn(recording))];
    // Inside of words Windows Terminal reads `\"` as a quote and `\;` as a semicolon.
    const escaped = words.map((word) => word.replaceAll('"', '\\"').replaceAll(';', '\\;'));
    expect(recording.words).toEqual(['new-tab', ...escaped]);
  });

  test('Command Prompt gets one line whose every special character is escaped', async () => {
    await change({ terminal: 'Command Prompt' });
    expect((await open('ssh', 0, 'admin')).launcher).toBe('Command Prompt');
    const { line } = await stage.windows.recorded('cmd.exe');
    expect(line).toMatch(/ \/d \/v:off \/s \/c "start "" cmd\.exe \/d \/v:off \/s \/k /);
    const inner = line.slice(line.indexOf('/k '));
    expect(inner).toContain('PATH');
    // No character that cmd reads stands without a caret before it.
    expect(inner.slice(3, -1).replaceAll(/\^[\s\S]/g, '')).not.toMatch(/[()%!"<>&|,;= ]/);
  });

  test('PowerShell gets a literal, in a console of its own', async () => {
    await change({ terminal: 'PowerShell' });
    expect((await open('ssh', 0, 'admin')).launcher).toBe('PowerShell');
    const { words } = await stage.windows.recorded('conhost.exe');
    expect(words.slice(0, 4)).toEqual([
      windowsPath(stage.windows.path('programs', 'pwsh.exe')),
      ...['-NoLogo', '-NoExit', '-Command'],
    ]);
    expect(words).toHaveLength(5);
    expect(words[4]).toContain(`-FilePath '${ssh}'`);
    expect(words[4]).toContain("''z''");
  });

  test('PuTTY in Program Files is found without the PATH, and gets the pin as its host', async () => {
    const place = join(stage.windows.folder, '../Program Files/PuTTY');
    stage.windows.standIn('putty.exe', place);
    stage.onEnd(() => stage.windows.remove(place));
    const choice = { kind: 'ssh', scope: 'default', target: '', launcher: 'PuTTY' } as const;
    await change({ launcherChoices: [choice] });
    expect((await open('ssh', 0, 'admin')).launcher).toBe('PuTTY');
    const { words, line } = await stage.windows.recorded('putty.exe');
    expect(line.startsWith('"C:\\Program Files\\PuTTY\\putty.exe" ')).toBe(true);
    const [, , port] = words;
    expect(words).toEqual(['-ssh', '-P', port, '-loghost', pinOf(device()), '-l', 'admin', '127.0.0.1']);
    await change({ launcherChoices: [] });
  });

  test('quayside ssh runs it in the same console and ends as it ends', async () => {
    const words = [
      ...stage.place,
      'ssh',
      device().id,
      '--user',
      'admin',
      '--',
      'dir "C:\\Program Files\\" & echo %PATH%',
    ];
    const running = stage.windows.cli(words, { env: { RECORDER_STATUS: '7' } });
    expect([await running.ended(), running.stderr()]).toEqual([7, '']);
    const recording = await stage.windows.recorded('ssh.exe');
    expect(recording.words).toEqual([...sshWords(portIn(recording)), 'dir "C:\\Program Files\\" & echo %PATH%']);
  });
});

test('Remote Desktop is made to ask on an address that devices share', async () => {
  expect((await open('rdp')).launcher).toBe('Remote Desktop Connection');
  const { words } = await stage.windows.recorded('mstsc.exe');
  expect(words).toEqual([expect.stringMatching(/^\/v:127\.0\.0\.1:\d+$/), '/prompt']);
});

test('TightVNC gets its address with two colons', async () => {
  const place = join(stage.windows.folder, '../Program Files/TightVNC');
  stage.windows.standIn('tvnviewer.exe', place);
  stage.onEnd(() => stage.windows.remove(place));
  expect((await open('vnc')).launcher).toBe('TightVNC');
  expect((await stage.windows.recorded('tvnviewer.exe')).words).toEqual([expect.stringMatching(/^127\.0\.0\.1::\d+$/)]);
});

test('a web service opens in the browser that Windows has for addresses', async () => {
  const { command } = await open('http');
  expect(command).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  const { words } = await stage.windows.recorded('rundll32.exe');
  expect(words).toEqual(['url.dll,FileProtocolHandler', command]);
});

test('serve --open puts no key on a command line: the browser gets a file of the user', async () => {
  const opening = stage.windows.cli([...stage.place, 'serve', '--open', '--json']);
  expect(await opening.ended()).toBe(0);
  const { words, line } = await stage.windows.recorded('rundll32.exe');
  expect(words).toHaveLength(2);
  expect(words[1]).toMatch(/^file:\/\/\/C:\/.*quayside\.html$/);
  expect(opening.stdout()).toContain('?token=');
  expect(line).not.toContain('token');
});

describe('a program of the user’s own', () => {
  test.each(hostileNames.map((name, at) => ({ name, at })))(
    'gets the name $name as one argument',
    async ({ name, at }) => {
      const launcher = { name: 'Mine', kind: 'vnc' as const, program: 'recorder.exe' };
      const args = ['--title=Gerät {device}', '', 'x{device}', '--', '{address}', 'trailing \\'];
      await change({
        launchers: [{ ...launcher, args }],
        launcherChoices: [{ kind: 'vnc', scope: 'default', target: '', launcher: 'Mine' }],
      });
      const found = devices.findIndex((candidate) => candidate.name === name);
      expect(found, `device ${at}`).not.toBe(-1);
      expect((await open('vnc', found)).launcher).toBe('Mine');
      const { words, environment } = await stage.windows.recorded('recorder.exe');
      const address = expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string;
      expect(words).toEqual([`--title=Gerät ${name}`, '', `x${name}`, '--', address, 'trailing \\']);
      // The passphrase of the vault is nobody else's.
      expect(environment.filter((entry) => /^QUAYSIDE_/i.test(entry))).toEqual([]);
      await change({ launchers: [], launcherChoices: [] });
    },
  );
});

test('a program that is not there is told by its name', async () => {
  const missing = { name: 'Gone', kind: 'rdp' as const, program: 'C:\\nowhere\\gone.exe', args: ['{address}'] };
  await change({
    launchers: [missing],
    launcherChoices: [{ kind: 'rdp', scope: 'default', target: '', launcher: 'Gone' }],
  });
  const answer = await served.page.client.request('launch.open', {
    deviceKey: device().key,
    serviceId: serviceOf(device(), 'rdp').id,
  });
  expect(answer).toMatchObject({ ok: false, error: { kind: 'launcher-missing' } });
  expect(answer.ok ? '' : answer.error.message).toContain('C:\\nowhere\\gone.exe');
});
