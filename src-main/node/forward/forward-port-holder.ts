import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { isLoopback } from '../../core/base/loopback.ts';

/** States in /proc/net/tcp. */
const listening = '0A';
const established = '01';

/** A row of /proc/net/tcp or tcp6: addresses as the system writes them, port in hexadecimal last. */
interface SocketRow {
  /** As the system writes it. */
  readonly localAddress: string;
  readonly localPort: number;
  readonly remotePort: number;
  readonly state: string;
  /** Whose it is. */
  readonly uid: number;
  /** As /proc/PID/fd names it. */
  readonly socket: string;
}

const readOr = async (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

const hexPort = (address: string | undefined): number =>
  Number.parseInt(address?.slice(address.lastIndexOf(':') + 1) ?? '', 16);

/** Whether a socket on an address, as the system writes it, blocks one on `address`. */
const blocks = (system: string, address: string): boolean => {
  if (/^0+$/.test(system)) return true;
  const bytes = address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));
  // The system writes words of four bytes, the last byte first.
  if (bytes.length === 4) return system.toLowerCase().endsWith(bytes.toReversed().join(''));
  return address !== '::1' || system === '00000000000000000000000001000000';
};

/** The sockets of this computer's TCP, over IPv4 and IPv6; none where that cannot be read. */
const socketRows = async (): Promise<readonly SocketRow[]> => {
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(readOr));
  return tables
    .flatMap((table) => table.split('\n').slice(1))
    .flatMap((line) => {
      const [, local, remote, state, , , , uid, , inode] = line.trim().split(/\s+/);
      if (state === undefined || inode === undefined) return [];
      const ends = { localAddress: local?.split(':')[0] ?? '', localPort: hexPort(local), remotePort: hexPort(remote) };
      return [{ ...ends, state, uid: Number(uid), socket: `socket:[${inode}]` }];
    });
};

/** The processes that own the sockets, by socket; other users' processes cannot be read and are left out. */
const holdersOf = async (sockets: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> => {
  const holders = new Map<string, number>();
  if (sockets.size === 0) return holders;
  const processes = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of processes) {
    const folder = `/proc/${pid}/fd`;
    const descriptors = await readdir(folder).catch(() => []);
    for (const descriptor of descriptors) {
      const socket = await readlink(`${folder}/${descriptor}`).catch(() => '');
      if (sockets.has(socket)) holders.set(socket, Number(pid));
    }
    if (holders.size === sockets.size) break;
  }
  return holders;
};

/** Interpreters, whose program is named after the script they run. */
const runsScripts = /^(?:node|nodejs|bun|deno|electron|python[\d.]*|ruby[\d.]*|perl[\d.]*|php[\d.]*|(?:ba|da|z)?sh)$/;

/** Options that make an interpreter run code from its command line. */
const runsWords = /^-(?:\w*c|e|p|pe|-eval|-print)$/;
/** A name that can be shown; anything else may be a private argument. */
const isName = /^[\w@+][\w.@+-]{0,59}$/;

interface Program {
  /** The file that runs, without its folder; empty if that cannot be read. */
  readonly file: string;
  readonly path: string;
  /** The script that an interpreter runs, if it is one. */
  readonly script: string | undefined;
}

const programOf = async (pid: number | 'self'): Promise<Program> => {
  const [words, path] = await Promise.all([
    readOr(`/proc/${pid}/cmdline`).then((text) => text.split('\0').slice(0, -1)),
    readlink(`/proc/${pid}/exe`).catch(() => ''),
  ]);
  // The program was replaced since it started, as by an update.
  const running = path.replace(/ \(deleted\)$/, '');
  const file = basename(running);
  const at = words.findIndex((word, index) => index > 0 && !word.startsWith('-'));
  const given = words[at];
  const isScript =
    given !== undefined && runsScripts.test(file) && !words.slice(1, at).some((word) => runsWords.test(word));
  return { file, path: running, script: isScript && isName.test(basename(given)) ? given : undefined };
};

/** Whether a program is Quayside too, as another profile or another user has it running. */
const isQuayside = ({ path, script }: Program, own: Program): boolean =>
  path !== '' &&
  path === own.path &&
  (script === undefined
    ? own.script === undefined
    : own.script !== undefined && dirname(script) === dirname(own.script));

const nameOf = async (pid: number): Promise<string> => {
  if (pid === process.pid) return 'Quayside itself';
  const [program, own] = await Promise.all([programOf(pid), programOf('self')]);
  // The name of its first thread, which Node and others set.
  const name = program.file === '' ? (await readOr(`/proc/${pid}/comm`)).trim() : program.file;
  if (name === '') return `process ${pid}`;
  if (isQuayside(program, own)) return `another Quayside (process ${pid})`;
  return `${program.script === undefined ? name : `${name} ${basename(program.script)}`} (process ${pid})`;
};

/** The owner's name on this computer; undefined if it is the user themselves. */
const otherUser = async (uid: number): Promise<string | undefined> => {
  if (uid === process.getuid?.()) return undefined;
  const line = (await readOr('/etc/passwd')).split('\n').find((text) => text.split(':')[2] === String(uid));
  return `a program of ${line?.split(':')[0] ?? `user ${uid}`}`;
};

/**
 * The program that listens on a port of an address, as `nginx (process 812)` or `node server.js (process 812)`; for
 * another user's program only the user. Undefined if nothing can be read (not Linux).
 */
export const portHolder = async (address: string, port: number): Promise<string | undefined> => {
  const rows = (await socketRows()).filter(
    (row) => row.localPort === port && row.state === listening && blocks(row.localAddress, address),
  );
  const [pid] = (await holdersOf(new Set(rows.map(({ socket }) => socket)))).values();
  if (pid !== undefined) return nameOf(pid);
  const [row] = rows;
  return row === undefined ? undefined : otherUser(row.uid);
};

/** The programs at the other end of connections from this computer, in the same order; undefined if not known. */
export const connectionHolders = async (
  peers: readonly { readonly address: string; readonly port: number }[],
): Promise<readonly (string | undefined)[]> => {
  const isHere = (address: string): boolean => isLoopback(address.replace(/^::ffff:/, ''));
  const ports = new Set(peers.filter(({ address }) => isHere(address)).map(({ port }) => port));
  if (ports.size === 0) return peers.map(() => undefined);
  const socketOf = new Map<number, string>();
  for (const row of await socketRows())
    if (row.state === established && ports.has(row.localPort)) socketOf.set(row.localPort, row.socket);
  const holders = await holdersOf(new Set(socketOf.values()));
  const names = new Map<number, string>();
  for (const pid of new Set(holders.values())) names.set(pid, await nameOf(pid));
  return peers.map(({ address, port }) =>
    isHere(address) ? names.get(holders.get(socketOf.get(port) ?? '') ?? 0) : undefined,
  );
};
