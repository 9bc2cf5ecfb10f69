import { noDevice } from '../../core/fleet/not-found-errors.ts';
import { AlertEngine, type AlertOutput } from '../../core/alert/alert-engine.ts';
import type { ActivityEntry } from '../../core/activity/activity-entry.ts';
import { targetsOf, withoutMutes } from '../../core/alert/alert-rules.ts';
import { defaultAlertSettings, type AlertSettings, type AlertTarget } from '../../core/alert/alert-settings.ts';
import type { Device } from '../../core/fleet/device.ts';
import { Emitter } from '../../core/base/emitter.ts';
import { fail, ok } from '../../core/base/errors.ts';
import type { Result } from '../../core/base/errors.ts';
import type { IncidentRecord } from '../../core/alert/incident-record.ts';
import type { Incident } from '../../core/alert/incident.ts';
import type { Clock } from '../../core/base/clock.ts';
import type { Document } from '../../core/base/document.ts';
import { requestOfClick, type AlertRequest } from '../../core/alert/notice-click.ts';
import type { NoticeAction } from '../../core/alert/notifier.ts';
import { SerialQueue } from '../../core/base/serial-queue.ts';
import type { Moment } from '../../core/base/moment.ts';
import type { FlapPolicy, PresenceCounts } from '../../core/alert/transition-tracker.ts';
import type { PresenceGap } from '../../core/activity/uptime.ts';
import type { Accounts } from '../fleet/accounts.ts';
import { NoticeDelivery, type NoticeDeliveryDeps, type NoticeChannel } from './notice-delivery.ts';
import { AccountReachability } from './account-reachability.ts';
import { IncidentStore } from './incident-store.ts';
import type { DevicePreferences } from '../fleet/device-preferences.ts';
import type { Inventory } from '../fleet/inventory.ts';

export interface AlertsDeps extends NoticeDeliveryDeps {
  readonly document: Document<AlertSettings>;
  /** Open incidents, so that the next run can close them. */
  readonly incidents: Document<readonly IncidentRecord[]>;
  readonly accounts: Pick<Accounts, 'list' | 'get' | 'vendor' | 'changed'>;
  readonly inventory: Pick<Inventory, 'devices' | 'device' | 'health' | 'changed'>;
  readonly preferences: Pick<DevicePreferences, 'isFavourite'>;
  readonly settings: { get(): { readonly pollFactor: number } };
  /** Whether a query of the list's language means a device. */
  readonly matches: (query: string, device: Device) => boolean;
  /** IANA name of this computer's present time zone. */
  readonly timeZone: () => string;
  readonly clock: Clock;
  readonly flap?: FlapPolicy | undefined;
}

/** The subject of a snooze: one incident, a target, or everything. */
export interface Snooze {
  readonly forMs: number;
  readonly incidentId?: string | undefined;
  readonly target?: AlertTarget | undefined;
}

/** The length of the snooze button's snooze, milliseconds. */
const snoozeMs = 60 * 60_000;
/** The longest timer, milliseconds; the engine is asked again then. */
const maxMs = 60 * 60_000;

/**
 * Watches the fleets and notifies the user. It runs in main, so it works with every window closed. The rules are in
 * core (alert-engine.ts); here are the timers, the stored settings and the delivery.
 */
export class Alerts {
  /** Ids of incidents added, changed or removed. */
  readonly changed = new Emitter<readonly string[]>();
  readonly settingsChanged = new Emitter<AlertSettings>();
  readonly requested = new Emitter<AlertRequest>();
  /** Ids of accounts whose devices become unknown, or known again, because their reachability changed. */
  readonly reachabilityChanged = new Emitter<string>();
  /** An entry for the history. */
  readonly recorded = new Emitter<readonly ActivityEntry[]>();
  readonly gap = new Emitter<PresenceGap & { readonly accountId: string }>();
  readonly #deps: AlertsDeps;
  readonly #engine: AlertEngine;
  readonly #delivery: NoticeDelivery;
  readonly #writes = new SerialQueue();
  readonly #keeper: IncidentStore;
  readonly #unsubscribe: readonly (() => void)[];
  readonly #reachability: AccountReachability;
  #cancelTimer: (() => void) | undefined;
  #isDisposed = false;

  constructor(deps: AlertsDeps) {
    this.#deps = deps;
    this.#delivery = new NoticeDelivery(deps);
    const { accounts, inventory, preferences } = deps;
    this.#engine = new AlertEngine(
      {
        device: (key) => inventory.device(key),
        devices: () => inventory.devices.values(),
        isFavourite: (key) => preferences.isFavourite(key),
        matches: deps.matches,
        accountLabel: (id) => accounts.get(id)?.label ?? 'a removed account',
        latencyMs: (id) => this.#latencyMs(id),
        timeZone: deps.timeZone,
      },
      defaultAlertSettings,
      deps.flap,
    );
    this.#keeper = new IncidentStore(deps, this.#engine);
    this.#reachability = new AccountReachability({
      ...deps,
      changed: (accountId, unreachable, since) => {
        const moment = this.#moment();
        this.#engine.setUnreachable(accountId, unreachable, moment);
        if (!unreachable) this.gap.emit({ accountId, since, until: moment.wall });
      },
      aged: (accountId) => this.reachabilityChanged.emit(accountId),
    });
    this.#unsubscribe = [
      inventory.changed.on(({ upsert, remove, health }) => {
        for (const id of health) this.#reachability.look(id);
        if (remove.length > 0) this.#engine.remove(remove, this.#moment());
        if (upsert.length > 0) this.#engine.observe(upsert, this.#moment());
        if (health.length > 0) this.#lookAtPending(new Set(health));
        this.#settle();
      }),
      accounts.changed.on(({ account }) => {
        this.#reachability.look(account.id);
        this.#settle();
      }),
      ...(deps.notifier === undefined ? [] : [deps.notifier.onAction((id, action) => void this.#act(id, action))]),
    ];
  }

  /**
   * Reads the settings and the open incidents; the present fleet is the starting state. On an error the defaults apply;
   * unreadable incidents are dropped.
   */
  async load(): Promise<Result<void>> {
    const [read, incidents] = await Promise.all([this.#deps.document.read(), this.#deps.incidents.read()]);
    const moment = this.#moment();
    if (read.ok) this.#engine.setSettings(read.value, moment);
    this.#engine.observe(this.#deps.inventory.devices.values(), moment);
    if (incidents.ok) this.#engine.restore(incidents.value, moment);
    this.#settle();
    return read.ok ? ok(undefined) : read;
  }

  /** The user's choices. */
  get(): AlertSettings {
    return this.#engine.settings;
  }

  /** Changes the given settings; they apply once they are on disk. Errors: those of the document. */
  change(patch: Partial<AlertSettings>): Promise<Result<AlertSettings>> {
    return this.#change((settings) => ({ ...settings, ...patch }));
  }

  /**
   * Holds notices for a while: of one incident, of a target, or all. Devices that are offline at its end cause a notice
   * then. `forMs` zero ends a snooze, and the mute of an incident. Errors: not-found (no such open incident), those of
   * the document.
   */
  snooze({ forMs, incidentId, target }: Snooze): Promise<Result<AlertSettings>> {
    const until = this.#deps.clock.now() + forMs;
    if (incidentId !== undefined) {
      const targets = forMs > 0 ? [] : targetsOf(this.#engine.incident(incidentId));
      const snoozed = this.#engine.snoozeIncident(incidentId, until, this.#moment());
      this.#settle();
      if (!snoozed) return Promise.resolve(noIncident);
      return targets.length === 0
        ? Promise.resolve(ok(this.get()))
        : this.#change((from) => withoutMutes(from, targets));
    }
    return this.#change((settings) => {
      if (target !== undefined) {
        const others = withoutMutes(settings, [target]);
        return forMs > 0 ? { ...others, mutes: [...others.mutes, { target, until }] } : others;
      }
      const { pausedUntil: _, ...rest } = settings;
      return forMs > 0 ? { ...rest, pausedUntil: until } : rest;
    });
  }

  /** Mutes a target, or incidents like this one, until it is undone. Errors as of `snooze`. */
  mute(
    what: { readonly incidentId: string } | { readonly target: AlertTarget; readonly on: boolean },
  ): Promise<Result<AlertSettings>> {
    const on = !('target' in what) || what.on;
    const targets = 'target' in what ? [what.target] : targetsOf(this.#engine.incident(what.incidentId));
    if (targets.length === 0) return Promise.resolve(noIncident);
    if ('incidentId' in what) {
      this.#engine.silenceIncident(what.incidentId, this.#moment());
      this.#settle();
    }
    return this.#change((settings) => {
      const others = withoutMutes(settings, targets);
      return on ? { ...others, mutes: [...others.mutes, ...targets.map((target) => ({ target }))] } : others;
    });
  }

  /** Requests one notice when a device is back. Errors: not-found, conflict (it is online), those of the document. */
  tellWhenBack(deviceKey: string, on: boolean): Promise<Result<AlertSettings>> {
    const device = this.#deps.inventory.device(deviceKey);
    if (on && device === undefined) {
      return Promise.resolve(noDevice);
    }
    if (on && this.#engine.stateOf(deviceKey) === 'online' && device?.presence.state === 'online') {
      return Promise.resolve(fail('conflict', `${device.name} is online.`, 'Connect to it now.'));
    }
    return this.#change((settings) => {
      const others = settings.tellWhenBack.filter((key) => key !== deviceKey);
      return { ...settings, tellWhenBack: on ? [...others, deviceKey] : others };
    });
  }

  /** Open incidents, then those resolved last. */
  incidents(): readonly Incident[] {
    return this.#engine.incidents();
  }

  incident(id: string): Incident | undefined {
    return this.#engine.incident(id);
  }

  /** Epoch milliseconds until which an open incident is snoozed; undefined if it is not. */
  snoozedUntil(incidentId: string): number | undefined {
    return this.#engine.snoozedUntil(incidentId);
  }

  /** How notices reach the user. */
  get noticeChannel(): NoticeChannel {
    return this.#delivery.channel;
  }

  /** The confirmed state of a device; undefined before anything is known. */
  stateOf(deviceKey: string): 'online' | 'offline' | undefined {
    return this.#engine.stateOf(deviceKey);
  }

  /** Whether a device changes its state so often that it is muted for now. */
  isFlapping(deviceKey: string): boolean {
    return this.#engine.isFlapping(deviceKey);
  }

  /** Whether an account is unreachable: our own network, sleep, or the vendor. */
  isUnreachable(accountId: string): boolean {
    return this.#engine.isUnreachable(accountId);
  }

  /** The device to show: unknown if its last observation is old and its account is unreachable. */
  effective(device: Device): Device {
    return this.#reachability.effective(device);
  }

  countsOf(accountId: string): PresenceCounts {
    return this.#engine.countsOf(accountId);
  }

  /** Says whether this computer has a network. */
  setOnline(online: boolean): void {
    this.#setMachineState({ online });
  }

  /** No time passes while the computer sleeps. */
  suspend(): void {
    this.#setMachineState({ awake: false });
  }

  resume(): void {
    this.#setMachineState({ awake: true });
  }

  /** Says whether the system asks for no notices now. */
  setDoNotDisturb(on: boolean): void {
    this.#engine.setDoNotDisturb(on, this.#moment());
    this.#settle();
  }

  /** Stops watching; notices on the screen stay. */
  async dispose(): Promise<void> {
    if (!this.#isDisposed) {
      this.#isDisposed = true;
      for (const unsubscribe of this.#unsubscribe) unsubscribe();
      this.#cancelTimer?.();
      this.#reachability.dispose();
    }
    await this.#keeper.dispose();
    await this.#writes.run(async () => undefined);
    await this.#delivery.settled();
  }

  #moment(): Moment {
    return { wall: this.#deps.clock.now(), mono: this.#deps.clock.monotonic() };
  }

  #latencyMs(accountId: string): number {
    const account = this.#deps.accounts.get(accountId);
    const vendor = account === undefined ? undefined : this.#deps.accounts.vendor(account.vendor);
    if (vendor === undefined) return 0;
    return vendor.presenceLatencyMs ?? vendor.poll.intervalMs * this.#deps.settings.get().pollFactor;
  }

  #setMachineState(facts: { readonly online?: boolean; readonly awake?: boolean }): void {
    this.#reachability.set(facts);
    this.#settle();
  }

  /** A poll that only confirms does not announce each device, so devices that are waited for are looked up. */
  #lookAtPending(accounts: ReadonlySet<string>): void {
    const waiting = [];
    for (const key of this.#engine.pendingKeys) {
      const device = this.#deps.inventory.device(key);
      if (device !== undefined && accounts.has(device.accountId)) waiting.push(device);
    }
    if (waiting.length > 0) this.#engine.observe(waiting, this.#moment());
  }

  /** Carries out the engine's outputs and schedules its next call. */
  #settle(): void {
    this.#carryOut(this.#engine.take());
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#isDisposed) return;
    const ms = this.#engine.dueInMs(this.#moment());
    if (ms === undefined) return;
    this.#cancelTimer = this.#deps.clock.after(Math.min(maxMs, ms), () => {
      this.#engine.tick(this.#moment());
      this.#settle();
    });
  }

  #carryOut(outputs: readonly AlertOutput[]): void {
    const incidents = new Set<string>();
    const entries: ActivityEntry[] = [];
    for (const output of outputs) {
      switch (output.kind) {
        case 'show':
        case 'update': {
          const { kind, notice } = output;
          this.#delivery.deliver(kind, notice);
          break;
        }
        case 'close':
          this.#delivery.takeBack(output.id);
          break;
        case 'incident':
          incidents.add(output.id);
          break;
        case 'record':
          entries.push(output.entry);
          break;
        case 'settings':
          void this.#change((settings) => settings);
          break;
        default:
          output satisfies never;
      }
    }
    if (entries.length > 0) this.recorded.emit(entries);
    if (incidents.size === 0) return;
    this.changed.emit([...incidents]);
    if (!this.#isDisposed) this.#keeper.changed();
  }

  async #act(id: string, action: NoticeAction | 'open'): Promise<void> {
    switch (action) {
      case 'open':
      case 'connect': {
        const request = requestOfClick(id, action, this.#engine.incident(id));
        if (request !== undefined) this.requested.emit(request);
        return;
      }
      case 'snooze':
        await this.snooze({ forMs: snoozeMs, incidentId: id });
        return;
      case 'mute':
        await this.mute({ incidentId: id });
        return;
      default:
        action satisfies never;
    }
  }

  /** Changes the settings as they are when its turn comes. */
  #change(next: (settings: AlertSettings) => AlertSettings): Promise<Result<AlertSettings>> {
    return this.#writes.run(async () => {
      const written = await this.#deps.document.write(next(this.#engine.settings));
      if (!written.ok) {
        this.#deps.log.write('warn', 'alerts.not-saved', { reason: written.error.message });
        return written;
      }
      // Applied again: the engine may have dropped expired entries meanwhile.
      const now = this.#engine.settings;
      const settings = next(now);
      if (settings !== now) this.#engine.setSettings(settings, this.#moment());
      this.settingsChanged.emit(this.#engine.settings);
      this.#settle();
      return ok(this.#engine.settings);
    });
  }
}

const noIncident = fail(
  'not-found',
  'This incident has no notice any more.',
  'It may be over; look at the activity page.',
);
