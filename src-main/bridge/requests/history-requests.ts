import type { ActivityKind, ActivityQuery } from '../../core/activity/activity-entry.ts';
import { fail, ok } from '../../core/base/errors.ts';
import type { Activity } from '../../services/activity/activity.ts';
import type { historyRequests as contract } from '../../../src-preload/contract/history.ts';
import type { Handlers } from './handler.ts';

/** Lines of an answer unless it asks for more. */
const defaultLimit = 100;
const maxBuckets = 2400;
const hourMs = 3_600_000;

export interface HistoryRequestDeps {
  readonly activity: Pick<Activity, 'query' | 'exportCsv' | 'uptime' | 'timeline'>;
}

interface Filter {
  readonly text?: string | undefined;
  readonly kinds?: readonly ActivityKind[] | undefined;
  readonly deviceKey?: string | undefined;
  readonly accountId?: string | undefined;
  readonly incidentId?: string | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly cursor?: string | undefined;
}

const filterOf = (input: Filter): Omit<ActivityQuery, 'limit'> => ({
  text: input.text,
  kinds: input.kinds,
  deviceKey: input.deviceKey,
  accountId: input.accountId,
  incidentId: input.incidentId,
  since: input.since,
  until: input.until,
  cursor: input.cursor,
});

const backwards = fail('invalid-input', 'This time ends before it begins.', 'Choose an end after the beginning.');

/** Requests about what happened. */
export const historyRequests = ({ activity }: HistoryRequestDeps): Handlers<keyof typeof contract> => ({
  'history.query': async (input, signal) => {
    const page = await activity.query({ ...filterOf(input), limit: input.limit ?? defaultLimit }, signal);
    if (!page.ok) return page;
    return ok({
      entries: page.value.entries.map((entry) => ({
        id: entry.id,
        at: entry.at,
        kind: entry.kind,
        accountId: entry.accountId,
        deviceKey: entry.deviceKey,
        name: entry.name,
        text: entry.text,
        incidentId: entry.incidentId,
      })),
      next: page.value.next,
    });
  },

  'history.uptime': async ({ deviceKey, since, until }) => {
    if (until <= since) return backwards;
    const uptime = await activity.uptime(deviceKey, since, until);
    if (!uptime.ok) return uptime;
    const { onlineMs, offlineMs, unknownMs, ratio, outages } = uptime.value;
    return ok({
      onlineMs,
      offlineMs,
      unknownMs,
      ratio,
      outages: outages.map((outage) => ({ since: outage.since, until: outage.until })),
    });
  },

  'history.timeline': async ({ accountId, since, until, bucket }) => {
    if (until <= since) return backwards;
    if ((until - since) / (bucket === 'hour' ? hourMs : 24 * hourMs) > maxBuckets) {
      return fail('invalid-input', 'This is too long a time for such small steps.', 'Choose days, or a shorter time.');
    }
    const buckets = await activity.timeline(accountId, since, until, bucket);
    if (!buckets.ok) return buckets;
    return ok({
      buckets: buckets.value.map(({ at, online, offline, unknown, watched }) => ({
        at,
        online,
        offline,
        unknown,
        watched,
      })),
    });
  },

  'history.export': async (input, signal) => {
    const piece = await activity.exportCsv(filterOf(input), signal);
    return piece.ok ? ok({ csv: piece.value.csv, next: piece.value.next }) : piece;
  },
});
