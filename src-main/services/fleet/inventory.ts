import { noAccount } from '../../core/fleet/not-found-errors.ts';
import type { Account, AccountHealth } from '../../core/fleet/account.ts';
import type { DeviceFacts } from '../../core/fleet/device-facts.ts';
import { removedDevice, type Device, type Presence, type Service } from '../../core/fleet/device.ts';
import type { Emitter } from '../../core/base/emitter.ts';
import { cancelled, ok } from '../../core/base/errors.ts';
import type { AppError, Result } from '../../core/base/errors.ts';
import type { CachedFleet } from '../../core/fleet/fleet-cache.ts';
import { mergeServices } from '../../core/fleet/merge-services.ts';
import { sleep } from '../../core/base/clock.ts';
import type { Clock, Random } from '../../core/base/clock.ts';
import type { DocumentFolder } from '../../core/base/document.ts';
import type { Log } from '../../core/base/log.ts';
import { AccountEvents } from './account-events.ts';
import { AccountFleet } from './account-fleet.ts';
import { AccountPoller } from './account-poller.ts';
import type { PollListener } from './account-poller.ts';
import type { AccountChange, Accounts } from './accounts.ts';
import { CacheWriter } from './cache-writer.ts';
import { InventoryAnnouncer, type InventoryChange } from './inventory-announcer.ts';
import type { DevicePreferences } from './device-preferences.ts';
import { defined } from '../../core/base/defined.ts';

export interface PollSettings {
  /** Every vendor's interval is multiplied by it. */
  readonly pollFactor: number;
}

export interface InventoryDeps {
  readonly accounts: Pick<Accounts, 'list' | 'get' | 'connector' | 'vendor' | 'changed'>;
  readonly preferences: Pick<DevicePreferences, 'customServices'>;
  readonly settings: {
    get(): PollSettings;
    readonly changed: Pick<Emitter<PollSettings>, 'on'>;
  };
  /** The last good fleets on disk, by account id. */
  readonly cache: DocumentFolder<CachedFleet>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

interface InventoryListener extends PollListener {
  presence(deviceId: string, presence: Presence, facts: DeviceFacts | undefined): void;
}

/** The maximum of removed devices whose names are kept, for texts that still mention them. */
const maxRemovedNames = 1000;
/** Milliseconds until the cache is written after the fleet changed, and after only its observations became newer. */
const saveChangesMs = 5000;
const saveAgesMs = 10 * 60_000;
/** Milliseconds `dispose` waits for cancelled connectors. */
const disposeWaitMs = 2000;
/** Used if the vendor is unknown: nothing will be polled, but the schedule needs numbers. */
const anyPoll = { intervalMs: 60_000, minimumMs: 60_000 };

interface Member {
  readonly fleet: AccountFleet;
  readonly poller: AccountPoller;
  readonly events: AccountEvents;
  readonly cache: CacheWriter;
}

/**
 * The devices of all accounts. Each account is polled independently; its failures show in its health and do not affect
 * the others. A device is removed only when a complete listing no longer names it, or with its account. `devices` is
 * always exact; `changed` may be late for observations without news.
 */
export class Inventory {
  readonly changed: Emitter<InventoryChange>;
  readonly #deps: InventoryDeps;
  readonly #announcer: InventoryAnnouncer;
  readonly #devices = new Map<string, Device>();
  /** Names of removed devices, by key, the newest last. */
  readonly #removedNames = new Map<string, string>();
  readonly #members = new Map<string, Member>();
  readonly #closing = new Set<Promise<void>>();
  readonly #unsubscribe: readonly (() => void)[];
  #isStarted = false;
  #isSuspended = false;
  #isDisposed = false;
  #pollFactor: number;

  constructor(deps: InventoryDeps) {
    this.#deps = deps;
    this.#announcer = new InventoryAnnouncer(deps.clock, (id) => this.#members.has(id));
    this.changed = this.#announcer.changed;
    this.#pollFactor = deps.settings.get().pollFactor;
    this.#unsubscribe = [
      deps.accounts.changed.on((change) => this.#onAccount(change)),
      deps.settings.changed.on(({ pollFactor }) => {
        if (pollFactor === this.#pollFactor) return;
        this.#pollFactor = pollFactor;
        for (const member of this.#members.values()) member.poller.reschedule();
      }),
    ];
  }

  get devices(): ReadonlyMap<string, Device> {
    return this.#devices;
  }

  device(key: string): Device | undefined {
    return this.#devices.get(key);
  }

  /** The name of a device; for one removed in this run, its last name. */
  nameOf(key: string): string {
    return this.#devices.get(key)?.name ?? this.#removedNames.get(key) ?? removedDevice;
  }

  /** The services of a device: the vendor's, the vendor's defaults, and the user's. */
  servicesOf(key: string): readonly Service[] {
    const device = this.#devices.get(key);
    if (device === undefined) return [];
    const defaults = this.#deps.accounts.vendor(device.vendor)?.defaultServices ?? [];
    return mergeServices(device.services, defaults, this.#deps.preferences.customServices(key));
  }

  health(accountId: string): AccountHealth {
    const member = this.#members.get(accountId);
    return member === undefined
      ? { refreshing: false, deviceCount: 0 }
      : member.poller.health(member.fleet.devices.size);
  }

  /** Loads the cached fleets with their observations. Returns the files that had to be set aside. */
  async load(): Promise<readonly AppError[]> {
    const problems: AppError[] = [];
    for (const account of this.#deps.accounts.list()) {
      if (this.#members.has(account.id)) continue;
      const cached = await this.#deps.cache.document(account.id).read();
      if (this.#isDisposed) break;
      if (!cached.ok) {
        problems.push(cached.error);
        this.#deps.log.write('warn', 'inventory.cache-unreadable', {
          account: account.id,
          reason: cached.error.message,
        });
      }
      // The account may have been removed or polled while its file was read.
      if (this.#deps.accounts.get(account.id) === undefined || this.#members.has(account.id)) continue;
      this.#admit(account, cached.ok ? cached.value : undefined);
    }
    this.#announcer.flush();
    return problems;
  }

  /** Starts polling all accounts, including later ones. */
  start(): void {
    if (this.#isStarted || this.#isDisposed) return;
    this.#isStarted = true;
    if (this.#isSuspended) return;
    for (const account of this.#deps.accounts.list()) this.#begin(this.#member(account));
  }

  /** Stops polling while the computer sleeps or has no network. */
  suspend(): void {
    if (this.#isSuspended) return;
    this.#isSuspended = true;
    for (const member of this.#members.values()) {
      member.events.stop();
      member.poller.stop();
    }
  }

  resume(): void {
    if (!this.#isSuspended) return;
    this.#isSuspended = false;
    if (!this.#isStarted || this.#isDisposed) return;
    for (const account of this.#deps.accounts.list()) {
      const member = this.#member(account);
      member.poller.resume();
      member.events.start();
    }
  }

  /**
   * Polls one account, or all, now; a running poll is joined. Returns early, without ending the poll, when the signal
   * aborts. Errors: not-found, cancelled, and why the (first) listing failed.
   */
  async refresh(accountId: string | undefined, signal: AbortSignal): Promise<Result<void>> {
    if (this.#isDisposed) return cancelled();
    const accounts = this.#deps.accounts.list().filter((each) => accountId === undefined || each.id === accountId);
    if (accountId !== undefined && accounts.length === 0) {
      return noAccount;
    }
    const polls = Promise.all(accounts.map((account) => this.#member(account).poller.poll()));
    const results = await untilAborted(polls, signal);
    if (results === undefined) return cancelled();
    return results.find((result) => !result.ok) ?? ok(undefined);
  }

  /** Removes the devices and the cache of an account. Called automatically when the account is removed. */
  async forgetAccount(accountId: string): Promise<void> {
    const member = this.#members.get(accountId);
    if (member === undefined) return;
    this.#members.delete(accountId);
    member.events.stop();
    member.poller.close();
    for (const key of member.fleet.devices.keys()) this.#forget(key);
    this.#announcer.flush();
    await member.cache.discard();
  }

  /** Stops all polls and writes unsaved fleets. */
  async dispose(): Promise<void> {
    if (!this.#isDisposed) {
      this.#isDisposed = true;
      this.#announcer.dispose();
      for (const unsubscribe of this.#unsubscribe) unsubscribe();
      for (const member of this.#members.values()) {
        member.events.stop();
        member.poller.close();
        this.#track(this.#retire(member));
      }
    }
    await Promise.all(this.#closing);
    this.#announcer.flush();
  }

  async #retire(member: Member): Promise<void> {
    const enough = new AbortController();
    await Promise.race([member.poller.settled(), sleep(this.#deps.clock, disposeWaitMs, enough.signal)]);
    enough.abort();
    await member.cache.close();
  }

  #track(closing: Promise<void>): void {
    const tracked: Promise<void> = closing.finally(() => this.#closing.delete(tracked));
    this.#closing.add(tracked);
  }

  #onAccount({ kind, account }: AccountChange): void {
    switch (kind) {
      case 'added':
        if (this.#isStarted && !this.#isSuspended) this.#begin(this.#member(account));
        return;
      case 'updated':
        this.#members.get(account.id)?.poller.restart();
        this.#members.get(account.id)?.events.restart();
        return;
      case 'removed':
        this.#track(this.forgetAccount(account.id));
        return;
      default:
        kind satisfies never;
    }
  }

  #begin(member: Member): void {
    member.poller.start();
    member.events.start();
  }

  #member(account: Account): Member {
    return this.#members.get(account.id) ?? this.#admit(account, undefined);
  }

  #admit(account: Account, cached: CachedFleet | undefined): Member {
    const { accounts, cache, clock, random } = this.#deps;
    const log = this.#deps.log.child({ account: account.id });
    const fleet = new AccountFleet(account.id, account.vendor);
    if (cached !== undefined) this.#take(fleet.merge(cached.devices, fleet.beginListing(), clock.now()));
    const writer = new CacheWriter({
      accountId: account.id,
      cache,
      snapshot: () => ({
        ...defined({ lastGoodAt: poller.lastGoodAt }),
        devices: [...fleet.devices.values()],
      }),
      clock,
      log,
    });
    const listener = this.#listener(account.id, fleet, writer);
    const poller = new AccountPoller(
      {
        connector: () => accounts.connector(account.id),
        poll: accounts.vendor(account.vendor)?.poll ?? anyPoll,
        factor: () => this.#deps.settings.get().pollFactor,
        listener,
        clock,
        random,
        log,
      },
      cached?.lastGoodAt,
    );
    const events = new AccountEvents({
      connector: () => accounts.connector(account.id),
      listAnew: () => void poller.resync(),
      presence: (deviceId, presence, facts) => listener.presence(deviceId, presence, facts),
      clock,
      random,
      log,
    });
    const member: Member = { fleet, poller, events, cache: writer };
    this.#members.set(account.id, member);
    this.#announcer.health(account.id);
    return member;
  }

  #listener(accountId: string, fleet: AccountFleet, writer: CacheWriter): InventoryListener {
    let listing = fleet.beginListing();
    return {
      begin: () => {
        listing = fleet.beginListing();
      },
      devices: (records) => {
        const news = fleet.merge(records, listing, this.#deps.clock.now());
        this.#take(news);
        if (news.announce.length > 0) writer.touch(saveChangesMs);
      },
      presence: (deviceId, presence, facts) => {
        const news = fleet.hearPresence(deviceId, { presence, facts }, listing, this.#deps.clock.now());
        this.#take(news);
        if (news.announce.length > 0) writer.touch(saveChangesMs);
      },
      complete: () => {
        const { remove } = fleet.finish(listing);
        for (const key of remove) this.#forget(key);
        writer.touch(remove.length > 0 ? saveChangesMs : saveAgesMs);
      },
      health: (finished) => {
        this.#announcer.health(accountId);
        if (finished) this.#announcer.flush();
      },
    };
  }

  #take(news: { readonly merged: readonly Device[]; readonly announce: readonly Device[] }): void {
    for (const device of news.merged) {
      this.#devices.set(device.key, device);
      this.#announcer.observed(device);
    }
    this.#announcer.upsert(news.announce);
  }

  #forget(key: string): void {
    const name = this.#devices.get(key)?.name;
    if (name !== undefined) {
      this.#removedNames.set(key, name);
      const [oldest] = this.#removedNames.keys();
      if (oldest !== undefined && this.#removedNames.size > maxRemovedNames) this.#removedNames.delete(oldest);
    }
    this.#devices.delete(key);
    this.#announcer.remove(key);
  }
}

/** The value of a promise, or undefined when the signal aborts first. */
const untilAborted = async <T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> => {
  if (signal.aborted) return undefined;
  let stop = (): void => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
};
