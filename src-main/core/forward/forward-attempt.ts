import type { AppError } from '../base/errors.ts';
import type { ForwardTimings } from './forward.ts';
import type { DocumentFormat } from '../base/document.ts';

/** Where on the way to a device an attempt failed. */
export type Hop = 'port' | 'vendor' | 'name' | 'tunnel' | 'device';

/** One try to get a way to the device. Times are epoch milliseconds. */
export interface ForwardAttempt {
  readonly at: number;
  readonly outcome: 'running' | 'open' | 'failed';
  readonly timings: ForwardTimings;
  readonly hop?: Hop;
  readonly error?: AppError;
}

/** The content of forward-history.json: attempts by forward id, oldest first. */
export interface ForwardHistory {
  readonly attempts: Readonly<Record<string, readonly ForwardAttempt[]>>;
}

export const noForwardHistory: ForwardHistory = { attempts: {} };

/** Attempts kept of one forward. */
export const keptAttempts = 50;

const hops: Readonly<Record<Hop, string>> = {
  port: 'On this computer',
  vendor: 'At the vendor',
  name: 'In looking up the tunnel’s name',
  tunnel: 'On the way to the tunnel',
  device: 'At the device',
};

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
const open = (text: string): string => text.trim().replace(/\.$/, '');

/** The hop, the cause and the next step of a failure in one sentence. */
export const failureSentence = (hop: Hop, error: AppError): string =>
  `${hops[hop]}: ${lower(open(error.message))}; ${lower(open(error.hint))}.`;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isAttempt = (value: unknown): value is ForwardAttempt =>
  isObject(value) &&
  typeof value['at'] === 'number' &&
  (value['outcome'] === 'open' || value['outcome'] === 'failed') &&
  isObject(value['timings']) &&
  Object.values(value['timings']).every((ms) => typeof ms === 'number') &&
  (value['hop'] === undefined || (typeof value['hop'] === 'string' && Object.hasOwn(hops, value['hop']))) &&
  (value['error'] === undefined ||
    (isObject(value['error']) &&
      ['kind', 'message', 'hint'].every(
        (key) => typeof (value['error'] as Record<string, unknown>)[key] === 'string',
      )));

/** Reads forward-history.json; drops unreadable attempts; undefined if the file is not a history. */
const parseForwardHistory = (value: unknown): ForwardHistory | undefined => {
  if (!isObject(value) || !isObject(value['attempts'])) return undefined;
  const attempts = Object.entries(value['attempts']).map(
    ([id, list]) => [id, Array.isArray(list) ? list.filter(isAttempt).slice(-keptAttempts) : []] as const,
  );
  return { attempts: Object.fromEntries(attempts) };
};

/** What forward-history.json holds. */
export const forwardHistoryFormat: DocumentFormat<ForwardHistory> = {
  version: 1,
  migrations: [],
  parse: parseForwardHistory,
  fallback: noForwardHistory,
};
