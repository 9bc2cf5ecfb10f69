import type { Result } from '../core/base/errors.ts';
import type { Arguments } from './flags.ts';
import type { Attachment, Place } from './attach.ts';
import { printError } from './terminal.ts';

/** The arguments of every command. */
export interface Context {
  readonly args: Arguments;
  readonly json: boolean;
  readonly place: Place;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

/** A command; it returns its exit code. */
export type Command = (context: Context) => Promise<number>;

/** Runs `work` with the core of the profile and prints its error, if any. */
export const withCore = async (
  context: Context,
  run: (attachment: Attachment) => Promise<Result<number>>,
): Promise<number> => {
  const { attach } = await import('./attach.ts');
  const attached = await attach(context.place, false, context.signal);
  if (!attached.ok) return printError(attached.error, context.json);
  let result: Result<number>;
  try {
    result = await run(attached.value);
  } finally {
    await attached.value.dispose();
  }
  return result.ok ? result.value : printError(result.error, context.json);
};
