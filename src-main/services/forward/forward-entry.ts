import type { AppError, Result } from '../../core/base/errors.ts';
import { refusalWords } from '../../core/forward/forward-errors.ts';
import type { RefusalReason } from '../../core/forward/forward-errors.ts';
import { newForward } from '../../core/forward/forward.ts';
import type { Forward, ForwardEffect, ForwardEvent } from '../../core/forward/forward.ts';
import type { ForwardAttempt } from '../../core/forward/forward-attempt.ts';
import type { ForwardEngine, Listening, TrafficReport } from '../../core/forward/forward-engine.ts';
import type { ForwardRecord, ForwardSnapshot } from '../../core/forward/forward-record.ts';
import { rebindDelay } from '../../core/forward/forward-reconnecting.ts';
import { advance } from '../../core/forward/forward-machine.ts';
import type { SniffedKind } from '../../core/forward/sniff-service.ts';
import type { Clock, Random } from '../../core/base/clock.ts';
import type { Log } from '../../core/base/log.ts';
import { ForwardAttempts } from './forward-attempts.ts';
import { forwardAddress, listenOptions, shownEndpoints } from './forward-listening.ts';
import type { DeviceEndpoint } from './forward-listening.ts';
import { ForwardMeter } from './forward-meter.ts';
import type { MeterSample } from './forward-meter.ts';
import { TunnelLeases, type TunnelLeasesDeps } from './tunnel-leases.ts';
import type { SeenHostKey } from '../ssh/host-keys.ts';
import type { HeldTunnel } from './own-tunnels.ts';
import { defined } from '../../core/base/defined.ts';

export interface ForwardEntryDeps {
  readonly engine: ForwardEngine;
  readonly tunnels: TunnelLeasesDeps['tunnels'];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Adds a free port to a port-in-use error. */
  readonly suggest: (error: AppError) => Promise<AppError>;
  /** The device's own address, if it has one. */
  readonly deviceEndpoint: (record: ForwardRecord) => DeviceEndpoint | undefined;
  /** Whether the first bytes of connections are needed. */
  readonly observe: (record: ForwardRecord) => boolean;
  /** Something in the snapshot changed. */
  readonly changed: (id: string) => void;
  /** A finished attempt was added or changed. */
  readonly attempted: (id: string) => void;
}

const shownHostKey = ({ fingerprint, verdict, warning }: SeenHostKey): NonNullable<ForwardSnapshot['hostKey']> => ({
  fingerprint,
  verdict,
  ...defined({ warning }),
});

/** One forward: runs the state machine, carries out its effects and feeds the results back. */
export class ForwardEntry {
  readonly #deps: ForwardEntryDeps;
  readonly #tunnels: TunnelLeases;
  /** Work that must end before the forward is really stopped. */
  readonly #closing = new Set<Promise<void>>();
  readonly #attempts: ForwardAttempts;
  readonly #meter: ForwardMeter;
  #record: ForwardRecord;
  /** Where it listens while its own port is taken, and why. */
  #elsewhere: { readonly port: number; readonly error: AppError } | undefined;
  #cancelReturn: (() => void) | undefined;
  #forward: Forward;
  #listening: Listening | undefined;
  #seenKey: SeenHostKey | undefined;
  #recognised: ForwardSnapshot['recognised'];
  #refused = 0;
  #refusedFor: RefusalReason | undefined;
  #binding: Promise<void> = Promise.resolve();
  #cancelTimer: (() => void) | undefined;
  #isSuspended = false;

  constructor(
    record: ForwardRecord,
    idleTimeoutMs: number,
    attempts: readonly ForwardAttempt[],
    deps: ForwardEntryDeps,
  ) {
    this.#record = record;
    this.#forward = newForward(record.limits?.idleTimeoutMs ?? idleTimeoutMs);
    this.#attempts = new ForwardAttempts(attempts);
    this.#meter = new ForwardMeter(deps.clock);
    this.#deps = deps;
    this.#tunnels = new TunnelLeases({
      tunnels: deps.tunnels,
      clock: deps.clock,
      dispatch: (event) => this.dispatch(event),
      ports: () => [this.#port, ...(this.#listening?.extraEndpoints.map(({ port }) => port) ?? [])],
    });
  }

  get record(): ForwardRecord {
    return this.#record;
  }

  /** Newest last. */
  attempts(finished = false): readonly ForwardAttempt[] {
    return this.#attempts.list(finished);
  }

  /** The tunnels it holds at the vendor. */
  tunnels(): readonly HeldTunnel[] {
    return this.#tunnels.held(this.#record.deviceKey);
  }

  samples(): readonly MeterSample[] {
    return this.#meter.samples();
  }

  snapshot(): ForwardSnapshot {
    const { id, deviceKey, serviceId, serviceKind } = this.#record;
    const { state, error, connections, bytesUp, bytesDown, timings, idleTimeoutMs, idleUntil } = this.#forward;
    const { attempt, nextAttemptAt, tunnelId } = this.#forward;
    const { exposureNotice } = this.#tunnels;
    const expiresAt = tunnelId === undefined ? undefined : this.#tunnels.get(tunnelId)?.tunnel.expiresAt;
    return {
      id,
      deviceKey,
      serviceId,
      serviceKind,
      address: forwardAddress,
      port: this.#port,
      ...(this.#elsewhere === undefined
        ? {}
        : {
            portReason: `${this.#elsewhere.error.message} So this forward has port ${this.#elsewhere.port} for now.`,
          }),
      ...shownEndpoints(this.#record, this.#deps.deviceEndpoint(this.#record), this.#listening),
      state,
      ...defined({ error }),
      ...(state === 'reconnecting' ? { attempt } : {}),
      ...defined({ nextAttemptAt }),
      refused: this.#refused,
      ...(this.#refusedFor === undefined ? {} : { refusedBecause: refusalWords[this.#refusedFor] }),
      connections,
      bytesUp,
      bytesDown,
      timings,
      ...defined({ exposureNotice }),
      ...(this.#seenKey === undefined ? {} : { hostKey: shownHostKey(this.#seenKey) }),
      ...defined({ recognised: this.#recognised, expiresAt }),
      idleTimeoutMs,
      ...defined({ idleUntil }),
    };
  }

  /**
   * Listens, if it does not yet; with `keep` also after a restart. With `elsewhere` it listens there until its own
   * port, refused for that error, is free. The error is that of the port; an unreachable device shows later.
   */
  async start(
    keep = true,
    elsewhere?: { readonly port: number; readonly error: AppError },
  ): Promise<Result<ForwardSnapshot>> {
    if (keep) this.keep();
    if (!this.#forward.bound) this.#elsewhere = elsewhere;
    this.dispatch({ type: 'start' });
    await this.#binding;
    const { bound, error } = this.#forward;
    if (!bound) this.#elsewhere = undefined;
    else if (this.#elsewhere !== undefined) this.#waitToReturn(1);
    return bound || error === undefined ? { ok: true, value: this.snapshot() } : { ok: false, error };
  }

  /** Whether it listens on another port than its own. */
  get isElsewhere(): boolean {
    return this.#elsewhere !== undefined;
  }

  /** Makes it listen again after a restart. */
  keep(): void {
    this.#record = { ...this.#record, listening: true };
  }

  /** Moves it to another port: the new one is opened before the old one is closed. Connections stay. */
  async move(port: number): Promise<Result<void>> {
    // It may be about to return to its old port.
    await this.#binding;
    if (this.#forward.bound) {
      const { id } = this.#record;
      const moved = await this.#deps.engine.listen({ id, address: forwardAddress, port, options: this.#options(port) });
      if (!moved.ok) return { ok: false, error: await this.#deps.suggest(moved.error) };
      this.#listening = moved.value;
    }
    this.#isHome();
    this.#record = { ...this.#record, port };
    this.#deps.changed(this.#record.id);
    return { ok: true, value: undefined };
  }

  /** Applies the user's changes beside the port. */
  async change(change: Pick<ForwardRecord, 'share' | 'limits'>, idleTimeoutMs: number): Promise<void> {
    const { share: _share, limits: _limits, ...rest } = this.#record;
    this.#record = { ...rest, ...change };
    this.dispatch({ type: 'idle-timeout', ms: change.limits?.idleTimeoutMs ?? idleTimeoutMs });
    await this.configure();
  }

  /** Binds what is wanted now beside the first address. */
  async configure(): Promise<void> {
    if (this.#forward.bound) {
      const configured = await this.#deps.engine.configure(this.#record.id, this.#options(this.#port));
      if (configured.ok) this.#listening = configured.value;
    }
    this.#deps.changed(this.#record.id);
  }

  /**
   * Closes the port, its connections and its tunnels; resolves when the vendor has answered, too. With `keep` it
   * listens again after a restart.
   */
  async stop(keep = false): Promise<void> {
    if (!keep) this.#record = { ...this.#record, listening: false };
    this.dispatch({ type: 'stop' });
    await this.#binding;
    while (this.#closing.size > 0) await Promise.all(this.#closing);
  }

  /** Nothing is tried while the computer sleeps. */
  suspend(): void {
    this.#isSuspended = true;
    this.#setTimer();
  }

  /** The network may be back: tries now instead of at the planned time. */
  wake(): void {
    this.#isSuspended = false;
    this.dispatch({ type: 'try-now' });
    this.#setTimer();
  }

  traffic({ refused, refusedFor, id: _id, ...report }: TrafficReport): void {
    this.#refused += refused;
    this.#refusedFor = refusedFor ?? this.#refusedFor;
    this.#meter.add(report.bytesUp, report.bytesDown);
    this.dispatch({ type: 'traffic', ...report });
  }

  /** A tunnel returns nothing; `mute`: a server that ought to speak first said nothing. */
  silent(tunnelId: number, mute: boolean): Promise<void> {
    return this.#tunnels.silent(tunnelId, mute);
  }

  /** The SSH host key seen last. */
  get seenKey(): SeenHostKey | undefined {
    return this.#seenKey;
  }

  setHostKey(key: SeenHostKey): void {
    this.#seenKey = key;
    this.#deps.changed(this.#record.id);
  }

  setRecognised(kind: SniffedKind): void {
    this.#recognised = kind;
    this.#deps.changed(this.#record.id);
  }

  dispatch(event: ForwardEvent): void {
    const { clock, log, changed, random, attempted } = this.#deps;
    const { id } = this.#record;
    const before = this.#forward;
    const { forward, effects } = advance(before, event, clock.now(), random());
    this.#forward = forward;
    if (!forward.bound && before.bound) {
      this.#listening = undefined;
      this.#isHome();
    }
    if (this.#attempts.note(event, forward, effects, clock.now())) attempted(id);
    for (const effect of effects) this.#carryOut(effect);
    this.#setTimer();
    if (forward === before) return;
    if (forward.state !== before.state) {
      log.write(forward.state === 'failed' ? 'warn' : 'debug', 'forward.state', {
        forward: id,
        state: forward.state,
        ...(forward.error === undefined ? {} : { reason: forward.error.message }),
      });
    }
    changed(id);
  }

  get #port(): number {
    return this.#elsewhere?.port ?? this.#record.port;
  }

  #isHome(): void {
    this.#elsewhere = undefined;
    this.#cancelReturn?.();
  }

  /** Tries its own port again later; it was taken `times` in a row. */
  #waitToReturn(times: number): void {
    this.#cancelReturn?.();
    this.#cancelReturn = this.#deps.clock.after(rebindDelay(times), () => {
      this.#binding = this.#return(times);
    });
  }

  async #return(times: number): Promise<void> {
    const { bind } = this.#forward;
    const { id, port } = this.#record;
    const listened = await this.#deps.engine.listen({
      id,
      address: forwardAddress,
      port,
      options: this.#options(port),
    });
    // It was stopped, moved or bound again meanwhile.
    if (bind !== this.#forward.bind || this.#elsewhere === undefined) return;
    if (!listened.ok) return this.#waitToReturn(times + 1);
    this.#isHome();
    this.#listening = listened.value;
    this.#deps.changed(id);
  }

  #options(port: number): ReturnType<typeof listenOptions> {
    const { deviceEndpoint, observe } = this.#deps;
    return listenOptions(this.#record, port, deviceEndpoint(this.#record), observe(this.#record));
  }

  #setTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const { rebindAt, idleUntil, closingIdle, nextAttemptAt, renewAt, renewal, opening } = this.#forward;
    const times = [
      this.#isSuspended ? undefined : rebindAt,
      closingIdle ? undefined : idleUntil,
      this.#isSuspended ? undefined : nextAttemptAt,
      this.#isSuspended || opening || closingIdle || renewal !== undefined ? undefined : renewAt,
    ].filter((time) => time !== undefined);
    if (times.length === 0) return;
    const { clock } = this.#deps;
    const wait = Math.max(0, Math.min(...times) - clock.now());
    this.#cancelTimer = clock.after(wait, () => this.dispatch({ type: 'tick' }));
  }

  #carryOut(effect: ForwardEffect): void {
    const { engine } = this.#deps;
    const { id } = this.#record;
    switch (effect.type) {
      case 'bind':
        this.#binding = this.#bind(effect.bind);
        return;
      case 'unbind':
        return this.#close(engine.unlisten(id));
      case 'open-tunnel':
        return this.#close(this.#tunnels.open(this.#record, effect));
      case 'abandon-tunnel':
        return this.#tunnels.abandon(effect.tunnelId);
      case 'close-tunnel':
        return this.#close(this.#tunnels.close(this.#record.deviceKey, effect.tunnelId));
      case 'use-tunnel': {
        const lease = this.#tunnels.get(effect.tunnelId);
        if (lease === undefined) return;
        const { tunnel, outside } = lease;
        return engine.useTunnel(id, effect.tunnelId, { host: tunnel.host, port: tunnel.port, outside });
      }
      case 'retire':
        return engine.retire(id, effect.tunnelId, effect.onlyIfIdle);
      case 'break':
        return engine.breakTunnel(id, effect.tunnelId);
      case 'reject-waiting':
        return engine.rejectWaiting(id);
    }
    return effect satisfies never;
  }

  #close(work: Promise<void>): void {
    this.#closing.add(work);
    void work.finally(() => this.#closing.delete(work));
  }

  async #bind(bind: number): Promise<void> {
    const { engine, suggest } = this.#deps;
    const { id } = this.#record;
    const port = this.#port;
    const listened = await engine.listen({ id, address: forwardAddress, port, options: this.#options(port) });
    if (!listened.ok) return this.dispatch({ type: 'bind-failed', bind, error: await suggest(listened.error) });
    if (bind === this.#forward.bind) this.#listening = listened.value;
    this.dispatch({ type: 'bound', bind, bindMs: listened.value.bindMs });
  }
}
