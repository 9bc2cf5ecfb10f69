import { fail, ok, type Result } from '../base/errors.ts';

/**
 * Secrets in the input of an operation travel apart from it, by JSON pointers (RFC 6901), so that whatever else holds
 * the input holds none.
 */

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const wrongPlace = (): Result<never> =>
  fail('invalid-input', 'A secret was handed over for a field that is not one.', 'Enter the secret in its own field.');

const decode = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

/** Names that would change the prototype of an object instead of a field. */
const forbidden: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const put = (value: unknown, path: readonly string[], secret: string): unknown => {
  const [name, ...rest] = path;
  if (name === undefined) return secret;
  const known = isRecord(value) ? value : {};
  return { ...known, [name]: put(Object.hasOwn(known, name) ? known[name] : undefined, rest, secret) };
};

/**
 * The input with the secrets at their places. Each must stand in a field that the operation calls secret. Errors:
 * invalid-input.
 */
export const mergeSecrets = (
  input: unknown,
  secrets: Readonly<Record<string, string>>,
  secretFields: readonly string[],
): Result<unknown> => {
  let merged: unknown = input;
  for (const [pointer, secret] of Object.entries(secrets)) {
    if (!pointer.startsWith('/')) return wrongPlace();
    const path = pointer.slice(1).split('/').map(decode);
    if (path.some((name) => forbidden.has(name)) || !path.some((name) => secretFields.includes(name)))
      return wrongPlace();
    merged = put(merged, path, secret);
  }
  return ok(merged);
};

/** The input with `placeholder(name)` in the place of each secret, whatever stood there. */
export const withPlaceholders = (
  input: unknown,
  secretFields: readonly string[],
  placeholder: (name: string) => string,
): unknown => {
  if (Array.isArray(input)) return input.map((entry) => withPlaceholders(entry, secretFields, placeholder));
  if (!isRecord(input)) return input;
  return Object.fromEntries(
    Object.entries(input).map(([name, field]) => [
      name,
      secretFields.includes(name) && field !== undefined && field !== null && field !== ''
        ? placeholder(name)
        : withPlaceholders(field, secretFields, placeholder),
    ]),
  );
};
