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
 * Ends a command with an error nobody expected, told in our own words. One that holds a core for others hears of it
 * there, and goes on. Answers the end of it.
 */
export const endOnCrash = (json: boolean): (() => void) =>
  hearUncaught(process, (thrown) => {
    if (process.listenerCount('uncaughtException') > 1) return;
    process.exit(printBug(thrown, json));
  });

/** How a command that lasts deals with errors nobody expected: it tells of each and goes on, until it gives up. */
export const surviveCrashes = (end: () => void): CrashHandling => ({
  source: process,
  notify: (text, hint) => note(`${text}\n${hint}`),
  giveUp: (text, hint) => {
    note(`${text}\n${hint}`);
    setTimeout(() => process.exit(exitCodes.failed), closingMs).unref();
    end();
  },
});
