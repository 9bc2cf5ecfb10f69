import { noDevice } from '../../core/fleet/not-found-errors.ts';
import type { Account } from '../../core/fleet/account.ts';
import { activityCsv, activityCsvHeader } from '../../core/activity/activity-csv.ts';
import type {
  ActivityEntry,
  ActivityPage,
  ActivityQuery,
  HistoryBatch,
  HistoryStore,
  PresenceBucket,
  PresenceSample,
} from '../../core/activity/activity-entry.ts';
import type { Device } from '../../core/fleet/device.ts';
import { Emitter } from '../../core/base/emitter.ts';
import { ok } from '../../core/base/errors.ts';
import type { AppError, Result } from '../../core/base/errors.ts';
import type { ForwardSnapshot } from '../../core/forward/forward-record.ts';
import type { Clock } from '../../core/base/clock.ts';
import type { Log } from '../../core/base/log.ts';
import type { PresenceCounts } from '../../core/alert/transition-tracker.ts';
import { presenceBuckets, uptimeOf, type PresenceGap, type Uptime } from '../../core/activity/uptime.ts';
import { defined } from '../../core/base/defined.ts';

export interface ActivityDeps {
  readonly store: HistoryStore;
  readonly accounts: { list(): readonly Account[]; get(id: string): Account | undefined };
  readonly inventory: {
    readonly devices: ReadonlyMap<string, Device>;
    device(key: string): Device | undefined;
    nameOf(key: string): string;
    readonly changed: Pick<Emitter<{ readonly upsert: readonly Device[] }>, 'on'>;
  };
  readonly forwards: {
    get(id: string): ForwardSnapshot | undefined;
    readonly changed: Pick<
      Emitter<{ readonly upsert: readonly ForwardSnapshot[]; readonly remove: readonly string[] }>,
      'on'
    >;
  };
  /** Devices of an account by state, and whether it can be reached. */
  readonly presence: {
    countsOf(accountId: string): PresenceCounts;
    isUnreachable(accountId: string): boolean;
    stateOf(deviceKey: string): 'online' | 'offline' | undefined;
  };
  /** Days for which the history is kept. */
  readonly days: () => number;
  /** Masks what must not be stored. */
  readonly redact: (text: string) => string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Milliseconds after which waiting entries are written. */
const writeMs = 1000;
/** Milliseconds between two samples of the fleets' presence. */
const sampleMs = 60_000;
/** How many samples pass before the sums are written (if nothing else is), and before the past is deleted. */
const samplesPerWrite = 5;
const samplesPerPrune = 60;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** The maximum of entries in memory while the file cannot be written; older ones are dropped. */
const maxWaiting = 50_000;
/** Lines in one piece of an export. */
const exportLines = 2000;
/** The maximum length of an entry's text; a vendor's message may be a page. */
const maxText = 500;

/**
 * The history: records what happens, in batches and without delaying anything, and answers questions about it. It holds
 * no secret: names, kinds and outcomes, never inputs or answers.
 */
export class Activity {
  /** An entry was recorded. */
  readonly changed = new Emitter<void>();
  readonly #deps: ActivityDeps;
  readonly #unsubscribe: readonly (() => void)[];
  readonly #seen = new Set<string>();
  /** Forwards with a connection, and their names. */
  readonly #open = new Map<string, { readonly what: string; readonly deviceKey: string; readonly name: string }>();
  readonly #failed = new Map<string, string>();
  readonly #samples = new Map<string, PresenceSample>();
  #entries: ActivityEntry[] = [];
  #firstSeen: { deviceKey: string; at: number }[] = [];
  #gaps: (PresenceGap & { readonly accountId?: string | undefined })[] = [];
  #cancelWrite: (() => void) | undefined;
  #cancelSample: (() => void) | undefined;
  #sampledAt: number | undefined;
  #sampleCount = 0;
  #isDisposed = false;

  constructor(deps: ActivityDeps) {
    this.#deps = deps;
    this.#unsubscribe = [
      deps.inventory.changed.on(({ upsert }) => this.#see(upsert)),
      deps.forwards.changed.on(({ upsert, remove }) => {
        for (const forward of upsert) this.#hearForward(forward);
        for (const id of remove) this.#closed(id);
      }),
    ];
  }

  /** Starts to sample the presence of the fleets and to delete old entries. */
  start(): void {
    if (this.#isDisposed || this.#cancelSample !== undefined) return;
    this.#sampledAt = this.#deps.clock.monotonic();
    this.#see(this.#deps.inventory.devices.values());
    this.#planSample();
    this.#writeSoon();
    void this.#prune();
  }

  /** Records an entry. */
  record(entries: readonly ActivityEntry[]): void {
    if (entries.length === 0) return;
    for (const entry of entries) {
      this.#entries.push({
        ...entry,
        name: this.#deps.redact(entry.name).slice(0, maxText),
        text: this.#deps.redact(entry.text).slice(0, maxText),
      });
    }
    if (this.#entries.length > maxWaiting) this.#entries = this.#entries.slice(-maxWaiting);
    this.#writeSoon();
  }

  /** Records that an account was unreachable for a while. */
  recordGap(accountId: string, gap: PresenceGap): void {
    if (gap.until <= gap.since) return;
    this.#gaps.push({ accountId, since: gap.since, until: gap.until });
    this.#writeSoon();
  }

  /**
   * Records the call of a vendor's operation with its device, if it has one, and its outcome; neither its input nor its
   * answer.
   */
  recordOperation(accountId: string, operation: string, error: AppError | undefined, deviceKey?: string): void {
    this.record([
      {
        at: this.#deps.clock.now(),
        kind: 'operation',
        accountId,
        ...defined({ deviceKey }),
        name: operation,
        text: error === undefined ? `${operation} was called` : `${operation} failed: ${error.message}`,
      },
    ]);
  }

  /** The entries, newest first. Errors: those of the store. */
  async query(query: ActivityQuery, signal: AbortSignal): Promise<Result<ActivityPage>> {
    await this.flush();
    return this.#deps.store.query(query, signal);
  }

  /** A piece of the history as CSV; the first has the header. Pass `next` to get the next piece. */
  async exportCsv(
    query: Omit<ActivityQuery, 'limit'>,
    signal: AbortSignal,
  ): Promise<Result<{ readonly csv: string; readonly next?: string | undefined }>> {
    const page = await this.query({ ...query, limit: exportLines }, signal);
    if (!page.ok) return page;
    const lines = activityCsv(page.value.entries, (id) => this.#deps.accounts.get(id)?.label ?? 'a removed account');
    return ok({
      csv: query.cursor === undefined ? activityCsvHeader + lines : lines,
      ...defined({ next: page.value.next }),
    });
  }

  /** How much of [since, until) a device was online. Errors: not-found, those of the store. */
  async uptime(deviceKey: string, since: number, until: number): Promise<Result<Uptime>> {
    const device = this.#deps.inventory.device(deviceKey);
    if (device === undefined) {
      return noDevice;
    }
    await this.flush();
    const { store, presence, clock } = this.#deps;
    const end = Math.min(until, clock.now());
    const [steps, gaps, firstSeenAt] = await Promise.all([
      store.stepsOf(deviceKey, since, end),
      store.gaps(device.accountId, since, end),
      store.firstSeen(deviceKey),
    ]);
    if (!steps.ok) return steps;
    if (!gaps.ok) return gaps;
    if (!firstSeenAt.ok) return firstSeenAt;
    return ok(
      uptimeOf({
        since: Math.min(since, end),
        until: end,
        firstSeenAt: firstSeenAt.value ?? end,
        now: presence.stateOf(deviceKey) ?? 'unknown',
        steps: steps.value,
        gaps: gaps.value,
      }),
    );
  }

  /** Mean numbers of devices in each state, in buckets from `since` on. */
  async timeline(
    accountId: string | undefined,
    since: number,
    until: number,
    bucket: 'hour' | 'day',
  ): Promise<Result<readonly PresenceBucket[]>> {
    this.#sample();
    await this.flush();
    // Sums are stored by the hour, so buckets begin with an hour.
    const start = Math.floor(since / hourMs) * hourMs;
    const samples = await this.#deps.store.samples(accountId, start, until);
    return samples.ok ? ok(presenceBuckets(samples.value, start, until, bucket === 'hour' ? hourMs : dayMs)) : samples;
  }

  /** Writes waiting entries. Entries that cannot be written stay waiting. */
  async flush(): Promise<void> {
    this.#cancelWrite?.();
    this.#cancelWrite = undefined;
    const batch: HistoryBatch = {
      entries: this.#entries,
      firstSeen: this.#firstSeen,
      gaps: this.#gaps,
      samples: [...this.#samples.values()],
      aliveAt: this.#deps.clock.now(),
    };
    const isEmpty = [batch.entries, batch.firstSeen, batch.gaps, batch.samples].every((list) => list.length === 0);
    if (isEmpty) return;
    this.#entries = [];
    this.#firstSeen = [];
    this.#gaps = [];
    this.#samples.clear();
    const written = await this.#deps.store.write(batch);
    if (written.ok) {
      this.changed.emit();
      return;
    }
    this.#deps.log.write('warn', 'history.not-written', { reason: written.error.message });
    // If the disk is full, samples are dropped; entries are kept.
    this.#entries = [...batch.entries, ...this.#entries].slice(-maxWaiting);
  }

  /** Writes waiting entries and closes the file. */
  async dispose(): Promise<void> {
    if (!this.#isDisposed) {
      this.#isDisposed = true;
      for (const unsubscribe of this.#unsubscribe) unsubscribe();
      this.#cancelSample?.();
      if (this.#sampledAt !== undefined) this.#sample();
    }
    await this.flush();
    this.#cancelWrite?.();
    await this.#deps.store.close();
  }

  #see(devices: Iterable<Device>): void {
    // A short command leaves this to the process that keeps running.
    if (this.#sampledAt === undefined) return;
    const at = this.#deps.clock.now();
    const before = this.#firstSeen.length;
    for (const { key } of devices) {
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      this.#firstSeen.push({ deviceKey: key, at });
    }
    if (this.#firstSeen.length > before) this.#writeSoon();
  }

  #hearForward(forward: ForwardSnapshot): void {
    const { id, state, deviceKey, serviceKind, port, error } = forward;
    const device = this.#deps.inventory.device(deviceKey);
    const name = this.#deps.inventory.nameOf(deviceKey);
    const what = `${serviceKind.toUpperCase()} to ${name}`;
    const base = {
      at: this.#deps.clock.now(),
      deviceKey,
      name,
      ...(device === undefined ? {} : { accountId: device.accountId }),
    };
    if (state === 'open') {
      if (this.#open.has(id)) return;
      this.#open.set(id, { what, deviceKey, name });
      this.record([{ ...base, kind: 'connected', text: `${what} was connected through port ${port}` }]);
    } else if (state !== 'dialling') this.#closed(id);
    const reason = state === 'failed' ? (error?.message ?? 'for an unknown reason') : undefined;
    if (reason === undefined) {
      // A new attempt may fail for the same reason, and is recorded again.
      this.#failed.delete(id);
    } else if (this.#failed.get(id) !== reason) {
      this.#failed.set(id, reason);
      this.record([{ ...base, kind: 'connect-failed', text: `${what} failed: ${reason}` }]);
    }
  }

  #closed(id: string): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    this.#open.delete(id);
    const device = this.#deps.inventory.device(open.deviceKey);
    this.record([
      {
        at: this.#deps.clock.now(),
        kind: 'disconnected',
        deviceKey: open.deviceKey,
        // Recorded with the name at connection time, if the device is gone meanwhile.
        name: device?.name ?? open.name,
        text: `${open.what} was closed`,
        ...(device === undefined ? {} : { accountId: device.accountId }),
      },
    ]);
  }

  #writeSoon(): void {
    if (this.#isDisposed) return;
    this.#cancelWrite ??= this.#deps.clock.after(writeMs, () => void this.flush());
  }

  #planSample(): void {
    this.#cancelSample = this.#deps.clock.after(sampleMs, () => {
      this.#sample();
      this.#sampleCount += 1;
      if (this.#sampleCount % samplesPerWrite === 0) void this.flush();
      if (this.#sampleCount % samplesPerPrune === 0) void this.#prune();
      this.#planSample();
    });
  }

  /** Adds the time since the last sample; every device counts with its present state for all of it. */
  #sample(): void {
    if (this.#sampledAt === undefined) return;
    const mono = this.#deps.clock.monotonic();
    const passed = mono - this.#sampledAt;
    this.#sampledAt = mono;
    // A sample that is much too late means that the computer slept.
    if (passed <= 0 || passed > 2 * sampleMs) return;
    const hour = Math.floor(this.#deps.clock.now() / hourMs) * hourMs;
    for (const { id } of this.#deps.accounts.list()) {
      const { online, offline, unknown } = this.#deps.presence.countsOf(id);
      const total = online + offline + unknown;
      if (total === 0) continue;
      const unreachable = this.#deps.presence.isUnreachable(id);
      const key = `${hour} ${id}`;
      const sum = this.#samples.get(key);
      this.#samples.set(key, {
        accountId: id,
        hour,
        onlineMs: (sum?.onlineMs ?? 0) + (unreachable ? 0 : online * passed),
        offlineMs: (sum?.offlineMs ?? 0) + (unreachable ? 0 : offline * passed),
        unknownMs: (sum?.unknownMs ?? 0) + (unreachable ? total : unknown) * passed,
        watchedMs: (sum?.watchedMs ?? 0) + passed,
      });
    }
  }

  async #prune(): Promise<void> {
    const pruned = await this.#deps.store.prune(this.#deps.clock.now() - this.#deps.days() * dayMs);
    if (!pruned.ok) this.#deps.log.write('warn', 'history.not-pruned', { reason: pruned.error.message });
  }
}
