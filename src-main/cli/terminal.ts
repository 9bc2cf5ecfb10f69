import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import stringWidth from 'string-width';
import { fail, ok, type AppError, type ErrorKind, type Result } from '../core/base/errors.ts';
import { adviceOf } from '../../src-preload/contract/error-view.ts';

/** Exit codes that scripts rely on. */
export const exitCodes = { done: 0, failed: 1, usage: 2, notFound: 3, vault: 4 } as const;

/** The exit code an error ends a command with. */
export const exitCodeOf = (kind: string): number => {
  switch (kind as ErrorKind) {
    case 'invalid-input':
    case 'confirmation-required':
      return exitCodes.usage;
    case 'not-found':
    case 'ambiguous':
      return exitCodes.notFound;
    case 'vault-locked':
    case 'vault-absent':
    case 'vault-denied':
    case 'vault-corrupt':
      return exitCodes.vault;
    default:
      return exitCodes.failed;
  }
};

/** Prints a line on standard output. */
export const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** Prints a note on standard error, so that it never mixes with what a script reads. */
export const note = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** The part of an error that is printed; both the contract's view and the core's error have it. */
export type ShownError = Pick<AppError, 'message' | 'hint'> & {
  readonly kind: string;
  readonly suggestedPort?: number | undefined;
  readonly certificate?: { readonly shown: string } | undefined;
  readonly vendorMessage?: string | undefined;
};

/** Prints an error and answers the exit code for it. */
export const printError = (error: ShownError, json: boolean): number => {
  const port = error.suggestedPort;
  const { certificate } = error;
  const hint = [
    error.hint,
    ...(port === undefined ? [] : [`Port ${port} is free.`]),
    ...(certificate === undefined ? [] : [`If it is right, run this again with --trust ${certificate.shown}`]),
  ].join(' ');
  const { kind, message, vendorMessage } = error;
  note(
    json
      ? JSON.stringify({ error: { kind, message, hint, vendorMessage } })
      : `${message}\n${adviceOf({ hint, vendorMessage })}`,
  );
  return exitCodeOf(error.kind);
};

/** Whether a person sits at the keyboard. */
export const isInteractive = (): boolean => process.stdin.isTTY && process.stderr.isTTY;

let typedBefore = 0;
let typingSince: number | undefined;

/** Milliseconds for which this process has waited for a person to type. */
export const typedMs = (): number => typedBefore + (typingSince === undefined ? 0 : performance.now() - typingSince);

/** Asks for a line; with `hidden` the input is not shown. Undefined if the person gave up. */
export const ask = async (question: string, hidden: boolean): Promise<string | undefined> => {
  typingSince ??= performance.now();
  let mute = false;
  const output = new Writable({
    write: (chunk, _encoding, done) => {
      if (!mute) process.stderr.write(chunk as Buffer);
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  try {
    const abort = new AbortController();
    lines.once('SIGINT', () => abort.abort());
    lines.once('close', () => abort.abort());
    const answer = lines.question(question, { signal: abort.signal });
    mute = hidden;
    return await answer;
  } catch {
    return undefined;
  } finally {
    typedBefore = typedMs();
    typingSince = undefined;
    lines.close();
    if (hidden) process.stderr.write('\n');
  }
};

/** Asks a yes-or-no question; anything but yes is no. */
export const confirm = async (question: string): Promise<boolean> => {
  const answer = await ask(`${question} Type yes to go on: `, false);
  return answer?.trim().toLowerCase() === 'yes';
};

const maxInputBytes = 1024 * 1024;

/** Reads all of standard input. Errors: invalid-input (too large). */
export const readInput = async (): Promise<Result<string>> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk as Buffer);
    size += bytes.length;
    if (size > maxInputBytes)
      return fail('invalid-input', 'Standard input is too large.', 'Pass at most one megabyte.');
    chunks.push(bytes);
  }
  return ok(Buffer.concat(chunks).toString('utf8'));
};

/**
 * Text in columns, as wide as a terminal draws them: letters of East Asia and emoji take two cells. The last column is
 * not padded.
 */
export const table = (rows: readonly (readonly string[])[]): string => {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, stringWidth(cell))));
  return rows
    .map((row) =>
      row
        .map((cell, at) => (at === row.length - 1 ? cell : cell + ' '.repeat((widths[at] ?? 0) - stringWidth(cell))))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

/** A duration until now, for a person. `at` and `now` in epoch milliseconds. */
export const ageText = (at: number, now: number): string => {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return 'less than a minute old';
  if (minutes < 120) return `${minutes} min old`;
  return minutes < 2 * 24 * 60 ? `${Math.floor(minutes / 60)} h old` : `${Math.floor(minutes / (24 * 60))} days old`;
};

/**
 * Names come from devices and vendors: nothing in them may move the cursor, change colours, begin a line, or change the
 * direction of the text beside them.
 */
export const plain = (text: string): string => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, ' ');
