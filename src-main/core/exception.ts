/**
 * What may be logged of a caught exception: its name and where it came from. Its message is left out, because
 * it can quote a request and so a secret.
 */
export const describeException = (thrown: unknown): Readonly<Record<string, unknown>> => {
  if (!(thrown instanceof Error)) return { exception: typeof thrown };
  const frames = (thrown.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { exception: thrown.name, frames: frames.slice(0, 8).map((line) => line.trim()) };
};

/** Throws a caught exception where the handler of unexpected ones hears it, after whoever is running now has gone on. */
export const surface = (thrown: unknown): void =>
  queueMicrotask(() => {
    throw thrown;
  });
