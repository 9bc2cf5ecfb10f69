import { cancelled, fail } from '../../core/base/errors.ts';
import type { AppError, ErrorKind, Result } from '../../core/base/errors.ts';
import { sleep } from '../../core/base/clock.ts';
import type { Clock } from '../../core/base/clock.ts';

export interface TunnelGateDeps {
  readonly clock: Clock;
  /** Whether the vendor's computer answers at all; costs nothing there. Absent if it cannot be checked. */
  readonly reachable?: ((signal: AbortSignal) => Promise<boolean>) | undefined;
  readonly opensPerMinute: number;
  /** Called when the vendor answers again after an outage. */
  readonly recovered: () => void;
}

/** Failures of the vendor or the connection to it, which affect all forwards of the account. */
const shared: ReadonlySet<ErrorKind> = new Set([
  'unreachable',
  'timeout',
  'vendor-unavailable',
  'rate-limited',
  'bad-response',
  'wrong-url',
]);
const minute = 60_000;
/** Milliseconds before a running call checks whether the vendor can be reached, and between two checks. */
const lookAfterMs = 1_000;
const lookEveryMs = 700;
/** Milliseconds between the starts of two calls while the vendor has an outage. */
const troubledEveryMs = 700;

/**
 * Per-account limiter and circuit breaker for tunnel requests: a maximum per minute, and one probe for all forwards
 * while the vendor cannot be reached. A call that hangs because packets were lost is started again as soon as the
 * vendor answers, because the system would wait ever longer before it resends them.
 */
export class TunnelGate {
  readonly #deps: TunnelGateDeps;
  #openedAt: number[] = [];
  #trouble: AppError | undefined;
  #triedAt = Number.NEGATIVE_INFINITY;
  #leader: Promise<AppError | undefined> | undefined;
  /** Whether `reachable` ever said yes: behind a proxy it never does. */
  #canLook = false;

  constructor(deps: TunnelGateDeps) {
    this.#deps = deps;
  }

  /** Asks for a tunnel, within the limits. Errors: rate-limited (ours), cancelled, those of `call`. */
  async run<T>(call: (signal: AbortSignal) => Promise<Result<T>>, signal: AbortSignal): Promise<Result<T>> {
    if (this.#trouble !== undefined && this.#leader !== undefined) {
      const trouble = await Promise.race([this.#leader, aborted(signal)]);
      if (signal.aborted) return cancelled('another tunnel of this account, which is asked for first');
      if (trouble !== undefined) return { ok: false, error: trouble };
    }
    if (this.#trouble === undefined) return this.#budgeted(call, signal);
    const leading = this.#budgeted(call, signal);
    this.#leader = leading.then((result) => (result.ok ? undefined : this.#trouble));
    const mine = this.#leader;
    try {
      return await leading;
    } finally {
      if (this.#leader === mine) this.#leader = undefined;
    }
  }

  async #budgeted<T>(call: (signal: AbortSignal) => Promise<Result<T>>, signal: AbortSignal): Promise<Result<T>> {
    const { clock, opensPerMinute, reachable } = this.#deps;
    const known = this.#trouble;
    if (known !== undefined && this.#canLook && (known.kind === 'unreachable' || known.kind === 'timeout')) {
      if ((await reachable?.(signal)) === false) return signal.aborted ? cancelled() : { ok: false, error: known };
    }
    const now = clock.monotonic();
    // One forward of the account probes from time to time; the others are told when it succeeds.
    if (known !== undefined && now - this.#triedAt < troubledEveryMs) return { ok: false, error: known };
    this.#triedAt = now;
    this.#openedAt = this.#openedAt.filter((at) => now - at < minute);
    const oldest = this.#openedAt[0];
    if (oldest !== undefined && this.#openedAt.length >= opensPerMinute) {
      return fail(
        'rate-limited',
        `${opensPerMinute} tunnels were opened in the last minute, as many as the vendor should be asked for.`,
        'Wait; Quayside tries again by itself.',
        { retryAfterMs: Math.max(1, oldest + minute - now) },
      );
    }
    this.#openedAt.push(now);
    const result = await this.#watched(call, signal);
    // Calls that failed in an outage are limited by the probes.
    if (!result.ok && shared.has(result.error.kind)) this.#openedAt = this.#openedAt.filter((at) => at !== now);
    this.#learn(result, signal);
    return result;
  }

  #learn(result: Result<unknown>, signal: AbortSignal): void {
    if (!result.ok && result.error.kind === 'cancelled') return;
    const before = this.#trouble;
    this.#trouble = !result.ok && shared.has(result.error.kind) ? result.error : undefined;
    if (before !== undefined && this.#trouble === undefined) this.#deps.recovered();
    if (!result.ok || this.#canLook || this.#deps.reachable === undefined) return;
    void this.#deps.reachable(signal).then((answers) => {
      this.#canLook ||= answers;
    });
  }

  /** Runs the call; starts it again when the vendor answers after an outage. */
  async #watched<T>(call: (signal: AbortSignal) => Promise<Result<T>>, signal: AbortSignal): Promise<Result<T>> {
    for (;;) {
      const attempt = new AbortController();
      const abort = (): void => attempt.abort();
      signal.addEventListener('abort', abort, { once: true });
      let isBack = false;
      const done = new AbortController();
      const looking = this.#awaitReturn(done.signal).then((back) => {
        isBack = back;
        if (back) attempt.abort();
      });
      const result = await call(attempt.signal);
      done.abort();
      await looking;
      signal.removeEventListener('abort', abort);
      if (signal.aborted && !result.ok) return result.error.kind === 'cancelled' ? result : cancelled();
      if (result.ok || !isBack) return result;
    }
  }

  /** True once the vendor answers after it did not; false when `signal` aborts. */
  async #awaitReturn(signal: AbortSignal): Promise<boolean> {
    const { clock, reachable } = this.#deps;
    if (!this.#canLook || reachable === undefined) return false;
    let wasAway = false;
    for (let pause = lookAfterMs; ; pause = lookEveryMs) {
      await sleep(clock, pause, signal);
      if (signal.aborted) return false;
      const answers = await reachable(signal);
      if (signal.aborted) return false;
      if (answers && wasAway) return true;
      wasAway = !answers;
    }
  }
}

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
