import { NoticeScheduler, type DeskOutput } from './notice-scheduler.ts';
import type { ActivityEntry } from '../activity/activity-entry.ts';
import { deviceEntry, incidentEntry } from './history-lines.ts';
import { choiceFor, judgeLoss, type AlertChoice, type MatchesQuery } from './alert-rules.ts';
import { withoutThePast, type AlertSettings } from './alert-settings.ts';
import { removedDevice, type Device } from '../fleet/device.ts';
import type { Loss } from './incident-cover.ts';
import { durationText } from './incident-text.ts';
import type { IncidentRecord } from './incident-record.ts';
import { IncidentTracker, type Incident, type IncidentChange } from './incident.ts';
import { LossBatch } from './loss-batch.ts';
import { QuietWatch } from './quiet-watch.ts';
import type { Moment } from '../base/moment.ts';
import {
  defaultFlapPolicy,
  TransitionTracker,
  type FlapPolicy,
  type PresenceCounts,
  type TransitionEvent,
  type TransitionPolicy,
} from './transition-tracker.ts';
import { defined } from '../base/defined.ts';

/** What the engine looks up; none of it may wait. */
export interface AlertEngineDeps {
  device(key: string): Device | undefined;
  devices(): Iterable<Device>;
  isFavourite(key: string): boolean;
  /** Whether a query means the device as it is now. */
  matches(query: string, device: Device): boolean;
  accountLabel(accountId: string): string;
  /** Milliseconds by which the vendor's information may be late. */
  latencyMs(accountId: string): number;
  /** IANA name of the time zone of this computer. */
  timeZone(): string;
}

export type AlertOutput =
  | DeskOutput
  /** An incident was added, changed or removed. */
  | { readonly kind: 'incident'; readonly id: string }
  | { readonly kind: 'record'; readonly entry: ActivityEntry }
  /** The settings changed by themselves: an awaited device came back, or a period ended. */
  | { readonly kind: 'settings'; readonly settings: AlertSettings };

/** Milliseconds without a contrary observation after which a device counts as back. */
const backMs = 15_000;

/**
 * Turns observations of devices into notices: which changes count, which matter to the user, what they have in common,
 * when to notify. No clock, no IO: calls pass the time, `take` returns what to do, `dueInMs` says when to call `tick`.
 */
export class AlertEngine {
  readonly #deps: AlertEngineDeps;
  readonly #tracker: TransitionTracker;
  readonly #book: IncidentTracker;
  readonly #scheduler: NoticeScheduler;
  readonly #batch = new LossBatch();
  /** Losses for which it is too early to notify: device key to the start of the loss. */
  readonly #held = new Map<string, { readonly since: number; readonly until: number }>();
  readonly #waitedFor = new Set<string>();
  readonly #quiet = new QuietWatch();
  #settings: AlertSettings;
  #doNotDisturb = false;
  #incidents = 0;
  #out: AlertOutput[] = [];

  constructor(deps: AlertEngineDeps, settings: AlertSettings, flap: FlapPolicy = defaultFlapPolicy) {
    this.#deps = deps;
    this.#settings = settings;
    for (const key of settings.tellWhenBack) this.#waitedFor.add(key);
    this.#tracker = new TransitionTracker((key) => this.#policyOf(key), flap);
    this.#book = new IncidentTracker((openedAt) => `i${openedAt.toString(36)}-${(this.#incidents += 1)}`);
    this.#scheduler = new NoticeScheduler(deps, () => this.#settings);
  }

  get settings(): AlertSettings {
    return this.#settings;
  }

  /** Open incidents, then those resolved last. */
  incidents(): readonly Incident[] {
    return this.#book.list();
  }

  incident(id: string): Incident | undefined {
    return this.#book.get(id);
  }

  stateOf(key: string): 'online' | 'offline' | undefined {
    return this.#tracker.stateOf(key);
  }

  isFlapping(key: string): boolean {
    return this.#tracker.isFlapping(key);
  }

  isUnreachable(accountId: string): boolean {
    return this.#tracker.isUnreachable(accountId);
  }

  countsOf(accountId: string): PresenceCounts {
    return this.#tracker.countsOf(accountId);
  }

  /** Devices whose change does not count yet: the next observation decides. */
  get pendingKeys(): ReadonlySet<string> {
    return this.#tracker.pendingKeys;
  }

  take(): readonly AlertOutput[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  observe(devices: Iterable<Device>, moment: Moment): void {
    for (const device of devices)
      this.#apply(this.#tracker.observe(device.key, device.accountId, device.presence, moment), moment);
    this.#work(moment);
  }

  /**
   * Restores the open incidents of an earlier run, after the fleet of that run was observed. Devices that left the
   * fleet are left out; those that are back are reported when they are observed.
   */
  restore(records: readonly IncidentRecord[], moment: Moment): void {
    const known = records.map((record) => ({
      ...record,
      members: record.members.filter(({ loss }) => this.#deps.device(loss.key) !== undefined),
    }));
    const snoozes = new Map(records.map(({ id, snoozedUntil }) => [id, snoozedUntil]));
    for (const incident of this.#book.restore(known)) {
      this.#scheduler.restore(incident, snoozes.get(incident.id));
      this.#out.push({ kind: 'incident', id: incident.id });
      for (const key of incident.members.keys()) {
        if (this.#tracker.stateOf(key) === 'online') this.#back(key, moment.wall, moment);
      }
    }
    this.#work(moment);
  }

  /** Devices that left the fleet: they are neither offline nor back. */
  remove(keys: Iterable<string>, moment: Moment): void {
    for (const key of keys) {
      this.#tracker.remove(key);
      this.#batch.delete(key);
      this.#held.delete(key);
      this.#scheduler.calm(key);
      const incident = this.#book.gone(key, moment.wall);
      if (incident !== undefined) this.#touch(incident, moment);
    }
    this.#work(moment);
  }

  /**
   * Says whether an account can be reached: not while our own network is down, the computer sleeps or the vendor fails.
   */
  setUnreachable(accountId: string, unreachable: boolean, moment: Moment): void {
    this.#tracker.setUnreachable(accountId, unreachable, moment);
  }

  /** Applies the user's choices; held losses are judged again at once. */
  setSettings(settings: AlertSettings, moment: Moment): void {
    this.#settings = settings;
    this.#waitedFor.clear();
    for (const key of settings.tellWhenBack) this.#waitedFor.add(key);
    this.#quiet.again();
    for (const [key, { since }] of this.#held) this.#held.set(key, { since, until: moment.wall });
    for (const key of this.#batch.keys()) this.#judgeAgain(key, moment);
    this.#work(moment);
  }

  /** Says whether the system asks for no notices now. */
  setDoNotDisturb(on: boolean, moment: Moment): void {
    this.#doNotDisturb = on;
    this.#quiet.again();
    this.#work(moment);
  }

  /** Removes the notice of an incident until `until`. False if there is no such notice. */
  snoozeIncident(id: string, until: number, moment: Moment): boolean {
    const snoozed = this.#scheduler.snooze(id, until);
    if (snoozed) this.#out.push({ kind: 'incident', id });
    this.#work(moment);
    return snoozed;
  }

  /** Removes the notice of an incident for as long as the incident lasts. */
  silenceIncident(id: string, moment: Moment): void {
    this.#scheduler.silence(id);
    this.#out.push({ kind: 'incident', id });
    this.#work(moment);
  }

  /** Epoch milliseconds until which an incident is snoozed; undefined if it is not. */
  snoozedUntil(id: string): number | undefined {
    return this.#scheduler.snoozedUntil(id);
  }

  tick(moment: Moment): void {
    this.#apply(this.#tracker.tick(moment), moment);
    this.#work(moment);
  }

  /** Milliseconds until `tick` has something to do; undefined if nothing is waited for. */
  dueInMs(moment: Moment): number | undefined {
    const dues = [this.#tracker.dueInMs(moment), this.#scheduler.dueInMs(moment), this.#batch.dueInMs(moment)];
    // Held losses need no timer of their own: they wait for ends of the settings, which `QuietWatch` waits for, too.
    dues.push(this.#quiet.dueInMs(moment));
    const first = dues.reduce<number>((least, ms) => Math.min(least, ms ?? least), Number.POSITIVE_INFINITY);
    return first === Number.POSITIVE_INFINITY ? undefined : Math.max(0, first);
  }

  #policyOf(key: string): TransitionPolicy {
    const device = this.#deps.device(key);
    const { confirmations } = this.#settings;
    if (device === undefined) return { graceMs: this.#settings.graceMs, latencyMs: 0, confirmations, backMs };
    const { graceMs } = this.#choiceFor(device);
    return {
      graceMs,
      latencyMs: this.#deps.latencyMs(device.accountId),
      confirmations,
      backMs: Math.min(backMs, graceMs),
    };
  }

  #apply(events: readonly TransitionEvent[], moment: Moment): void {
    for (const event of events) {
      const device = this.#deps.device(event.key);
      const name = device?.name ?? removedDevice;
      switch (event.kind) {
        case 'settled':
          if (event.state === 'online' && device !== undefined) {
            this.#notifyBack(device);
            this.#back(event.key, moment.wall, moment);
          }
          break;
        case 'flapping':
          this.#record(moment.wall, 'flapping', device, name, `${name} keeps going offline and back`);
          // The loss that was about to be reported is part of the flapping.
          this.#batch.delete(event.key);
          if (device !== undefined && this.#verdict(device, moment).kind === 'tell')
            this.#scheduler.flap(event.key, name, moment);
          break;
        case 'calm':
          this.#scheduler.calm(event.key);
          this.#record(moment.wall, 'calm', device, name, `${name} is calm again, and ${event.state}`);
          if (event.state === 'offline' && device !== undefined) this.#lost(device, moment.wall, moment);
          break;
        case 'transition':
          if (device !== undefined) this.#hearTransition(event, device, moment);
          break;
        default:
          event satisfies never;
      }
    }
  }

  #hearTransition(event: Extract<TransitionEvent, { kind: 'transition' }>, device: Device, moment: Moment): void {
    const { key, to, at, muted } = event;
    if (to === 'offline') {
      this.#record(at, 'offline', device, device.name, `${device.name} went offline`);
      if (!muted) this.#lost(device, at, moment);
      else {
        const incident = this.#book.rejoin(key, at);
        if (incident !== undefined) this.#touch(incident, moment);
      }
      return;
    }
    this.#batch.delete(key);
    this.#held.delete(key);
    const since = this.#book.of(key)?.members.get(key);
    const away = since?.offline === true ? `, after ${durationText(Math.max(0, at - since.since))}` : '';
    this.#record(at, 'online', device, device.name, `${device.name} is back${away}`);
    this.#notifyBack(device);
    this.#back(key, at, moment);
  }

  #back(key: string, at: number, moment: Moment): void {
    const incident = this.#book.back(key, at);
    if (incident !== undefined) this.#touch(incident, moment);
  }

  #lost(device: Device, since: number, moment: Moment): void {
    const known = this.#book.rejoin(device.key, since);
    if (known !== undefined) return this.#touch(known, moment);
    const verdict = this.#verdict(device, moment);
    switch (verdict.kind) {
      case 'drop':
        return;
      case 'hold':
        this.#held.set(device.key, { since, until: verdict.until });
        return;
      case 'tell':
        this.#batch.add(
          {
            key: device.key,
            name: device.name,
            accountId: device.accountId,
            groups: device.groups,
            ...defined({ address: device.externalAddress }),
            since,
            sound: this.#choiceFor(device).sound,
          },
          moment,
        );
        return;
      default:
        verdict satisfies never;
    }
  }

  #verdict(device: Device, moment: Moment): ReturnType<typeof judgeLoss> {
    const context = { favourite: this.#deps.isFavourite(device.key), matches: this.#matches(device) };
    return judgeLoss(this.#settings, device, context, moment.wall);
  }

  #choiceFor(device: Device): AlertChoice {
    return choiceFor(this.#settings, device, this.#matches(device));
  }

  #matches(device: Device): MatchesQuery {
    return (query) => this.#deps.matches(query, device);
  }

  #judgeAgain(key: string, moment: Moment): void {
    const loss = this.#batch.delete(key);
    const device = this.#deps.device(key);
    if (loss !== undefined && device !== undefined) this.#lost(device, loss.since, moment);
  }

  /** Does everything that is due because time passed or something changed. */
  #work(moment: Moment): void {
    for (const [key, { since, until }] of [...this.#held]) {
      if (until > moment.wall) continue;
      this.#held.delete(key);
      const device = this.#deps.device(key);
      if (device !== undefined && this.#tracker.stateOf(key) === 'offline') this.#lost(device, since, moment);
    }
    this.#lookAtTheHour(moment);
    const losses = this.#batch.takeDue(moment);
    if (losses.length > 0) this.#announce(this.#book.lose(losses, this.#places(), moment), moment);
    this.#scheduler.tick(moment);
    for (const output of this.#scheduler.take()) this.#out.push(output);
  }

  *#places(): Iterable<Pick<Loss, 'accountId' | 'groups' | 'address'>> {
    for (const { accountId, groups, externalAddress } of this.#deps.devices())
      yield { accountId, groups, address: externalAddress };
  }

  #announce({ touched, absorbed }: IncidentChange, moment: Moment): void {
    for (const incident of absorbed) {
      this.#scheduler.absorb(incident);
      this.#out.push({ kind: 'incident', id: incident.id });
    }
    for (const incident of touched) {
      if (incident.openedAt === moment.wall) this.#recordIncident('incident', moment.wall, incident);
      this.#touch(incident, moment);
    }
  }

  #touch(incident: Incident, moment: Moment): void {
    if (incident.resolvedAt !== undefined) this.#recordIncident('resolved', incident.resolvedAt, incident);
    this.#out.push({ kind: 'incident', id: incident.id });
    this.#scheduler.touch(incident, moment);
  }

  /**
   * Updates whether it is quiet (by the hour, by the user's pause or by the system), and removes expired entries from
   * the settings.
   */
  #lookAtTheHour(moment: Moment): void {
    const current = withoutThePast(this.#settings, moment.wall);
    if (current !== this.#settings) {
      this.#settings = current;
      this.#out.push({ kind: 'settings', settings: current });
    } else if (!this.#quiet.isDue(moment)) return;
    const quiet = this.#quiet.look(this.#settings, this.#deps.timeZone(), moment);
    this.#scheduler.setQuiet(this.#doNotDisturb || quiet, moment);
  }

  #notifyBack(device: Device): void {
    if (!this.#waitedFor.delete(device.key)) return;
    const tellWhenBack = this.#settings.tellWhenBack.filter((key) => key !== device.key);
    this.#settings = { ...this.#settings, tellWhenBack };
    this.#out.push({ kind: 'settings', settings: this.#settings });
    const place = [this.#deps.accountLabel(device.accountId), ...device.groups.slice(0, 1)].join(', ');
    this.#scheduler.tellBack(device.key, device.name, `${place}. You asked to be told.`);
  }

  #record(at: number, kind: ActivityEntry['kind'], device: Device | undefined, name: string, text: string): void {
    this.#out.push({ kind: 'record', entry: deviceEntry(at, kind, device, name, text) });
  }

  #recordIncident(kind: 'incident' | 'resolved', at: number, incident: Incident): void {
    this.#out.push({ kind: 'record', entry: incidentEntry(at, kind, incident, this.#deps) });
  }
}
