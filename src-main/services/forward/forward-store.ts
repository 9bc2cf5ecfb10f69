import { ok, type Result } from '../../core/base/errors.ts';
import type { ForwardAttempt } from '../../core/forward/forward-attempt.ts';
import type { ForwardRecord } from '../../core/forward/forward-record.ts';
import { DeviceAddresses } from './device-addresses.ts';
import { ForwardAnnouncer } from './forward-announcer.ts';
import type { ForwardEntry } from './forward-entry.ts';
import { ForwardHistoryFile } from './forward-history-file.ts';
import { forwardAddress } from './forward-listening.ts';
import type { ForwardsDeps } from './forwards-deps.ts';
import { defined } from '../../core/base/defined.ts';

export type ForwardStoreDeps = Pick<ForwardsDeps, 'document' | 'history' | 'clock' | 'log' | 'random' | 'settings'>;

/** The forwards and their stored state: ports and addresses of devices are written at once, attempts a little later. */
export class ForwardStore {
  readonly #deps: ForwardStoreDeps;
  readonly #create: (record: ForwardRecord, attempts: readonly ForwardAttempt[]) => ForwardEntry;
  readonly #entries = new Map<string, ForwardEntry>();
  readonly #addresses = new DeviceAddresses();
  readonly #history: ForwardHistoryFile;
  readonly #announcer = new ForwardAnnouncer((id) => this.get(id)?.snapshot());
  readonly changed = this.#announcer.changed;

  /** `create` makes a forward from its record and its stored attempts. */
  constructor(
    deps: ForwardStoreDeps,
    create: (record: ForwardRecord, attempts: readonly ForwardAttempt[]) => ForwardEntry,
  ) {
    this.#deps = deps;
    this.#create = create;
    this.#history = new ForwardHistoryFile({ document: deps.history, clock: deps.clock, log: deps.log }, () => ({
      attempts: Object.fromEntries([...this.#entries].map(([id, entry]) => [id, entry.attempts(true)])),
    }));
  }

  /** Reads the stored forwards. If a file is unreadable, that is the error, and nothing of it is used. */
  async load(): Promise<Result<void>> {
    const read = await this.#deps.document.read();
    if (!read.ok) return read;
    const attempts = await this.#history.load();
    this.#addresses.load(read.value.addresses ?? {});
    for (const record of read.value.forwards) this.add(record, attempts[record.id] ?? []);
    return ok(undefined);
  }

  /** Writes the forwards and the addresses of devices. */
  save(): Promise<Result<void>> {
    const addresses = this.#addresses.all();
    const forwards = this.all().map(({ record }) => record);
    return this.#deps.document.write({ forwards, ...defined({ addresses }) });
  }

  all(): readonly ForwardEntry[] {
    return [...this.#entries.values()];
  }

  get(id: string): ForwardEntry | undefined {
    return this.#entries.get(id);
  }

  /** The forward of a service. */
  find(deviceKey: string, serviceId: string): ForwardEntry | undefined {
    return this.all().find(({ record }) => record.deviceKey === deviceKey && record.serviceId === serviceId);
  }

  ofAccount(accountId: string): readonly ForwardEntry[] {
    return this.all().filter(({ record }) => record.deviceKey.startsWith(`${accountId}/`));
  }

  /** Adds a forward under the id of its record. */
  add(record: ForwardRecord, attempts: readonly ForwardAttempt[] = []): ForwardEntry {
    const entry = this.#create(record, attempts);
    this.#entries.set(record.id, entry);
    this.touch(record.id);
    return entry;
  }

  delete(id: string): void {
    this.#entries.delete(id);
    this.touch(id);
  }

  /** Reports that something in the snapshot of a forward changed. */
  touch(id: string): void {
    this.#announcer.touch(id);
  }

  /** Reports that an attempt was added or changed. */
  attempted(): void {
    this.#history.touch();
  }

  /** The ports reserved for forwards, whether they listen or not. */
  ports(): ReadonlySet<number> {
    return new Set(this.all().map(({ record }) => record.port));
  }

  /** Whether each device has its own loopback address. */
  get hasAddresses(): boolean {
    return this.#deps.settings.get().deviceAddresses === true;
  }

  /** The local address of a device's forwards: its own, or the common 127.0.0.1. */
  addressOf(deviceKey: string): string {
    return this.hasAddresses ? this.#addresses.of(deviceKey) : forwardAddress;
  }

  /** An unused id. */
  newId(): string {
    for (;;) {
      const id = `f${Math.floor(this.#deps.random() * 36 ** 6)
        .toString(36)
        .padStart(6, '0')}`;
      if (!this.#entries.has(id)) return id;
    }
  }

  /** Writes unwritten attempts. */
  dispose(): Promise<void> {
    return this.#history.dispose();
  }
}
