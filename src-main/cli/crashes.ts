import type { CrashHandling } from '../compose/compose-crashes.ts';
import { fail } from '../core/base/errors.ts';
import { describeException, hearUncaught } from '../core/base/exception.ts';
import { exitCodes, note, printError } from './terminal.ts';

/** Milliseconds a command that gives up may take to close what is open. */
const closingMs = 10_000;

/**
 * Prints a bug and returns the exit code. The message may quote data, so only the positions of the stack are printed.
 */
export const printBug = (thrown: unknown, json: boolean): number => {
  const { frames } = describeException(thrown);
  const bug = fail('internal', 'Quayside made a mistake.', `Please report it: ${JSON.stringify(frames)}`);
  return printError(bug.error, json);
};

/**
 * Ends a command with a message on an unexpected error. Where a command's core serves other clients, the core handles
 * such errors and continues. The returned function stops this.
 */
export const endOnCrash = (json: boolean): (() => void) =>
  hearUncaught(process, (thrown) => {
    if (process.listenerCount('uncaughtException') > 1) return;
    process.exit(printBug(thrown, json));
  });

/** How a long-lived command handles unexpected errors: it prints each and continues, until it gives up. */
export const surviveCrashes = (end: () => void): CrashHandling => ({
  source: process,
  notify: (text, hint) => note(`${text}\n${hint}`),
  giveUp: (text, hint) => {
    note(`${text}\n${hint}`);
    setTimeout(() => process.exit(exitCodes.failed), closingMs).unref();
    end();
  },
});
