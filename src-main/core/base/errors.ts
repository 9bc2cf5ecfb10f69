import { defined } from './defined.ts';
/**
 * The closed union of everything that can be expected to go wrong. Expected failures are returned as
 * `Result`, never thrown; an exception is a bug. A kind exists only where some code branches on it.
 */
export const errorKinds = [
  // the vendor or the way to it
  'unauthorized',
  'forbidden',
  'rate-limited',
  'unreachable',
  'timeout',
  'vendor-unavailable',
  'bad-response',
  'wrong-url',
  'clock-skew',
  'device-offline',
  // what was asked for
  'invalid-input',
  'confirmation-required',
  'not-found',
  'ambiguous',
  'conflict',
  'unsupported',
  // this computer
  'port-in-use',
  'tunnel-failed',
  'launcher-missing',
  'vault-locked',
  'vault-absent',
  'vault-denied',
  'vault-corrupt',
  'file-corrupt',
  // neither
  'cancelled',
  'internal',
] as const;

export type ErrorKind = (typeof errorKinds)[number];

/** Failures after which a vendor has certainly done nothing: it refused, or was never asked. */
export const vendorRefusals = [
  'unauthorized',
  'forbidden',
  'rate-limited',
  'wrong-url',
  'clock-skew',
  'device-offline',
  'invalid-input',
  'not-found',
  'unsupported',
] as const satisfies readonly ErrorKind[];

/** An expected failure in words a person can act on. Never holds a secret: vendor text is redacted first. */
export interface AppError {
  readonly kind: ErrorKind;
  /** What happened, and why if that is known. One or two plain sentences. */
  readonly message: string;
  /** What to do next, as a sentence. */
  readonly hint: string;
  /** Milliseconds after which trying again makes sense, where the vendor said so. */
  readonly retryAfterMs?: number;
  /** The vendor's own words, redacted and shortened. */
  readonly vendorMessage?: string;
  /** With `unreachable`: nothing listens at the address, so nothing was sent. */
  readonly refused?: true;
  /** The name of the field that is wrong, with `invalid-input` about a form. */
  readonly field?: string;
  /** A free port to use instead, with `port-in-use`. */
  readonly suggestedPort?: number;
  /** With `forbidden`: the digits of the certificate that a device shows, and of the pinned one; a person may trust it. */
  readonly certificate?: { readonly shown: string; readonly pinned: string; readonly pinnedAt: number };
  /** With `cancelled`: what was being waited for then, in words that follow "waited for". */
  readonly waitingFor?: string;
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: AppError };

export type Failure = Extract<Result<never>, { ok: false }>;

/** A successful result. */
export const ok = <T>(value: T): Result<T> => ({ ok: true, value });

/** A failed result. `extra` carries the optional parts of `AppError`. */
export const fail = (
  kind: ErrorKind,
  message: string,
  hint: string,
  extra: Omit<AppError, 'kind' | 'message' | 'hint'> = {},
): Failure => ({ ok: false, error: { kind, message, hint, ...extra } });

/** The result of every function whose signal was aborted. */
export const cancelled = (waitingFor?: string): Failure =>
  fail('cancelled', 'This was cancelled.', 'Start it again if you still need it.', defined({ waitingFor }));
