import type { OperationView } from '../../src-preload/contract/operation.ts';

/** A JSON Schema, as much of it as operations use. */
type Schema = Readonly<Record<string, unknown>>;

/** How a field is filled in. */
export type FieldKind =
  | 'text'
  | 'lines'
  | 'secret'
  | 'number'
  | 'boolean'
  | 'choice'
  /** One or more ids, one a line. */
  | 'list'
  | 'file'
  /** RFC 3339. */
  | 'time'
  /** `2017-05-19 00:00:00`, GMT. */
  | 'gmt'
  | 'json';

/** One field of a generated form. */
export interface Field {
  /** The vendor's name of the parameter. */
  readonly name: string;
  /** What the form calls it: the schema's title, or the vendor's name of the parameter if there is none. */
  readonly label: string;
  readonly help: string;
  readonly kind: FieldKind;
  readonly required: boolean;
  /** What is sent where it is left empty, if the catalogue says so. */
  readonly preset: string | undefined;
  readonly options: readonly string[];
  readonly minLength: number;
  readonly maxLength: number | undefined;
  readonly pattern: RegExp | undefined;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly minItems: number;
  readonly maxItems: number | undefined;
  /** With `file`: it goes with its name, as {name, base64}. */
  readonly named: boolean;
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const schemas = (value: unknown): readonly Schema[] => (Array.isArray(value) ? value.filter(isSchema) : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** The variants of a schema: itself, or those of its `anyOf`. */
const variantsOf = (schema: Schema): readonly Schema[] => {
  const variants = schemas(schema['anyOf']);
  return variants.length === 0 ? [schema] : variants;
};

/** The values to choose from, where the catalogue names any, though another form may be taken besides. */
const optionsOf = (schema: Schema): readonly string[] =>
  variantsOf(schema).flatMap((variant) => (Array.isArray(variant['enum']) ? variant['enum'].map(String) : []));

const patternOf = (schema: Schema): RegExp | undefined => {
  const { pattern } = schema;
  if (typeof pattern !== 'string') return undefined;
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return undefined;
  }
};

const takes = (pattern: RegExp | undefined, text: string): boolean =>
  pattern !== undefined && pattern.test(text) && !pattern.test('a');

const isDigits = (schema: Schema): boolean => schema['type'] === 'string' && takes(patternOf(schema), '22');
const isNumber = (schema: Schema): boolean => schema['type'] === 'integer' || schema['type'] === 'number';
const isBase64 = (schema: Schema): boolean => schema['contentEncoding'] === 'base64';
const isNamedFile = (schema: Schema): boolean =>
  schema['type'] === 'object' && isSchema(schema['properties']) && 'base64' in schema['properties'];

/** Texts, or objects that hold nothing but one: RemoteIoT's units. */
const isIdList = (schema: Schema): boolean =>
  schema['type'] === 'array' &&
  isSchema(schema['items']) &&
  variantsOf(schema['items']).some((variant) => variant['type'] === 'string');

const manyLines = /content|command|.script$/i;

const kindOf = (name: string, schema: Schema, secret: boolean): FieldKind => {
  if (secret) return 'secret';
  const variants = variantsOf(schema);
  if (variants.some(isBase64)) return 'file';
  if (optionsOf(schema).length > 0) return 'choice';
  if (variants.some((variant) => variant['type'] === 'boolean')) return 'boolean';
  if (variants.some(isNumber) && variants.every((variant) => isNumber(variant) || variant['type'] === 'string'))
    return variants.every((variant) => isNumber(variant) || isDigits(variant)) ? 'number' : 'text';
  if (variants.some(isIdList) && variants.every((variant) => isIdList(variant) || variant['type'] === 'string'))
    return 'list';
  const texts = Array.isArray(schema['type']) ? schema['type'].includes('string') : schema['type'] === 'string';
  if (!texts) return 'json';
  const pattern = patternOf(schema);
  if (takes(pattern, '2026-11-20T12:00:00Z')) return 'time';
  if (takes(pattern, '2017-05-19 00:00:00')) return 'gmt';
  return manyLines.test(name) ? 'lines' : 'text';
};

/** A limit that comes from the width of a number and says nothing. */
const sensible = (limit: number | undefined): number | undefined =>
  limit === undefined || Math.abs(limit) >= Number.MAX_SAFE_INTEGER ? undefined : limit;

const fieldOf = (name: string, schema: Schema, required: boolean, secret: boolean): Field => {
  const preset = schema['default'];
  const list = variantsOf(schema).find(isIdList);
  return {
    name,
    label: textOf(schema['title']) || name,
    help: textOf(schema['description']),
    kind: kindOf(name, schema, secret),
    required: required && preset === undefined,
    preset:
      preset === undefined || preset === '' ? undefined : typeof preset === 'string' ? preset : JSON.stringify(preset),
    options: optionsOf(schema),
    minLength: numberOf(schema['minLength']) ?? 0,
    maxLength: numberOf(schema['maxLength']),
    pattern: schema['type'] === 'string' ? patternOf(schema) : undefined,
    minimum: sensible(numberOf(schema['minimum'])),
    maximum: sensible(numberOf(schema['maximum'])),
    minItems: numberOf(list?.['minItems']) ?? 0,
    maxItems: numberOf(list?.['maxItems']),
    named: variantsOf(schema).some(isNamedFile),
  };
};

/** The name of the field for parameters that the document does not name. */
export const otherParameters = '…';

/** The fields of an operation's form, those that are needed first, otherwise in the order of the catalogue. */
export const fieldsOf = (operation: Pick<OperationView, 'input' | 'secretFields'>): readonly Field[] => {
  const { properties, required, additionalProperties } = operation.input;
  const needed: readonly unknown[] = Array.isArray(required) ? required : [];
  const fields = Object.entries(isSchema(properties) ? properties : {}).map(([name, schema]) =>
    fieldOf(name, isSchema(schema) ? schema : {}, needed.includes(name), operation.secretFields.includes(name)),
  );
  if (isSchema(additionalProperties))
    fields.push({
      ...fieldOf(otherParameters, {}, false, false),
      label: 'Other parameters',
      help: 'A JSON object of whatever else the vendor takes.',
    });
  return [...fields.filter((field) => field.required), ...fields.filter((field) => !field.required)];
};
