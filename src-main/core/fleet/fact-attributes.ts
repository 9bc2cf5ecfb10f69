import { isSecretName, withoutSecretParameters } from '../base/secret-names.ts';

/** The maximum number of attributes of a device, and of characters in each: those of a whole fleet are kept. */
const maxAttributes = 40;
const maxValueLength = 300;
/** The maximum depth of nested objects; deeper values are left out. */
const maxDepth = 3;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return undefined;
  const text = withoutSecretParameters(value.trim(), '…');
  if (text === '') return undefined;
  return text.length > maxValueLength ? `${text.slice(0, maxValueLength - 1)}…` : text;
};

/**
 * The remaining values of a vendor's object as texts by the vendor's own names: `a.b` for nested values, a list of
 * texts as one. Values named like a secret are left out, at any depth. Undefined if nothing is left. `known` are names
 * that are shown elsewhere.
 */
export const attributesOf = (
  object: Readonly<Record<string, unknown>>,
  known: readonly string[],
): Readonly<Record<string, string>> | undefined => {
  const found: [string, string][] = [];
  const read = (fields: Readonly<Record<string, unknown>>, prefix: string, depth: number): void => {
    for (const [name, value] of Object.entries(fields)) {
      if (found.length >= maxAttributes) return;
      if ((depth === 1 && known.includes(name)) || isSecretName(name)) continue;
      if (isRecord(value)) {
        if (depth < maxDepth) read(value, `${prefix}${name}.`, depth + 1);
        continue;
      }
      const text = Array.isArray(value)
        ? textOf(value.flatMap((item: unknown) => textOf(item) ?? []).join(', '))
        : textOf(value);
      if (text !== undefined) found.push([`${prefix}${name}`, text]);
    }
  };
  read(object, '', 1);
  return found.length === 0 ? undefined : Object.fromEntries(found);
};
