import { randomBytes } from 'node:crypto';
import { readdirSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Emitter } from '../../src-main/core/base/emitter.ts';
import { deviceKey } from '../../src-main/core/fleet/device.ts';
import type { Device } from '../../src-main/core/fleet/device.ts';
import { ok } from '../../src-main/core/base/errors.ts';
import type { Log } from '../../src-main/core/base/log.ts';
import { createForwardEngine } from '../../src-main/node/forward/worker-forward-engine.ts';
import { createHttpClient } from '../../src-main/node/http/http-client.ts';
import { reachable } from '../../src-main/node/net/reachable.ts';
import { systemClock, systemRandom } from '../../src-main/node/runtime/system-clock.ts';
import { Forwards } from '../../src-main/services/forward/forwards.ts';
import { remoteIot } from '../../src-main/vendors/remoteiot/connector.ts';
import { machineTime } from './chaos-messages.ts';
import type { NearMessage, StageMessage } from './chaos-messages.ts';
import { memoryDocument, sshService } from './forward-rig.ts';
import { descendants } from './process-tree.ts';

// The side under test of the chaos test, a process of its own, in a network of its own where that can be had: the
// forwards with a real worker, vendor client and sockets, and the clients that use them.

const probeEveryMs = 250;
/** A probe or an answer within a session that takes longer than this has hung. Above what a client is held at most. */
const hungMs = 75_000;

const silent: Log = { write: () => undefined, child: () => silent };
const send = (message: NearMessage): void => {
  process.send?.(message);
};

const descriptors = (): readonly string[] =>
  readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      return [readlinkSync(`/proc/self/fd/${name}`)];
    } catch {
      // The descriptor of the listing itself.
      return [];
    }
  });

class Load {
  readonly #ports: readonly number[];
  readonly #stopped = new AbortController();
  readonly #open = new Set<Socket>();
  readonly #running: Promise<void>[] = [];
  /** When each forward last served a whole exchange. */
  readonly servedAt: number[];
  served = 0;
  hung = 0;
  broken = 0;

  constructor(ports: readonly number[]) {
    this.#ports = ports;
    this.servedAt = ports.map(() => 0);
    for (const index of ports.keys()) this.#running.push(this.#probes(index), this.#sessions(index));
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    for (const socket of this.#open) socket.destroy();
    await Promise.all(this.#running);
  }

  get #isOver(): boolean {
    return this.#stopped.signal.aborted;
  }

  #pause(ms: number): Promise<void> {
    return wait(ms, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
  }

  /** A new client every so often, whatever became of those before. */
  async #probes(index: number): Promise<void> {
    const under: Promise<void>[] = [];
    while (!this.#isOver) {
      under.push(this.#probe(index));
      await this.#pause(probeEveryMs);
    }
    await Promise.all(under);
  }

  #connect(index: number): Socket {
    const socket = connect({ host: '127.0.0.1', port: this.#ports[index] ?? 0, allowHalfOpen: true, noDelay: true });
    this.#open.add(socket);
    socket.on('close', () => this.#open.delete(socket));
    return socket;
  }

  /** Says something, ends, and expects all of it back and then an end: or else a reset. */
  #probe(index: number): Promise<void> {
    return new Promise((resolve) => {
      const socket = this.#connect(index);
      const said = randomBytes(24);
      const heard: Buffer[] = [];
      socket.setTimeout(hungMs, () => {
        this.hung += 1;
        socket.destroy();
      });
      socket.on('error', () => undefined);
      socket.on('data', (data: Buffer) => heard.push(data));
      socket.on('end', () => {
        if (!Buffer.concat(heard).equals(said)) return;
        this.served += 1;
        this.servedAt[index] = machineTime();
      });
      socket.on('close', () => resolve());
      socket.end(said);
    });
  }

  /** One client that stays as long as it can and comes back when it is cut off. */
  async #sessions(index: number): Promise<void> {
    while (!this.#isOver) {
      await this.#session(index);
      await this.#pause(300);
    }
  }

  #session(index: number): Promise<void> {
    return new Promise((resolve) => {
      const socket = this.#connect(index);
      let talking: NodeJS.Timeout | undefined;
      socket.setTimeout(hungMs, () => {
        this.hung += 1;
        socket.destroy();
      });
      const say = (): void => {
        talking = setTimeout(() => socket.write(randomBytes(1_000)), 150);
      };
      socket.on('error', () => undefined);
      let missing = 0;
      socket.on('connect', () => socket.write(randomBytes(1_000)));
      socket.on('data', (data: Buffer) => {
        missing += data.length;
        if (missing < 1_000) return;
        missing = 0;
        say();
      });
      socket.on('end', () => socket.end());
      socket.on('close', () => {
        clearTimeout(talking);
        if (!this.#isOver) this.broken += 1;
        resolve();
      });
    });
  }
}

const start = async (message: Extract<StageMessage, { type: 'start' }>) => {
  const http = createHttpClient({ clock: systemClock, userAgent: 'test', random: systemRandom, log: silent });
  const connector = remoteIot.open({
    accountId: 'acme',
    baseUrl: message.baseUrl,
    fields: remoteIot.fields.parse({ requestsPerMinute: '1000' }),
    secrets: remoteIot.secrets.parse({ token: message.token }),
    http,
    clock: systemClock,
    random: systemRandom,
    log: silent,
  });
  const devices = new Map<string, Device>(
    message.unitIds.map((id) => {
      const key = deviceKey('acme', id);
      return [
        key,
        {
          id,
          key,
          accountId: 'acme',
          vendor: 'remoteiot',
          name: id,
          groups: [],
          tags: [],
          presence: { state: 'online', observedAt: 0, source: 'vendor-list' },
          services: [],
        },
      ];
    }),
  );
  const worker = new URL('../../src-main/node/forward/forward-worker.ts', import.meta.url);
  const forwards = new Forwards({
    accounts: { connector: async () => ok(connector), get: () => ({ baseUrl: message.baseUrl }) },
    inventory: { device: (key) => devices.get(key), servicesOf: () => [sshService] },
    document: memoryDocument(),
    engine: createForwardEngine({ worker, clock: systemClock, log: silent }),
    reachable,
    clock: systemClock,
    settings: { get: () => ({ idleTimeoutMs: 5_000 }), changed: new Emitter() },
    log: silent,
    random: systemRandom,
  });
  const ports: number[] = [];
  for (const key of [...devices.keys()].slice(0, message.forwards)) {
    const opened = await forwards.open({ deviceKey: key, serviceId: sshService.id }, new AbortController().signal);
    if (!opened.ok) throw new Error(opened.error.message);
    ports.push(opened.value.port);
  }
  return { http, forwards, ports, load: new Load(ports) };
};

type Running = Awaited<ReturnType<typeof start>>;
let running: Running | undefined;
let before = 0;

const measure = async (
  { forwards, load }: Running,
  { at, withinMs }: Extract<StageMessage, { type: 'measure' }>,
): Promise<void> => {
  while (machineTime() < at + withinMs && load.servedAt.some((time) => time < at)) await wait(10);
  send({
    type: 'measured',
    recoveries: load.servedAt.map((time) => (time < at ? null : time - at)),
    states: forwards.list().map(({ state, error }) => `${state} ${error?.message ?? ''}`),
  });
};

const finish = async ({ http, forwards, ports, load }: Running): Promise<void> => {
  await load.stop();
  const after = forwards.list().map(({ port }) => port);
  await forwards.dispose();
  http.dispose();
  // Sockets are closed by the loop's next turns.
  for (let turns = 0; turns < 100 && descriptors().length > before; turns += 1) await wait(50);
  const left = descriptors();
  send({
    type: 'finished',
    ports: { before: ports, after },
    descriptors: { before, after: left.length, left },
    children: descendants(process.pid).length,
    served: load.served,
    hung: load.hung,
    broken: load.broken,
  });
  process.disconnect();
};

process.on('message', (message: StageMessage) => {
  void (async () => {
    if (message.type === 'start') {
      // The worker's own pipes and the loop's descriptors are made at first use: a worker before is the base line.
      const warm = createForwardEngine({
        worker: new URL('../../src-main/node/forward/forward-worker.ts', import.meta.url),
        clock: systemClock,
        log: silent,
      });
      await warm.listen({ id: 'warm', address: '127.0.0.1', port: 32_999 });
      await warm.dispose();
      await wait(200);
      before = descriptors().length;
      running = await start(message);
      return send({ type: 'ready' });
    }
    if (running === undefined) return;
    if (message.type === 'measure') return measure(running, message);
    if (message.type === 'finish') return finish(running);
    if (message.type === 'suspend') running.forwards.suspend();
    else if (message.type === 'resume') {
      running.http.networkChanged();
      await running.forwards.resume();
    } else {
      running.http.networkChanged();
      running.forwards.networkChanged();
    }
  })();
});
