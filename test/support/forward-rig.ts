import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { Emitter } from '../../src-main/core/base/emitter.ts';
import { deviceKey } from '../../src-main/core/fleet/device.ts';
import type { Device, Service } from '../../src-main/core/fleet/device.ts';
import { fail, ok } from '../../src-main/core/base/errors.ts';
import type { Result } from '../../src-main/core/base/errors.ts';
import type { ForwardHistory } from '../../src-main/core/forward/forward-attempt.ts';
import { noForwardRecords } from '../../src-main/core/forward/forward-record.ts';
import type { ForwardRecords, ForwardSnapshot } from '../../src-main/core/forward/forward-record.ts';
import type { Clock } from '../../src-main/core/base/clock.ts';
import type { Document } from '../../src-main/core/base/document.ts';
import type { Log } from '../../src-main/core/base/log.ts';
import { createForwardEngine } from '../../src-main/node/forward/worker-forward-engine.ts';
import { resetSocket } from '../../src-main/node/forward/reset-socket.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';
import { Forwards } from '../../src-main/services/forward/forwards.ts';
import type { ForwardSettings } from '../../src-main/services/forward/forwards-deps.ts';
import type { HostKeys } from '../../src-main/services/ssh/host-keys.ts';
import type { Connector, Tunnel } from '../../src-main/vendors/vendor.ts';

/** Says nothing. */
export const silentLog: Log = { write: () => undefined, child: () => silentLog };

/** The worker as it runs in a checkout. */
export const workerUrl = new URL('../../src-main/node/forward/forward-worker.ts', import.meta.url);

/** A device's server as the tunnel shows it, with every socket it has, closed by `dispose`. */
export interface FarEnd {
  readonly port: number;
  readonly sockets: ReadonlySet<Socket>;
  dispose(): Promise<void>;
}

/** Listens on 127.0.0.1 and serves each connection with `serve`. Half-close is up to `serve`. */
export const startFarEnd = (serve: (socket: Socket) => void, port = 0): Promise<FarEnd> => {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    serve(socket);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', backlog: 2_000 }, () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        sockets,
        dispose: () =>
          new Promise((closed) => {
            server.close(() => closed());
            for (const socket of sockets) resetSocket(socket);
          }),
      }),
    );
  });
};

/** Sends back what it gets, and ends when the other side has ended. */
export const echo = (socket: Socket): void => {
  socket.pipe(socket);
};

/** Time that stands still until `advance`. Wall clock and monotonic clock are one. */
export class ManualClock implements Clock {
  #now = 1_700_000_000_000;
  readonly #timers = new Set<{ at: number; run: () => void }>();

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  advance(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.at <= until).toSorted((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.run();
    }
    this.#now = until;
  }
}

/** forwards.json in memory. */
export const memoryDocument = (): Document<ForwardRecords> & { stored: ForwardRecords } => ({
  stored: noForwardRecords,
  async read() {
    return ok(this.stored);
  },
  async write(value) {
    this.stored = structuredClone(value);
    return ok(undefined);
  },
});

export interface RigOptions {
  /** Where the vendor is; on this computer where absent. */
  readonly baseUrl?: string;
  /** The port tunnels lead to; asked at every grant. */
  readonly grants: () => Result<number> | Promise<Result<number>>;
  readonly document?: Document<ForwardRecords>;
  readonly clock?: Clock;
  readonly idleTimeoutMs?: number;
  readonly deviceAddresses?: boolean;
  readonly worker?: URL;
  /** Hears of errors nobody expected in the worker. */
  readonly crashed?: (thrown: Error) => void;
  readonly services?: readonly Service[];
  readonly history?: Document<ForwardHistory>;
  readonly hostKeys?: HostKeys;
  /** What the tunnels granted have beside host and port. */
  readonly tunnel?: () => Partial<Tunnel>;
  /** As in a process that only carries out a command. */
  readonly isTransient?: boolean;
  /** Whether the vendor still has a tunnel. */
  readonly alive?: () => Result<boolean>;
}

export const sshService: Service = { id: 'ssh:22', kind: 'ssh', name: 'SSH', route: 'tunnel', port: 22 };
export const webService: Service = { id: 'http:80', kind: 'http', name: 'Web', route: 'tunnel', port: 80 };
export const rigDevice: Device = {
  id: 'one',
  key: deviceKey('acme', 'one'),
  accountId: 'acme',
  vendor: 'remoteiot',
  name: 'plant3-gw-07',
  groups: [],
  tags: [],
  presence: { state: 'online', observedAt: 0, source: 'vendor-list' },
  services: [],
};

/** Forwards as the application has them, with a worker of its own; only the vendor is made up. */
export const startRig = (options: RigOptions) => {
  const calls = { opened: [] as Tunnel[], closed: [] as Tunnel[], asked: 0 };
  const settingsChanged = new Emitter<ForwardSettings>();
  const settings = {
    idleTimeoutMs: options.idleTimeoutMs ?? 900_000,
    deviceAddresses: options.deviceAddresses ?? false,
  };
  const connector: Connector = {
    check: async () => ok(undefined),
    listDevices: async function* () {},
    call: async () => fail('unsupported', 'no', 'no'),
    tunnels: {
      open: async () => {
        calls.asked += 1;
        const port = await options.grants();
        if (!port.ok) return port;
        const tunnel: Tunnel = {
          host: '127.0.0.1',
          port: port.value,
          reused: false,
          exposureNotice: 'Anyone.',
          handle: calls.asked,
          ...options.tunnel?.(),
        };
        calls.opened.push(tunnel);
        return ok(tunnel);
      },
      close: async (_device, tunnel) => {
        calls.closed.push(tunnel);
        return ok(undefined);
      },
      ...(options.alive === undefined ? {} : { alive: async () => options.alive?.() ?? ok(true) }),
    },
  };
  const document = options.document ?? memoryDocument();
  const host = createForwardEngine({
    worker: options.worker ?? workerUrl,
    clock: systemClock,
    log: silentLog,
    ...(options.crashed === undefined ? {} : { crashed: options.crashed }),
  });
  const forwards = new Forwards({
    accounts: {
      connector: async () => ok(connector),
      // The tunnels of the rig end on this computer.
      get: () => ({ baseUrl: options.baseUrl ?? 'http://127.0.0.1:1' }),
    },
    inventory: {
      device: (key) => (key === rigDevice.key ? rigDevice : undefined),
      servicesOf: () => options.services ?? [sshService, webService],
    },
    document,
    engine: host,
    clock: options.clock ?? systemClock,
    ...(options.history === undefined ? {} : { history: options.history }),
    ...(options.hostKeys === undefined ? {} : { hostKeys: options.hostKeys }),
    settings: { get: () => settings, changed: settingsChanged },
    ...(options.isTransient === undefined ? {} : { isTransient: options.isTransient }),
    log: silentLog,
    random: Math.random,
  });
  /** Resolves with the first snapshot of the forward that fits, now or later. */
  const until = (id: string, fits: (snapshot: ForwardSnapshot) => boolean): Promise<ForwardSnapshot> =>
    new Promise((resolve) => {
      const now = forwards.get(id);
      if (now !== undefined && fits(now)) return resolve(now);
      const off = forwards.changed.on(({ upsert }) => {
        const found = upsert.find((snapshot) => snapshot.id === id && fits(snapshot));
        if (found === undefined) return;
        off();
        resolve(found);
      });
    });
  const open = async (service: Service = sshService, port?: number): Promise<ForwardSnapshot> => {
    const opened = await forwards.open(
      { deviceKey: rigDevice.key, serviceId: service.id, ...(port === undefined ? {} : { port }) },
      new AbortController().signal,
    );
    if (!opened.ok) throw new Error(opened.error.message);
    return opened.value;
  };
  return { forwards, host, calls, document, until, open, settingsChanged };
};

export type Rig = ReturnType<typeof startRig>;
