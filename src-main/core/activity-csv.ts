import type { StoredActivity } from './alert-history.ts';

const columns = ['time', 'kind', 'account', 'device', 'name', 'text', 'incident'] as const;

/** Control characters end nowhere; a spreadsheet takes a cell that begins so for a formula, and names come from outside. */
const cell = (text: string): string => {
  const plain = text.replaceAll(/\p{Cc}/gu, (control) => ('\t\r\n'.includes(control) ? control : ''));
  const safe = /^[=+\-@\t\r]/.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

const line = (cells: readonly string[]): string => `${cells.map(cell).join(',')}\r\n`;

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
