import { csvCell } from '../text/csv.ts';
import { vendorRefusals, type AppError, type ErrorKind } from '../base/errors.ts';

/** Where an item of a bulk run is. `uncertain`: it was sent, and its outcome is unknown. */
export type BulkItemState = 'waiting' | 'running' | 'done' | 'failed' | 'uncertain' | 'cancelled';

/** After these the vendor did nothing: it refused, or was never asked. */
const refusals: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  ...vendorRefusals,
  'ambiguous',
  'conflict',
  'confirmation-required',
  'vault-locked',
  'vault-absent',
  'vault-denied',
  'vault-corrupt',
  'file-corrupt',
]);

/**
 * The outcome of a failed call: `failed` may be tried again, `uncertain` may have been carried out. A repeatable call
 * is never uncertain.
 */
export const outcomeOf = (error: AppError, repeatable: boolean): 'failed' | 'uncertain' =>
  repeatable || error.refused === true || refusals.has(error.kind) ? 'failed' : 'uncertain';

/** Milliseconds of pause for an account whose vendor asked for one without saying how long. */
const usualPauseMs = 30_000;
const maxPauseMs = 15 * 60_000;

/** Milliseconds of pause for the account after this error; undefined if none is needed. */
export const pauseAfter = (error: AppError): number | undefined =>
  error.kind === 'rate-limited' ? Math.min(error.retryAfterMs ?? usualPauseMs, maxPauseMs) : undefined;

/** Errors after which the rest of the account is not sent, because it would fail, too. */
export const stopsAccount = (error: AppError): boolean =>
  error.kind === 'unauthorized' || error.kind === 'wrong-url' || error.kind.startsWith('vault-');

/** The remaining milliseconds, estimated from the finished calls; undefined while that is too early. */
export const remainingMs = (elapsedMs: number, finished: number, left: number): number | undefined =>
  finished < 3 || left === 0 ? undefined : Math.round((elapsedMs / finished) * left);

/** A device in the report of a run. */
export interface ReportLine {
  readonly device: string;
  readonly id: string;
  readonly account: string;
  readonly result: BulkItemState | 'left out';
  readonly before: string;
  readonly after: string;
  readonly attempts: number;
  readonly tookMs: number | undefined;
  readonly reason: string;
}

const columns = ['device', 'id', 'account', 'result', 'before', 'after', 'attempts', 'tookMs', 'reason'] as const;

/** The report as CSV with a header, RFC 4180. */
export const reportCsv = (lines: readonly ReportLine[]): string =>
  [columns.join(','), ...lines.map((line) => columns.map((name) => csvCell(String(line[name] ?? ''))).join(','))].join(
    '\r\n',
  ) + '\r\n';
