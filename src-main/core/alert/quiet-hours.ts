/** Hours without notices, in local time. */
export interface QuietHours {
  readonly on: boolean;
  /** Minutes after midnight, 0 to 1439. `until` at or before `from` is on the next day; equal means the whole day. */
  readonly from: number;
  readonly until: number;
  /** Days on which a period begins: 0 is Sunday, 6 Saturday. */
  readonly days: readonly number[];
}

export const noQuietHours: QuietHours = { on: false, from: 22 * 60, until: 7 * 60, days: [0, 1, 2, 3, 4, 5, 6] };

const minuteMs = 60_000;
const dayMinutes = 24 * 60;
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** Day of the week and minute of the day that clocks in `timeZone` (an IANA name) show at an epoch time. */
export const localMinute = (at: number, timeZone: string): { readonly day: number; readonly minute: number } => {
  let day = 0;
  let hour = 0;
  let minute = 0;
  for (const part of formatOf(timeZone).formatToParts(at)) {
    if (part.type === 'weekday') day = weekdays.indexOf(part.value);
    else if (part.type === 'hour') hour = Number(part.value);
    else if (part.type === 'minute') minute = Number(part.value);
  }
  return { day, minute: hour * 60 + minute };
};

/** Making one costs a hundred times what using it does. */
const formats = new Map<string, Intl.DateTimeFormat>();
const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
  });
  formats.set(timeZone, format);
  return format;
};

/**
 * Whether it is quiet. By the clock on the wall: a night in which the clock goes forward is an hour shorter, an hour
 * that the clock leaves out is not there, and one that it shows twice counts twice.
 */
export const isQuiet = (hours: QuietHours, at: number, timeZone: string): boolean => {
  if (!hours.on) return false;
  const { day, minute } = localMinute(at, timeZone);
  const begins = (which: number): boolean => hours.days.includes((which + 7) % 7);
  if (hours.from < hours.until) return begins(day) && minute >= hours.from && minute < hours.until;
  return (begins(day) && minute >= hours.from) || (begins(day - 1) && minute < hours.until);
};

const stepMinutes = 15;

/** Epoch milliseconds, on the minute, at which `isQuiet` answers otherwise for the first time; undefined within 8 days: never. */
export const nextQuietChange = (hours: QuietHours, at: number, timeZone: string): number | undefined => {
  if (!hours.on) return undefined;
  const now = isQuiet(hours, at, timeZone);
  const start = Math.floor(at / minuteMs);
  let before = start;
  // Steps as short as the shortest period, so that no period is skipped.
  const length = (hours.until - hours.from + dayMinutes) % dayMinutes;
  const step = Math.max(1, Math.min(stepMinutes, length === 0 ? stepMinutes : length, dayMinutes - length));
  for (let minute = start + 1; minute <= start + 8 * dayMinutes; minute += step) {
    if (isQuiet(hours, minute * minuteMs, timeZone) === now) {
      before = minute;
      continue;
    }
    let low = before;
    let high = minute;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (isQuiet(hours, middle * minuteMs, timeZone) === now) low = middle;
      else high = middle;
    }
    return high * minuteMs;
  }
  return undefined;
};
