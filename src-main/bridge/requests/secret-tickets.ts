import { fail, ok, type Result } from '../../core/base/errors.ts';
import type { Clock } from '../../core/base/clock.ts';

type Secrets = Readonly<Record<string, string>>;

/** How long a ticket is good, milliseconds. */
export const ticketLifeMs = 600_000;
/** More tickets at once than any form needs; the oldest is evicted. */
const limit = 64;

const gone = fail(
  'not-found',
  'The secrets handed over are no longer here: they are kept for ten minutes and used once.',
  'Enter them again.',
);

/** Secrets handed over by a client, kept in memory under one-time tickets until a request uses them. */
export class SecretTickets {
  readonly #clock: Clock;
  readonly #newTicket: () => string;
  readonly #tickets = new Map<
    string,
    { readonly secrets: Secrets; readonly until: number; readonly cancel: () => void }
  >();

  /** `newTicket` answers a text with at least 128 random bits. */
  constructor(options: { readonly clock: Clock; readonly newTicket: () => string }) {
    this.#clock = options.clock;
    this.#newTicket = options.newTicket;
  }

  /** Keeps the secrets; the answer is the ticket. */
  hand(secrets: Secrets): string {
    for (const oldest of this.#tickets.keys()) {
      if (this.#tickets.size < limit) break;
      this.#drop(oldest);
    }
    const ticket = this.#newTicket();
    this.#tickets.set(ticket, {
      secrets,
      until: this.#clock.monotonic() + ticketLifeMs,
      cancel: this.#clock.after(ticketLifeMs, () => this.#tickets.delete(ticket)),
    });
    return ticket;
  }

  /** The secrets of a ticket, which stays valid. */
  look(ticket: string): Result<Secrets> {
    const kept = this.#tickets.get(ticket);
    return kept === undefined || kept.until <= this.#clock.monotonic() ? gone : ok(kept.secrets);
  }

  /** The secrets of a ticket, which is no longer valid afterwards. */
  take(ticket: string): Result<Secrets> {
    const found = this.look(ticket);
    this.#drop(ticket);
    return found;
  }

  dispose(): void {
    for (const ticket of [...this.#tickets.keys()]) this.#drop(ticket);
  }

  #drop(ticket: string): void {
    this.#tickets.get(ticket)?.cancel();
    this.#tickets.delete(ticket);
  }
}
