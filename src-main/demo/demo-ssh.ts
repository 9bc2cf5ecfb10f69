import { generateKeyPairSync } from 'node:crypto';
import ssh2, { type ServerChannel } from 'ssh2';
import { demoFiles, serveDemoFiles, type DemoFolder } from './demo-files.ts';
import { ExpectedDevices } from './demo-names.ts';
import { listenLocally } from './local-server.ts';

/** The SSH server behind every device of the demo. */
export interface DemoSsh {
  readonly port: number;
  /** Says which device the next connection is meant for. */
  expect(deviceName: string): void;
  dispose(): Promise<void>;
}

const help = 'hostname  uptime  uname  whoami  ls  date  help  exit';

/** What a command of the make-believe device prints. */
const answer = (line: string, name: string, user: string): string => {
  const [command = '', ...args] = line.trim().split(/\s+/);
  const days = 1 + ((name.length * 7) % 90);
  switch (command) {
    case '':
      return '';
    case 'hostname':
      return name;
    case 'uptime':
      return ` ${new Date().toISOString().slice(11, 19)} up ${days} days,  1 user,  load average: 0.08, 0.03, 0.01`;
    case 'uname':
      return args.includes('-a') ? `Linux ${name} 6.12.0-demo aarch64 GNU/Linux` : 'Linux';
    case 'whoami':
      return user;
    case 'ls':
      return 'backups  config.json  logs  readme.txt';
    case 'date':
      return new Date().toString();
    case 'echo':
      return args.join(' ');
    case 'help':
      return help;
    default:
      return `${command}: not on this demo device; it knows: ${help}`;
  }
};

/** A line editor just good enough for a terminal in raw mode. */
const runShell = (channel: ServerChannel, name: string, user: string): void => {
  const prompt = `${user}@${name}:~$ `;
  let line = '';
  const end = (): void => {
    channel.exit(0);
    channel.end('logout\r\n');
  };
  channel.write(`This is ${name}, a device of the Quayside demo. Type help.\r\n${prompt}`);
  channel.on('data', (data: Buffer) => {
    for (const key of data.toString('utf8')) {
      if (key === '\r' || key === '\n') {
        channel.write('\r\n');
        if (/^\s*(exit|logout)\s*$/.test(line)) return end();
        const text = answer(line, name, user);
        channel.write(`${text === '' ? '' : `${text}\r\n`}${prompt}`);
        line = '';
      } else if (key === '\u0004' && line === '') return end();
      else if (key === '\u0003') {
        line = '';
        channel.write(`^C\r\n${prompt}`);
      } else if (key === '\u007f' || key === '\b') {
        if (line !== '') channel.write('\b \b');
        line = line.slice(0, -1);
      } else if (key >= ' ' && line.length < 500) {
        line += key;
        channel.write(key);
      }
    }
  });
};

/** Starts it on 127.0.0.1. It lets everybody in: it is a toy that can do nothing. */
export const startDemoSsh = async (): Promise<DemoSsh> => {
  // Not ssh2's own: now and then it makes an ed25519 key that it cannot read.
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const expected = new ExpectedDevices();
  // Kept for as long as the demo runs: what was uploaded is there the next time.
  const disks = new Map<string, DemoFolder>();
  const diskOf = (name: string): DemoFolder => {
    const disk = disks.get(name) ?? demoFiles(name, Date.now());
    disks.set(name, disk);
    return disk;
  };
  const clients = new Set<{ end(): void }>();
  const server = new ssh2.Server({ hostKeys: [privateKey.export({ type: 'sec1', format: 'pem' })] }, (client) => {
    const name = expected.take();
    let user = 'demo';
    clients.add(client);
    client.on('close', () => clients.delete(client));
    client.on('error', () => undefined);
    client.on('authentication', (context) => {
      user = context.username.replaceAll(/[^\w.-]/g, '').slice(0, 32) || 'demo';
      context.accept();
    });
    client.on('session', (accept) => {
      const session = accept();
      session.on('pty', (acceptPty) => acceptPty?.());
      session.on('window-change', (acceptChange) => acceptChange?.());
      session.on('shell', (acceptShell) => runShell(acceptShell(), name, user));
      session.on('sftp', (acceptSftp) => serveDemoFiles(acceptSftp(), diskOf(name), Date.now));
      session.on('exec', (acceptExec, _reject, info) => {
        const channel = acceptExec();
        channel.write(`${answer(info.command, name, user)}\n`);
        channel.exit(0);
        channel.end();
      });
    });
  });
  const listening = await listenLocally(server, () => {
    for (const client of clients) client.end();
  });
  return { ...listening, expect: (deviceName) => expected.expect(deviceName) };
};
