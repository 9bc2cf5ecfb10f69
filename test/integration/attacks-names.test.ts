import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeFleet } from '../../src-main/simulators/fleet.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { attackSize, startAttackStage, tellAttack } from '../support/attack-stage.ts';
import { startCliFromSource } from '../support/cli-process.ts';
import { startSshd, type Sshd } from '../support/sshd.ts';
import { makeSystemUser } from '../support/system-user.ts';

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;

test.runIf(isRoot)('another user of this computer reads nothing of the profile and talks to nobody', async () => {
  // Everything that a careless umask would leave open.
  const before = process.umask(0);
  const stage = await startAttackStage((folder) => chmod(folder, 0o755)).finally(() => process.umask(before));
  const user = await makeSystemUser();
  try {
    const page = await stage.host.page();
    const { ticket } = await page.ask(page.client.request('secrets.hand', { secrets: { token: 'x'.repeat(32) } }));
    const account = { vendor: 'remoteiot', label: 'Acme', baseUrl: 'http://127.0.0.1:9/portal/api', ticket } as const;
    await page.ask(page.client.request('accounts.add', account));
    const profile = join(stage.folder, 'profile');
    const files = (await readdir(profile, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    expect(files.map((file) => file.slice(profile.length + 1))).toEqual(
      expect.arrayContaining(['accounts.json', 'vault.json']),
    );
    const attempts = [
      ...[profile, join(profile, 'run'), join(profile, 'logs')].map((folder) => ['ls', folder]),
      ...files.map((file) => ['cat', file]),
      ['touch', join(profile, 'mine')],
      ['cat', `/proc/${stage.host.pid}/environ`],
      ['kill', '-0', String(stage.host.pid)],
      [
        process.execPath,
        '-e',
        `require('net').connect(${JSON.stringify(stage.control)}).on('data', () => process.exit(0)).on('error', () => process.exit(1))`,
      ],
    ];
    const tryAs = async ([program = '', ...args]: readonly string[], ids: object): Promise<number | null> => {
      const child = spawn(program, args, { stdio: 'ignore', env: { PATH: process.env['PATH'] }, ...ids });
      return ((await once(child, 'close')) as [number | null])[0];
    };
    const ids = await user.ids();
    for (const attempt of attempts) {
      const [theirs, own] = [await tryAs(attempt, ids), await tryAs(attempt, {})];
      // What the owner may, so that it was refused for who they are.
      expect([attempt, own]).toEqual([attempt, 0]);
      expect([attempt, theirs === 0]).toEqual([attempt, false]);
    }
    await page.leave();
    tellAttack('another user', { tried: attempts.length, got: 0 });
  } finally {
    await user.dispose();
    await stage.dispose();
  }
});

/** What a device may be called by whoever owns it, and a program would take for more than a name. */
const hostile = (mark: string): readonly string[] => [
  ...[`$(touch ${mark})`, `\`touch ${mark}\``, `; touch ${mark};`, `| touch ${mark}`, `&& touch ${mark} &&`],
  ...[
    `'; touch ${mark}; '`,
    `"; touch ${mark}; "`,
    `\n touch ${mark}\n`,
    `\r\ntouch ${mark}\r\n`,
    `\${IFS}touch ${mark}`,
  ],
  ...['-oProxyCommand=touch x', '--help', '-', '--', '-F/etc/passwd', '-lroot', '-p1', '-L1:127.0.0.1:1'],
  ...['* ', '*', '?', '!a', 'a *', 'Host *', 'a\nHost *\n  User root', 'a\n  ProxyCommand touch x', 'Match all', '#x'],
  ...['../../etc/passwd', '/etc/passwd', 'C:\\windows', '.', '..', '~', '~root', '%h', '%n%p', '%%', '$HOME', '%PATH%'],
  ...[
    '\u001b[2J\u001b[1;1H',
    '\u001b]0;title\u0007',
    '\u001b]52;c;eA==\u0007',
    '\u009b31m',
    '\u0007',
    '\b\b\b\b',
    '\u007f',
    '\0x',
  ],
  ...['\u202egnp.exe', '\u200b', '\ufeffa', '\u2028line', '\u2029', '\u0085next', 'a\tb', ' ', '\u00a0'],
  ...[
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '{{7*7}}',
    '${7*7}',
    "' OR 1=1 --",
    '=1+1',
    '@SUM(1)',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'null',
    'undefined',
    'true',
    '0',
    'NaN',
    'localhost',
    '127.0.0.1',
    'github.com',
  ],
  ...['x'.repeat(5_000), 'é'.repeat(300), '👩‍👩‍👧‍👦', 'ＡＢＣ', '中文', 'ﷺ', '\ud800'.toWellFormed()],
];

describe('names that mean harm', () => {
  const ends = new AsyncDisposableStack();
  let folder: string;
  let mark: string;
  let sshd: Sshd;
  let names: readonly string[];
  const cli = async (args: readonly string[], stdin = '') => {
    const child = startCliFromSource(['--profile', join(folder, 'profile'), '--vault', 'file', ...args], {
      stdin,
      env: { HOME: folder, SSH_AUTH_SOCK: '', QUAYSIDE_VAULT_PASSPHRASE: 'of the names' },
    });
    const code = await child.ended();
    return { code, stdout: child.stdout(), stderr: child.stderr() };
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quayside-names-'));
    ends.defer(() => rm(folder, { recursive: true, force: true }));
    mark = join(folder, 'pwned');
    names = hostile(mark);
    sshd = await startSshd();
    ends.defer(() => sshd.dispose());
    const fleet = makeFleet(names.length, Date.now()).map((machine, at) => ({
      ...machine,
      name: names[at] ?? '',
      description: names[at] ?? '',
      site: names[names.length - 1 - at] ?? '',
      online: true,
    }));
    const target = { host: '127.0.0.1', port: sshd.port };
    const vendor = new RemoteIotSimulator({ token: 'names', devices: fleet, target: () => target });
    await vendor.listen();
    ends.defer(() => vendor.dispose());
    const account = ['accounts', 'add', 'remoteiot', '--label', 'Plant', '--base-url', vendor.baseUrl];
    expect(await cli(account, JSON.stringify({ token: 'names' }))).toMatchObject({ code: 0 });
  });
  afterAll(() => ends.disposeAsync());

  const title = 'run nothing, write nothing on a terminal but text, and ssh by their aliases reaches the device';
  test(title, { timeout: 1_800_000 }, async () => {
    const told = await cli(['devices', '--timeout', '300']);
    expect(told.code).toBe(0);
    // Nothing that moves the cursor, changes colours, begins a line or turns the direction of what stands beside it.
    expect((told.stdout + told.stderr).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
    expect(told.stdout.trimEnd().split('\n').length).toBeLessThanOrEqual(names.length + 2);

    const config = join(folder, 'config');
    await writeFile(config, '');
    const written = await cli(['ssh-config', '--write', '--config', config, '--json']);
    const { hosts } = JSON.parse(written.stdout) as { hosts: readonly { alias: string; device: string }[] };
    expect(hosts.length).toBeGreaterThan(70);
    const read: string[] = [];
    for (let at = 0; at < hosts.length; at += 8)
      read.push(
        ...(await Promise.all(
          hosts.slice(at, at + 8).map(async ({ alias }) => (await run('ssh', ['-F', config, '-G', alias])).stdout),
        )),
      );
    const entered = Math.min(hosts.length, Math.ceil(attackSize.kills / 2));
    for (const [at, { alias, device }] of hosts.entries()) {
      const stdout = read[at] ?? '';
      const facts = new Map(
        stdout.split('\n').map((line) => [line.split(' ', 1)[0], line.slice(line.indexOf(' ') + 1)]),
      );
      // No name changed what the block of another says, or its own.
      expect([alias, facts.get('proxycommand')]).toEqual([alias, expect.stringContaining(device)]);
      expect([alias, facts.get('user'), facts.get('port')]).toEqual([alias, userInfo().username, '22']);
      if (at >= entered) continue;
      const options = [
        '-F',
        config,
        '-i',
        sshd.clientKey,
        '-o',
        'BatchMode=yes',
        '-o',
        'StrictHostKeyChecking=accept-new',
      ];
      const env = { PATH: process.env['PATH'], HOME: folder, QUAYSIDE_VAULT_PASSPHRASE: 'of the names' };
      const known = ['-o', `UserKnownHostsFile=${join(folder, 'known')}`, '-l', sshd.user];
      expect((await run('ssh', [...options, ...known, alias, 'hostname'], { env })).stdout).toBe(`${hostname()}\n`);
    }
    expect((await run('ssh', ['-F', config, '-G', 'elsewhere.example'])).stdout).not.toContain('proxycommand');

    const lines = (await readFile(join(folder, 'profile/logs/quayside.log'), 'utf8')).trimEnd().split('\n');
    for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
    expect(await readdir(folder)).not.toContain('pwned');
    tellAttack('names', {
      devices: names.length,
      aliases: hosts.length,
      ssh: entered,
      commandsRun: 0,
      logLines: lines.length,
    });
  });
});
