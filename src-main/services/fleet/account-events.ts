import type { DeviceFacts } from '../../core/fleet/device-facts.ts';
import type { Presence } from '../../core/fleet/device.ts';
import type { AppError, Result } from '../../core/base/errors.ts';
import { describeException } from '../../core/base/exception.ts';
import { sleep } from '../../core/base/clock.ts';
import type { Clock, Random } from '../../core/base/clock.ts';
import type { Log } from '../../core/base/log.ts';
import type { Connector, FleetEvent } from '../../vendors/vendor.ts';

export interface AccountEventsDeps {
  readonly connector: () => Promise<Result<Connector>>;
  /** Events before this moment may have been missed; a new listing is needed. */
  readonly listAnew: () => void;
  readonly presence: (deviceId: string, presence: Presence, facts?: DeviceFacts) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

const firstDelayMs = 2000;
const maxDelayMs = 5 * 60_000;
/** Milliseconds after which a connection counts as good: the next failure counts as the first. */
const steadyMs = 60_000;
/** Errors that a new connection does not fix; polling reports them, and a change of the account starts again. */
const lasting: ReadonlySet<AppError['kind']> = new Set(['unauthorized', 'forbidden', 'wrong-url', 'clock-skew']);

/**
 * Listens to the events of an account's vendor, if it has any, and reconnects after each end with growing pauses.
 * Events complement polling: their failures do not affect the health of the account.
 */
export class AccountEvents {
  readonly #deps: AccountEventsDeps;
  #running: AbortController | undefined;

  constructor(deps: AccountEventsDeps) {
    this.#deps = deps;
  }

  start(): void {
    if (this.#running !== undefined) return;
    this.#running = new AbortController();
    void this.#run(this.#running.signal);
  }

  stop(): void {
    this.#running?.abort();
    this.#running = undefined;
  }

  /** Reconnects after the account changed; does nothing if it is stopped. */
  restart(): void {
    if (this.#running === undefined) return;
    this.stop();
    this.start();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, random, log } = this.#deps;
    let failures = 0;
    while (!signal.aborted) {
      const began = clock.monotonic();
      const ended = await this.#listen(signal);
      if (signal.aborted || ended === 'never') return;
      failures = clock.monotonic() - began >= steadyMs ? 1 : failures + 1;
      const isLasting = ended !== undefined && lasting.has(ended.kind);
      const delay = isLasting ? maxDelayMs : Math.min(maxDelayMs, firstDelayMs * 2 ** (failures - 1));
      log.write('info', 'inventory.events-ended', { kind: ended?.kind ?? 'closed', failures });
      await sleep(clock, Math.max(ended?.retryAfterMs ?? 0, delay * (0.75 + random() / 2)), signal);
    }
  }

  /** One connection; returns why it ended: undefined for a regular end, `never` if the vendor has no events. */
  async #listen(signal: AbortSignal): Promise<AppError | undefined | 'never'> {
    try {
      const connector = await this.#deps.connector();
      if (!connector.ok) return connector.error;
      if (signal.aborted || connector.value.events === undefined) return 'never';
      const ended = await connector.value.events((event) => this.#onEvent(event, signal), signal);
      if (ended.ok) return undefined;
      return ended.error.kind === 'unsupported' ? 'never' : ended.error;
    } catch (thrown) {
      this.#deps.log.write('error', 'inventory.events-exception', describeException(thrown));
      return undefined;
    }
  }

  #onEvent(event: FleetEvent, signal: AbortSignal): void {
    if (signal.aborted) return;
    switch (event.kind) {
      case 'listening':
      case 'fleet-changed':
        return this.#deps.listAnew();
      case 'presence':
        return this.#deps.presence(event.deviceId, event.presence, event.facts);
      default:
        event satisfies never;
    }
  }
}
