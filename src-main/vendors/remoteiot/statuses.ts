import type { AppError } from '../../core/base/errors.ts';
import { execute } from '../execute.ts';
import type { VendorWire } from '../execute.ts';
import { isRow } from '../read-rows.ts';
import type { VendorContext } from '../vendor.ts';
import { status } from './operations.ts';
import type { StatusRow } from './schemas.ts';
import { defined } from '../../core/base/defined.ts';

/** The vendor allows 1000 ids where it names a limit; for `/status` it names none. */
const defaultBatch = 1000;
/** Batches are not halved permanently below this size, whatever fails. */
const minBatch = 50;
/**
 * Requests that one listing may use for halves of refused batches: enough to find one bad id among a thousand, twice.
 */
const maxHalves = 40;
/** Refusals that may be caused by the request: one id, or too many of them. A 500 may mean the second. */
const halved: ReadonlySet<AppError['kind']> = new Set(['invalid-input', 'not-found', 'vendor-unavailable']);
/** More requests would only prolong the limit, and a refused token stays refused. */
const hopeless: ReadonlySet<AppError['kind']> = new Set(['rate-limited', 'unauthorized', 'clock-skew']);

/** What `/status` says of some devices. */
export interface StatusBatch {
  readonly ids: readonly string[];
  readonly states: ReadonlyMap<string, StatusRow>;
  /** Why some of them are missing. */
  readonly problem?: AppError;
}

/** Asks for the presence of a fleet, batch by batch. One refused id does not affect the others. */
export class Statuses {
  readonly #session: VendorContext;
  readonly #wire: VendorWire;
  #batch: number;
  /** Ids that were refused alone: from then on they are asked for separately. */
  readonly #odd = new Set<string>();

  constructor(session: VendorContext, wire: VendorWire) {
    this.#session = session;
    this.#wire = wire;
    this.#batch = Number(session.fields['statusBatch'] ?? defaultBatch);
  }

  /** Every id in one of the batches. Ends early on `signal`. */
  async *read(ids: readonly string[], signal: AbortSignal): AsyncGenerator<StatusBatch> {
    const odd = ids.filter((id) => this.#odd.has(id));
    const even = odd.length === 0 ? ids : ids.filter((id) => !this.#odd.has(id));
    this.#odd.clear();
    for (const id of odd) this.#odd.add(id);
    const halves = { left: maxHalves };
    let giveUp: AppError | undefined;
    for (const [rest, batch] of [
      [even, this.#batch],
      [odd, 1],
    ] as const) {
      for (let start = 0; start < rest.length && !signal.aborted; start += batch) {
        const chunk = rest.slice(start, start + batch);
        const read: StatusBatch =
          giveUp === undefined
            ? await this.#ask(chunk, halves, signal)
            : { ids: chunk, states: new Map(), problem: giveUp };
        if (read.problem !== undefined && hopeless.has(read.problem.kind)) giveUp = read.problem;
        yield read;
      }
    }
  }

  async #ask(ids: readonly string[], halves: { left: number }, signal: AbortSignal): Promise<StatusBatch> {
    const body = ids.map((UnitId) => ({ UnitId }));
    const answer = await execute(this.#session, this.#wire, status, { body }, signal);
    const states = new Map<string, StatusRow>();
    if (answer.ok) {
      for (const row of answer.value.filter(isRow)) {
        const id = row.UnitId?.trim() ?? '';
        if (id !== '') states.set(id, row);
      }
      for (const id of ids) this.#odd.delete(id);
      return { ids, states };
    }
    const { error } = answer;
    const isTheirs = error.kind === 'vendor-unavailable';
    if (!halved.has(error.kind) || signal.aborted) return { ids, states, problem: error };
    if (ids.length === 1 && !isTheirs) this.#odd.add(ids[0] ?? '');
    if (ids.length === 1 || halves.left < 2) return { ids, states, problem: error };
    halves.left -= 2;
    const middle = Math.ceil(ids.length / 2);
    // A vendor with a problem is asked for one half: if that fails, too, the size is not the cause.
    const deeper = isTheirs ? { left: 0 } : halves;
    const first = await this.#ask(ids.slice(0, middle), deeper, signal);
    if (first.problem !== undefined && (isTheirs || hopeless.has(first.problem.kind)))
      return { ids, states, problem: error };
    const second = await this.#ask(ids.slice(middle), deeper, signal);
    const problem = first.problem ?? second.problem;
    if (problem === undefined) this.#batch = Math.min(this.#batch, Math.max(middle, minBatch));
    return {
      ids,
      states: new Map([...first.states, ...second.states]),
      ...defined({ problem }),
    };
  }
}
