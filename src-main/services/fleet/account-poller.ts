import type { AccountHealth } from '../../core/fleet/account.ts';
import { cancelled, fail, ok } from '../../core/base/errors.ts';
import type { AppError, Failure, Result } from '../../core/base/errors.ts';
import { describeException } from '../../core/base/exception.ts';
import { nextPollDelay } from '../../core/fleet/poll-schedule.ts';
import { sleep } from '../../core/base/clock.ts';
import type { Clock, Random } from '../../core/base/clock.ts';
import type { Log } from '../../core/base/log.ts';
import type { DeviceRecord } from '../../core/fleet/device.ts';
import type { Connector, Vendor } from '../../vendors/vendor.ts';
import { defined } from '../../core/base/defined.ts';

/** Receives the results of a poller. */
export interface PollListener {
  /** A listing begins; the following pages belong to it. */
  begin(): void;
  devices(records: readonly DeviceRecord[]): void;
  /** Every page arrived: devices that were not named are gone. */
  complete(): void;
  /** The health of the account changed; `finished` when a poll has ended. */
  health(finished: boolean): void;
}

export interface AccountPollerDeps {
  readonly connector: () => Promise<Result<Connector>>;
  readonly poll: Vendor['poll'];
  readonly factor: () => number;
  readonly listener: PollListener;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Milliseconds of delay after sleep: the network needs a moment, and accounts should not all ask at once. */
const resumeSpreadMs = 2000;

/** Devices merged in one go, a few milliseconds of work: some vendors send the whole fleet as one page. */
const sliceSize = 5000;

/**
 * Polls one account, never twice at once: by schedule between `start` and `stop`, and on request. A failure, even an
 * exception of the connector, affects only the health of this account.
 */
export class AccountPoller {
  readonly #deps: AccountPollerDeps;
  #isScheduled = false;
  #isClosed = false;
  /** Cancels the running poll and starts a new one. */
  #again = false;
  #cancelTimer: (() => void) | undefined;
  #running: { readonly done: Promise<Result<void>>; readonly controller: AbortController } | undefined;
  #failures = 0;
  #error: AppError | undefined;
  #failingSince: number | undefined;
  #lastGoodAt: number | undefined;
  #nextPollAt: number | undefined;
  #credentialsExpireAt: number | undefined;
  /** Monotonic milliseconds before which the schedule does not poll the vendor. */
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(deps: AccountPollerDeps, lastGoodAt: number | undefined) {
    this.#deps = deps;
    this.#lastGoodAt = lastGoodAt;
  }

  get lastGoodAt(): number | undefined {
    return this.#lastGoodAt;
  }

  health(deviceCount: number): AccountHealth {
    return {
      refreshing: this.#running !== undefined,
      deviceCount,
      ...defined({
        lastGoodAt: this.#lastGoodAt,
        error: this.#error,
        failingSince: this.#failingSince,
        nextPollAt: this.#nextPollAt,
        credentialsExpireAt: this.#credentialsExpireAt,
      }),
    };
  }

  /** Starts the schedule with a poll now. */
  start(): void {
    this.#begin(0);
  }

  /** Starts the schedule again with a poll soon, but not sooner than the vendor allows. */
  resume(): void {
    // Earlier failures say little about the present network.
    this.#failures = 0;
    this.#begin(this.#deps.random() * resumeSpreadMs);
  }

  /** Stops the schedule and cancels a running poll. Devices and health stay as they are. */
  stop(): void {
    this.#isScheduled = false;
    this.#again = false;
    this.#clearTimer();
    this.#running?.controller.abort();
    this.#deps.listener.health(false);
  }

  /** Stops for good. */
  close(): void {
    this.#isClosed = true;
    this.stop();
  }

  /** Plans the next poll again, after the user changed the factor. */
  reschedule(): void {
    if (this.#isScheduled && this.#running === undefined && this.#failures === 0) this.#plan();
  }

  /** After the account changed: cancels what uses the old credentials, and polls again. */
  restart(): void {
    this.#failures = 0;
    if (this.#running === undefined) {
      if (this.#isScheduled) void this.poll();
      return;
    }
    this.#again = true;
    this.#running.controller.abort();
  }

  /** Polls now, or joins the running poll. */
  poll(): Promise<Result<void>> {
    if (this.#isClosed) return Promise.resolve(cancelled());
    const running = this.#running;
    if (running !== undefined) {
      // A cancelled poll is still ending; the next begins afterwards.
      return running.controller.signal.aborted && !this.#again ? running.done.then(() => this.poll()) : running.done;
    }
    this.#clearTimer();
    this.#notBefore = this.#deps.clock.monotonic() + this.#deps.poll.minimumMs;
    const controller = new AbortController();
    const done = this.#poll(controller.signal).then((result) => {
      this.#running = undefined;
      if (this.#again) {
        this.#again = false;
        return this.poll();
      }
      // A schedule that started meanwhile has its own timer.
      if (this.#isScheduled && this.#cancelTimer === undefined) this.#plan();
      this.#deps.listener.health(true);
      return result;
    });
    this.#running = { done, controller };
    this.#deps.listener.health(false);
    return done;
  }

  /** After something may have been missed: a poll that begins now, not a running one. */
  async resync(): Promise<void> {
    const joined = this.#running !== undefined;
    await this.poll();
    if (joined) await this.poll();
  }

  /** Resolves when no poll is running. */
  async settled(): Promise<void> {
    await this.#running?.done;
  }

  #begin(ms: number): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#schedule(Math.max(ms, this.#notBefore - this.#deps.clock.monotonic()));
    this.#deps.listener.health(false);
  }

  #plan(): void {
    const { poll, factor, random, clock } = this.#deps;
    const retryAfterMs = this.#error?.retryAfterMs;
    const delay = nextPollDelay(
      {
        ...poll,
        factor: factor(),
        failures: this.#failures,
        ...defined({ retryAfterMs }),
      },
      random,
    );
    if (retryAfterMs !== undefined) this.#notBefore = clock.monotonic() + delay;
    this.#schedule(delay);
  }

  #schedule(ms: number): void {
    this.#clearTimer();
    this.#nextPollAt = this.#deps.clock.now() + ms;
    this.#cancelTimer = this.#deps.clock.after(ms, () => void this.poll());
  }

  #clearTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#nextPollAt = undefined;
  }

  async #poll(signal: AbortSignal): Promise<Result<void>> {
    const problems: AppError[] = [];
    let isComplete = true;
    try {
      const connector = await this.#deps.connector();
      if (signal.aborted) return cancelled();
      if (!connector.ok) return this.#failed(connector.error);
      this.#deps.listener.begin();
      for await (const page of connector.value.listDevices(signal)) {
        if (signal.aborted) return cancelled();
        if (page.ok) {
          await this.#takeIn(page.value.devices, signal);
          if (signal.aborted) return cancelled();
          if (page.value.incomplete === true) isComplete = false;
          if (page.value.problem !== undefined) problems.push(page.value.problem);
        } else {
          isComplete = false;
          problems.push(page.error);
        }
      }
      if (signal.aborted) return cancelled();
      this.#credentialsExpireAt = connector.value.credentialsExpireAt;
      if (isComplete) {
        this.#deps.listener.complete();
        this.#lastGoodAt = this.#deps.clock.now();
      }
    } catch (thrown) {
      if (signal.aborted) return cancelled();
      this.#deps.log.write('error', 'inventory.exception', describeException(thrown));
      return this.#failed(
        fail(
          'internal',
          'Quayside made a mistake while it read the list of devices.',
          'It will try again. If it stays, report it with the log.',
        ).error,
      );
    }
    const first = problems[0];
    if (first !== undefined) return this.#failed(withLongestWait(first, problems));
    this.#failures = 0;
    this.#error = undefined;
    this.#failingSince = undefined;
    return ok(undefined);
  }

  async #takeIn(devices: readonly DeviceRecord[], signal: AbortSignal): Promise<void> {
    for (let start = 0; start < devices.length && !signal.aborted; start += sliceSize) {
      this.#deps.listener.devices(devices.slice(start, start + sliceSize));
      // Other work gets a turn in between.
      if (start + sliceSize < devices.length) await sleep(this.#deps.clock, 0, signal);
    }
  }

  #failed(error: AppError): Failure {
    this.#failures += 1;
    this.#error = error;
    this.#failingSince ??= this.#deps.clock.now();
    this.#deps.log.write('warn', 'inventory.poll-failed', { kind: error.kind, failures: this.#failures });
    return { ok: false, error };
  }
}

/** The first failure of a poll gives the reason; the next poll waits for the longest pause of them. */
const withLongestWait = (first: AppError, problems: readonly AppError[]): AppError => {
  const waits = problems.map((problem) => problem.retryAfterMs).filter((wait) => wait !== undefined);
  return waits.length === 0 ? first : { ...first, retryAfterMs: Math.max(...waits) };
};
