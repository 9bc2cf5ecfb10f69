/**
 * What may be logged of a caught exception: its name and stack positions. The message is left out, because it can quote
 * a request and so a secret.
 */
export const describeException = (thrown: unknown): Readonly<Record<string, unknown>> => {
  if (!(thrown instanceof Error)) return { exception: typeof thrown };
  const frames = (thrown.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { exception: thrown.name, frames: frames.slice(0, 8).map((line) => line.trim()) };
};

/**
 * Rethrows a caught exception after the running code has returned, so that the handler of unexpected errors receives
 * it.
 */
export const surface = (thrown: unknown): void =>
  queueMicrotask(() => {
    throw thrown;
  });

/** Where uncaught exceptions appear: Node's `process`, or the worker's own. */
export interface UncaughtSource {
  on(event: 'uncaughtException' | 'unhandledRejection', listener: (thrown: unknown) => void): unknown;
  off(event: 'uncaughtException' | 'unhandledRejection', listener: (thrown: unknown) => void): unknown;
}

/**
 * Reports every uncaught exception to `listener`; until the returned function is called, none of them ends the process.
 */
export const hearUncaught = (source: UncaughtSource, listener: (thrown: unknown) => void): (() => void) => {
  // Node passes more arguments than the exception.
  const hear = (thrown: unknown): void => listener(thrown);
  source.on('uncaughtException', hear);
  source.on('unhandledRejection', hear);
  return () => {
    source.off('uncaughtException', hear);
    source.off('unhandledRejection', hear);
  };
};
