import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import { enterByLink, keyIn, LiveConnection, LivePage } from '../support/live-host.ts';
import { startSshd, type Sshd } from '../support/sshd.ts';
import { errorOf, Stage, type Served } from './stage.ts';
import { patient, windowsPath } from './wine.ts';

let sshd: Sshd;
let stage: Stage;
let served: Served;
let devices: readonly DeviceView[];
let sshFolder: string;

beforeAll(async () => {
  sshd = await startSshd();
  stage = await Stage.make({ ports: { 22: sshd.port } });
  sshFolder = join(stage.windows.userFolder, '.ssh');
  mkdirSync(sshFolder, { recursive: true });
  copyFileSync(sshd.clientKey, join(sshFolder, 'id_ed25519'));
  served = await stage.serve();
  devices = await stage.addInWindow(served);
});

afterAll(async () => {
  await stage.dispose();
  rmSync(sshFolder, { recursive: true, force: true });
  await sshd.dispose();
});

const deviceAt = (at: number): DeviceView => {
  const device = devices[at];
  if (device === undefined) throw new Error('too few devices are online');
  return device;
};

/** Asks for a path as it stands, which `fetch` would tidy up. */
const statusOf = (path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const { hostname, port, host } = new URL(served.link);
    const asked = request({ host: hostname, port, path, headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on('error', reject);
    asked.end();
  });

test('the window is served whole: its page, and its scripts and styles with their types', async () => {
  const page = await (await fetch(new URL('/', served.link))).text();
  const files = [...page.matchAll(/(?:src|href)="(\.?\/[^"]+\.(?:js|css))"/g)].map(([, path]) => path ?? '');
  expect(files.length).toBeGreaterThan(1);
  for (const file of files) {
    const answer = await fetch(new URL(file, served.link));
    const type = file.endsWith('.js') ? 'text/javascript' : 'text/css';
    expect([file, answer.status, answer.headers.get('content-type')]).toEqual([file, 200, `${type}; charset=utf-8`]);
    expect((await answer.text()).length).toBeGreaterThan(100);
  }
});

test('only the page of a link holds the key, and nobody is let in without it', async () => {
  expect(keyIn(await (await fetch(new URL('/', served.link))).text())).toBe('');
  const { origin, host } = new URL(served.link);
  const refused = new WebSocket(`ws://${host}/bridge`, ['quayside', 'a-guess'], { headers: { origin } });
  const end = await new Promise<string>((resolve) => {
    refused.on('open', () => resolve('open'));
    refused.on('error', (error) => resolve(error.message));
  });
  expect(end).toContain('403');
});

test('no file of the computer is served by a path of Windows', async () => {
  const paths = [
    '/..%5c..%5cpackage.json',
    '/..%2f..%2fpackage.json',
    '/%5c..%5c..%5cpackage.json',
    `/${encodeURIComponent(windowsPath(join(import.meta.dirname, '../../package.json')))}`,
    '/Z:/etc/passwd.json',
    '/index.html::$DATA',
    '/assets%5c..%5cindex.html',
    '/con.html',
    '/..../package.json',
  ];
  for (const path of paths) expect([path, await statusOf(path)]).toEqual([path, 404]);
});

test('a second command reaches the application over its pipe, and the window sees what it did', async () => {
  const renamed = await stage.run(['accounts', 'rename', 'Werk Süd', 'Werk Ost']);
  expect(renamed).toMatchObject({ code: 0, stderr: '' });
  const accounts = await served.page.ask(served.page.client.request('accounts.list', {}));
  expect(accounts.map(({ label }) => label)).toEqual(['Werk Ost']);
  expect((await stage.run(['accounts', 'rename', 'Werk Ost', 'Werk Süd'])).code).toBe(0);
});

test('commands at the same time all get their answer over the pipe', async () => {
  const ends = await Promise.all(Array.from({ length: 4 }, () => stage.run(['devices', '--timeout', '100', '--json'])));
  for (const { code, stdout, stderr } of ends) {
    expect([code, stderr]).toEqual([0, '']);
    expect((JSON.parse(stdout) as unknown[]).length).toBe(stage.vendor.unitIds.length);
  }
});

test.each([
  { name: 'small letters', spell: (path: string) => path.toLowerCase() },
  { name: 'slashes and a last one', spell: (path: string) => `${path.replaceAll('\\', '/')}/` },
  { name: 'a detour', spell: (path: string) => path.replace(/\\([^\\]+)$/, '\\.\\recordings\\..\\$1') },
])('the profile in another spelling is the same one: $name', async ({ spell }) => {
  const spelled = spell(windowsPath(stage.profile));
  const end = await stage.windows.run(['--profile', spelled, 'accounts', 'list', '--json']);
  expect(end).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(end.stdout)).toMatchObject([{ label: 'Werk Süd' }]);
});

test('a second serve tells a link into the first one and ends', async () => {
  const end = await stage.run(['serve', '--json']);
  expect([end.code, end.stderr]).toEqual([0, '']);
  const { url, port } = JSON.parse(end.stdout) as { url: string; port: number };
  expect(port).toBe(Number(new URL(served.link).port));
  const page = new LivePage(await (await enterByLink(url))());
  expect(await page.ask(page.client.request('accounts.list', {}))).toMatchObject([{ label: 'Werk Süd' }]);
  await page.leave();
});

test('a second profile runs beside it and has nothing of the first', async () => {
  const other = stage.windows.cli(['--profile', windowsPath(stage.windows.path('Zweites')), 'serve', '--json']);
  const { url } = JSON.parse(await other.firstLine()) as { url: string };
  const page = new LivePage(await (await enterByLink(url))());
  expect(await page.ask(page.client.request('accounts.list', {}))).toEqual([]);
  expect(new URL(url).port).not.toBe(new URL(served.link).port);
  other.interrupt();
  expect(await other.ended()).toBe(0);
  expect(served.page.isOver).toBe(false);
});

test('a port that is taken is told, and nothing is served elsewhere', async () => {
  const { port } = new URL(served.link);
  const place = ['--profile', windowsPath(stage.windows.path('Drittes'))];
  const end = await stage.windows.run([...place, 'serve', '--port', port, '--json']);
  expect([end.code, errorOf(end).kind, end.stdout]).toEqual([1, 'port-in-use', '']);
});

test('a command holds a forward of the application until its Ctrl-C', async () => {
  const forward = stage.start(['forward', deviceAt(0).id, '--service', 'vnc', '--json']);
  const { port } = JSON.parse(await forward.firstLine()) as { port: number };
  const connection = new LiveConnection(port);
  await connection.echo();
  connection.close();
  forward.interrupt();
  expect(await forward.ended()).toBe(0);
  await vi.waitFor(async () => {
    const open = await served.page.ask(served.page.client.request('forwards.list', {}));
    expect(open.filter(({ state }) => state !== 'stopped')).toEqual([]);
  }, patient);
});

/** Windows' own agent: its pipe, behind which a real agent of this system answers. */
const startAgent = async (): Promise<{ readonly socket: string }> => {
  const socket = stage.windows.path('agent');
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  stage.onEnd(() => agent.kill());
  await once(agent.stdout, 'data');
  const bridge = createServer((client) => {
    const way = connect(socket);
    for (const end of [client, way]) end.on('error', () => undefined);
    client.pipe(way).pipe(client);
  });
  bridge.listen(0, '127.0.0.1');
  await once(bridge, 'listening');
  stage.onEnd(() => bridge.close());
  const source = `
    import { connect, createServer } from 'node:net';
    createServer((client) => {
      const way = connect(Number(process.argv[2]), '127.0.0.1');
      for (const end of [client, way]) end.on('error', () => undefined);
      client.pipe(way).pipe(client);
    }).listen('\\\\\\\\.\\\\pipe\\\\openssh-ssh-agent', () => console.log('listens'));
  `;
  const { port } = bridge.address() as AddressInfo;
  await stage.windows.startScript(source, [String(port)]).firstLine();
  return { socket };
};

test('a terminal of the window signs in with the key in %USERPROFILE%\\.ssh, and with the agent of Windows', async () => {
  const { socket } = await startAgent();
  const device = deviceAt(0);
  const serviceId = device.services.find(({ kind }) => kind === 'ssh')?.id ?? '';
  await served.page.ask(served.page.client.request('settings.change', { sshUser: sshd.user }));
  const signIn = async (isFirst: boolean, word: string): Promise<void> => {
    const terminal = served.page.open('terminal', { deviceKey: device.key, serviceId });
    if (isFirst) terminal.answer((await terminal.event('ask')).ask, { type: 'host-key', accept: true });
    expect((await terminal.event('ready')).user).toBe(sshd.user);
    expect(await terminal.run(`echo ${word}-$((6 * 7))`, `${word}-42`)).toBe(true);
    terminal.close();
  };
  // The agent has no key yet.
  await signIn(true, 'file');
  rmSync(join(sshFolder, 'id_ed25519'));
  const added = spawn('ssh-add', ['-q', sshd.clientKey], { env: { PATH: process.env['PATH'], SSH_AUTH_SOCK: socket } });
  expect(await once(added, 'exit')).toEqual([0, null]);
  await signIn(false, 'agent');
});

test('settings are in the profile as soon as they are changed', async () => {
  await served.page.ask(served.page.client.request('settings.change', { pollFactor: 7 }));
  const stored = JSON.parse(readFileSync(join(stage.profile, 'settings.json'), 'utf8')) as unknown;
  expect(stored).toMatchObject({ value: { pollFactor: 7 } });
});

test('Ctrl-C closes the tunnels at the vendor and the port, gives the profile free and ends with 0', async () => {
  const device = deviceAt(1);
  const serviceId = device.services.find(({ kind }) => kind === 'vnc')?.id ?? '';
  const forward = await served.page.ask(
    served.page.client.request('forwards.open', { deviceKey: device.key, serviceId }),
  );
  const connection = new LiveConnection(forward.port);
  await connection.echo();
  expect(stage.vendor.tunnels.list().length).toBeGreaterThan(0);
  served.process.interrupt();
  expect(await served.process.ended()).toBe(0);
  expect(stage.vendor.tunnels.list()).toEqual([]);
  const refused = connect(Number(new URL(served.link).port), '127.0.0.1');
  expect(
    await new Promise((resolve) => refused.on('error', (error: NodeJS.ErrnoException) => resolve(error.code))),
  ).toBe('ECONNREFUSED');
  expect(existsSync(join(stage.profile, 'run'))).toBe(true);
  expect(await stage.run(['accounts', 'list', '--json'])).toMatchObject({ code: 0, stderr: '' });
  connection.close();
});
