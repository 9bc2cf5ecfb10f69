import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SessionClient, type OpenSession } from '../support/session-client.ts';
import { startSshd, type Sshd } from '../support/sshd.ts';
import { median, percentile } from './bench.ts';
import type { Bench, Metric, Table } from './bench.ts';

const run = promisify(execFile);
const token = 'bench-token-of-the-sessions';

/** The work of a round. */
const amounts = { keys: 100, listed: 12_000, uploads: 30, folders: 10, filesInEach: 99, bytes: 50_000_000 } as const;
const tree = amounts.folders * (amounts.filesInEach + 1);

/** A program that is told one thing after another and says when it is done. */
class Dialogue {
  readonly #child: ChildProcessWithoutNullStreams;
  #heard = '';
  #wake: (() => void) | undefined;

  constructor(program: string, args: readonly string[]) {
    this.#child = spawn(program, args);
    this.#child.stdout.on('data', (bytes: Buffer) => {
      this.#heard += bytes.toString('latin1');
      this.#wake?.();
    });
    this.#child.stderr.on('data', (bytes: Buffer) => process.stderr.write(bytes));
    this.#child.on('exit', () => this.#wake?.());
  }

  /** Says something, and waits for a word of the answer. What was heard before does not count. */
  async say(text: string, until: string): Promise<void> {
    this.#heard = '';
    this.#child.stdin.write(text);
    while (!this.#heard.includes(until)) {
      if (this.#child.exitCode !== null) throw new Error(`${this.#child.spawnfile} ended: ${this.#heard}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill();
    await ended;
  }
}

/** Starts one of our processes; answers its first line. It ends when told to. */
const helper = async (program: URL, ...args: readonly string[]) => {
  const child = spawn(process.execPath, [program.pathname, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    line: said.toString().trim(),
    end: async () => {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
};

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now();
  await work();
  return performance.now() - started;
};

/** The shell of the far end is one that only echoes: the terminal driver there does it, as it does for most keys. */
const echoing = 'stty -icanon; echo ready-$((40 + 2)); exec cat > /dev/null\n';

/** What is measured of one program; milliseconds. */
interface Hands {
  readonly name: string;
  keys?(count: number): Promise<readonly number[]>;
  list?(folder: string): Promise<unknown>;
  uploadMany?(from: string, to: string): Promise<unknown>;
  deleteTree?(folder: string): Promise<unknown>;
  download?(from: string, to: string): Promise<unknown>;
  upload?(from: string, to: string): Promise<unknown>;
  end(): Promise<void>;
}

const smallFiles = Array.from({ length: amounts.uploads }, (_, index) => `small-${index}`);
const folderNames = Array.from({ length: amounts.folders }, (_, index) => `folder-${index}`);
const content = Buffer.alloc(amounts.bytes, 'not to be compressed ');

/** Our sessions, from the browser's WebSocket on. */
const ours = async (
  window: SessionClient,
  place: { deviceKey: string; serviceId: string },
  sshd: Sshd,
): Promise<Hands> => {
  const signIn = { user: sshd.user, keyFile: sshd.clientKey };
  const shell: OpenSession = await window.open({ kind: 'terminal', ...place, ...signIn });
  const files = await window.open({ kind: 'files', ...place, ...signIn });
  const heard = (until: string): Promise<void> =>
    new Promise((resolve) => {
      let text = '';
      shell.onBytes((bytes) => {
        text += Buffer.from(bytes).toString('latin1');
        if (text.includes(until)) resolve();
      });
    });
  const ready = heard('ready-42');
  shell.send(Buffer.from(echoing));
  await ready;
  return {
    name: 'quayside',
    keys: async (count) => {
      const times: number[] = [];
      for (let key = 0; key < count; key += 1)
        times.push(
          await timed(() => {
            const echoed = heard('k');
            shell.send(Buffer.from('k'));
            return echoed;
          }),
        );
      return times;
    },
    list: (folder) => files.call({ op: 'list', path: folder }),
    // As the window does: four at once.
    uploadMany: async (_from, to) => {
      const waiting = [...smallFiles];
      const sendNext = async (): Promise<void> => {
        for (let name = waiting.shift(); name !== undefined; name = waiting.shift())
          await files.upload(`${to}/${name}`, Buffer.from('12345'));
      };
      await Promise.all([sendNext(), sendNext(), sendNext(), sendNext()]);
    },
    deleteTree: (folder) => files.call({ op: 'delete-folder', path: folder }),
    download: (from) => files.download(from),
    upload: (_from, to) => files.upload(to, content),
    end: async () => {
      shell.close();
      files.close();
    },
  };
};

const sshOptions = (sshd: Sshd): readonly string[] => [
  ...['-F', 'none', '-i', sshd.clientKey, '-o', 'IdentitiesOnly=yes', '-o', 'LogLevel=ERROR'],
  ...['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'],
  // Newer ones hold keys back to hide how somebody types.
  ...['-o', 'IgnoreUnknown=ObscureKeystrokeTiming', '-o', 'ObscureKeystrokeTiming=no'],
];

const openSsh = async (port: number, sshd: Sshd): Promise<Hands> => {
  const there = `${sshd.user}@127.0.0.1`;
  const shell = new Dialogue('ssh', [...sshOptions(sshd), '-p', String(port), '-tt', there]);
  await shell.say(echoing, 'ready-42');
  const sftp = new Dialogue('sftp', [...sshOptions(sshd), '-P', String(port), '-b', '-', there]);
  const done = (command: string): Promise<void> => sftp.say(`${command}\npwd\n`, 'Remote working directory');
  await done('');
  return {
    name: 'ssh, sftp',
    keys: async (count) => {
      const times: number[] = [];
      for (let key = 0; key < count; key += 1) times.push(await timed(() => shell.say('k', 'k')));
      return times;
    },
    list: (folder) => done(`ls -l ${folder}`),
    uploadMany: (from, to) => done(`put ${from}/small-* ${to}`),
    // It has no command for a tree.
    deleteTree: (folder) => {
      const emptied = folderNames.map((name) => `rmdir ${folder}/${name}`);
      return done([`rm ${folder}/*/*`, ...emptied, `rmdir ${folder}`].join('\n'));
    },
    download: (from, to) => done(`get ${from} ${to}`),
    upload: (from, to) => done(`put ${from} ${to}`),
    end: async () => {
      await shell.end();
      await sftp.end();
    },
  };
};

/** With its sign-in each time, as it is used. */
const scp = (port: number, sshd: Sshd): Hands => {
  const copy = (...words: readonly string[]) => run('scp', [...sshOptions(sshd), '-q', '-P', String(port), ...words]);
  const there = (path: string): string => `${sshd.user}@127.0.0.1:${path}`;
  return {
    name: 'scp',
    uploadMany: (from, to) => copy(...smallFiles.map((name) => join(from, name)), there(to)),
    download: (from, to) => copy(there(from), to),
    upload: (from, to) => copy(from, there(to)),
    end: async () => undefined,
  };
};

/** Where the files of a round are: the device is this computer. */
const makeFiles = async (folder: string): Promise<void> => {
  await mkdir(join(folder, 'many'));
  await mkdir(join(folder, 'small'));
  await mkdir(join(folder, 'there'));
  for (let index = 0; index < amounts.listed; index += 1)
    await writeFile(join(folder, 'many', `measurement-${index}.csv`), '');
  for (const name of smallFiles) await writeFile(join(folder, 'small', name), '12345');
  await writeFile(join(folder, 'large'), content);
};

const makeTree = async (folder: string): Promise<void> => {
  for (const name of folderNames) {
    const inside = join(folder, name);
    await mkdir(inside, { recursive: true });
    for (let file = 0; file < amounts.filesInEach; file += 1) await writeFile(join(inside, `file-${file}`), 'x');
  }
};

const rows = {
  keys: `key echo, p50 of ${amounts.keys}`,
  'keys-p99': 'key echo, p99',
  list: `list of ${amounts.listed.toLocaleString('en')} files`,
  uploads: `${amounts.uploads} uploads of 5 bytes`,
  delete: `delete of a tree of ${tree.toLocaleString('en')}`,
  down: '50 MB down',
  up: '50 MB up',
} as const;
type Row = keyof typeof rows;

const measure = async (hands: readonly Hands[], folder: string, rounds: number) => {
  const found = new Map(hands.map(({ name }) => [name, new Map<Row, number[]>()]));
  const note = (of: Hands, row: Row, ms: number): void => {
    const values = found.get(of.name)?.get(row) ?? [];
    found.get(of.name)?.set(row, [...values, ms]);
  };
  const large = join(folder, 'large');
  for (let round = 0; round < rounds; round += 1) {
    // In turn, beginning with another each time: what else the computer does falls on all of them.
    for (const of of [...hands.slice(round % hands.length), ...hands.slice(0, round % hands.length)]) {
      const there = join(folder, 'there', String(round), of.name.replace(/\W/g, ''));
      await mkdir(join(there, 'small'), { recursive: true });
      if (of.keys !== undefined) {
        const times = await of.keys(amounts.keys);
        note(of, 'keys', percentile(times, 0.5));
        note(of, 'keys-p99', percentile(times, 0.99));
      }
      const { list, uploadMany, deleteTree, download, upload } = of;
      if (list !== undefined) note(of, 'list', await timed(() => list(join(folder, 'many'))));
      if (uploadMany !== undefined)
        note(of, 'uploads', await timed(() => uploadMany(join(folder, 'small'), join(there, 'small'))));
      if (deleteTree !== undefined) {
        await makeTree(join(there, 'tree'));
        note(of, 'delete', await timed(() => deleteTree(join(there, 'tree'))));
        await stat(join(there, 'tree')).then(
          () => Promise.reject(new Error(`${of.name} left the tree`)),
          () => undefined,
        );
      }
      if (download !== undefined) note(of, 'down', await timed(() => download(large, join(there, 'down'))));
      if (upload !== undefined) {
        note(of, 'up', await timed(() => upload(large, join(there, 'up'))));
        if ((await stat(join(there, 'up'))).size !== amounts.bytes) throw new Error(`${of.name} did not send all`);
      }
      await rm(there, { recursive: true });
    }
  }
  return (name: string, row: Row): number => median(found.get(name)?.get(row) ?? []);
};

export const bench: Bench = {
  name: 'sessions',
  about:
    'terminal and files inside the application, up to the browser, beside OpenSSH through the same forward; medians, ms',
  run: async ({ quick }) => {
    await using ends = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'quayside-sessions-'));
    ends.defer(() => rm(folder, { recursive: true, force: true }));
    await makeFiles(folder);
    const sshd = await startSshd();
    ends.defer(() => sshd.dispose());
    const vendor = await helper(new URL('session-vendor-process.ts', import.meta.url), token, String(sshd.port));
    ends.defer(() => vendor.end());
    const host = await helper(new URL('session-host-process.ts', import.meta.url));
    ends.defer(() => host.end());
    const window = await SessionClient.enter(host.line);
    ends.defer(() => window.close());
    const { client } = window;
    const asked = async <T>(answer: Promise<{ ok: true; value: T } | { ok: false; error: { message: string } }>) => {
      const settled = await answer;
      if (!settled.ok) throw new Error(settled.error.message);
      return settled.value;
    };
    const { ticket } = await asked(client.request('secrets.hand', { secrets: { token } }));
    await asked(
      client.request('accounts.add', { vendor: 'remoteiot', label: 'Bench', baseUrl: vendor.line, fields: {}, ticket }),
    );
    let device: { key: string; services: readonly { id: string; kind: string }[] } | undefined;
    while (device === undefined) [device] = (await asked(client.request('devices.query', { query: '' }))).devices;
    const place = {
      deviceKey: device.key,
      serviceId: device.services.find(({ kind }) => kind === 'ssh')?.id ?? '',
    };
    const hands: Hands[] = [await ours(window, place, sshd)];
    const { port } = await asked(client.request('forwards.open', place));
    hands.push(await openSsh(port, sshd), scp(port, sshd));
    for (const of of hands) ends.defer(() => of.end());
    const of = await measure(hands, folder, quick ? 1 : 7);
    const cell = (ms: number): string => (Number.isNaN(ms) ? '–' : ms.toFixed(ms < 10 ? 2 : 0));
    const table: Table = [
      ['ms', ...hands.map(({ name }) => name)],
      ...Object.entries(rows).map(([row, label]) => [label, ...hands.map(({ name }) => cell(of(name, row as Row)))]),
    ];
    const metrics: Metric[] = (Object.keys(rows) as Row[]).flatMap((row): Metric[] => [
      { metric: `sessions.${row}`, value: of('quayside', row), unit: 'ms' },
      { metric: `sessions.${row} / sftp`, value: of('quayside', row) / of('ssh, sftp', row), unit: 'ratio' },
    ]);
    return { tables: [table], metrics };
  },
};
