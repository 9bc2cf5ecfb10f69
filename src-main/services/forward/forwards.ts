import type { Emitter } from '../../core/base/emitter.ts';
import { cancelled, fail, ok } from '../../core/base/errors.ts';
import type { Result } from '../../core/base/errors.ts';
import { parseAddressBlock } from '../../core/forward/address-block.ts';
import type { ForwardAttempt } from '../../core/forward/forward-attempt.ts';
import { noForward } from '../../core/forward/forward-errors.ts';
import type { ForwardEngineEvent } from '../../core/forward/forward-engine.ts';
import type { ForwardRecord, ForwardRecordLimits, ForwardSnapshot } from '../../core/forward/forward-record.ts';
import { SerialQueue } from '../../core/base/serial-queue.ts';
import type { ForwardsChange } from './forward-announcer.ts';
import { ForwardEntry } from './forward-entry.ts';
import { resolveDevice } from './resolve-device.ts';
import type { ForwardStatistics, ResolvedDevice } from './resolve-device.ts';
import { ForwardHostKeys } from './forward-host-keys.ts';
import { ForwardLeases } from './forward-leases.ts';
import type { DeviceEndpoint } from './forward-listening.ts';
import { ForwardOpener } from './forward-opener.ts';
import { FirstBytes } from './first-bytes.ts';
import { ForwardStore } from './forward-store.ts';
import { ForwardTunnels } from './forward-tunnels.ts';
import type { ForwardsDeps, OpenForward } from './forwards-deps.ts';
import { LocalPorts } from './local-ports.ts';
import type { HeldTunnel } from './own-tunnels.ts';
import { defined } from '../../core/base/defined.ts';

/** Milliseconds that closing everything may take; the vendors have been asked by then. */
const disposeWithinMs = 5_000;

/**
 * All forwards: one per service of a device, each on a stable local port. A tunnel is opened when the first client
 * connects, and closed after the idle time and on stop, remove and dispose.
 */
export class Forwards {
  readonly #deps: ForwardsDeps;
  readonly #tunnels: ForwardTunnels;
  readonly #firstBytes: FirstBytes;
  readonly #store: ForwardStore;
  readonly #ports: LocalPorts;
  readonly #hostKeys: ForwardHostKeys;
  readonly #opener: ForwardOpener;
  readonly changed: Emitter<ForwardsChange>;
  /** Where nothing is stored, this object itself is one of the holders. */
  readonly #leases = new ForwardLeases();
  readonly #commands = new SerialQueue();
  readonly #unsubscribe: readonly (() => void)[];
  #hasLeft = false;
  #disposing: Promise<void> | undefined;

  constructor(deps: ForwardsDeps) {
    this.#deps = deps;
    this.#tunnels = new ForwardTunnels(deps, (accountId) => {
      for (const entry of this.#store.ofAccount(accountId)) entry.dispatch({ type: 'try-now' });
    });
    this.#store = new ForwardStore(deps, (record, attempts) => this.#entryOf(record, attempts));
    this.#ports = new LocalPorts(deps.engine, () => this.#store.ports());
    this.#opener = new ForwardOpener({ store: this.#store, ports: this.#ports, tunnels: this.#tunnels });
    this.#hostKeys = new ForwardHostKeys(this.#store, deps.hostKeys);
    this.changed = this.#store.changed;
    this.#firstBytes = new FirstBytes({
      hostKeys: deps.hostKeys,
      inventory: deps.inventory,
      keySeen: (id, key) => this.#store.get(id)?.setHostKey(key),
      recognised: (id, kind) => this.#store.get(id)?.setRecognised(kind),
    });
    let hadAddresses = this.#store.hasAddresses;
    this.#unsubscribe = [
      deps.engine.events.on((event) => this.#onEvent(event)),
      deps.settings.changed.on(({ idleTimeoutMs }) => {
        for (const entry of this.#store.all()) {
          const ms = entry.record.limits?.idleTimeoutMs ?? idleTimeoutMs;
          entry.dispatch({ type: 'idle-timeout', ms });
        }
        if (hadAddresses === this.#store.hasAddresses) return;
        hadAddresses = this.#store.hasAddresses;
        void this.#commands.run(async () => {
          await Promise.all(this.#store.all().map((entry) => entry.configure()));
          await this.#store.save();
        });
      }),
    ];
  }

  /**
   * Reads the stored forwards; nothing listens before `resume`. If a file is unreadable, that is the error, and nothing
   * of it is used.
   */
  async load(): Promise<Result<void>> {
    const loaded = await this.#store.load();
    return loaded.ok ? this.#tunnels.load() : loaded;
  }

  /** Nothing is tried while the computer sleeps; ports stay open. */
  suspend(): void {
    for (const entry of this.#store.all()) entry.suspend();
  }

  /** The network may have changed: lost tunnels are tried at once, and connections that cannot survive are reset. */
  networkChanged(): void {
    this.#deps.engine.check();
    for (const entry of this.#store.all()) entry.wake();
  }

  /**
   * Restores the forwards that listened in the last run, or that lost their port; after `suspend` does what
   * `networkChanged` does. A port taken meanwhile shows in its forward.
   */
  async resume(): Promise<void> {
    this.networkChanged();
    const wanted = this.#store.all().filter((entry) => entry.record.listening);
    await this.#commands.run(async () => {
      await Promise.all(wanted.filter((entry) => this.#isKnown(entry)).map((entry) => entry.start()));
    });
  }

  list(): readonly ForwardSnapshot[] {
    return this.#store.all().map((entry) => entry.snapshot());
  }

  get(id: string): ForwardSnapshot | undefined {
    return this.#store.get(id)?.snapshot();
  }

  /** The last attempts to connect to the device, newest last; undefined for an unknown forward. */
  history(id: string): readonly ForwardAttempt[] | undefined {
    return this.#store.get(id)?.attempts();
  }

  /** Traffic of the last minute, and the present clients. Errors: not-found. */
  async statistics(id: string): Promise<Result<ForwardStatistics>> {
    const entry = this.#store.get(id);
    if (entry === undefined) return noForward;
    const peers = await this.#deps.engine.peers(id);
    const samples = entry.samples();
    const last = samples.at(-1) ?? { up: 0, down: 0 };
    return ok({ rateUp: last.up, rateDown: last.down, samples, peers });
  }

  /** The local address of a device's forwards: its own, or the common 127.0.0.1. */
  addressOf(deviceKey: string): string {
    return this.#store.addressOf(deviceKey);
  }

  /** The local addresses of a device's services. A device without forwards has an address and no services. */
  resolve(deviceKey: string): ResolvedDevice {
    return resolveDevice(deviceKey, this.addressOf(deviceKey), this.list());
  }

  /**
   * Shares a forward with computers of the network at `allow` only (addresses or CIDR blocks); an empty list ends the
   * sharing. Errors: not-found, invalid-input, those of forwards.json.
   */
  share(id: string, allow: readonly string[]): Promise<Result<ForwardSnapshot>> {
    const bad = allow.find((text) => parseAddressBlock(text) === undefined);
    if (bad !== undefined) {
      return Promise.resolve(
        fail(
          'invalid-input',
          `“${bad.slice(0, 60)}” is neither an address nor a block of addresses.`,
          'Write it like 192.168.1.20 or 192.168.1.0/24.',
        ),
      );
    }
    return this.#change(id, (record) => ({
      ...(allow.length === 0 ? {} : { share: allow.map((text) => text.trim()) }),
      ...defined({ limits: record.limits }),
    }));
  }

  /** Sets the limits of a forward; omitted ones return to their defaults. Errors: not-found, those of forwards.json. */
  limit(id: string, limits: ForwardRecordLimits): Promise<Result<ForwardSnapshot>> {
    return this.#change(id, (record) => ({
      ...defined({ share: record.share }),
      ...(Object.keys(limits).length === 0 ? {} : { limits }),
    }));
  }

  /**
   * Pins the changed SSH host key of a forward, if it still has this fingerprint. Errors: not-found, invalid-input if
   * the key has changed again, those of host-keys.json.
   */
  acceptHostKey(id: string, fingerprint: string): Promise<Result<ForwardSnapshot>> {
    return this.#hostKeys.accept(id, fingerprint);
  }

  #change(
    id: string,
    change: (record: ForwardRecord) => Pick<ForwardRecord, 'share' | 'limits'>,
  ): Promise<Result<ForwardSnapshot>> {
    return this.#commands.run(async () => {
      const entry = this.#store.get(id);
      if (entry === undefined) return noForward;
      await entry.change(change(entry.record), this.#deps.settings.get().idleTimeoutMs);
      const saved = await this.#store.save();
      return saved.ok ? ok(entry.snapshot()) : saved;
    });
  }

  /**
   * Listens for a service, by its forward or a new one. A given port moves the forward there. Nothing is dialled before
   * a client connects. Errors: not-found, unsupported, port-in-use with a free port, cancelled, and those of
   * forwards.json.
   */
  open(request: OpenForward, signal: AbortSignal): Promise<Result<ForwardSnapshot>> {
    return this.acquire(request, this.#deps.isTransient === true ? this : undefined, signal);
  }

  /**
   * Like `open`, for as long as `holder` needs it: after the last holder released it, it is as before, stopped if
   * nobody opened it for good. Errors as `open`.
   */
  acquire(request: OpenForward, holder: object | undefined, signal: AbortSignal): Promise<Result<ForwardSnapshot>> {
    return this.#commands.run(async () => {
      if (signal.aborted || this.#hasLeft || this.#disposing !== undefined) return cancelled();
      const opened = await this.#opener.open(request, holder === undefined);
      if (!opened.ok) {
        await this.#rest(this.#store.find(request.deviceKey, request.serviceId));
        return opened;
      }
      if (holder !== undefined) this.#leases.add(opened.value.id, holder);
      const saved = await this.#store.save();
      if (saved.ok) return opened;
      if (request.anyPort !== true) return saved;
      // A caller with `anyPort` gets a connection even if the port cannot be stored.
      this.#deps.log.write('warn', 'forward.not-kept', { kind: saved.error.kind });
      return opened;
    });
  }

  /** A holder no longer needs a forward, or any if `id` is absent. Releasing twice is harmless. */
  release(holder: object, id?: string): Promise<void> {
    return this.#commands.run(async () => {
      await Promise.all(this.#leases.release(holder, id).map((of) => this.#rest(this.#store.get(of))));
    });
  }

  /** Stops listening and closes the tunnel; the port stays reserved. Stopping a stopped forward succeeds. */
  stop(id: string): Promise<Result<void>> {
    return this.#commands.run(async () => {
      const entry = this.#store.get(id);
      if (entry === undefined) return noForward;
      this.#leases.forget(id);
      await entry.stop();
      return this.#store.save();
    });
  }

  /** Deletes the forward and its port. */
  remove(id: string): Promise<Result<void>> {
    return this.#commands.run(async () => {
      const entry = this.#store.get(id);
      if (entry === undefined) return noForward;
      await this.#forget([entry]);
      return this.#store.save();
    });
  }

  /** Deletes all forwards of an account. Call it while the account's connector still works. */
  async removeAccount(accountId: string): Promise<void> {
    await this.#commands.run(async () => {
      const entries = this.#store.ofAccount(accountId);
      if (entries.length > 0) {
        await this.#forget(entries);
        await this.#store.save();
      }
      await this.#tunnels.closeLeftovers(accountId);
    });
  }

  /**
   * Closes unused tunnels that this profile opened: of a crashed run, or of a time when the vendor did not answer. Call
   * it when an account answers.
   */
  closeLeftovers(accountId: string): Promise<void> {
    return this.#tunnels.closeLeftovers(accountId);
  }

  /**
   * Gives all ports to another process of this profile: connections continue until they end, and nothing new is opened.
   * Everything is on disk when it resolves.
   */
  async leave(): Promise<void> {
    this.#hasLeft = true;
    await this.#commands.run(async () => {
      // Forwards that are open without a holder are to be open there, too; holders open theirs themselves.
      const orphans = this.#store.all().filter(({ record }) => this.#leases.has(record.id, this));
      for (const entry of orphans) entry.keep();
      if (orphans.length > 0) await this.#store.save();
      await this.#tunnels.handOver();
      await this.#deps.engine.leave();
    });
    await this.#store.dispose();
  }

  /** Whether a client of any forward is connected or waits to be. */
  async isUsed(): Promise<boolean> {
    const peers = await Promise.all(this.#store.all().map(({ record }) => this.#deps.engine.peers(record.id)));
    return peers.some((of) => of.length > 0);
  }

  /** The open tunnels, for the process that takes this profile over. */
  tunnels(): readonly HeldTunnel[] {
    return this.#store
      .all()
      .flatMap((entry) => entry.tunnels())
      .map((held) => ({ ...held, tunnel: { ...held.tunnel, reused: !this.#tunnels.isOwn(held) } }));
  }

  /** Keeps a tunnel that the previous process still uses, until the returned function is called. */
  adopt(held: HeldTunnel): () => Promise<void> {
    return this.#tunnels.adopt(held);
  }

  /**
   * Closes every port, connection and tunnel. What listened will listen again after a restart. Tunnels that the next
   * process will close are left.
   */
  dispose(tunnels: 'close' | 'leave' = 'close'): Promise<void> {
    if (tunnels === 'leave') this.#tunnels.leave();
    this.#disposing ??= this.#dispose();
    return this.#disposing;
  }

  async #dispose(): Promise<void> {
    const { clock, engine } = this.#deps;
    const closed = Promise.all(this.#store.all().map((entry) => entry.stop(true)));
    let cancelTimer = (): void => undefined;
    const patience = new Promise<void>((resolve) => {
      cancelTimer = clock.after(disposeWithinMs, resolve);
    });
    await Promise.race([closed, patience]);
    cancelTimer();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#firstBytes.dispose();
    this.#hostKeys.dispose();
    await this.#store.dispose();
    await engine.dispose();
  }

  #isKnown(entry: ForwardEntry): boolean {
    return this.#store.get(entry.record.id) === entry;
  }

  #deviceEndpoint({ deviceKey, serviceId }: ForwardRecord): DeviceEndpoint | undefined {
    if (!this.#store.hasAddresses) return undefined;
    const service = this.#deps.inventory.servicesOf(deviceKey).find(({ id }) => id === serviceId);
    return { address: this.addressOf(deviceKey), nativePort: service?.port };
  }

  #entryOf(record: ForwardRecord, attempts: readonly ForwardAttempt[]): ForwardEntry {
    const { engine, clock, log, settings, random } = this.#deps;
    return new ForwardEntry(record, settings.get().idleTimeoutMs, attempts, {
      engine,
      clock,
      random,
      log,
      tunnels: this.#tunnels,
      suggest: (error) => this.#ports.suggest(error),
      deviceEndpoint: (of) => this.#deviceEndpoint(of),
      observe: (of) => this.#firstBytes.wants(of),
      changed: (id) => this.#store.touch(id),
      attempted: () => this.#store.attempted(),
    });
  }

  async #forget(entries: readonly ForwardEntry[]): Promise<void> {
    for (const entry of entries) {
      this.#store.delete(entry.record.id);
      this.#leases.forget(entry.record.id);
    }
    await Promise.all(entries.map((entry) => entry.stop()));
  }

  /** Stops a forward without holders. */
  async #rest(entry: ForwardEntry | undefined): Promise<void> {
    if (entry === undefined || entry.record.listening || this.#hasLeft || this.#leases.isHeld(entry.record.id)) return;
    await entry.stop(true);
  }

  #onEvent(event: ForwardEngineEvent): void {
    switch (event.type) {
      case 'lost':
        for (const entry of this.#store.all()) entry.dispatch({ type: 'pump-lost', error: event.error });
        return;
      case 'traffic':
        for (const report of event.reports) this.#store.get(report.id)?.traffic(report);
        return;
      case 'silent':
        void this.#store.get(event.id)?.silent(event.tunnelId, event.mute);
        return;
      case 'opening': {
        const record = this.#store.get(event.id)?.record;
        if (record !== undefined) this.#firstBytes.observe(record, event);
        return;
      }
      default:
        this.#store.get(event.id)?.dispatch(event);
    }
  }
}
