import type { Device } from '../core/fleet/device.ts';
import type { Clock } from '../core/base/clock.ts';
import {
  haystackOf,
  matchesHaystack,
  parseQuery,
  type Haystack,
  type Query,
} from '../../src-preload/contract/query.ts';

/** Parsed queries in the cache; nobody needs more rules than this. */
const maxQueries = 200;
/** Milliseconds after which a query is read again: `seen:<1h` counts from when it was. */
const freshMs = 1_000;

/** A device prepared for matching, with the data it was prepared from. */
interface Prepared {
  readonly label: string;
  readonly favourite: boolean;
  readonly hay: Haystack;
}

/**
 * Whether a query means a device, by the query language of the list. Rules ask for every device they hear of, so each is
 * prepared once, until it is heard of again.
 */
export const queryMatcher = (deps: {
  /** As the vendor writes it. */
  readonly vendorName: (vendor: string) => string;
  readonly accountLabel: (accountId: string) => string;
  readonly isFavourite: (deviceKey: string) => boolean;
  /** Of the vendor, by default and the user's own, as the list has them. */
  readonly servicesOf: (deviceKey: string) => Device['services'];
  readonly clock: Pick<Clock, 'now'>;
}): ((query: string, device: Device) => boolean) => {
  const queries = new Map<string, { readonly query: Query; readonly readAt: number }>();
  const prepared = new WeakMap<Device, Prepared>();
  const queryOf = (text: string): Query => {
    const now = deps.clock.now();
    const known = queries.get(text);
    if (known !== undefined && Math.abs(now - known.readAt) < freshMs) return known.query;
    if (queries.size >= maxQueries) queries.clear();
    const query = parseQuery(text, now);
    queries.set(text, { query, readAt: now });
    return query;
  };
  const hayOf = (device: Device): Haystack => {
    const label = deps.accountLabel(device.accountId);
    const favourite = deps.isFavourite(device.key);
    const known = prepared.get(device);
    if (known?.label === label && known.favourite === favourite) return known.hay;
    const hay = haystackOf(
      { ...device, favourite, services: deps.servicesOf(device.key) },
      { accountLabel: () => label, vendorName: deps.vendorName },
    );
    prepared.set(device, { label, favourite, hay });
    return hay;
  };
  return (text, device) => matchesHaystack(queryOf(text), hayOf(device));
};
