import { z } from 'zod';
import { listOf, mapOf, parsedBy } from '../base/stored-schemas.ts';
import type { AppError } from '../base/errors.ts';
import type { ForwardTimings } from './forward.ts';
import type { DocumentFormat } from '../base/document.ts';

/** The part of the connection to a device that failed. */
export type Hop = 'port' | 'vendor' | 'name' | 'tunnel' | 'device';

/** One attempt to connect to the device. Times are epoch milliseconds. */
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

/** The number of attempts kept for a forward. */
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

/** A failure in one sentence: hop, cause and next step. */
export const failureSentence = (hop: Hop, error: AppError): string =>
  `${hops[hop]}: ${lower(open(error.message))}; ${lower(open(error.hint))}.`;

const attempt = z.looseObject({
  at: z.number(),
  outcome: z.enum(['open', 'failed']),
  timings: z.record(z.string(), z.number()),
  hop: z.custom<Hop>((hop) => typeof hop === 'string' && Object.hasOwn(hops, hop)).exactOptional(),
  error: z
    .looseObject({
      kind: z.custom<AppError['kind']>((kind) => typeof kind === 'string'),
      message: z.string(),
      hint: z.string(),
    })
    .exactOptional(),
});

/** The format of forward-history.json; unreadable attempts are left out. */
export const forwardHistoryFormat: DocumentFormat<ForwardHistory> = {
  version: 1,
  migrations: [],
  parse: parsedBy(
    z.object({
      attempts: mapOf(
        listOf(attempt)
          .catch([])
          .transform((attempts) => attempts.slice(-keptAttempts)),
      ),
    }),
  ),
  fallback: noForwardHistory,
};
