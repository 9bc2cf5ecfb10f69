import type { ChosenFile } from '../ui/read-file.ts';
import { otherParameters, type Field } from './schema-fields.ts';

/** What was filled in, by field name: text as typed, or a file. Secrets are never among them. */
export type FormValues = Readonly<Record<string, string | ChosenFile | undefined>>;

/** The input that the values make, or what is wrong with which field. */
export interface FormInput {
  readonly input: Readonly<Record<string, unknown>>;
  readonly problems: Readonly<Record<string, string>>;
}

/** The entries of a list field: one a line, or set apart by commas. */
export const listEntries = (text: string): readonly string[] =>
  text
    .split(/[\n,]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

type Read = { readonly value: unknown } | { readonly problem: string };
const bad = (problem: string): Read => ({ problem });

const needed = 'This is needed.';

const readText = (field: Field, text: string): Read => {
  if (field.maxLength !== undefined && text.length > field.maxLength)
    return bad(`At most ${field.maxLength} characters; this has ${text.length}.`);
  if (field.pattern !== undefined && !field.pattern.test(text))
    return bad(field.help === '' ? 'This does not have the form the vendor takes.' : `Expected: ${field.help}`);
  return { value: text };
};

const readNumber = (field: Field, text: string): Read => {
  const value = Number(text);
  if (!Number.isFinite(value)) return bad('Enter a number.');
  if (field.minimum !== undefined && value < field.minimum) return bad(`At least ${field.minimum}.`);
  if (field.maximum !== undefined && value > field.maximum) return bad(`At most ${field.maximum}.`);
  return { value };
};

const readList = (field: Field, text: string): Read => {
  const entries = listEntries(text);
  if (field.maxItems !== undefined && entries.length > field.maxItems)
    return bad(`At most ${field.maxItems} at once; these are ${entries.length}.`);
  return { value: entries };
};

const readJson = (text: string): Read => {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : '';
    return bad(`This is not JSON. ${why}`.trim());
  }
};

const readField = (field: Field, text: string): Read => {
  switch (field.kind) {
    case 'text':
    case 'lines':
    case 'secret':
      return readText(field, text);
    case 'time':
    case 'gmt':
      return readText(field, text.trim());
    case 'choice':
      return { value: text };
    case 'number':
      return readNumber(field, text.trim());
    case 'boolean':
      return { value: text === 'true' };
    case 'list':
      return readList(field, text);
    case 'json':
      return readJson(text);
    case 'file':
      return bad('Choose a file.');
    default:
      return field.kind satisfies never;
  }
};

const isEmpty = (field: Field, value: string): boolean =>
  field.kind === 'list' ? listEntries(value).length === 0 : field.kind === 'lines' ? value === '' : value.trim() === '';

/** Makes the input of an operation. What is left empty is not sent, unless an empty text is what the vendor wants. */
export const inputOf = (fields: readonly Field[], values: FormValues): FormInput => {
  const input: Record<string, unknown> = {};
  const problems: Record<string, string> = {};
  for (const field of fields) {
    if (field.kind === 'secret') continue;
    const value = values[field.name];
    if (typeof value === 'object') {
      input[field.name] = field.named ? { name: value.name, base64: value.base64 } : value.base64;
      continue;
    }
    if (value === undefined || isEmpty(field, value)) {
      if (!field.required) continue;
      const textLike = field.kind === 'text' || field.kind === 'lines';
      if (textLike && field.minLength === 0 && field.pattern === undefined) input[field.name] = '';
      else problems[field.name] = field.kind === 'file' ? 'Choose a file.' : needed;
      continue;
    }
    const read = readField(field, value);
    if ('problem' in read) problems[field.name] = read.problem;
    else if (field.name !== otherParameters) input[field.name] = read.value;
    else if (typeof read.value === 'object' && read.value !== null && !Array.isArray(read.value))
      for (const [name, extra] of Object.entries(read.value)) input[name] = extra;
    else problems[field.name] = 'Enter a JSON object, such as {"page": 2}.';
  }
  return { input, problems };
};

/** Secrets within free JSON are taken out of it, by JSON pointers (RFC 6901), so that they cross apart. */
export const splitSecrets = (
  input: Readonly<Record<string, unknown>>,
  secretFields: readonly string[],
): { readonly input: Readonly<Record<string, unknown>>; readonly secrets: Readonly<Record<string, string>> } => {
  const secrets: Record<string, string> = {};
  const walk = (value: unknown, pointer: string): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const kept: [string, unknown][] = [];
    for (const [name, entry] of Object.entries(value)) {
      const at = `${pointer}/${pointerPart(name)}`;
      if (secretFields.includes(name) && typeof entry === 'string' && entry !== '') secrets[at] = entry;
      else kept.push([name, walk(entry, at)]);
    }
    return Object.fromEntries(kept);
  };
  return { input: walk(input, '') as Readonly<Record<string, unknown>>, secrets };
};

/** A name as a part of a JSON pointer. */
export const pointerPart = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** Complaints of main that name fields, by field: `The input of x is not right: Port: expected …; Host: unknown.` */
export const problemsIn = (
  message: string,
  fields: readonly Pick<Field, 'name'>[],
): Readonly<Record<string, string>> => {
  const [, list] = /is not right: (.*)\.$/s.exec(message) ?? [];
  const found: Record<string, string> = {};
  for (const part of (list ?? '').split('; ')) {
    const colon = part.indexOf(': ');
    const path = colon < 0 ? '' : part.slice(0, colon);
    const field = fields.find(
      ({ name }) => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`),
    );
    if (field !== undefined) found[field.name] ??= `${part.charAt(colon + 2).toUpperCase()}${part.slice(colon + 3)}.`;
  }
  return found;
};
