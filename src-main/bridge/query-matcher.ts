import type { Device } from '../core/fleet/device.ts';
import type { Clock } from '../core/base/clock.ts';
import {
  haystackOf,
  matchesHaystack,
  parseQuery,
  type Haystack,
  type Query,
} from '../../src-preload/contract/query.ts';

/** Parsed queries in the cache: more than any user has rules. */
const maxQueries = 200;
/** Milliseconds after which a query is parsed again: `seen:<1h` counts from the time of parsing. */
const freshMs = 1_000;

/** A device prepared for matching, with the data it was prepared from. */
interface Prepared {
  readonly label: string;
  readonly favourite: boolean;
  readonly hay: Haystack;
}

/**
 * Whether a device matches a query of the list's query language. Rules are checked for every device that changes, so
 * each device is prepared once and again only after it changed.
 */
export const queryMatcher = (deps: {
  /** The vendor's name as it spells it. */
  readonly vendorName: (vendor: string) => string;
  readonly accountLabel: (accountId: string) => string;
  readonly isFavourite: (deviceKey: string) => boolean;
  /** All services that the list shows: the vendor's, the defaults and the user's own. */
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
