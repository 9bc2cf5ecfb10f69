import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import type { Log } from '../../src-main/core/base/log.ts';
import { createForwardEngine } from '../../src-main/node/forward/worker-forward-engine.ts';
import { startSshd } from '../support/sshd.ts';
import { workerUrl } from '../support/forward-rig.ts';
import { median, percentile } from './bench.ts';
import type { Bench, Metric, Table } from './bench.ts';

const run = promisify(execFile);
const silent: Log = { write: () => undefined, child: () => silent };

const manyStreams = 32;

/** A way from a local port to the far end. */
interface Way {
  readonly name: string;
  readonly throughputPort: number;
  readonly echoPort: number;
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
};

/** Waits until something listens; tries again for as long as the program that is to listen lives. */
const answering = async (port: number, child: ChildProcess): Promise<void> => {
  while (child.exitCode === null) {
    const socket = connect({ port, host: '127.0.0.1' });
    const outcome = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (outcome) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${child.spawnfile} ended with ${child.exitCode}`);
};

/**
 * Bits per second of so many streams together, up (to the device) or down, from iperf3 in a process of its own. Tried again while
 * its server is not up yet or still busy with the stream before.
 */
const throughput = async (port: number, seconds: number, down: boolean, streams = 1): Promise<number> => {
  const address = ['-c', '127.0.0.1', '-p', String(port), '-P', String(streams)];
  const args = [...address, '-t', String(seconds), '-J', ...(down ? ['-R'] : [])];
  for (let tries = 1; ; tries += 1) {
    const stdout = await run('iperf3', args, { timeout: (seconds + 8) * 1_000, killSignal: 'SIGKILL' }).then(
      (done) => done.stdout,
      (failed: { readonly stdout?: string }) => failed.stdout || '{}',
    );
    const { end, error } = JSON.parse(stdout) as {
      end?: { sum_received?: { bytes: number; seconds: number } };
      error?: string;
    };
    const found = end?.sum_received;
    // Of many streams it now and then counts the seconds of one that began late.
    if (found !== undefined && error === undefined) return (found.bytes * 8) / Math.max(found.seconds, seconds);
    // Of many streams the end is now and then never told to the other side: that round does not count.
    if (error === undefined && streams > 1) return Number.NaN;
    if (tries === 50) throw new Error(`iperf3 through port ${port}: ${error ?? 'no answer'}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

/** A number of a table; a dash where no round of it came to its end. */
const cell = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(2));

/**
 * The same for many streams: up and down in turn, the ways in turn. Each has an iperf3 of its own at the far end: one that
 * served many streams now and then serves no more.
 */
const measureMany = async (
  ways: readonly Way[],
  quick: boolean,
  startServer: () => Promise<void>,
): Promise<{ readonly table: Table; readonly metrics: readonly Metric[] }> => {
  const rounds = quick ? 1 : 3;
  const seconds = quick ? 1 : 3;
  const found = new Map<string, { readonly up: number[]; readonly down: number[] }>(
    ways.map(({ name }) => [name, { up: [], down: [] }]),
  );
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, throughputPort } of ways) {
      const of = found.get(name);
      await startServer();
      of?.up.push(await throughput(throughputPort, seconds, false, manyStreams));
      await startServer();
      of?.down.push(await throughput(throughputPort, seconds, true, manyStreams));
    }
  }
  const known = (values: readonly number[]): number => median(values.filter((value) => !Number.isNaN(value))) / 1e9;
  const rows = [...found].map(([name, { up, down }]) => ({ name, up: known(up), down: known(down) }));
  const of = (wanted: string): { readonly up: number; readonly down: number } =>
    rows.find(({ name }) => name === wanted) ?? { up: Number.NaN, down: Number.NaN };
  const [direct, forward] = [of('direct'), of('quayside')];
  const table: Table = [
    [`${manyStreams} streams`, 'up Gbit/s', 'of direct', 'down Gbit/s', 'of direct'],
    ...rows.map(({ name, up, down }) => [name, cell(up), cell(up / direct.up), cell(down), cell(down / direct.down)]),
  ];
  const metrics = rows
    .filter(({ name }) => name !== 'quayside')
    .flatMap(({ name, up, down }): Metric[] => [
      { metric: `forward.${manyStreams}-up / ${name}`, value: forward.up / up, unit: 'ratio' },
      { metric: `forward.${manyStreams}-down / ${name}`, value: forward.down / down, unit: 'ratio' },
    ])
    .filter(({ value }) => !Number.isNaN(value));
  return { table, metrics };
};

const roundTrips = async (port: number, count: number): Promise<readonly number[]> => {
  const program = new URL('round-trips.ts', import.meta.url).pathname;
  const { stdout } = await run(process.execPath, [program, String(port), String(count)]);
  return JSON.parse(stdout) as readonly number[];
};

const measure = async (ways: readonly Way[], quick: boolean): ReturnType<Bench['run']> => {
  const rounds = quick ? 1 : 5;
  const seconds = quick ? 1 : 2;
  const trips = quick ? 500 : 4_000;
  const up = new Map<string, number[]>(ways.map(({ name }) => [name, []]));
  const down = new Map<string, number[]>(ways.map(({ name }) => [name, []]));
  const times = new Map<string, number[]>(ways.map(({ name }) => [name, []]));
  // Rounds alternate between the ways, so that whatever else the computer does falls on all of them.
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, throughputPort, echoPort } of ways) {
      up.get(name)?.push(await throughput(throughputPort, seconds, false));
      down.get(name)?.push(await throughput(throughputPort, seconds, true));
      times.get(name)?.push(...(await roundTrips(echoPort, trips)));
    }
  }
  const rows = ways.map(({ name }) => ({
    name,
    up: median(up.get(name) ?? []) / 1e9,
    down: median(down.get(name) ?? []) / 1e9,
    p50: percentile(times.get(name) ?? [], 0.5),
    p99: percentile(times.get(name) ?? [], 0.99),
  }));
  const row = (wanted: string): (typeof rows)[number] => {
    const found = rows.find(({ name }) => name === wanted);
    if (found === undefined) throw new Error(`not measured: ${wanted}`);
    return found;
  };
  const direct = row('direct');
  const forward = row('quayside');
  const table: Table = [
    ['way', 'up Gbit/s', 'of direct', 'down Gbit/s', 'of direct', 'trip p50 ms', 'p99 ms'],
    ...rows.map(({ name, up: sent, down: received, p50, p99 }) => [
      name,
      sent.toFixed(2),
      (sent / direct.up).toFixed(2),
      received.toFixed(2),
      (received / direct.down).toFixed(2),
      p50.toFixed(3),
      p99.toFixed(3),
    ]),
  ];
  const metrics: Metric[] = [
    { metric: 'forward.up', value: forward.up, unit: 'Gbit/s' },
    { metric: 'forward.down', value: forward.down, unit: 'Gbit/s' },
    ...rows
      .filter(({ name }) => name !== 'quayside')
      .flatMap(({ name, up: sent, down: received }): Metric[] => [
        { metric: `forward.up / ${name}`, value: forward.up / sent, unit: 'ratio' },
        { metric: `forward.down / ${name}`, value: forward.down / received, unit: 'ratio' },
      ]),
    { metric: 'forward.added-round-trip.p50', value: forward.p50 - direct.p50, unit: 'ms' },
    { metric: 'forward.added-round-trip.p99', value: forward.p99 - direct.p99, unit: 'ms' },
  ];
  return { tables: [table], metrics };
};

export const bench: Bench = {
  name: 'forward',
  about:
    'one stream and many through a forward, beside direct loopback, socat and ssh -L; medians of alternating rounds',
  run: async ({ quick }) => {
    const closing: (() => unknown)[] = [];
    const program = async (port: number | undefined, name: string, ...args: string[]): Promise<ChildProcess> => {
      const child = spawn(name, args, { stdio: ['pipe', 'pipe', 'ignore'] });
      closing.push(async () => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = once(child, 'exit');
        // iperf3 now and then waits for its own threads for ever when it is asked to end.
        child.kill('SIGKILL');
        await ended;
      });
      if (port !== undefined) await answering(port, child);
      return child;
    };
    try {
      const far = await freePort();
      let server: ChildProcess | undefined;
      const startServer = async (): Promise<void> => {
        if (server?.exitCode === null && server.signalCode === null) {
          const ended = once(server, 'exit');
          server.kill('SIGKILL');
          await ended;
        }
        server = await program(
          undefined,
          'iperf3',
          '-s',
          '-B',
          '127.0.0.1',
          '-p',
          String(far),
          '--rcv-timeout',
          '3000',
        );
      };
      await startServer();
      const echoServer = await program(
        undefined,
        process.execPath,
        new URL('echo-server.ts', import.meta.url).pathname,
      );
      const [said] = (await once(echoServer.stdout ?? echoServer, 'data')) as [Buffer];
      const echo = Number(said);

      const host = createForwardEngine({ worker: workerUrl, log: silent });
      closing.push(() => host.dispose());
      const viaForward = async (id: string, target: number): Promise<number> => {
        const port = await freePort();
        const listened = await host.listen({ id, address: '127.0.0.1', port });
        if (!listened.ok) throw new Error(listened.error.message);
        host.useTunnel(id, 1, { host: '127.0.0.1', port: target });
        return port;
      };
      const viaSocat = async (target: number, ...options: string[]): Promise<number> => {
        const port = await freePort();
        const listen = `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr,nodelay,fork`;
        await program(
          target === echo ? port : undefined,
          'socat',
          ...options,
          listen,
          `TCP:127.0.0.1:${target},nodelay`,
        );
        return port;
      };
      const sshd = await startSshd();
      closing.push(() => sshd.dispose());
      const viaSsh = async (name: string, ...options: string[]): Promise<Way> => {
        const [throughputPort, echoPort] = [await freePort(), await freePort()];
        const way = (port: number, target: number): string[] => ['-L', `127.0.0.1:${port}:127.0.0.1:${target}`];
        await program(
          echoPort,
          'ssh',
          ...[
            '-N',
            '-F',
            'none',
            '-p',
            String(sshd.port),
            '-i',
            sshd.clientKey,
            '-o',
            'IdentitiesOnly=yes',
            '-o',
            'LogLevel=ERROR',
          ],
          ...['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'ExitOnForwardFailure=yes'],
          ...[...options, ...way(throughputPort, far), ...way(echoPort, echo), `${sshd.user}@127.0.0.1`],
        );
        return { name, throughputPort, echoPort };
      };
      const ways: readonly Way[] = [
        { name: 'direct', throughputPort: far, echoPort: echo },
        {
          name: 'quayside',
          throughputPort: await viaForward('throughput', far),
          echoPort: await viaForward('echo', echo),
        },
        { name: 'socat', throughputPort: await viaSocat(far), echoPort: await viaSocat(echo) },
        {
          name: 'socat 256 KiB',
          throughputPort: await viaSocat(far, '-b', '262144'),
          echoPort: await viaSocat(echo, '-b', '262144'),
        },
        await viaSsh('ssh -L'),
        await viaSsh('ssh -L aes128-gcm', '-c', 'aes128-gcm@openssh.com'),
      ];
      const one = await measure(ways, quick);
      const many = await measureMany(ways, quick, startServer);
      return { tables: [...one.tables, many.table], metrics: [...one.metrics, ...many.metrics] };
    } finally {
      for (const close of closing.toReversed()) await close();
    }
  },
};
