/**
 * What may be logged of a caught exception: its name and where it came from. Its message is left out, because
 * it can quote a request and so a secret.
 */
export const describeException = (thrown: unknown): Readonly<Record<string, unknown>> => {
  if (!(thrown instanceof Error)) return { exception: typeof thrown };
  const frames = (thrown.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { exception: thrown.name, frames: frames.slice(0, 8).map((line) => line.trim()) };
};

/** Throws a caught exception where the handler of unexpected ones hears it, after the running code has returned. */
export const surface = (thrown: unknown): void =>
  queueMicrotask(() => {
    throw thrown;
  });

/** Where exceptions come to light that nobody caught: Node's `process`, in the worker its own. */
export interface UncaughtSource {
  on(event: 'uncaughtException' | 'unhandledRejection', listener: (thrown: unknown) => void): unknown;
  off(event: 'uncaughtException' | 'unhandledRejection', listener: (thrown: unknown) => void): unknown;
}

/** Hears of every exception that nobody caught; while somebody does, none of them ends the process. Answers the end of it. */
export const hearUncaught = (source: UncaughtSource, listener: (thrown: unknown) => void): (() => void) => {
  // Node hands over more than the exception.
  const hear = (thrown: unknown): void => listener(thrown);
  source.on('uncaughtException', hear);
  source.on('unhandledRejection', hear);
  return () => {
    source.off('uncaughtException', hear);
    source.off('unhandledRejection', hear);
  };
};
