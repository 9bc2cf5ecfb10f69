import { readdir, readFile, readlink } from 'node:fs/promises';

/** States in /proc/net/tcp. */
const listening = '0A';
const established = '01';

/** A row of /proc/net/tcp or tcp6: addresses as the system writes them, port in hexadecimal last. */
interface SocketRow {
  readonly localPort: number;
  readonly remotePort: number;
  readonly state: string;
  /** As /proc/PID/fd names it. */
  readonly socket: string;
}

const readOr = async (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

const hexPort = (address: string | undefined): number =>
  Number.parseInt(address?.slice(address.lastIndexOf(':') + 1) ?? '', 16);

/** The sockets of this computer's TCP, over IPv4 and IPv6; none where that cannot be read. */
const socketRows = async (): Promise<readonly SocketRow[]> => {
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(readOr));
  return tables
    .flatMap((table) => table.split('\n').slice(1))
    .flatMap((line) => {
      const [, local, remote, state, , , , , , inode] = line.trim().split(/\s+/);
      if (state === undefined || inode === undefined) return [];
      return [{ localPort: hexPort(local), remotePort: hexPort(remote), state, socket: `socket:[${inode}]` }];
    });
};

/** The processes that have the sockets, by socket; others' processes cannot be read and are left out. */
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

const nameOf = async (pid: number): Promise<string> => {
  if (pid === process.pid) return 'Quayside itself';
  const name = (await readOr(`/proc/${pid}/comm`)).trim();
  return name === '' ? `process ${pid}` : `${name} (process ${pid})`;
};

/**
 * Who listens on a port, as `nginx (process 812)`; undefined where that cannot be read (not Linux, or a process of
 * another user).
 */
export const portHolder = async (port: number): Promise<string | undefined> => {
  const rows = (await socketRows()).filter((row) => row.localPort === port && row.state === listening);
  const [pid] = (await holdersOf(new Set(rows.map(({ socket }) => socket)))).values();
  return pid === undefined ? undefined : nameOf(pid);
};

/** The programs at the other end of connections from this computer, in the same order; undefined where not known. */
export const connectionHolders = async (
  peers: readonly { readonly address: string; readonly port: number }[],
): Promise<readonly (string | undefined)[]> => {
  const isHere = (address: string): boolean => /^(?:::ffff:)?127\.|^::1$/.test(address);
  const ports = new Set(peers.filter(({ address }) => isHere(address)).map(({ port }) => port));
  if (ports.size === 0) return peers.map(() => undefined);
  const socketOf = new Map<number, string>();
  for (const row of await socketRows())
    if (row.state === established && ports.has(row.localPort)) socketOf.set(row.localPort, row.socket);
  const holders = await holdersOf(new Set(socketOf.values()));
  return Promise.all(
    peers.map(async ({ address, port }) => {
      if (!isHere(address)) return undefined;
      const pid = holders.get(socketOf.get(port) ?? '');
      return pid === undefined ? undefined : nameOf(pid);
    }),
  );
};
