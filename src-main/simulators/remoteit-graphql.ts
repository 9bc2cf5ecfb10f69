/**
 * As much of GraphQL as remote.it's simulator needs: one operation with variables, no fragments, no directives, no
 * aliases. Documents are held against a small schema; what it does not know is refused in GraphQL's own words.
 */

/** A type in a schema: its fields by name. */
export type GraphQlType = Readonly<Record<string, GraphQlField>>;

export interface GraphQlField {
  /** Argument types as GraphQL writes them: `String!`. */
  readonly args?: Readonly<Record<string, string>>;
  /** The type of the value, or of its items; absent for a scalar. */
  readonly of?: () => GraphQlType;
  /** The value; the member of the source by the field's name where absent. Promises only at the root. */
  readonly resolve?: (source: Readonly<Record<string, unknown>>, args: Readonly<Record<string, unknown>>) => unknown;
}

export interface GraphQlSchema {
  readonly query: GraphQlType;
  readonly mutation: GraphQlType;
  /** Names of scalar, enum and input types. */
  readonly inputs: ReadonlySet<string>;
}

/** A document that was refused, in words for `errors[].message`. */
export class GraphQlError extends Error {}

interface Selection {
  readonly name: string;
  readonly args: Readonly<Record<string, Value>>;
  readonly fields: readonly Selection[] | undefined;
}

type Value = { readonly variable: string } | { readonly literal: unknown };

interface Operation {
  readonly kind: 'query' | 'mutation';
  readonly variables: Readonly<Record<string, { readonly type: string; readonly value: Value | undefined }>>;
  readonly fields: readonly Selection[];
}

const tokenPattern = /[\s,]+|#[^\n]*|("(?:[^"\\]|\\.)*"|\.\.\.|[{}()[\]:$!=@]|[A-Za-z_]\w*|-?\d+(?:\.\d+)?)/y;

const tokensOf = (text: string): string[] => {
  const tokens: string[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < text.length) {
    const at = tokenPattern.lastIndex;
    const match = tokenPattern.exec(text);
    if (match === null) throw new GraphQlError(`Syntax Error: Unexpected character at ${at}.`);
    if (match[1] !== undefined) tokens.push(match[1]);
  }
  return tokens;
};

class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  document(): Operation {
    let kind: Operation['kind'] = 'query';
    const variables: Record<string, { type: string; value: Value | undefined }> = {};
    if (this.#peek() !== '{') {
      const word = this.#next();
      if (word !== 'query' && word !== 'mutation') throw new GraphQlError(`Syntax Error: Unexpected "${word}".`);
      kind = word;
      if (/^\w/.test(this.#peek())) this.#next();
      if (this.#take('(')) {
        while (!this.#take(')')) {
          this.#expect('$');
          const name = this.#next();
          this.#expect(':');
          const type = this.#type();
          variables[name] = { type, value: this.#take('=') ? this.#value() : undefined };
        }
      }
    }
    const fields = this.#fields();
    if (this.#peek() !== '') throw new GraphQlError(`Syntax Error: Unexpected "${this.#peek()}".`);
    return { kind, variables, fields };
  }

  #fields(): readonly Selection[] {
    this.#expect('{');
    const fields: Selection[] = [];
    while (!this.#take('}')) {
      const name = this.#next();
      if (!/^[A-Za-z_]/.test(name)) throw new GraphQlError(`Syntax Error: Expected Name, found "${name}".`);
      const args: Record<string, Value> = {};
      if (this.#take('('))
        while (!this.#take(')')) {
          const arg = this.#next();
          this.#expect(':');
          args[arg] = this.#value();
        }
      fields.push({ name, args, fields: this.#peek() === '{' ? this.#fields() : undefined });
    }
    return fields;
  }

  #type(): string {
    let type = this.#take('[') ? `[${this.#type()}]` : this.#next();
    if (type.startsWith('[')) this.#expect(']');
    if (this.#take('!')) type += '!';
    return type;
  }

  #value(): Value {
    if (this.#take('$')) return { variable: this.#next() };
    if (this.#take('[')) {
      const items: unknown[] = [];
      while (!this.#take(']')) {
        const item = this.#value();
        items.push('literal' in item ? item.literal : undefined);
      }
      return { literal: items };
    }
    const token = this.#next();
    if (token === 'null') return { literal: null };
    if (token === 'true' || token === 'false') return { literal: token === 'true' };
    if (/^["\d-]/.test(token)) return { literal: JSON.parse(token) as unknown };
    if (/^[A-Z_]+$/.test(token)) return { literal: token };
    throw new GraphQlError(`Syntax Error: Unexpected "${token}".`);
  }

  #peek(): string {
    return this.#tokens[this.#at] ?? '';
  }

  #next(): string {
    const token = this.#peek();
    if (token === '') throw new GraphQlError('Syntax Error: Unexpected <EOF>.');
    this.#at += 1;
    return token;
  }

  #take(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.#at += 1;
    return true;
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw new GraphQlError(`Syntax Error: Expected "${token}", found "${this.#peek()}".`);
  }
}

const isOfType = (type: string, value: unknown): boolean => {
  if (type.endsWith('!')) return value !== null && value !== undefined && isOfType(type.slice(0, -1), value);
  if (value === null || value === undefined) return true;
  if (type.startsWith('[')) {
    const inner = type.slice(1, -1);
    return Array.isArray(value) ? value.every((item) => isOfType(inner, item)) : isOfType(inner, value);
  }
  switch (type) {
    case 'Int':
      return Number.isInteger(value);
    case 'Boolean':
      return typeof value === 'boolean';
    case 'ListFilter':
      return typeof value === 'object';
    default:
      return typeof value === 'string';
  }
};

const nullable = (type: string): string => type.replace(/!$/, '');

/** One request against a schema. */
class Execution {
  readonly #schema: GraphQlSchema;
  readonly #operation: Operation;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(schema: GraphQlSchema, operation: Operation, values: Readonly<Record<string, unknown>>) {
    this.#schema = schema;
    this.#operation = operation;
    this.#values = values;
  }

  async run(): Promise<Readonly<Record<string, unknown>>> {
    for (const [name, { type, value }] of Object.entries(this.#operation.variables)) {
      const bare = type.replaceAll(/[[\]!]/g, '');
      if (!this.#schema.inputs.has(bare)) throw new GraphQlError(`Unknown type "${bare}".`);
      const given = this.#values[name] ?? (value !== undefined && 'literal' in value ? value.literal : undefined);
      if (!isOfType(type, given))
        throw new GraphQlError(`Variable "$${name}" got an invalid value; expected type "${type}".`);
    }
    const { kind, fields } = this.#operation;
    const root = this.#schema[kind];
    const rootName = kind === 'query' ? 'Query' : 'Mutation';
    for (const field of fields) this.#check(root, rootName, field);
    const data: Record<string, unknown> = {};
    for (const field of fields) {
      const known = root[field.name];
      if (known === undefined) continue;
      data[field.name] = this.#complete(known, field, await known.resolve?.({}, this.#args(field)));
    }
    return data;
  }

  /** Everything is looked at before anything is done. */
  #check(type: GraphQlType, typeName: string, { name, args, fields }: Selection): void {
    const known = Object.hasOwn(type, name) ? type[name] : undefined;
    if (known === undefined) throw new GraphQlError(`Cannot query field "${name}" on type "${typeName}".`);
    for (const [arg, value] of Object.entries(args)) {
      const wanted = known.args?.[arg];
      if (wanted === undefined) throw new GraphQlError(`Unknown argument "${arg}" on field "${typeName}.${name}".`);
      if ('literal' in value) continue;
      const variable = this.#operation.variables[value.variable];
      if (variable === undefined) throw new GraphQlError(`Variable "$${value.variable}" is not defined.`);
      if (variable.type !== wanted && nullable(variable.type) !== wanted)
        throw new GraphQlError(
          `Variable "$${value.variable}" of type "${variable.type}" used in position expecting type "${wanted}".`,
        );
    }
    for (const [arg, wanted] of Object.entries(known.args ?? {}))
      if (wanted.endsWith('!') && !Object.hasOwn(args, arg))
        throw new GraphQlError(`Field "${name}" argument "${arg}" of type "${wanted}" is required.`);
    const inner = known.of?.();
    if (inner === undefined && fields !== undefined)
      throw new GraphQlError(`Field "${name}" must not have a selection of subfields.`);
    if (inner !== undefined && fields === undefined)
      throw new GraphQlError(`Field "${name}" must have a selection of subfields.`);
    for (const field of fields ?? []) this.#check(inner ?? {}, name, field);
  }

  #args(field: Selection): Readonly<Record<string, unknown>> {
    const args: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(field.args)) {
      const declared = 'variable' in value ? this.#operation.variables[value.variable]?.value : undefined;
      args[name] =
        'literal' in value
          ? value.literal
          : (this.#values[value.variable] ??
            (declared !== undefined && 'literal' in declared ? declared.literal : undefined));
    }
    return args;
  }

  #complete(known: GraphQlField, field: Selection, value: unknown): unknown {
    if (value === null || value === undefined) return null;
    if (known.of === undefined || field.fields === undefined) return value;
    if (Array.isArray(value)) return value.map((item) => this.#complete(known, field, item));
    const type = known.of();
    const source = value as Readonly<Record<string, unknown>>;
    const object: Record<string, unknown> = {};
    for (const inner of field.fields) {
      const next = type[inner.name];
      if (next === undefined) continue;
      const found = next.resolve === undefined ? source[inner.name] : next.resolve(source, this.#args(inner));
      object[inner.name] = this.#complete(next, inner, found);
    }
    return object;
  }
}

/** The `data` of a request. Rejects with a GraphQlError where the document or a resolver refuses. */
export const answerGraphQl = (
  schema: GraphQlSchema,
  query: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> => new Execution(schema, new Reader(query).document(), variables).run();
