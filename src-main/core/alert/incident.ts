import { coverLosses, type IncidentScope, type Loss } from './incident-cover.ts';
import type { IncidentRecord } from './incident-record.ts';
import type { Moment } from '../base/moment.ts';

export interface IncidentMember {
  readonly loss: Loss;
  readonly offline: boolean;
  /** Epoch milliseconds at which it went offline (again). */
  readonly since: number;
  readonly backAt?: number | undefined;
}

/** Devices that were lost together. Only IncidentTracker changes it. */
export interface Incident {
  readonly id: string;
  readonly scope: IncidentScope;
  /** The number of devices in the scope when the incident last grew. */
  readonly total: number;
  /** Epoch milliseconds: of the first loss, and when it was opened. */
  readonly startedAt: number;
  readonly openedAt: number;
  readonly members: ReadonlyMap<string, IncidentMember>;
  readonly offline: number;
  /** Epoch milliseconds at which the last of its devices came back. */
  readonly resolvedAt?: number | undefined;
}

interface OpenIncident {
  id: string;
  scope: IncidentScope;
  total: number;
  startedAt: number;
  openedAt: number;
  readonly members: Map<string, IncidentMember>;
  offline: number;
  resolvedAt?: number | undefined;
  /** Monotonic milliseconds at which the last device was added. */
  grownAt: number;
}

export interface IncidentChange {
  readonly touched: readonly Incident[];
  /** Ids of incidents that were merged into others. */
  readonly absorbed: readonly Incident[];
}

/** Milliseconds after an incident's last growth in which losses may join it. */
const mergeMs = 10 * 60_000;
/** Resolved incidents kept for the window. */
const maxResolved = 50;

type Fleet = Parameters<typeof coverLosses>[1];

/** All incidents. A device is in at most one open incident. */
export class IncidentTracker {
  readonly #newId: (openedAt: number) => string;
  readonly #open = new Map<string, OpenIncident>();
  readonly #byDevice = new Map<string, OpenIncident>();
  #resolved: OpenIncident[] = [];

  constructor(newId: (openedAt: number) => string) {
    this.#newId = newId;
  }

  /** Open ones in order of opening, then the last resolved ones. */
  list(): readonly Incident[] {
    return [...this.#open.values(), ...this.#resolved];
  }

  get(id: string): Incident | undefined {
    return this.#open.get(id) ?? this.#resolved.find((incident) => incident.id === id);
  }

  /** The open incident a device is in. */
  of(key: string): Incident | undefined {
    return this.#byDevice.get(key);
  }

  /** Restores what was open in an earlier run. Devices that are already in an open incident stay there. */
  restore(records: readonly IncidentRecord[]): readonly Incident[] {
    return records.flatMap((record): readonly Incident[] => {
      const members = record.members.filter(({ loss }) => !this.#byDevice.has(loss.key));
      const offline = members.filter((member) => member.offline).length;
      if (offline === 0 || this.#open.has(record.id)) return [];
      const { id, scope, startedAt, openedAt } = record;
      const incident: OpenIncident = {
        id,
        scope,
        total: Math.max(record.total, members.length),
        startedAt,
        openedAt,
        members: new Map(members.map((member) => [member.loss.key, member])),
        offline,
        // Later losses do not join a restored incident.
        grownAt: Number.NEGATIVE_INFINITY,
      };
      this.#open.set(id, incident);
      for (const { loss } of members) this.#byDevice.set(loss.key, incident);
      return [incident];
    });
  }

  /**
   * Adds losses that came together. A recent incident with the same explanation grows; several of them become one; the
   * remaining losses open new incidents.
   */
  lose(losses: readonly Loss[], fleet: Fleet, moment: Moment): IncidentChange {
    const fresh = losses.filter((loss) => this.rejoin(loss.key, loss.since) === undefined);
    const recent = [...this.#open.values()].filter((incident) => moment.mono - incident.grownAt < mergeMs);
    const pool = [...fresh, ...recent.flatMap(offlineLosses)];
    const isFresh = new Set(fresh.map((loss) => loss.key));
    const touched: Incident[] = [];
    const absorbed: Incident[] = [];
    const free = new Set(recent);
    for (const covered of fresh.length === 0 ? [] : coverLosses(pool, fleet)) {
      const added = covered.losses.filter((loss) => isFresh.has(loss.key));
      if (added.length === 0) continue;
      const involved = [...free].filter((incident) => isMostlyIn(incident, covered.losses)).sort(byAge);
      const [oldest, ...others] = involved;
      for (const incident of involved) free.delete(incident);
      const incident = oldest ?? this.#begin(moment);
      for (const other of others) {
        this.#absorb(incident, other);
        absorbed.push(other);
      }
      for (const loss of added) this.#join(incident, loss);
      incident.scope = covered.scope;
      incident.total = Math.max(covered.total, incident.members.size);
      incident.grownAt = moment.mono;
      touched.push(incident);
    }
    return { touched, absorbed };
  }

  /** A device of an open incident is offline again. Returns the incident; undefined if the device is in none. */
  rejoin(key: string, since: number): Incident | undefined {
    const incident = this.#byDevice.get(key);
    const member = incident?.members.get(key);
    if (incident === undefined || member === undefined) return undefined;
    if (!member.offline) {
      incident.members.set(key, { loss: member.loss, offline: true, since });
      incident.offline += 1;
    }
    return incident;
  }

  /** A device is back. Returns its incident, resolved if this was its last device. */
  back(key: string, at: number): Incident | undefined {
    const incident = this.#byDevice.get(key);
    const member = incident?.members.get(key);
    if (incident === undefined || member === undefined || !member.offline) return undefined;
    incident.members.set(key, { ...member, offline: false, backAt: at });
    incident.offline -= 1;
    this.#resolveIfOver(incident, at);
    return incident;
  }

  /** A device left the fleet: its incident no longer waits for it. */
  gone(key: string, at: number): Incident | undefined {
    const incident = this.#byDevice.get(key);
    const member = incident?.members.get(key);
    if (incident === undefined || member === undefined) return undefined;
    if (member.offline) incident.offline -= 1;
    incident.members.delete(key);
    this.#byDevice.delete(key);
    incident.total = Math.max(incident.total - 1, incident.members.size);
    this.#resolveIfOver(incident, at);
    return incident;
  }

  #begin(moment: Moment): OpenIncident {
    const incident: OpenIncident = {
      id: this.#newId(moment.wall),
      scope: { kind: 'fleet' },
      total: 0,
      startedAt: moment.wall,
      openedAt: moment.wall,
      members: new Map(),
      offline: 0,
      grownAt: moment.mono,
    };
    this.#open.set(incident.id, incident);
    return incident;
  }

  #join(incident: OpenIncident, loss: Loss): void {
    incident.members.set(loss.key, { loss, offline: true, since: loss.since });
    incident.offline += 1;
    incident.startedAt = Math.min(incident.startedAt, loss.since);
    this.#byDevice.set(loss.key, incident);
  }

  #absorb(into: OpenIncident, other: OpenIncident): void {
    for (const [key, member] of other.members) {
      into.members.set(key, member);
      this.#byDevice.set(key, into);
    }
    into.offline += other.offline;
    into.startedAt = Math.min(into.startedAt, other.startedAt);
    this.#open.delete(other.id);
  }

  #resolveIfOver(incident: OpenIncident, at: number): void {
    if (incident.offline > 0) return;
    incident.resolvedAt = at;
    this.#open.delete(incident.id);
    for (const key of incident.members.keys()) this.#byDevice.delete(key);
    this.#resolved = [incident, ...this.#resolved].slice(0, maxResolved);
  }
}

const offlineLosses = (incident: OpenIncident): readonly Loss[] =>
  [...incident.members.values()].filter((member) => member.offline).map((member) => member.loss);

/** Whether an explanation covers at least half of an incident's offline devices. */
const isMostlyIn = (incident: OpenIncident, losses: readonly Loss[]): boolean => {
  const inside = losses.filter((loss) => incident.members.get(loss.key)?.offline === true).length;
  return inside > 0 && inside * 2 >= incident.offline;
};

const byAge = (a: OpenIncident, b: OpenIncident): number => a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1);
