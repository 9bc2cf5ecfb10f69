import { fold, orderText } from '../../src-main/core/text/letters.ts';
import { nearMiss } from '../../src-preload/contract/near-miss.ts';
import {
  haystackOf,
  matchesHaystack,
  parseQuery,
  type Haystack,
  type Query,
} from '../../src-preload/contract/query.ts';
import type { DeviceView } from '../../src-preload/contract/device.ts';

/** Columns the list can be sorted by. */
export const sortColumns = ['name', 'group', 'vendor', 'account', 'address', 'seen', 'forward'] as const;
export type SortColumn = (typeof sortColumns)[number];

export interface Sort {
  readonly column: SortColumn;
  readonly descending: boolean;
}

/** Which part of the fleet the list shows. */
export type Scope =
  | { readonly kind: 'all' | 'favourites' | 'offline' }
  | { readonly kind: 'account'; readonly accountId: string }
  | { readonly kind: 'group'; readonly group: string };

/** Numbers of the rail, kept up to date with every change. */
export interface FleetCounts {
  readonly total: number;
  readonly offline: number;
  readonly favourites: number;
  /** Group names by size, then name. */
  readonly groups: readonly { readonly name: string; readonly count: number }[];
}

interface Entry {
  readonly device: DeviceView;
  readonly hay: Haystack;
  /** The text the present sort compares; numbers are padded so that gw-9 comes before gw-10. */
  sortText: string;
  readonly nameText: string;
  /** The folded name. */
  readonly name: string;
}

/** What the index asks about things other than the device itself. */
export interface FleetContext {
  readonly accountLabel: (accountId: string) => string;
  readonly vendorName: (vendor: string) => string;
  /** Local port of the device's live forward. */
  readonly forwardPort: (deviceKey: string) => number | undefined;
}

/** Last known moment the device was reachable: what "seen" shows and sorts by. Epoch milliseconds. */
export const seenAt = (device: DeviceView): number =>
  device.presence.state === 'online'
    ? device.presence.observedAt
    : (device.presence.lastOnlineAt ?? device.presence.observedAt);

const presenceRank = { online: '0', offline: '1', unknown: '2' } as const;

/** The name of a device whose name is no longer known. */
const removedDevice = 'A device that was removed';
/** The maximum of removed devices whose names are kept, for tabs and pages that still show them. */
const maxRemovedNames = 1000;

/** Empty facts sort last in both directions. */
const last = '\uffff';

/** The visible part of the fleet, read from the index at its present state. */
export type FleetReader = Pick<FleetIndex, 'get' | 'nameOf' | 'select' | 'meantBy'>;

/** The fleet in the window: search texts are prepared once, and the sort order is maintained through changes. */
export class FleetIndex {
  readonly #entries = new Map<string, Entry>();
  /** Names that removed devices had, by key, the newest last. */
  readonly #removedNames = new Map<string, string>();
  readonly #context: FleetContext;
  readonly #groupCounts = new Map<string, number>();
  #offline = 0;
  #favourites = 0;
  #sort: Sort = { column: 'name', descending: false };
  #sorted: Entry[] = [];

  constructor(context: FleetContext) {
    this.#context = context;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): DeviceView | undefined {
    return this.#entries.get(key)?.device;
  }

  /** The name of a device; for one removed since the page was loaded, its last name. */
  nameOf(key: string): string {
    return this.get(key)?.name ?? this.#removedNames.get(key) ?? removedDevice;
  }

  /** A new object to read the fleet by. The state holds one, and a change of the fleet puts another in its place. */
  reader(): FleetReader {
    return {
      get: (key) => this.get(key),
      nameOf: (key) => this.nameOf(key),
      select: (scope, query) => this.select(scope, query),
      meantBy: (text, scope) => this.meantBy(text, scope),
    };
  }

  /** Puts a complete fleet in place of the one before. */
  replace(devices: readonly DeviceView[]): void {
    const before = [...this.#entries];
    this.#entries.clear();
    this.#groupCounts.clear();
    this.#offline = 0;
    this.#favourites = 0;
    for (const device of devices) this.#put(device);
    for (const [key, { device }] of before) if (!this.#entries.has(key)) this.#rememberName(key, device.name);
    this.#sorted = this.#order([...this.#entries.values()]);
  }

  /** Takes a delta. The order is repaired by a merge, not sorted again. */
  apply(upsert: readonly DeviceView[], remove: readonly string[]): void {
    const touched = new Set<Entry>();
    const fresh = new Map<string, Entry>();
    for (const key of remove) {
      const before = this.#entries.get(key);
      if (before === undefined) continue;
      this.#count(before.device, -1);
      this.#entries.delete(key);
      this.#rememberName(key, before.device.name);
      touched.add(before);
    }
    for (const device of upsert) {
      const before = this.#entries.get(device.key);
      if (before !== undefined) this.#count(before.device, -1);
      const after = this.#put(device);
      // Most changes are of presence and move nothing: the entry is replaced in place.
      if (before !== undefined && !touched.has(before) && this.#replaceInPlace(before, after)) continue;
      if (before !== undefined) touched.add(before);
      fresh.set(device.key, after);
    }
    if (touched.size === 0 && fresh.size === 0) return;
    this.#sorted = this.#merge(
      this.#sorted.filter((entry) => !touched.has(entry)),
      this.#order([...fresh.values()]),
    );
  }

  /** Prepares everything again after a label or a forward changed what is searched or sorted. */
  refresh(): void {
    this.replace([...this.#entries.values()].map((entry) => entry.device));
  }

  /** The order of all devices after this is that of `sort`. */
  sortBy(sort: Sort): void {
    if (sort.column === this.#sort.column && sort.descending === this.#sort.descending) return;
    this.#sort = sort;
    this.resort();
  }

  /** Sorts again by the same column, after facts outside the devices changed. */
  resort(): void {
    for (const entry of this.#entries.values()) entry.sortText = this.#sortText(entry.device, entry.nameText);
    this.#sorted = this.#order([...this.#entries.values()]);
  }

  get sort(): Sort {
    return this.#sort;
  }

  /** Keys of the devices in `scope` that match, in order. */
  select(scope: Scope, query: Query): readonly string[] {
    const keys: string[] = [];
    for (const { device, hay } of this.#sorted)
      if (inScope(scope, device) && matchesHaystack(query, hay)) keys.push(device.key);
    return keys;
  }

  /**
   * The query that finds something where `text` finds nothing, one of its words put right by the names, groups and tags of
   * the fleet; undefined if none does.
   */
  meantBy(text: string, scope: Scope): string | undefined {
    const names = this.#sorted.flatMap(({ device, name }) => [name, ...device.groups, ...device.tags]);
    // A condition on a fact, or a quoted text, was written on purpose.
    for (const word of text.split(/\s+/).filter((part) => /^[^-":]+[^":]*$/.test(part))) {
      const near = nearMiss(word, names);
      const meant = near === undefined ? undefined : text.replace(word, near);
      if (meant !== undefined && this.select(scope, parseQuery(meant)).length > 0) return meant;
    }
    return undefined;
  }

  /** Every device in the present order. */
  *devices(): Generator<DeviceView> {
    for (const entry of this.#sorted) yield entry.device;
  }

  /** Every device with its folded name and all its folded text, in the present order. Not to be kept over a change. */
  searchable(): readonly { readonly device: DeviceView; readonly name: string; readonly hay: Haystack }[] {
    return this.#sorted;
  }

  counts(): FleetCounts {
    return {
      total: this.#entries.size,
      offline: this.#offline,
      favourites: this.#favourites,
      groups: [...this.#groupCounts]
        .map(([name, count]) => ({ name, count }))
        .sort((a, b) => b.count - a.count || (orderText(a.name) < orderText(b.name) ? -1 : 1)),
    };
  }

  #rememberName(key: string, name: string): void {
    this.#removedNames.set(key, name);
    const [oldest] = this.#removedNames.keys();
    if (oldest !== undefined && this.#removedNames.size > maxRemovedNames) this.#removedNames.delete(oldest);
  }

  #put(device: DeviceView): Entry {
    const nameText = orderText(device.name);
    const entry: Entry = {
      device,
      hay: haystackOf(device, this.#context),
      nameText,
      name: fold(device.name),
      sortText: this.#sortText(device, nameText),
    };
    this.#entries.set(device.key, entry);
    this.#count(device, 1);
    return entry;
  }

  #count(device: DeviceView, by: 1 | -1): void {
    if (device.presence.state === 'offline') this.#offline += by;
    if (device.favourite) this.#favourites += by;
    for (const group of device.groups) {
      const count = (this.#groupCounts.get(group) ?? 0) + by;
      if (count === 0) this.#groupCounts.delete(group);
      else this.#groupCounts.set(group, count);
    }
  }

  #sortText(device: DeviceView, nameText: string): string {
    switch (this.#sort.column) {
      case 'name':
        return nameText;
      case 'group':
        return device.groups[0] === undefined ? last : orderText(device.groups[0]);
      case 'vendor':
        return orderText(this.#context.vendorName(device.vendor));
      case 'account':
        return orderText(this.#context.accountLabel(device.accountId));
      case 'address':
        return orderText(device.internalAddress ?? device.externalAddress ?? '') || last;
      case 'seen':
        // The newest first; all that are online are equally now.
        return (
          presenceRank[device.presence.state] +
          (device.presence.state === 'online' ? '' : String(1e16 - seenAt(device)).padStart(17, '0'))
        );
      case 'forward': {
        const port = this.#context.forwardPort(device.key);
        return port === undefined ? last : String(port).padStart(5, '0');
      }
      default:
        return this.#sort.column satisfies never;
    }
  }

  #before(a: Entry, b: Entry): number {
    if (a.sortText !== b.sortText) {
      if (a.sortText === last) return 1;
      if (b.sortText === last) return -1;
      return a.sortText < b.sortText === this.#sort.descending ? 1 : -1;
    }
    if (a.nameText !== b.nameText) return a.nameText < b.nameText ? -1 : 1;
    return a.device.key < b.device.key ? -1 : a.device.key > b.device.key ? 1 : 0;
  }

  /** Swaps an entry for one of the same rank. Answers false if the rank differs. */
  #replaceInPlace(before: Entry, after: Entry): boolean {
    if (this.#before(before, after) !== 0) return false;
    let low = 0;
    let high = this.#sorted.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const entry = this.#sorted[middle];
      if (entry === undefined) return false;
      const rank = this.#before(entry, before);
      if (rank === 0) {
        if (entry !== before) return false;
        this.#sorted[middle] = after;
        return true;
      }
      if (rank < 0) low = middle + 1;
      else high = middle - 1;
    }
    return false;
  }

  #order(entries: Entry[]): Entry[] {
    return entries.sort((a, b) => this.#before(a, b));
  }

  #merge(kept: Entry[], added: Entry[]): Entry[] {
    if (added.length === 0) return kept;
    const merged: Entry[] = [];
    let next = 0;
    for (const entry of kept) {
      for (let add = added[next]; add !== undefined && this.#before(add, entry) < 0; add = added[++next])
        merged.push(add);
      merged.push(entry);
    }
    for (; next < added.length; next++) {
      const add = added[next];
      if (add !== undefined) merged.push(add);
    }
    return merged;
  }
}

const inScope = (scope: Scope, device: DeviceView): boolean => {
  switch (scope.kind) {
    case 'all':
      return true;
    case 'favourites':
      return device.favourite;
    case 'offline':
      return device.presence.state === 'offline';
    case 'account':
      return device.accountId === scope.accountId;
    case 'group':
      return device.groups.includes(scope.group);
    default:
      return scope satisfies never;
  }
};
