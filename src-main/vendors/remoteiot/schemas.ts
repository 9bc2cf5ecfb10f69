import { z } from 'zod';
import { readRows } from '../read-rows.ts';
import type { NotARow } from '../read-rows.ts';

/**
 * RemoteIoT's shapes. Its document is uneven (two spellings, numbers or strings, words misspelled), so every field
 * but the ids is optional and anything readable is taken; unknown keys are kept.
 */

const asText = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
};

/** Text, or a number or boolean as text; anything else counts as absent. */
const text = z.unknown().transform(asText).optional();

const asNumber = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
};

/** A row with these fields as text or number where they could be read; whatever else it held is kept. */
type Row<T extends string, N extends string = never> = { readonly [Field in T]?: string } & {
  readonly [Field in N]?: number;
} & Readonly<Record<string, unknown>>;

interface RowFields<T extends string, N extends string> {
  readonly texts: readonly T[];
  readonly numbers?: readonly N[];
  /** Other spellings and the field each of them means. */
  readonly spellings?: Readonly<Record<string, T>>;
}

/**
 * Rows in one spelling; see `readRows` for what is no object. Written by hand because a whole fleet comes at once: a schema
 * for each row holds up the event loop several times as long.
 */
const rows = <T extends string, N extends string = never>({ texts, numbers = [], spellings = {} }: RowFields<T, N>) => {
  const readers = new Map<
    string,
    { readonly field: string; readonly read: (value: unknown) => string | number | undefined }
  >();
  for (const field of texts) readers.set(field, { field, read: asText });
  for (const field of numbers) readers.set(field, { field, read: asNumber });
  for (const [spelling, field] of Object.entries<string>(spellings)) readers.set(spelling, { field, read: asText });
  const normalise = (members: Readonly<Record<string, unknown>>): Row<T, N> => {
    const row: Record<string, unknown> = {};
    for (const key of Object.keys(members)) {
      const member = members[key];
      const reader = readers.get(key);
      if (reader === undefined) {
        // Assigning this key would replace the prototype instead of adding a member.
        if (key !== '__proto__') row[key] = member;
        continue;
      }
      const read = reader.read(member);
      // With both spellings in one row, the field's own wins.
      if (read !== undefined && (key === reader.field || row[reader.field] === undefined)) row[reader.field] = read;
    }
    return row as Row<T, N>;
  };
  return z
    .array(z.unknown())
    .transform((values, context): readonly (Row<T, N> | NotARow)[] => readRows(values, normalise, context));
};

/** The answer of `/device` and `/GetDevice`: both spellings become `External_ip`, `Internal_ip`, `Mac`, `Notes`. */
export const deviceRows = rows({
  texts: ['UnitId', 'Name', 'Notes', 'Group', 'External_ip', 'Internal_ip', 'Mac', 'Serial'],
  spellings: { 'External IP': 'External_ip', 'Internal IP': 'Internal_ip', 'MAC Address': 'Mac', Description: 'Notes' },
});
export type DeviceRow = Exclude<z.output<typeof deviceRows>[number], NotARow>;

/** The answer of `/status`. Its order and its ids need not be those asked for. */
export const statusRows = rows({ texts: ['UnitId', 'Status', 'LastOnlineTime'] });
export type StatusRow = Exclude<z.output<typeof statusRows>[number], NotARow>;

/** A TCP port as number or text, 1 to 65535. */
const port = z
  .union([
    z.number(),
    z
      .string()
      .trim()
      .regex(/^\d{1,5}$/, 'expected a port number')
      .transform(Number),
  ])
  .pipe(z.int().min(1).max(65_535));

/** A name or address that can be dialled, and that no program takes for an option. */
export const hostName = z
  .string()
  .trim()
  .regex(/^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[?[0-9A-Fa-f:.]+\]?)$/, 'expected a host name');

/** The answer of `/connect`: where the tunnel listens. */
export const connectAnswer = z.looseObject({ Host: hostName, Port: port });

/** The answer of `/ListConnection`. */
export const connectionRows = rows({ texts: ['Name', 'UnitId', 'LocalPort', 'LocalHost', 'Host', 'Port'] });
export type ConnectionRow = Exclude<z.output<typeof connectionRows>[number], NotARow>;

/** The answer of `/log`: only what is new since the last call. */
export const logRows = rows({ texts: ['Log'] });

export const customFieldRows = rows({ texts: ['UnitId', 'Custom'] });

/** The answer of `/listjob`; `SubmitTim` and `ExecuteTim` are truly spelled so. */
export const jobRows = rows({
  texts: ['Name', 'UnitId', 'Status', 'SubmitTim', 'ExecuteTim', 'Script', 'Command', 'Result'],
  spellings: { SubmitTime: 'SubmitTim', ExecuteTime: 'ExecuteTim' },
});

export const chartRows = rows({ texts: ['Name', 'ChartId'] });

/** The answer of `/GetSpeedTestResult`. "(Prefect)" is the vendor's spelling of perfect. */
export const speedTestResult = z.looseObject({
  'Submission Time': text,
  Ip: text,
  ISP: text,
  Ping: text,
  Upload: text,
  Download: text,
  'Ip Location': text,
  'Wireless Quality': z
    .unknown()
    .transform((value) => asText(value)?.replace(/prefect/i, (word) => (word.startsWith('P') ? 'Perfect' : 'perfect')))
    .optional(),
  'Network RX errors': text,
  'Network TX errors': text,
});

/** A line of a history in CSV: `Value` as a number, absent if it is not one. Unknown columns are kept. */
export const historyRows = rows({ texts: ['UnitId', 'Timestamp'], numbers: ['Value'] });

/** Writes answer with a bare 200; their body is not read. */
export const nothing = z.undefined();

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const utc = (
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | undefined => {
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  const back = new Date(at);
  const same = back.getUTCFullYear() === year && back.getUTCMonth() === month - 1 && back.getUTCDate() === day;
  return same && hour < 24 && minute < 60 && second < 61 ? at : undefined;
};

/**
 * Epoch milliseconds of a time as RemoteIoT writes it: `20200101 00:00:00`, `2017-05-19 00:00:00[.0]`, or
 * `Wed Nov 3 03:31:43 2021`. No zone is ever given; GMT is assumed. Undefined if it cannot be read.
 */
export const parseVendorTime = (value: string | undefined): number | undefined => {
  const trimmed = value?.trim() ?? '';
  const plain = /^(\d{4})-?(\d{2})-?(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?\s*(?:Z|GMT|UTC)?$/i.exec(
    trimmed,
  );
  if (plain !== null) {
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = plain
      .slice(1)
      .map((part) => Number(part ?? 0));
    return utc(year, month, day, hour, minute, second);
  }
  const spoken = /^(?:[A-Za-z]{3},? )?([A-Za-z]{3}) +(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/.exec(trimmed);
  if (spoken === null) return undefined;
  const [, month = '', day, hour, minute, second, year] = spoken;
  return utc(
    Number(year),
    months.indexOf(month.toLowerCase()) + 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
};
