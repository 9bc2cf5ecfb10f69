import { readdir, readFile, readlink } from 'node:fs/promises';

/** State LISTEN in /proc/net/tcp. */
const listening = '0A';

const readOr = async (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

/** The inodes of the sockets that listen on a port, over IPv4 and IPv6. */
const socketsOn = async (port: number): Promise<ReadonlySet<string>> => {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(readOr));
  const inodes = new Set<string>();
  for (const line of tables.flatMap((table) => table.split('\n').slice(1))) {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    if (local?.endsWith(suffix) === true && state === listening && inode !== undefined) inodes.add(`socket:[${inode}]`);
  }
  return inodes;
};

const holds = async (pid: string, sockets: ReadonlySet<string>): Promise<boolean> => {
  const folder = `/proc/${pid}/fd`;
  const descriptors = await readdir(folder).catch(() => []);
  for (const descriptor of descriptors) {
    if (sockets.has(await readlink(`${folder}/${descriptor}`).catch(() => ''))) return true;
  }
  return false;
};

/**
 * Who listens on a port, as `nginx (process 812)`; undefined where that cannot be read (not Linux, or a process of
 * another user).
 */
export const portHolder = async (port: number): Promise<string | undefined> => {
  const sockets = await socketsOn(port);
  if (sockets.size === 0) return undefined;
  const processes = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of processes) {
    if (!(await holds(pid, sockets))) continue;
    if (Number(pid) === process.pid) return 'Quayside itself';
    const name = (await readOr(`/proc/${pid}/comm`)).trim();
    return name === '' ? `process ${pid}` : `${name} (process ${pid})`;
  }
  return undefined;
};
