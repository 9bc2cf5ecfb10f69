import type { StoredActivity } from './activity-entry.ts';
import { csvCell } from '../text/csv.ts';

const columns = ['time', 'kind', 'account', 'device', 'name', 'text', 'incident'] as const;

const line = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`;

/** The first line of the CSV of a history. */
export const activityCsvHeader: string = line(columns);

/** Entries as CSV lines, times in ISO 8601 (UTC). `accountLabel` may answer the id itself. */
export const activityCsv = (entries: readonly StoredActivity[], accountLabel: (accountId: string) => string): string =>
  entries
    .map((entry) =>
      line([
        new Date(entry.at).toISOString(),
        entry.kind,
        entry.accountId === undefined ? '' : accountLabel(entry.accountId),
        entry.deviceKey ?? '',
        entry.name,
        entry.text,
        entry.incidentId ?? '',
      ]),
    )
    .join('');
