import { z } from 'zod';

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

type Row = Readonly<Record<string, unknown>>;

const withFirst = (row: Row, name: string, spellings: readonly string[]): Row => {
  const { [name]: own, ...rest } = row;
  const found = [own, ...spellings.map((spelling) => row[spelling])].map(asText).find((value) => value !== undefined);
  for (const spelling of spellings) delete (rest as Record<string, unknown>)[spelling];
  return found === undefined ? rest : { ...rest, [name]: found };
};

/** Rows whose fields are renamed to one spelling. What is not an object becomes an empty row, never an error. */
const rows = <T extends z.ZodType>(row: T, spellings: Readonly<Record<string, readonly string[]>> = {}) =>
  z.array(
    z.preprocess((value) => {
      let known: Row = typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Row) : {};
      for (const [name, others] of Object.entries(spellings)) known = withFirst(known, name, others);
      return known;
    }, row),
  );

const device = z.looseObject({
  UnitId: text,
  Name: text,
  Notes: text,
  Group: text,
  External_ip: text,
  Internal_ip: text,
  Mac: text,
  Serial: text,
});

/** A device row of `/device` or `/GetDevice`, in the spelling of the first. */
export type DeviceRow = z.output<typeof device>;

/** The answer of `/device` and `/GetDevice`: both spellings become `External_ip`, `Internal_ip`, `Mac`, `Notes`. */
export const deviceRows = rows(device, {
  External_ip: ['External IP'],
  Internal_ip: ['Internal IP'],
  Mac: ['MAC Address'],
  Notes: ['Description'],
});

/** The answer of `/status`. Its order and its ids need not be those asked for. */
export const statusRows = rows(z.looseObject({ UnitId: text, Status: text, LastOnlineTime: text }));
export type StatusRow = z.output<typeof statusRows>[number];

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
export const connectionRows = rows(
  z.looseObject({ Name: text, UnitId: text, LocalPort: text, LocalHost: text, Host: text, Port: text }),
);
export type ConnectionRow = z.output<typeof connectionRows>[number];

/** The answer of `/log`: only what is new since the last call. */
export const logRows = rows(z.looseObject({ Log: text }));

export const customFieldRows = rows(z.looseObject({ UnitId: text, Custom: text }));

/** The answer of `/listjob`; `SubmitTim` and `ExecuteTim` are truly spelled so. */
export const jobRows = rows(
  z.looseObject({
    Name: text,
    UnitId: text,
    Status: text,
    SubmitTim: text,
    ExecuteTim: text,
    Script: text,
    Command: text,
    Result: text,
  }),
  { SubmitTim: ['SubmitTime'], ExecuteTim: ['ExecuteTime'] },
);

export const chartRows = rows(z.looseObject({ Name: text, ChartId: text }));

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

/** A line of a history in CSV: `Value` as a number, absent where it is none. Unknown columns are kept. */
export const historyRows = z.array(
  z.looseObject({
    UnitId: text,
    Timestamp: text,
    Value: z
      .unknown()
      .transform((value) => {
        const number = typeof value === 'string' && value !== '' ? Number(value) : Number.NaN;
        return Number.isFinite(number) ? number : undefined;
      })
      .optional(),
  }),
);

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
 * `Wed Nov 3 03:31:43 2021`. No zone is ever given; GMT is assumed. Undefined where it cannot be read.
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
