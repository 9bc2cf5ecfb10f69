import { AsyncLocalStorage } from 'node:async_hooks';
import { createServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { Emitter } from '../../core/base/emitter.ts';
import { fail, ok } from '../../core/base/errors.ts';
import type { Result } from '../../core/base/errors.ts';
import { surface } from '../../core/base/exception.ts';
import { bindError, notLoopback, pumpLost } from '../../core/forward/forward-errors.ts';
import { plainOptions } from '../../core/forward/forward-engine.ts';
import type {
  ForwardEngine,
  ForwardEngineEvent,
  ForwardPeer,
  Listening,
  ListenOptions,
  ListenRequest,
  TunnelTarget,
} from '../../core/forward/forward-engine.ts';
import { isLoopback } from '../../core/base/loopback.ts';
import { candidatePorts } from '../../core/forward/candidate-ports.ts';
import type { Clock } from '../../core/base/clock.ts';
import type { Log } from '../../core/base/log.ts';
import { sleep } from '../../core/base/clock.ts';
import type { WorkerCommand, WorkerReport } from './forward-messages.ts';
import { connectionHolders, portHolder } from './forward-port-holder.ts';
import { systemClock } from '../runtime/system-clock.ts';

export interface ForwardEngineDeps {
  /** Where forward-worker is: the .ts in a checkout, the built .js in the application. */
  readonly worker: URL;
  /** The computer's own where absent. */
  readonly clock?: Clock | undefined;
  readonly log: Log;
  /**
   * Called for unexpected errors in the worker, which continues. If absent, the process's handler of unexpected errors
   * gets them.
   */
  readonly crashed?: ((thrown: Error) => void) | undefined;
}

type Answer = Extract<WorkerReport, { request: number }> | 'lost';
type Ask = Extract<WorkerCommand, { request: number }>;

/**
 * The size of the worker's young generation, MB. By default ten thousand connections made at once leave it with twice
 * the memory they need.
 */
const youngMegabytes = 8;
/** Milliseconds after which a worker counts as healthy: the next crash is the first again. */
const healthyMs = 60_000;
/** Milliseconds to wait before the worker is restarted after 0, 1, 2 … crashes in a row. */
const restartDelays = [0, 100, 500, 2_000, 10_000, 30_000] as const;

const failed = (reason: string): Extract<Result<never>, { ok: false }> => ({ ok: false, error: pumpLost(reason) });

class WorkerForwardEngine implements ForwardEngine {
  readonly events = new Emitter<ForwardEngineEvent>();
  readonly #workerUrl: URL;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #crashed: (thrown: Error) => void;
  readonly #pending = new Map<number, (answer: Answer) => void>();
  readonly #ended = new AbortController();
  /** All sessions share the worker, so it belongs to none, not even to the session that opens the first forward. */
  readonly #outside = AsyncLocalStorage.snapshot();
  #worker: Worker | undefined;
  #starting: Promise<Worker | undefined> | undefined;
  #lastRequest = 0;
  #crashes = 0;
  #hasLeft = false;

  constructor({ worker, clock = systemClock, log, crashed = surface }: ForwardEngineDeps) {
    this.#workerUrl = worker;
    this.#clock = clock;
    this.#log = log;
    this.#crashed = crashed;
  }

  async listen({ id, address, port, options = plainOptions }: ListenRequest): Promise<Result<Listening>> {
    for (const wanted of [address, ...options.extraEndpoints.map((other) => other.address)])
      if (!isLoopback(wanted)) return { ok: false, error: notLoopback(wanted) };
    const worker = this.#hasLeft ? undefined : await this.#ensureWorker();
    if (worker === undefined) return failed('it was shut down');
    const request = this.#nextRequest();
    const answer = await this.#ask(worker, { type: 'listen', request, id, address, port, options });
    if (answer === 'lost') return failed('it ended while a port was opened');
    if (answer.type === 'listened') return ok(await this.#listening(answer));
    const code = answer.type === 'listen-failed' ? answer.code : 'UNKNOWN';
    const holder = code === 'EADDRINUSE' ? await portHolder(address, port) : undefined;
    return { ok: false, error: bindError(code, address, port, holder) };
  }

  async configure(id: string, options: ListenOptions): Promise<Result<Listening>> {
    for (const { address } of options.extraEndpoints)
      if (!isLoopback(address)) return { ok: false, error: notLoopback(address) };
    const worker = await (this.#worker ?? this.#starting);
    const answer =
      worker === undefined
        ? 'lost'
        : await this.#ask(worker, { type: 'configure', request: this.#nextRequest(), id, options });
    if (answer === 'lost') return failed('it ended while a port was opened');
    if (answer.type === 'listened') return ok(await this.#listening(answer));
    return fail('not-found', 'This forward does not listen.', 'Start it first.');
  }

  async #listening({
    bindMs,
    extraEndpoints,
    bindFailures,
  }: Extract<WorkerReport, { type: 'listened' }>): Promise<Listening> {
    const explained = bindFailures.map(async ({ address, port, code }) => {
      const holder = code === 'EADDRINUSE' ? await portHolder(address, port) : undefined;
      return { address, port, error: bindError(code, address, port, holder) };
    });
    return { bindMs, extraEndpoints, bindFailures: await Promise.all(explained) };
  }

  async unlisten(id: string): Promise<void> {
    // Awaited even if the worker exists already, as `listen` does: so a later command never overtakes an earlier one.
    const worker = await (this.#worker ?? this.#starting);
    if (worker !== undefined) await this.#ask(worker, { type: 'unlisten', request: this.#nextRequest(), id });
  }

  async leave(): Promise<void> {
    this.#hasLeft = true;
    const worker = await (this.#worker ?? this.#starting);
    if (worker !== undefined) await this.#ask(worker, { type: 'leave', request: this.#nextRequest() });
  }

  useTunnel(id: string, tunnelId: number, target: TunnelTarget): void {
    this.#post({ type: 'use-tunnel', id, tunnelId, target });
  }

  retire(id: string, tunnelId: number, onlyIfIdle: boolean): void {
    this.#post({ type: 'retire', id, tunnelId, onlyIfIdle });
  }

  breakTunnel(id: string, tunnelId: number): void {
    this.#post({ type: 'break', id, tunnelId });
  }

  check(): void {
    this.#post({ type: 'check' });
  }

  async peers(id: string): Promise<readonly ForwardPeer[]> {
    const worker = this.#worker;
    if (worker === undefined) return [];
    const answer = await this.#ask(worker, { type: 'peers', request: this.#nextRequest(), id });
    if (answer === 'lost' || answer.type !== 'peers') return [];
    const holders = await connectionHolders(answer.peers);
    return answer.peers.map((peer, index) => {
      const holder = holders[index];
      return holder === undefined ? peer : { ...peer, process: holder };
    });
  }

  rejectWaiting(id: string): void {
    this.#post({ type: 'reject-waiting', id });
  }

  async freePort(addresses: readonly string[], avoid: ReadonlySet<number>): Promise<number | undefined> {
    for (const port of candidatePorts(avoid)) {
      if (this.#ended.signal.aborted) return undefined;
      const free = await Promise.all(addresses.map((address) => canBind(address, port)));
      if (free.every(Boolean)) return port;
    }
    return undefined;
  }

  async dispose(): Promise<void> {
    this.#ended.abort();
    const worker = this.#worker ?? (await this.#starting);
    this.#worker = undefined;
    await worker?.terminate();
    this.#answerAll();
  }

  #nextRequest(): number {
    this.#lastRequest += 1;
    return this.#lastRequest;
  }

  #post(command: WorkerCommand): void {
    this.#worker?.postMessage(command);
  }

  #ask(worker: Worker, command: Ask): Promise<Answer> {
    return new Promise((resolve) => {
      // A worker that ended meanwhile will never answer.
      if (worker !== this.#worker) return resolve('lost');
      this.#pending.set(command.request, resolve);
      worker.postMessage(command);
    });
  }

  #ensureWorker(): Promise<Worker | undefined> {
    if (this.#worker !== undefined) return Promise.resolve(this.#worker);
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #start(): Promise<Worker | undefined> {
    const clock = this.#clock;
    const delay = restartDelays[Math.min(this.#crashes, restartDelays.length - 1)] ?? 0;
    if (delay > 0) await sleep(clock, delay, this.#ended.signal);
    if (this.#ended.signal.aborted) return undefined;
    const startedAt = clock.monotonic();
    const worker = this.#outside(() => this.#newWorker());
    let reason = 'it exited';
    worker.on('error', (error: unknown) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', () => {
      if (this.#ended.signal.aborted) return;
      this.#worker = undefined;
      this.#crashes = clock.monotonic() - startedAt > healthyMs ? 1 : this.#crashes + 1;
      this.#log.write('error', 'forward-worker-lost', { reason, crashes: this.#crashes });
      this.#answerAll();
      this.events.emit({ type: 'lost', error: pumpLost(reason) });
    });
    worker.on('message', (report: WorkerReport) => this.#onReport(report));
    this.#worker = worker;
    return worker;
  }

  #newWorker(): Worker {
    return new Worker(this.#workerUrl, {
      name: 'quayside-forwards',
      // No flags of the main process: a loader or an inspector there does not apply to the worker.
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes },
    });
  }

  #onReport(report: WorkerReport): void {
    if (report.type === 'uncaught') {
      const error = new Error('in the forward worker');
      error.name = report.name;
      error.stack = report.stack;
      return this.#crashed(error);
    }
    if (!('request' in report)) return this.events.emit(report);
    const resolve = this.#pending.get(report.request);
    this.#pending.delete(report.request);
    resolve?.(report);
  }

  #answerAll(): void {
    for (const resolve of this.#pending.values()) resolve('lost');
    this.#pending.clear();
  }
}

/** The main side of the forward worker. The worker is started by the first `listen` and again after a crash. */
export const createForwardEngine = (deps: ForwardEngineDeps): ForwardEngine => new WorkerForwardEngine(deps);

/** Whether a port is free now; an address this computer does not have (no IPv6) counts as free. */
const canBind = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code }: NodeJS.ErrnoException) =>
      // Other errors are reported when the port is really bound.
      resolve(code !== 'EADDRINUSE' && code !== 'EACCES'),
    );
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
