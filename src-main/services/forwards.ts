import { Emitter } from '../core/emitter.ts';
import { cancelled, fail, ok } from '../core/errors.ts';
import type { AppError, Result } from '../core/errors.ts';
import type { ForwardHost, ForwardHostEvent } from '../core/forward-host.ts';
import type { ForwardRecord, ForwardRecords, ForwardSnapshot } from '../core/forward-record.ts';
import type { Document, Random } from '../core/ports.ts';
import { Serial } from '../core/serial.ts';
import { ForwardEntry, forwardAddress } from './forward-entry.ts';
import { ForwardTunnels } from './forward-tunnels.ts';
import type { ForwardTunnelsDeps } from './forward-tunnels.ts';

export type { ForwardSnapshot } from '../core/forward-record.ts';

export interface ForwardsDeps extends ForwardTunnelsDeps {
  readonly document: Document<ForwardRecords>;
  readonly host: ForwardHost;
  readonly settings: {
    get(): { readonly idleTimeoutMs: number };
    readonly changed: Pick<Emitter<{ readonly idleTimeoutMs: number }>, 'on'>;
  };
  readonly random: Random;
}

export interface ForwardsChange {
  readonly upsert: readonly ForwardSnapshot[];
  /** Ids. */
  readonly remove: readonly string[];
}

export interface OpenForward {
  readonly deviceKey: string;
  readonly serviceId: string;
  /** 1 to 65535; one of our own range where absent. */
  readonly port?: number;
}

/** Free ports tried for a new forward before giving up: each may be taken between the look and the bind. */
const bindTries = 5;
/** Milliseconds that closing everything may take; the vendors have been asked by then. */
const disposeWithinMs = 5_000;

const noSuchForward = (): Result<never> =>
  fail('not-found', 'There is no such forward any more.', 'Open it again from the device.');

/**
 * All forwards: one for each service of a device, each with a port that stays the user's. A tunnel is asked for
 * when the first client connects, and given back after the idle time and on stop, remove and dispose.
 */
export class Forwards {
  readonly changed = new Emitter<ForwardsChange>();
  readonly #deps: ForwardsDeps;
  readonly #tunnels: ForwardTunnels;
  readonly #entries = new Map<string, ForwardEntry>();
  readonly #touched = new Set<string>();
  readonly #commands = new Serial();
  readonly #unsubscribe: readonly (() => void)[];
  #disposing: Promise<void> | undefined;

  constructor(deps: ForwardsDeps) {
    this.#deps = deps;
    this.#tunnels = new ForwardTunnels(deps);
    this.#unsubscribe = [
      deps.host.events.on((event) => this.#heard(event)),
      deps.settings.changed.on(({ idleTimeoutMs }) => {
        for (const entry of this.#entries.values()) entry.dispatch({ type: 'idle-timeout', ms: idleTimeoutMs });
      }),
    ];
  }

  /** Reads what was kept; nothing listens before `resume`. A file that cannot be read is the error, and none are kept. */
  async load(): Promise<Result<void>> {
    const read = await this.#deps.document.read();
    if (!read.ok) return read;
    for (const record of read.value.forwards) this.#add(record);
    return ok(undefined);
  }

  /** Brings back the forwards that listened in the last run. A port taken meanwhile shows in that forward. */
  async resume(): Promise<void> {
    const wanted = [...this.#entries.values()].filter((entry) => entry.record.listening);
    await this.#commands.run(async () => {
      await Promise.all(wanted.filter((entry) => this.#isKnown(entry)).map((entry) => entry.start()));
    });
  }

  list(): readonly ForwardSnapshot[] {
    return [...this.#entries.values()].map((entry) => entry.snapshot());
  }

  get(id: string): ForwardSnapshot | undefined {
    return this.#entries.get(id)?.snapshot();
  }

  /**
   * Listens for a service: by the forward there is, or a new one. A port given moves the forward there. Nothing is
   * dialled before a client connects. Errors: not-found, unsupported, port-in-use with a free port, cancelled, and
   * those of forwards.json.
   */
  open(request: OpenForward, signal: AbortSignal): Promise<Result<ForwardSnapshot>> {
    return this.#commands.run(async () => {
      if (signal.aborted || this.#disposing !== undefined) return cancelled();
      const known = this.#find(request);
      const opened = known === undefined ? await this.#create(request) : await this.#reopen(known, request.port);
      if (!opened.ok) return opened;
      const saved = await this.#save();
      return saved.ok ? opened : saved;
    });
  }

  /** Stops listening and closes the tunnel; the port stays reserved. Stopping what is stopped is success. */
  stop(id: string): Promise<Result<void>> {
    return this.#commands.run(async () => {
      const entry = this.#entries.get(id);
      if (entry === undefined) return noSuchForward();
      await entry.stop();
      return this.#save();
    });
  }

  /** Forgets the forward and its port. */
  remove(id: string): Promise<Result<void>> {
    return this.#commands.run(async () => {
      const entry = this.#entries.get(id);
      if (entry === undefined) return noSuchForward();
      await this.#forget([entry]);
      return this.#save();
    });
  }

  /** Forgets all forwards of an account. Call it while the account's connector still works. */
  async removeAccount(accountId: string): Promise<void> {
    await this.#commands.run(async () => {
      const entries = [...this.#entries.values()].filter(({ record }) => record.deviceKey.startsWith(`${accountId}/`));
      if (entries.length === 0) return;
      await this.#forget(entries);
      await this.#save();
    });
  }

  /** Closes every port, connection and tunnel. What listened will listen again after a restart. */
  dispose(): Promise<void> {
    this.#disposing ??= this.#dispose();
    return this.#disposing;
  }

  async #dispose(): Promise<void> {
    const { clock, host } = this.#deps;
    const closed = Promise.all([...this.#entries.values()].map((entry) => entry.stop(true)));
    let cancelTimer = (): void => undefined;
    const patience = new Promise<void>((resolve) => {
      cancelTimer = clock.after(disposeWithinMs, resolve);
    });
    await Promise.race([closed, patience]);
    cancelTimer();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await host.dispose();
  }

  #find({ deviceKey, serviceId }: OpenForward): ForwardEntry | undefined {
    for (const entry of this.#entries.values()) {
      if (entry.record.deviceKey === deviceKey && entry.record.serviceId === serviceId) return entry;
    }
    return undefined;
  }

  #isKnown(entry: ForwardEntry): boolean {
    return this.#entries.get(entry.record.id) === entry;
  }

  async #reopen(entry: ForwardEntry, port: number | undefined): Promise<Result<ForwardSnapshot>> {
    if (port !== undefined && port !== entry.record.port) {
      const free = await this.#notReserved(port);
      if (!free.ok) return free;
      const moved = await entry.move(port);
      if (!moved.ok) return moved;
    }
    return entry.start();
  }

  async #create(request: OpenForward): Promise<Result<ForwardSnapshot>> {
    const found = this.#tunnels.service(request.deviceKey, request.serviceId);
    if (!found.ok) return found;
    const { deviceKey, serviceId } = request;
    const base = { id: this.#newId(), deviceKey, serviceId, serviceKind: found.value.service.kind, listening: true };
    if (request.port !== undefined) {
      const free = await this.#notReserved(request.port);
      return free.ok ? this.#tryPort({ ...base, port: request.port }) : free;
    }
    let last: Result<ForwardSnapshot> = fail(
      'port-in-use',
      'No local port is free.',
      'Remove forwards you no longer need.',
    );
    for (let tries = 0; tries < bindTries; tries += 1) {
      const port = await this.#deps.host.freePort(forwardAddress, this.#reserved());
      if (port === undefined) return last;
      last = await this.#tryPort({ ...base, port });
      if (last.ok || last.error.kind !== 'port-in-use') return last;
    }
    return last;
  }

  /** Adds a forward; it stays only if its port can be bound. */
  async #tryPort(record: ForwardRecord): Promise<Result<ForwardSnapshot>> {
    const entry = this.#add(record);
    const started = await entry.start();
    if (!started.ok) await this.#forget([entry]);
    return started;
  }

  #add(record: ForwardRecord): ForwardEntry {
    const { host, clock, log, settings } = this.#deps;
    const entry = new ForwardEntry(record, settings.get().idleTimeoutMs, {
      host,
      clock,
      log,
      tunnels: this.#tunnels,
      suggest: (error) => this.#suggest(error),
      changed: (id) => this.#touch(id),
    });
    this.#entries.set(record.id, entry);
    this.#touch(record.id);
    return entry;
  }

  async #forget(entries: readonly ForwardEntry[]): Promise<void> {
    for (const entry of entries) {
      this.#entries.delete(entry.record.id);
      this.#touch(entry.record.id);
    }
    await Promise.all(entries.map((entry) => entry.stop()));
  }

  #reserved(): Set<number> {
    return new Set([...this.#entries.values()].map(({ record }) => record.port));
  }

  async #notReserved(port: number): Promise<Result<void>> {
    if (!this.#reserved().has(port)) return ok(undefined);
    const error = fail(
      'port-in-use',
      `Port ${port} is kept for another forward.`,
      'Choose another port, or remove that forward.',
    ).error;
    return { ok: false, error: await this.#suggest(error) };
  }

  async #suggest(error: AppError): Promise<AppError> {
    if (error.kind !== 'port-in-use') return error;
    const suggestedPort = await this.#deps.host.freePort(forwardAddress, this.#reserved());
    return suggestedPort === undefined ? error : { ...error, suggestedPort };
  }

  #newId(): string {
    for (;;) {
      const id = `f${Math.floor(this.#deps.random() * 36 ** 6)
        .toString(36)
        .padStart(6, '0')}`;
      if (!this.#entries.has(id)) return id;
    }
  }

  #save(): Promise<Result<void>> {
    return this.#deps.document.write({ forwards: [...this.#entries.values()].map(({ record }) => record) });
  }

  /** Announces changes together: one message for all that happens in one turn of the event loop. */
  #touch(id: string): void {
    this.#touched.add(id);
    if (this.#touched.size > 1) return;
    queueMicrotask(() => {
      const upsert: ForwardSnapshot[] = [];
      const remove: string[] = [];
      for (const touched of this.#touched) {
        const snapshot = this.get(touched);
        if (snapshot === undefined) remove.push(touched);
        else upsert.push(snapshot);
      }
      this.#touched.clear();
      this.changed.emit({ upsert, remove });
    });
  }

  #heard(event: ForwardHostEvent): void {
    switch (event.type) {
      case 'lost':
        for (const entry of this.#entries.values()) entry.dispatch({ type: 'pump-lost', error: event.error });
        return;
      case 'traffic':
        for (const { id, ...report } of event.reports) this.#entries.get(id)?.dispatch({ type: 'traffic', ...report });
        return;
      default:
        this.#entries.get(event.id)?.dispatch(event);
    }
  }
}
