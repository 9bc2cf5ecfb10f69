/**
 * A stored value of an older version as one of the present version: `migrations[n]` turns version n + 1 into n + 2. A
 * step throws if the value is not of its version, and migrate throws with it.
 */
export const migrate = (
  value: unknown,
  version: number,
  migrations: readonly ((value: unknown) => unknown)[],
): unknown => migrations.slice(version - 1).reduce((older, step) => step(older), value);
