import type { AppError, Result } from '../core/errors.ts';
import { advance, newForward } from '../core/forward.ts';
import type { Forward, ForwardEffect, ForwardEvent } from '../core/forward.ts';
import type { ForwardHost } from '../core/forward-host.ts';
import type { ForwardRecord, ForwardSnapshot } from '../core/forward-record.ts';
import type { Clock, Log } from '../core/ports.ts';
import type { ForwardTunnels, Grant } from './forward-tunnels.ts';

export interface ForwardEntryDeps {
  readonly host: ForwardHost;
  readonly tunnels: Pick<ForwardTunnels, 'open' | 'close'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Adds a free port to a port-in-use error. */
  readonly suggest: (error: AppError) => Promise<AppError>;
  /** Anything in the snapshot changed. */
  readonly changed: (id: string) => void;
}

/** Where every forward listens. */
export const forwardAddress = '127.0.0.1';

/** One forward: runs the state machine, carries its effects out and feeds the outcomes back. */
export class ForwardEntry {
  readonly #deps: ForwardEntryDeps;
  readonly #grants = new Map<number, Grant>();
  /** Vendor calls under way, by route. */
  readonly #asking = new Map<number, AbortController>();
  /** What must have ended before the forward is truly stopped. */
  readonly #closing = new Set<Promise<void>>();
  #record: ForwardRecord;
  #forward: Forward;
  #exposure: string | undefined;
  #binding: Promise<void> = Promise.resolve();
  #cancelTimer: (() => void) | undefined;

  constructor(record: ForwardRecord, idleTimeoutMs: number, deps: ForwardEntryDeps) {
    this.#record = record;
    this.#forward = newForward(idleTimeoutMs);
    this.#deps = deps;
  }

  get record(): ForwardRecord {
    return this.#record;
  }

  snapshot(): ForwardSnapshot {
    const { id, deviceKey, serviceId, serviceKind, port } = this.#record;
    const { state, error, connections, bytesUp, bytesDown, timings, idleTimeoutMs, idleUntil } = this.#forward;
    return {
      id,
      deviceKey,
      serviceId,
      serviceKind,
      address: forwardAddress,
      port,
      state,
      ...(error === undefined ? {} : { error }),
      connections,
      bytesUp,
      bytesDown,
      timings,
      ...(this.#exposure === undefined ? {} : { exposure: this.#exposure }),
      idleTimeoutMs,
      ...(idleUntil === undefined ? {} : { idleUntil }),
    };
  }

  /** Listens, if it does not yet. The error is that of the port; a device that cannot be reached shows itself later. */
  async start(): Promise<Result<ForwardSnapshot>> {
    this.#record = { ...this.#record, listening: true };
    this.dispatch({ type: 'start' });
    await this.#binding;
    const { bound, error } = this.#forward;
    return bound || error === undefined ? { ok: true, value: this.snapshot() } : { ok: false, error };
  }

  /** Listens on another port: the new one is opened before the old one is closed. Connections stay. */
  async move(port: number): Promise<Result<void>> {
    if (this.#forward.bound) {
      const moved = await this.#deps.host.listen({ id: this.#record.id, address: forwardAddress, port });
      if (!moved.ok) return { ok: false, error: await this.#deps.suggest(moved.error) };
    }
    this.#record = { ...this.#record, port };
    this.#deps.changed(this.#record.id);
    return { ok: true, value: undefined };
  }

  /**
   * Closes the port, its connections and its tunnels; resolves when the vendor has answered too. With `keep` it
   * is still to listen after a restart.
   */
  async stop(keep = false): Promise<void> {
    if (!keep) this.#record = { ...this.#record, listening: false };
    this.dispatch({ type: 'stop' });
    await this.#binding;
    while (this.#closing.size > 0) await Promise.all(this.#closing);
  }

  dispatch(event: ForwardEvent): void {
    const { host: _host, clock, log, changed } = this.#deps;
    const before = this.#forward;
    const { forward, effects } = advance(before, event, clock.now());
    this.#forward = forward;
    for (const effect of effects) this.#carryOut(effect);
    this.#setTimer();
    if (forward === before) return;
    if (forward.state !== before.state) {
      const { id } = this.#record;
      log.write(forward.state === 'failed' ? 'warn' : 'debug', 'forward.state', {
        forward: id,
        state: forward.state,
        ...(forward.error === undefined ? {} : { reason: forward.error.message }),
      });
    }
    changed(this.#record.id);
  }

  #setTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const { idleUntil, closingIdle } = this.#forward;
    if (idleUntil === undefined || closingIdle) return;
    const { clock } = this.#deps;
    this.#cancelTimer = clock.after(Math.max(0, idleUntil - clock.now()), () => this.dispatch({ type: 'tick' }));
  }

  #carryOut(effect: ForwardEffect): void {
    const { host } = this.#deps;
    const { id } = this.#record;
    switch (effect.type) {
      case 'bind':
        this.#binding = this.#bind(effect.bind);
        return;
      case 'unbind':
        return this.#close(host.unlisten(id));
      case 'open-tunnel':
        return this.#close(this.#openTunnel(effect.route, effect.instead));
      case 'abandon-tunnel':
        this.#asking.get(effect.route)?.abort();
        return;
      case 'close-tunnel': {
        const grant = this.#grants.get(effect.route);
        this.#grants.delete(effect.route);
        if (this.#grants.size === 0) this.#exposure = undefined;
        if (grant !== undefined) this.#close(this.#deps.tunnels.close(this.#record.deviceKey, grant));
        return;
      }
      case 'route': {
        const tunnel = this.#grants.get(effect.route)?.tunnel;
        if (tunnel === undefined) return;
        return host.route(id, effect.route, { host: tunnel.host, port: tunnel.port });
      }
      case 'retire':
        return host.retire(id, effect.route, effect.onlyIfIdle);
      case 'reject-waiting':
        return host.rejectWaiting(id);
    }
    return effect satisfies never;
  }

  #close(work: Promise<void>): void {
    this.#closing.add(work);
    void work.finally(() => this.#closing.delete(work));
  }

  async #bind(bind: number): Promise<void> {
    const { host, suggest } = this.#deps;
    const { id, port } = this.#record;
    const listened = await host.listen({ id, address: forwardAddress, port });
    if (listened.ok) this.dispatch({ type: 'bound', bind, bindMs: listened.value.bindMs });
    else this.dispatch({ type: 'bind-failed', bind, error: await suggest(listened.error) });
  }

  async #openTunnel(route: number, instead: number | undefined): Promise<void> {
    const { clock, tunnels } = this.#deps;
    const { deviceKey, serviceId } = this.#record;
    const abort = new AbortController();
    this.#asking.set(route, abort);
    const started = clock.monotonic();
    const dead = instead === undefined ? undefined : this.#grants.get(instead);
    const opened = await tunnels.open(deviceKey, serviceId, dead, abort.signal);
    this.#asking.delete(route);
    const vendorMs = clock.monotonic() - started;
    if (!opened.ok) return this.dispatch({ type: 'tunnel-refused', route, vendorMs, error: opened.error });
    this.#grants.set(route, opened.value);
    this.#exposure = opened.value.tunnel.exposure;
    this.dispatch({ type: 'tunnel-opened', route, vendorMs });
  }
}
