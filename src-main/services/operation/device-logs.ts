import { deviceKey as keyOf } from '../../core/fleet/device.ts';
import { interactiveMs, secondsText, withDeadline } from '../../core/base/deadline.ts';
import { fail, ok, vendorRefusals, type AppError, type ErrorKind, type Result } from '../../core/base/errors.ts';
import type { Journal } from '../../core/base/journal.ts';
import type { Clock } from '../../core/base/clock.ts';
import type { Log } from '../../core/base/log.ts';
import { SerialQueue } from '../../core/base/serial-queue.ts';
import type { Operation } from '../../vendors/vendor.ts';
import type { Accounts } from '../fleet/accounts.ts';
import { entriesOf, record, type KeptEntry } from './device-log-records.ts';
import { defined } from '../../core/base/defined.ts';

/** Entries that were fetched from a vendor, or are stored. */
export interface KeptLog {
  readonly entries: readonly KeptEntry[];
  /** Older entries are on disk, but left out here. */
  readonly more: boolean;
  /** Present if the lines were fetched but could not be stored: they exist only here. */
  readonly problem?: AppError;
}

/** The part of a stored log that is read for display, bytes. */
const shownBytes = 2 * 1024 * 1024;
/** Milliseconds a running answer may take when Quayside ends. */
const lastWaitMs = 5000;

/** Failures after which the vendor has certainly handed nothing out. */
const harmless: ReadonlySet<ErrorKind> = new Set(vendorRefusals);

const textOf = (input: unknown, name: string): string => {
  const value: unknown =
    typeof input === 'object' && input !== null ? (input as Readonly<Record<string, unknown>>)[name] : undefined;
  return typeof value === 'string' ? value.trim() : '';
};

/**
 * Logs that a vendor hands out once. An answer is on disk before anybody sees it; each device has one caller at a time;
 * nothing is fetched unless somebody asks. A started fetch is not cancelled when its caller leaves, because the vendor
 * counts its lines as delivered.
 */
export class DeviceLogs {
  readonly #journal: Journal;
  readonly #accounts: Pick<Accounts, 'get' | 'vendor' | 'connector'>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #turns = new Map<string, SerialQueue>();
  readonly #ending = new AbortController();
  readonly #underWay = new Set<Promise<unknown>>();
  /** Paths of the logs that are being fetched. */
  readonly #asking = new Set<string>();

  constructor(deps: {
    readonly journal: Journal;
    readonly accounts: Pick<Accounts, 'get' | 'vendor' | 'connector'>;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#journal = deps.journal;
    this.#accounts = deps.accounts;
    this.#clock = deps.clock;
    this.#log = deps.log;
  }

  /** Fetches the new entries of a log and returns only them. Errors: unsupported, internal, and the vendor's. */
  async take(accountId: string, deviceId: string, file: string): Promise<Result<KeptLog>> {
    const operation = this.#operation(accountId);
    if (operation?.keep === undefined)
      return fail('unsupported', 'The vendor of this device hands out no such logs.', 'Look at its other logs.');
    const taken = await this.#fetch(accountId, operation, {
      [operation.keep.deviceId]: deviceId,
      [operation.keep.file]: file,
    });
    if (!taken.ok) return taken;
    const { entries, problem } = taken.value;
    return ok({ entries, more: true, ...defined({ problem }) });
  }

  /** Calls such an operation and returns the vendor's own answer, after it was stored. */
  async call(accountId: string, operation: Operation, input: unknown): Promise<Result<unknown>> {
    const taken = await this.#fetch(accountId, operation, input);
    return taken.ok ? ok(taken.value.output) : taken;
  }

  /** The stored entries of a log, oldest first. */
  async read(accountId: string, deviceId: string, file: string): Promise<Result<KeptLog>> {
    const path = [accountId, deviceId, file];
    const tail = await this.#journal.tail(path, shownBytes);
    if (!tail.ok) return tail;
    const entries = entriesOf(tail.value.lines);
    // A request that waits for its answer looks like one that never got any.
    const waiting = this.#asking.has(path.join('\n')) && entries.at(-1)?.kind === 'gap';
    return ok({ entries: waiting ? entries.slice(0, -1) : entries, more: !tail.value.whole });
  }

  /** Names of the stored logs of a device. */
  files(accountId: string, deviceId: string): Promise<Result<readonly string[]>> {
    return this.#journal.names([accountId, deviceId]);
  }

  /** Deletes the stored entries of a log. */
  forget(accountId: string, deviceId: string, file: string): Promise<Result<void>> {
    return this.#turn(keyOf(accountId, deviceId)).run(() => this.#journal.remove([accountId, deviceId, file]));
  }

  /** Waits a few seconds for running fetches to be stored. */
  async dispose(): Promise<void> {
    if (this.#ending.signal.aborted) return;
    const cancel = this.#clock.after(lastWaitMs, () => this.#ending.abort());
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    cancel();
    this.#ending.abort();
  }

  #operation(accountId: string): Operation | undefined {
    const account = this.#accounts.get(accountId);
    const vendor = account === undefined ? undefined : this.#accounts.vendor(account.vendor);
    return vendor?.operations.find((operation) => operation.keep !== undefined);
  }

  #turn(key: string): SerialQueue {
    const turn = this.#turns.get(key) ?? new SerialQueue();
    this.#turns.set(key, turn);
    return turn;
  }

  #fetch(accountId: string, operation: Operation, input: unknown): Promise<Result<Taken>> {
    const { keep } = operation;
    const deviceId = keep === undefined ? '' : textOf(input, keep.deviceId);
    const file = keep === undefined ? '' : textOf(input, keep.file);
    const parsed = operation.input.safeParse(input);
    if (keep === undefined || deviceId === '' || file === '' || !parsed.success)
      return Promise.resolve(
        fail('invalid-input', `${operation.id} needs a device and the name of a log.`, 'Name both and try again.'),
      );
    const running = this.#turn(keyOf(accountId, deviceId)).run(() =>
      this.#fetchNow(accountId, operation, input, [accountId, deviceId, file], keep.line),
    );
    this.#underWay.add(running);
    void running.finally(() => this.#underWay.delete(running));
    const late = () =>
      fail(
        'timeout',
        `The log was not handed out within ${secondsText(interactiveMs)}.`,
        'What comes later is kept all the same: look at the log again in a few minutes.',
      );
    return withDeadline({ clock: this.#clock, ms: interactiveMs, late }, () => running);
  }

  async #fetchNow(
    accountId: string,
    operation: Operation,
    input: unknown,
    path: readonly string[],
    field: string,
  ): Promise<Result<Taken>> {
    const connector = await this.#accounts.connector(accountId);
    if (!connector.ok) return connector;
    // Stored first: after a crash it shows that lines may be missing here. If the disk is full, nothing is fetched.
    const asked = await this.#journal.append(path, record({ kind: 'asked', at: this.#clock.now() }));
    if (!asked.ok) return asked;
    this.#asking.add(path.join('\n'));
    const answer = await connector.value.call(operation, input, this.#ending.signal);
    this.#asking.delete(path.join('\n'));
    const at = this.#clock.now();
    if (!answer.ok) {
      const lost = !harmless.has(answer.error.kind) && answer.error.refused !== true;
      await this.#journal.append(path, record({ kind: 'failed', at, lost }));
      return answer;
    }
    const lines = linesOf(answer.value, field);
    const written = await this.#journal.append(path, record({ kind: 'got', at, lines }));
    if (!written.ok) this.#log.write('error', 'device-log.unwritten', { account: accountId, lines: lines.length });
    return ok({
      output: answer.value,
      entries: lines.map((text) => ({ kind: 'line', at, text })),
      ...(written.ok ? {} : { problem: written.error }),
    });
  }
}

interface Taken {
  readonly output: unknown;
  readonly entries: readonly KeptEntry[];
  readonly problem?: AppError;
}

/** The lines of an answer; a row without the field is stored whole rather than lost. */
const linesOf = (output: unknown, field: string): readonly string[] =>
  (Array.isArray(output) ? output : [output]).map((row: unknown) => {
    const line: unknown = typeof row === 'object' && row !== null ? (row as Record<string, unknown>)[field] : row;
    return typeof line === 'string' ? line : JSON.stringify(row ?? null);
  });
