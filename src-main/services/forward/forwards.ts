import type { Emitter } from '../../core/base/emitter.ts';
import { cancelled, fail, ok } from '../../core/base/errors.ts';
import type { AppError, Result } from '../../core/base/errors.ts';
import { parseAddressBlock } from '../../core/forward/address-block.ts';
import type { ForwardAttempt } from '../../core/forward/forward-attempt.ts';
import type { ForwardHostEvent } from '../../core/forward/forward-host.ts';
import type { ForwardRecord, ForwardRecordLimits, ForwardSnapshot } from '../../core/forward/forward-record.ts';
import { Serial } from '../../core/base/serial.ts';
import { DeviceAddresses } from './device-addresses.ts';
import { ForwardAnnouncer } from './forward-announcer.ts';
import type { ForwardsChange } from './forward-announcer.ts';
import { ForwardEntry } from './forward-entry.ts';
import { resolveDevice } from './forward-facts.ts';
import type { ForwardStatistics, ResolvedDevice } from './forward-facts.ts';
import { ForwardHistoryFile } from './forward-history.ts';
import { ForwardLeases } from './forward-leases.ts';
import { forwardAddress, forwardAddress6 } from './forward-listening.ts';
import type { DeviceEndpoint } from './forward-listening.ts';
import { ForwardOpenings } from './forward-openings.ts';
import { ForwardTunnels } from './forward-tunnels.ts';
import type { ForwardsDeps, OpenForward } from './forwards-deps.ts';
import type { SeenHostKey } from '../ssh/host-keys.ts';
import type { HeldTunnel } from './own-tunnels.ts';

/** Free ports tried for a new forward before giving up: each may be taken between the look and the bind. */
const bindTries = 5;
const bothLoopbacks = [forwardAddress, forwardAddress6];
/** Milliseconds that closing everything may take; the vendors have been asked by then. */
const disposeWithinMs = 5_000;

const noSuchForward = (): Result<never> =>
  fail('not-found', 'There is no such forward any more.', 'Open it again from the device.');

/**
 * All forwards: one for each service of a device, each with a port that stays the user's. A tunnel is asked for
 * when the first client connects, and given back after the idle time and on stop, remove and dispose.
 */
export class Forwards {
  readonly #deps: ForwardsDeps;
  readonly #tunnels: ForwardTunnels;
  readonly #openings: ForwardOpenings;
  readonly #history: ForwardHistoryFile;
  readonly #addresses = new DeviceAddresses();
  readonly #announcer = new ForwardAnnouncer((id) => this.get(id));
  readonly changed: Emitter<ForwardsChange> = this.#announcer.changed;
  readonly #entries = new Map<string, ForwardEntry>();
  /** This object itself is among them where nothing is kept. */
  readonly #leases = new ForwardLeases();
  readonly #commands = new Serial();
  readonly #unsubscribe: readonly (() => void)[];
  #hasLeft = false;
  #disposing: Promise<void> | undefined;

  constructor(deps: ForwardsDeps) {
    this.#deps = deps;
    this.#tunnels = new ForwardTunnels(deps, (accountId) => {
      for (const entry of this.#entries.values())
        if (entry.record.deviceKey.startsWith(`${accountId}/`)) entry.dispatch({ type: 'try-now' });
    });
    this.#openings = new ForwardOpenings({
      hostKeys: deps.hostKeys,
      inventory: deps.inventory,
      keySeen: (id, key) => this.#entries.get(id)?.setHostKey(key),
      recognised: (id, kind) => this.#entries.get(id)?.setRecognised(kind),
    });
    this.#history = new ForwardHistoryFile({ document: deps.history, clock: deps.clock, log: deps.log }, () => ({
      attempts: Object.fromEntries([...this.#entries].map(([id, entry]) => [id, entry.attempts(true)])),
    }));
    let hadAddresses = this.#hasAddresses;
    const accepted = deps.hostKeys?.accepted.on((key) => this.#keyAccepted(key));
    this.#unsubscribe = [
      ...(accepted === undefined ? [] : [accepted]),
      deps.host.events.on((event) => this.#heard(event)),
      deps.settings.changed.on(({ idleTimeoutMs }) => {
        for (const entry of this.#entries.values()) {
          const ms = entry.record.limits?.idleTimeoutMs ?? idleTimeoutMs;
          entry.dispatch({ type: 'idle-timeout', ms });
        }
        if (hadAddresses === this.#hasAddresses) return;
        hadAddresses = this.#hasAddresses;
        void this.#commands.run(async () => {
          await Promise.all([...this.#entries.values()].map((entry) => entry.configure()));
          await this.#save();
        });
      }),
    ];
  }

  /** Reads what was kept; nothing listens before `resume`. A file that cannot be read is the error, and nothing of it is kept. */
  async load(): Promise<Result<void>> {
    const read = await this.#deps.document.read();
    if (!read.ok) return read;
    const attempts = await this.#history.load();
    this.#addresses.load(read.value.addresses ?? {});
    for (const record of read.value.forwards) this.#add(record, attempts[record.id] ?? []);
    return this.#tunnels.load();
  }

  /** While the computer sleeps nothing is tried; ports stay open. */
  suspend(): void {
    for (const entry of this.#entries.values()) entry.suspend();
  }

  /** The network may have changed: lost ways are tried at once, and connections that cannot live on are reset. */
  networkChanged(): void {
    this.#deps.host.check();
    for (const entry of this.#entries.values()) entry.wake();
  }

  /**
   * Brings back the forwards that listened in the last run, or that lost their port; after `suspend` also as
   * `networkChanged`. A port taken meanwhile shows in that forward.
   */
  async resume(): Promise<void> {
    this.networkChanged();
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

  /** The last attempts to reach the device, newest last; undefined if there is no such forward. */
  history(id: string): readonly ForwardAttempt[] | undefined {
    return this.#entries.get(id)?.attempts();
  }

  /** Traffic of the last minute and clients now. Errors: not-found. */
  async statistics(id: string): Promise<Result<ForwardStatistics>> {
    const entry = this.#entries.get(id);
    if (entry === undefined) return noSuchForward();
    const peers = await this.#deps.host.peers(id);
    const samples = entry.samples();
    const last = samples.at(-1) ?? { up: 0, down: 0 };
    return ok({ rateUp: last.up, rateDown: last.down, samples, peers });
  }

  /** The address at which a device's forwards are found on this computer: its own, or everybody's 127.0.0.1. */
  addressOf(deviceKey: string): string {
    return this.#hasAddresses ? this.#addresses.of(deviceKey) : forwardAddress;
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
      ...(record.limits === undefined ? {} : { limits: record.limits }),
    }));
  }

  /** Sets the limits of a forward; what is left out has its default again. Errors: not-found, those of forwards.json. */
  limit(id: string, limits: ForwardRecordLimits): Promise<Result<ForwardSnapshot>> {
    return this.#change(id, (record) => ({
      ...(record.share === undefined ? {} : { share: record.share }),
      ...(Object.keys(limits).length === 0 ? {} : { limits }),
    }));
  }

  /**
   * Pins the changed SSH host key of a forward, if it is still the one with this fingerprint. Errors: not-found,
   * invalid-input where it is another by now, those of host-keys.json.
   */
  async acceptHostKey(id: string, fingerprint: string): Promise<Result<ForwardSnapshot>> {
    const entry = this.#entries.get(id);
    const { hostKeys } = this.#deps;
    if (entry === undefined || hostKeys === undefined) return noSuchForward();
    const key = entry.seenKey;
    if (key?.fingerprint !== fingerprint)
      return fail('invalid-input', 'The device shows another host key by now.', 'Compare the one shown now.');
    const pinned = await hostKeys.accept(key);
    return pinned.ok ? ok(entry.snapshot()) : pinned;
  }

  #keyAccepted({ alias, fingerprint }: Pick<SeenHostKey, 'alias' | 'fingerprint'>): void {
    for (const entry of this.#entries.values()) {
      const key = entry.seenKey;
      if (key?.alias === alias && key.fingerprint === fingerprint && key.verdict !== 'shared')
        entry.setHostKey({ alias, fingerprint, type: key.type, verdict: 'same', sharedWith: [] });
    }
  }

  #change(
    id: string,
    change: (record: ForwardRecord) => Pick<ForwardRecord, 'share' | 'limits'>,
  ): Promise<Result<ForwardSnapshot>> {
    return this.#commands.run(async () => {
      const entry = this.#entries.get(id);
      if (entry === undefined) return noSuchForward();
      await entry.change(change(entry.record), this.#deps.settings.get().idleTimeoutMs);
      const saved = await this.#save();
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
      const known = this.#find(request);
      const keep = holder === undefined;
      const opened = known === undefined ? await this.#create(request, keep) : await this.#reopen(known, request, keep);
      if (!opened.ok) {
        await this.#rest(known);
        return opened;
      }
      if (holder !== undefined) this.#leases.add(opened.value.id, holder);
      const saved = await this.#save();
      if (saved.ok) return opened;
      if (request.anyPort !== true) return saved;
      // Whoever only wants a way has one, though its port may not be remembered.
      this.#deps.log.write('warn', 'forward.not-kept', { kind: saved.error.kind });
      return opened;
    });
  }

  /** A holder needs a forward no longer, or none where `id` is absent. Letting go twice changes nothing. */
  release(holder: object, id?: string): Promise<void> {
    return this.#commands.run(async () => {
      await Promise.all(this.#leases.release(holder, id).map((of) => this.#rest(this.#entries.get(of))));
    });
  }

  /** Stops listening and closes the tunnel; the port stays reserved. Stopping what is stopped is success. */
  stop(id: string): Promise<Result<void>> {
    return this.#commands.run(async () => {
      const entry = this.#entries.get(id);
      if (entry === undefined) return noSuchForward();
      this.#leases.forget(id);
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
      if (entries.length > 0) {
        await this.#forget(entries);
        await this.#save();
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
      const orphans = [...this.#entries.values()].filter(({ record }) => this.#leases.has(record.id, this));
      for (const entry of orphans) entry.keep();
      if (orphans.length > 0) await this.#save();
      await this.#tunnels.handOver();
      await this.#deps.host.leave();
    });
    await this.#history.dispose();
  }

  /** Whether a client of any forward is connected or waits to be. */
  async isUsed(): Promise<boolean> {
    const peers = await Promise.all([...this.#entries.keys()].map((id) => this.#deps.host.peers(id)));
    return peers.some((of) => of.length > 0);
  }

  /** The tunnels open at the vendors, for the process that takes this profile over. */
  tunnels(): readonly HeldTunnel[] {
    return [...this.#entries.values()]
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
    const { clock, host } = this.#deps;
    const closed = Promise.all([...this.#entries.values()].map((entry) => entry.stop(true)));
    let cancelTimer = (): void => undefined;
    const patience = new Promise<void>((resolve) => {
      cancelTimer = clock.after(disposeWithinMs, resolve);
    });
    await Promise.race([closed, patience]);
    cancelTimer();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#openings.dispose();
    await this.#history.dispose();
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

  async #reopen(entry: ForwardEntry, { port, anyPort }: OpenForward, keep: boolean): Promise<Result<ForwardSnapshot>> {
    const isOther = port !== undefined && port !== entry.record.port;
    if (isOther) {
      const free = await this.#notReserved(port);
      if (!free.ok) return free;
    }
    if (isOther || (entry.isElsewhere && anyPort !== true)) {
      const moved = await entry.move(port ?? entry.record.port);
      if (!moved.ok) return moved;
    }
    const started = await entry.start(keep);
    return started.ok || anyPort !== true ? started : this.#elsewhere(entry, keep, started.error);
  }

  /** Listens on any port there is, since the forward's own was refused for `error`. */
  async #elsewhere(entry: ForwardEntry, keep: boolean, error: AppError): Promise<Result<ForwardSnapshot>> {
    for (let tries = 0; tries < bindTries; tries += 1) {
      const port = await this.#deps.host.freePort(bothLoopbacks, this.#reserved());
      if (port === undefined) break;
      const started = await entry.start(keep, { port, error });
      if (started.ok || started.error.kind !== 'port-in-use') return started;
    }
    return { ok: false, error };
  }

  async #create(request: OpenForward, keep: boolean): Promise<Result<ForwardSnapshot>> {
    const found = this.#tunnels.service(request.deviceKey, request.serviceId);
    if (!found.ok) return found;
    const { deviceKey, serviceId } = request;
    const base = { id: this.#newId(), deviceKey, serviceId, serviceKind: found.value.service.kind, listening: keep };
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
      const port = await this.#deps.host.freePort(bothLoopbacks, this.#reserved());
      if (port === undefined) return last;
      last = await this.#tryPort({ ...base, port });
      if (last.ok || last.error.kind !== 'port-in-use') return last;
    }
    return last;
  }

  /** Adds a forward; it stays only if its port can be bound. */
  async #tryPort(record: ForwardRecord): Promise<Result<ForwardSnapshot>> {
    const entry = this.#add(record);
    const started = await entry.start(record.listening);
    if (!started.ok) await this.#forget([entry]);
    return started;
  }

  get #hasAddresses(): boolean {
    return this.#deps.settings.get().deviceAddresses === true;
  }

  #deviceEndpoint({ deviceKey, serviceId }: ForwardRecord): DeviceEndpoint | undefined {
    if (!this.#hasAddresses) return undefined;
    const service = this.#deps.inventory.servicesOf(deviceKey).find(({ id }) => id === serviceId);
    return { address: this.addressOf(deviceKey), nativePort: service?.port };
  }

  #add(record: ForwardRecord, attempts: readonly ForwardAttempt[] = []): ForwardEntry {
    const { host, clock, log, settings, random } = this.#deps;
    const entry = new ForwardEntry(record, settings.get().idleTimeoutMs, attempts, {
      host,
      clock,
      random,
      log,
      tunnels: this.#tunnels,
      suggest: (error) => this.#suggest(error),
      deviceEndpoint: (of) => this.#deviceEndpoint(of),
      observe: (of) => this.#openings.wants(of),
      changed: (id) => this.#announcer.touch(id),
      attempted: () => this.#history.touch(),
    });
    this.#entries.set(record.id, entry);
    this.#announcer.touch(record.id);
    return entry;
  }

  async #forget(entries: readonly ForwardEntry[]): Promise<void> {
    for (const entry of entries) {
      this.#entries.delete(entry.record.id);
      this.#leases.forget(entry.record.id);
      this.#announcer.touch(entry.record.id);
    }
    await Promise.all(entries.map((entry) => entry.stop()));
  }

  /** Stops a forward that nobody has open. */
  async #rest(entry: ForwardEntry | undefined): Promise<void> {
    if (entry === undefined || entry.record.listening || this.#hasLeft || this.#leases.isHeld(entry.record.id)) return;
    await entry.stop(true);
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
    const suggestedPort = await this.#deps.host.freePort(bothLoopbacks, this.#reserved());
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
    const addresses = this.#addresses.all();
    const forwards = [...this.#entries.values()].map(({ record }) => record);
    return this.#deps.document.write({ forwards, ...(addresses === undefined ? {} : { addresses }) });
  }

  #heard(event: ForwardHostEvent): void {
    switch (event.type) {
      case 'lost':
        for (const entry of this.#entries.values()) entry.dispatch({ type: 'pump-lost', error: event.error });
        return;
      case 'traffic':
        for (const report of event.reports) this.#entries.get(report.id)?.traffic(report);
        return;
      case 'silent':
        void this.#entries.get(event.id)?.silent(event.route, event.mute);
        return;
      case 'opening': {
        const record = this.#entries.get(event.id)?.record;
        if (record !== undefined) this.#openings.heard(record, event);
        return;
      }
      default:
        this.#entries.get(event.id)?.dispatch(event);
    }
  }
}
