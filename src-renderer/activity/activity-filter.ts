import type { ActivityView } from '../../src-preload/contract/history.ts';
import type { RequestInput } from '../../src-preload/contract/requests.ts';

const day = 86_400_000;

/** Times the history can be narrowed to, in words. */
export const ranges = [
  ['day', 'Last 24 hours', day],
  ['week', 'Last 7 days', 7 * day],
  ['month', 'Last 30 days', 30 * day],
  ['quarter', 'Last 90 days', 90 * day],
] as const;
export type Range = (typeof ranges)[number][0];

/** Kinds of lines, as a person would ask for them. */
export const kindGroups = [
  ['all', 'Everything', undefined],
  ['presence', 'Presence', ['offline', 'online', 'flapping', 'calm']],
  ['incidents', 'Incidents', ['incident', 'resolved']],
  ['connections', 'Connections', ['connected', 'disconnected', 'connect-failed']],
  ['actions', 'Actions', ['operation']],
] as const satisfies readonly (readonly [string, string, readonly ActivityView['kind'][] | undefined])[];
export type KindGroup = (typeof kindGroups)[number][0];

/** What is asked of the history. */
export interface ActivityFilter {
  readonly text: string;
  readonly kind: KindGroup;
  readonly accountId: string;
  readonly deviceKey: string;
  readonly range: Range;
}

export const noFilter: ActivityFilter = { text: '', kind: 'all', accountId: '', deviceKey: '', range: 'week' };

/** Milliseconds a range covers. */
export const rangeMs = (range: Range): number => ranges.find(([id]) => id === range)?.[2] ?? day;

/** The filter in the words of the contract; `now` is epoch milliseconds. */
export const queryOf = (filter: ActivityFilter, now: number): RequestInput<'history.export'> => {
  const kinds: readonly ActivityView['kind'][] | undefined = kindGroups.find(([id]) => id === filter.kind)?.[2];
  const text = filter.text.trim();
  return {
    since: Math.max(0, now - rangeMs(filter.range)),
    ...(text === '' ? {} : { text }),
    ...(kinds === undefined ? {} : { kinds: [...kinds] }),
    ...(filter.accountId === '' ? {} : { accountId: filter.accountId }),
    ...(filter.deviceKey === '' ? {} : { deviceKey: filter.deviceKey }),
  };
};

/** Lines of one local day. */
export interface ActivityDay {
  readonly key: string;
  readonly at: number;
  readonly entries: readonly ActivityView[];
}

/** Splits lines by local day, in their order. */
export const byDay = (entries: readonly ActivityView[]): readonly ActivityDay[] => {
  const days: { key: string; at: number; entries: ActivityView[] }[] = [];
  for (const entry of entries) {
    const key = new Date(entry.at).toDateString();
    const last = days.at(-1);
    if (last?.key === key) last.entries.push(entry);
    else days.push({ key, at: entry.at, entries: [entry] });
  }
  return days;
};

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const months = ['January', 'February', 'March', 'April', 'May', 'June'] as const;
const lateMonths = ['July', 'August', 'September', 'October', 'November', 'December'] as const;

/** What a day is called: `Today`, `Yesterday`, `Tuesday, 3 May`. */
export const dayWords = (at: number, now: number): string => {
  const then = new Date(at);
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  if (then.toDateString() === new Date(now).toDateString()) return 'Today';
  if (then.toDateString() === yesterday.toDateString()) return 'Yesterday';
  return `${weekdays[then.getDay()] ?? ''}, ${then.getDate()} ${[...months, ...lateMonths][then.getMonth()] ?? ''}`;
};

/** A part of one as a percentage that never claims to be whole when it is not. */
export const percent = (ratio: number): string =>
  `${(ratio * 100).toFixed(ratio > 0.999 && ratio < 1 ? 2 : 1).replace(/\.0$/, '')} %`;
