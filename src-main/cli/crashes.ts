import type { CrashHandling } from '../compose/compose-crashes.ts';
import { fail } from '../core/base/errors.ts';
import { describeException, hearUncaught } from '../core/base/exception.ts';
import { exitCodes, note, printError } from './terminal.ts';

/** What a command that gives up may take to close what is open, milliseconds. */
const closingMs = 10_000;

/** Prints a bug as such and answers the exit code; its message may quote what it worked on, so the stack's places have to do. */
export const printBug = (thrown: unknown, json: boolean): number => {
  const { frames } = describeException(thrown);
  const bug = fail('internal', 'Quayside made a mistake.', `Please report it: ${JSON.stringify(frames)}`);
  return printError(bug.error, json);
};

/**
 * Ends a command with a message on an unexpected error. A command whose core serves other clients handles such errors
 * there, and continues. Returns the function that stops this.
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
