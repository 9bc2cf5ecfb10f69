/**
 * Migrates a stored value of an older version to the present one: `migrations[n]` turns version n + 1 into n + 2.
 * Throws if a step throws, because the value is not of its version.
 */
export const migrate = (
  value: unknown,
  version: number,
  migrations: readonly ((value: unknown) => unknown)[],
): unknown => migrations.slice(version - 1).reduce((older, step) => step(older), value);
