/** A finding of a schema's check, in the shape of zod's issues; nothing of it quotes the value. */
export interface SchemaIssue {
  readonly code?: string | undefined;
  readonly message: string;
  readonly expected?: unknown;
  readonly origin?: unknown;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly values?: readonly unknown[];
}

/** The names of types in schemas. */
const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'yes or no',
  array: 'a list',
  object: 'named values',
  record: 'named values',
  null: 'nothing',
};

const bound = ({ origin }: SchemaIssue, how: 'at least' | 'at most', limit: unknown): string => {
  const max = Number(limit);
  if (origin === 'string')
    return how === 'at least' && max === 1 ? 'some text' : `${how} ${max} character${max === 1 ? '' : 's'}`;
  if (origin === 'array') return `${how} ${max} of them`;
  return `${how} ${max}`;
};

/** The text for everything else. */
export const otherwise = 'expected something else';

/** The maximum number of choices that are named. */
const maxChoices = 8;

/**
 * What was expected instead, for a person: `expected a whole number`, or `missing`. Messages written in a schema are
 * kept.
 */
export const plainIssue = (issue: SchemaIssue): string => {
  if (issue.message.startsWith('expected ')) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      if (issue.message.endsWith('received undefined')) return 'missing';
      return Object.hasOwn(kinds, String(issue.expected)) ? `expected ${kinds[String(issue.expected)]}` : otherwise;
    case 'too_small':
      return `expected ${bound(issue, 'at least', issue.minimum)}`;
    case 'too_big':
      return `expected ${bound(issue, 'at most', issue.maximum)}`;
    case 'invalid_value':
      return (issue.values?.length ?? 0) > maxChoices
        ? 'expected one of the values that are listed'
        : `expected ${(issue.values ?? []).map(String).join(' or ')}`;
    default:
      return otherwise;
  }
};
