import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { freePort } from '../support/ports.ts';
import type { Bench } from './bench.ts';

const run = promisify(execFile);

interface HostFacts {
  readonly rss: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const scripts = {
  echo: new URL('echo-server.ts', import.meta.url).pathname,
  host: new URL('forward-host-process.ts', import.meta.url).pathname,
  clients: new URL('idle-clients.ts', import.meta.url).pathname,
};

/** A program that talks in lines. */
const start = (closing: (() => Promise<void>)[], program: string, ...args: string[]) => {
  // Each connection takes two descriptors of the host, which is more than some systems allow unasked.
  const roomy = ['-c', 'ulimit -n 32768 2>/dev/null || ulimit -n "$(ulimit -H -n)"; exec "$@"', 'sh', program, ...args];
  const child: ChildProcess = spawn('sh', roomy, { stdio: ['pipe', 'pipe', 'inherit'] });
  closing.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    // iperf3 now and then waits for its own threads for ever when it is asked to end.
    child.kill('SIGKILL');
    await ended;
  });
  const line = async (): Promise<string> => String((await once(child.stdout ?? child, 'data'))[0]).trim();
  return {
    line,
    ask: async (): Promise<HostFacts> => {
      const answer = line();
      child.stdin?.write('\n');
      return JSON.parse(await answer) as HostFacts;
    },
  };
};

const megabytes = (bytes: number): number => bytes / 1024 ** 2;

export const bench: Bench = {
  name: 'forward-load',
  about: 'the memory of 10,000 idle connections, and the delay of the main thread while 4 forwards run flat out',
  run: async ({ quick }) => {
    const limit = Number((await run('sh', ['-c', 'ulimit -n 32768 2>/dev/null; ulimit -n'])).stdout);
    // Where the system allows too few descriptors for 10,000, as many as it allows are measured and scaled.
    const count = quick ? 1_000 : Math.min(10_000, Math.floor((limit - 100) / 2));
    const closing: (() => Promise<void>)[] = [];
    try {
      const echo = start(closing, process.execPath, scripts.echo);
      const target = await echo.line();
      const idlePorts = [await freePort(), await freePort(), await freePort(), await freePort()].map(String);
      const idleHost = start(closing, process.execPath, scripts.host, target, ...idlePorts);
      await idleHost.line();
      const before = (await idleHost.ask()).rss;
      const clients = start(closing, process.execPath, scripts.clients, String(count), ...idlePorts);
      await clients.line();
      const after = (await idleHost.ask()).rss;

      const servers = await Promise.all(
        Array.from({ length: 4 }, async () => {
          const far = await freePort();
          const server = start(closing, 'iperf3', '-s', '-B', '127.0.0.1', '-p', String(far), '--forceflush');
          await server.line();
          return far;
        }),
      );
      const ports = await Promise.all(servers.map(() => freePort()));
      const busyHost = start(
        closing,
        process.execPath,
        scripts.host,
        String(servers[0]),
        ...ports.map((port, index) => `${port}:${servers[index]}`),
      );
      await busyHost.line();
      await busyHost.ask();
      const seconds = quick ? 2 : 10;
      await Promise.all(
        ports.map((port, index) =>
          run('iperf3', [
            ...['-c', '127.0.0.1', '-p', String(port), '-t', String(seconds)],
            ...(index % 2 === 0 ? [] : ['-R']),
          ]),
        ),
      );
      const busy = await busyHost.ask();
      return {
        tables: [
          [
            ['what', 'value'],
            [`${count} idle connections: memory of the whole process`, `${megabytes(after).toFixed(0)} MB`],
            ['of which for the connections', `${megabytes(after - before).toFixed(0)} MB`],
            ['main thread late, p50', `${busy.p50.toFixed(2)} ms`],
            ['p99', `${busy.p99.toFixed(2)} ms`],
            ['most', `${busy.max.toFixed(2)} ms`],
          ],
        ],
        metrics: [
          { metric: 'forward.idle.connections', value: count, unit: 'count' },
          { metric: 'forward.idle.memory', value: megabytes(after), unit: 'MB' },
          { metric: 'forward.idle.per-10000', value: (megabytes(after - before) / count) * 10_000, unit: 'MB' },
          { metric: 'forward.busy.main-delay.p99', value: busy.p99, unit: 'ms' },
        ],
      };
    } finally {
      for (const close of closing.toReversed()) await close();
    }
  },
};
