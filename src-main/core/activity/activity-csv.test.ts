import { expect, it } from 'vitest';
import { activityCsv, activityCsvHeader } from './activity-csv.ts';
import type { StoredActivity } from './activity-entry.ts';
import { parseCsv } from '../text/csv.ts';

const entry: StoredActivity = { id: 1, at: 0, kind: 'offline', name: 'x', text: 'y' };

it('survives every name, and gives no spreadsheet a formula', () => {
  const names = [
    'plain',
    'with, comma',
    'with "quotes"',
    'two\nlines',
    '=HYPERLINK("http://evil")',
    '+1',
    '@x',
    '-2',
    '\n=1+1',
    ' =1+1',
    '＝1+1',
    'bell\u0007',
  ];
  const csv =
    activityCsvHeader +
    activityCsv(
      names.map((name) => ({ ...entry, name, accountId: 'a', deviceKey: 'a/b' })),
      (id) => `label of ${id}`,
    );
  const rows = parseCsv(csv);
  expect(rows.map((row) => row['name'])).toEqual([
    ...names.slice(0, 4),
    '\'=HYPERLINK("http://evil")',
    "'+1",
    "'@x",
    "'-2",
    "'\n=1+1",
    "' =1+1",
    "'＝1+1",
    'bell',
  ]);
  expect(rows[0]).toMatchObject({
    time: '1970-01-01T00:00:00.000Z',
    kind: 'offline',
    account: 'label of a',
    device: 'a/b',
  });
  for (const line of csv.split('\r\n')) expect(line).not.toMatch(/^[^"]*(^|,)[=+@]/);
});
