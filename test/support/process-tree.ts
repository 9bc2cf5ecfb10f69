import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** The ids of all processes there are (Linux). */
export const processIds = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** A file of a process in /proc, or an empty text where the process is gone or another user's. */
export const processFile = (pid: number, name: 'environ' | 'cmdline' | 'stat'): string => {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
};

/** The processes below `root`, children before their own children. */
export const descendants = (root: number): readonly number[] => {
  const parents = new Map<number, number>();
  for (const pid of processIds()) {
    // The name, in parentheses, may hold blanks; the parent is the second field after it.
    const parent = processFile(pid, 'stat').split(') ').at(-1)?.split(' ')[1];
    if (parent !== undefined) parents.set(pid, Number(parent));
  }
  const found: number[] = [];
  const queue = [root];
  for (let at = 0; at < queue.length; at += 1) {
    for (const [pid, parent] of parents) {
      if (parent === queue[at]) {
        found.push(pid);
        queue.push(pid);
      }
    }
  }
  return found;
};

/** Ends a process that may be gone already. */
export const endProcess = (pid: number, signal: NodeJS.Signals = 'SIGKILL'): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone before us: that is what was wanted.
  }
};

/** Where a process listens for TCP (Linux), IPv4 alone: the system knows it, whatever opened the socket. */
export const listenersOf = (pid: number): readonly { readonly host: string; readonly port: number }[] => {
  const own = new Set(
    readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      } catch {
        // Closed since the folder was read.
        return undefined;
      }
    }),
  );
  // Fields as in proc(5): local address and port in hexadecimal, the address in the machine's order; state 0A listens.
  return readFileSync('/proc/net/tcp', 'latin1')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === '0A' && own.has(inode))
    .map(([, local = '']) => {
      const [address = '', port = ''] = local.split(':');
      const host = [...Buffer.from(address, 'hex')].toReversed().join('.');
      return { host, port: Number.parseInt(port, 16) };
    });
};
