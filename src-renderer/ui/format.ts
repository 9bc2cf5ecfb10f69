import type { PresenceView } from '../../src-preload/contract/device.ts';
import type { ErrorView } from '../../src-preload/contract/error-view.ts';
import type { ForwardView } from '../../src-preload/contract/forward.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

const date = (at: number, now: number): string => {
  const then = new Date(at);
  const month = months[then.getMonth()] ?? '';
  return then.getFullYear() === new Date(now).getFullYear()
    ? `${then.getDate()} ${month}`
    : `${then.getDate()} ${month} ${then.getFullYear()}`;
};

/** A length of time in its largest unit: `40 s`, `4 min`, `3 h`, `2 d`. */
export const duration = (ms: number): string => {
  if (ms < minute) return `${Math.max(0, Math.round(ms / second))} s`;
  if (ms < hour) return `${Math.round(ms / minute)} min`;
  if (ms < day) return `${Math.round(ms / hour)} h`;
  return `${Math.round(ms / day)} d`;
};

/** The age of a moment, short enough for a column: `now`, `4 min`, `3 h`, `yesterday`, a date. */
export const age = (at: number, now: number): string => {
  const ms = now - at;
  if (ms < minute) return 'now';
  if (ms < hour) return `${Math.floor(ms / minute)} min`;
  if (ms < day) return `${Math.floor(ms / hour)} h`;
  if (ms < 7 * day) return `${Math.floor(ms / day)} d`;
  return date(at, now);
};

/** The age in a sentence: `just now`, `4 min ago`, `on 3 May`. */
export const ago = (at: number, now: number): string => {
  const ms = now - at;
  if (ms < minute) return 'just now';
  return ms < 7 * day ? `${age(at, now)} ago` : `on ${date(at, now)}`;
};

/** A moment that may be ahead: `in 4 min`, `in 3 d`, `on 3 May`; as `ago` where it is not. */
export const when = (at: number, now: number): string => {
  const ahead = at - now;
  if (ahead <= 0) return ago(at, now);
  return ahead < 7 * day ? `in ${duration(ahead)}` : `on ${date(at, now)}`;
};

/** The moment itself, for tooltips. */
export const absolute = (at: number): string => {
  const then = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${then.getDate()} ${months[then.getMonth()] ?? ''} ${then.getFullYear()}, ${two(then.getHours())}:${two(then.getMinutes())}:${two(then.getSeconds())}`;
};

/** A count with thousands set off: `3,204`. */
export const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** `1 device`, `2 devices`. */
export const plural = (value: number, word: string): string => `${count(value)} ${word}${value === 1 ? '' : 's'}`;

/** Bytes with a unit, in powers of 1000 as network people count. */
export const bytes = (value: number): string => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
  let rest = value;
  let unit = 0;
  while (rest >= 1000 && unit < units.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  return `${unit === 0 || rest >= 100 ? Math.round(rest) : rest.toFixed(1)} ${units[unit] ?? ''}`;
};

/** Milliseconds with a unit: `0.4 ms`, `212 ms`, `1.4 s`. */
export const millis = (ms: number): string => {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
};

/** A long id with its middle left out, so that both ends stay readable. */
export const middle = (text: string, length: number): string => {
  if (text.length <= length) return text;
  const tail = Math.floor((length - 1) / 2);
  return `${text.slice(0, length - 1 - tail)}…${text.slice(text.length - tail)}`;
};

/** What the column Seen says. */
export const seen = (presence: PresenceView, now: number): string => {
  if (presence.state === 'online') return age(presence.observedAt, now);
  if (presence.lastOnlineAt !== undefined) return age(presence.lastOnlineAt, now);
  return presence.state === 'unknown' ? 'unknown' : age(presence.observedAt, now);
};

const sources = {
  'vendor-list': 'from the vendor’s list',
  'vendor-status': 'from the vendor’s status call',
  'vendor-event': 'reported by the vendor',
  none: 'not reported by the vendor',
} as const satisfies Record<PresenceView['source'], string>;

/** Presence as a sentence with its age and where it comes from. */
export const presenceSentence = (presence: PresenceView, now: number): string => {
  if (presence.source === 'none') return 'Presence is not reported by the vendor';
  const checked = `checked ${ago(presence.observedAt, now)}, ${sources[presence.source]}`;
  return presence.state !== 'online' && presence.lastOnlineAt !== undefined
    ? `Last online ${ago(presence.lastOnlineAt, now)} · ${checked}`
    : `${checked.charAt(0).toUpperCase()}${checked.slice(1)}`;
};

/** The state of a forward in words. */
export const forwardWords = (forward: ForwardView): string => {
  switch (forward.state) {
    case 'stopped':
      return 'stopped';
    case 'listening':
      return 'listening';
    case 'dialling':
      return 'dialling';
    case 'open':
      return `open (${forward.connections})`;
    case 'idle':
      return 'idle';
    case 'reconnecting':
      return `reconnecting (${failureWord(forward.error)}, attempt ${forward.attempt ?? 1})`;
    case 'failed':
      return `failed (${failureWord(forward.error)})`;
    default:
      return forward.state satisfies never;
  }
};

const failureWord = (error: ErrorView | undefined): string => (error?.kind ?? 'unknown').replaceAll('-', ' ');

/** Why an account is not fresh, with since when. */
export const failureSince = (failingSince: number | undefined, now: number): string =>
  failingSince === undefined ? '' : `failing for ${duration(Math.max(0, now - failingSince))}`;

/** `user, project or device` */
const listOf = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`;

/** Which keys would do, as a sentence: `A user or project key can.` */
export const keysThatCan = (callers: readonly string[]): string =>
  callers.length === 0 ? 'No key of this vendor can.' : `A ${listOf(callers)} key can.`;

/** The time of day, as the computer's clock has it: `08:05`. */
export const clockWords = (at: number): string => {
  const then = new Date(at);
  return `${String(then.getHours()).padStart(2, '0')}:${String(then.getMinutes()).padStart(2, '0')}`;
};
