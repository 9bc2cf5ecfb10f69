/** The type of a value as a person knows it. */
export type ValueType = 'text' | 'number' | 'yes or no' | 'empty' | 'JSON';

/** The type of a JSON value. */
export const typeOfValue = (value: unknown): ValueType => {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'yes or no';
  return value === null || value === undefined ? 'empty' : 'JSON';
};

/** What may be written where `value` stands now: text always, another type where the key holds it already. */
export const typesFor = (value: unknown): readonly ValueType[] => {
  const type = typeOfValue(value);
  return type === 'text' || type === 'empty' ? ['text'] : [type, 'text'];
};

/** A value as the text of its editor. */
export const editText = (value: unknown): string =>
  value === null || value === undefined
    ? ''
    : typeof value === 'object'
      ? JSON.stringify(value, undefined, 2)
      : typeof value === 'string'
        ? value
        : JSON.stringify(value);

/** A value in one line. */
export const shortText = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);

/** The value that a text of the editor means, or why it means none. */
export const parseEdited = (
  text: string,
  type: ValueType,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string } => {
  switch (type) {
    case 'text':
      return { ok: true, value: text };
    case 'empty':
      return { ok: true, value: null };
    case 'number': {
      const value = Number(text.trim());
      return text.trim() === '' || !Number.isFinite(value)
        ? { ok: false, why: 'This is not a number.' }
        : { ok: true, value };
    }
    case 'yes or no':
      return text === 'true' || text === 'false'
        ? { ok: true, value: text === 'true' }
        : { ok: false, why: 'Choose true or false.' };
    case 'JSON':
      try {
        const value: unknown = JSON.parse(text);
        return typeof value === 'object' && value !== null
          ? { ok: true, value }
          : { ok: false, why: 'This key holds an object or a list; write one.' };
      } catch {
        return { ok: false, why: 'This is not valid JSON.' };
      }
    default:
      return type satisfies never;
  }
};

/** A change of a value that was seen while the window is open. Epoch milliseconds. */
export interface SeenValue {
  readonly at: number;
  /** Absent: the key was gone. */
  readonly value?: unknown;
}

export type SeenValues = ReadonlyMap<string, readonly SeenValue[]>;

/** Changes remembered of one key. */
const maxSeen = 50;

/** Adds to what was seen of each key what the present answer changes. Keys that were never seen begin with it. */
export const noteValues = (
  seen: SeenValues,
  now: readonly { readonly key: string; readonly value: unknown }[],
  at: number,
  covers: (key: string) => boolean = () => true,
): SeenValues => {
  const next = new Map(seen);
  const present = new Set<string>();
  for (const { key, value } of now) {
    present.add(key);
    const before = next.get(key) ?? [];
    const last = before.at(-1);
    if (last !== undefined && 'value' in last && JSON.stringify(last.value) === JSON.stringify(value)) continue;
    next.set(key, [...before, { at, value }].slice(-maxSeen));
  }
  for (const [key, before] of seen) {
    const last = before.at(-1);
    if (!present.has(key) && covers(key) && last !== undefined && 'value' in last)
      next.set(key, [...before, { at }].slice(-maxSeen));
  }
  return next;
};

/** Fills `{{name}}` of a key's pattern; undefined while a name has no value. */
export const fillKeyName = (pattern: string, values: Readonly<Record<string, string>>): string | undefined => {
  let missing = false;
  const key = pattern.replaceAll(/\{\{\s*([\w.-]+)\s*\}\}/g, (_all, name: string) => {
    const value = values[name]?.trim() ?? '';
    if (value === '') missing = true;
    return value;
  });
  return missing ? undefined : key;
};
