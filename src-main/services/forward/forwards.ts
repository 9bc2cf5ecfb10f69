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
 * All forwards: one for each service of a device, each with a port that stays the user's. A tunnel is asked for
 * when the first client connects, and given back after the idle time and on stop, remove and dispose.
 */
export class Forwards {
  readonly #deps: ForwardsDeps;
  readonly #tunnels: ForwardTunnels;
  readonly #openings: FirstBytes;
  readonly #store: ForwardStore;
  readonly #ports: LocalPorts;
  readonly #hostKeys: ForwardHostKeys;
  readonly #opener: ForwardOpener;
  readonly changed: Emitter<ForwardsChange>;
  /** This object itself is among them where nothing is kept. */
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
    this.#openings = new FirstBytes({
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

  /** Reads what was kept; nothing listens before `resume`. A file that cannot be read is the error, and nothing of it is kept. */
  async load(): Promise<Result<void>> {
    const loaded = await this.#store.load();
    return loaded.ok ? this.#tunnels.load() : loaded;
  }

  /** While the computer sleeps nothing is tried; ports stay open. */
  suspend(): void {
    for (const entry of this.#store.all()) entry.suspend();
  }

  /** The network may have changed: lost ways are tried at once, and connections that cannot live on are reset. */
  networkChanged(): void {
    this.#deps.engine.check();
    for (const entry of this.#store.all()) entry.wake();
  }

  /**
   * Brings back the forwards that listened in the last run, or that lost their port; after `suspend` also as
   * `networkChanged`. A port taken meanwhile shows in that forward.
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

  /** The last attempts to reach the device, newest last; undefined if there is no such forward. */
  history(id: string): readonly ForwardAttempt[] | undefined {
    return this.#store.get(id)?.attempts();
  }

  /** Traffic of the last minute and clients now. Errors: not-found. */
  async statistics(id: string): Promise<Result<ForwardStatistics>> {
    const entry = this.#store.get(id);
    if (entry === undefined) return noForward;
    const peers = await this.#deps.engine.peers(id);
    const samples = entry.samples();
    const last = samples.at(-1) ?? { up: 0, down: 0 };
    return ok({ rateUp: last.up, rateDown: last.down, samples, peers });
  }

  /** The address at which a device's forwards are found on this computer: its own, or everybody's 127.0.0.1. */
  addressOf(deviceKey: string): string {
    return this.#store.addressOf(deviceKey);
  }

  /** Where a device's services are on this computer. A device without forwards has an address and nothing on it. */
  resolve(deviceKey: string): ResolvedDevice {
    return resolveDevice(deviceKey, this.addressOf(deviceKey), this.list());
  }

  /**
   * Lets computers of the network use a forward, those at `allow` alone (addresses or CIDR blocks); with none it is
   * this computer's again. Errors: not-found, invalid-input, those of forwards.json.
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

  /** Sets the limits of a forward; what is left out has its default again. Errors: not-found, those of forwards.json. */
  limit(id: string, limits: ForwardRecordLimits): Promise<Result<ForwardSnapshot>> {
    return this.#change(id, (record) => ({
      ...defined({ share: record.share }),
      ...(Object.keys(limits).length === 0 ? {} : { limits }),
    }));
  }

  /**
   * Pins the changed SSH host key of a forward, if it is still the one with this fingerprint. Errors: not-found,
   * invalid-input where it is another by now, those of host-keys.json.
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
   * Listens for a service: by the forward there is, or a new one. A port given moves the forward there. Nothing is
   * dialled before a client connects. Errors: not-found, unsupported, port-in-use with a free port, cancelled, and
   * those of forwards.json.
   */
  open(request: OpenForward, signal: AbortSignal): Promise<Result<ForwardSnapshot>> {
    return this.acquire(request, this.#deps.isTransient === true ? this : undefined, signal);
  }

  /**
   * The same for as long as `holder` wants it: after the last holder let go it is as it was, stopped if nobody opened
   * it for good. Errors as `open`.
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

  /** A holder needs a forward no longer, or none where `id` is absent. Letting go twice changes nothing. */
  release(holder: object, id?: string): Promise<void> {
    return this.#commands.run(async () => {
      await Promise.all(this.#leases.release(holder, id).map((of) => this.#rest(this.#store.get(of))));
    });
  }

  /** Stops listening and closes the tunnel; the port stays reserved. Stopping what is stopped is success. */
  stop(id: string): Promise<Result<void>> {
    return this.#commands.run(async () => {
      const entry = this.#store.get(id);
      if (entry === undefined) return noForward;
      this.#leases.forget(id);
      await entry.stop();
      return this.#store.save();
    });
  }

  /** Forgets the forward and its port. */
  remove(id: string): Promise<Result<void>> {
    return this.#commands.run(async () => {
      const entry = this.#store.get(id);
      if (entry === undefined) return noForward;
      await this.#forget([entry]);
      return this.#store.save();
    });
  }

  /** Forgets all forwards of an account. Call it while the account's connector still works. */
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
   * Closes the tunnels that this profile opened and nobody uses: of a run that crashed, or of a time when the vendor did not
   * answer. For when an account can be spoken to.
   */
  closeLeftovers(accountId: string): Promise<void> {
    return this.#tunnels.closeLeftovers(accountId);
  }

  /**
   * Gives all ports up to another process of this profile: what is connected goes on until it ends, and nothing new is
   * opened. Everything is written when it resolves.
   */
  async leave(): Promise<void> {
    this.#hasLeft = true;
    await this.#commands.run(async () => {
      // What was opened for nobody in particular is to be open there, too; holders ask for theirs themselves.
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

  /** The tunnels open at the vendors, for the process that takes this profile over. */
  tunnels(): readonly HeldTunnel[] {
    return this.#store
      .all()
      .flatMap((entry) => entry.tunnels())
      .map((held) => ({ ...held, tunnel: { ...held.tunnel, reused: !this.#tunnels.isOwn(held) } }));
  }

  /** Spares a tunnel that the process before still uses until the function answered is called. */
  adopt(held: HeldTunnel): () => Promise<void> {
    return this.#tunnels.adopt(held);
  }

  /**
   * Closes every port, connection and tunnel. What listened will listen again after a restart. Tunnels that
   * the process after this one will close are left.
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
    this.#openings.dispose();
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
      observe: (of) => this.#openings.wants(of),
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

  /** Stops a forward that nobody has open. */
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
        if (record !== undefined) this.#openings.observe(record, event);
        return;
      }
      default:
        this.#store.get(event.id)?.dispatch(event);
    }
  }
}
