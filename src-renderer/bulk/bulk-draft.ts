import type { BulkActionView } from '../../src-preload/contract/bulk.ts';
import type { OperationView } from '../../src-preload/contract/operation.ts';
import { inputOf, listEntries, splitSecrets } from '../actions/form-input.ts';
import { fieldsOf, type Field as FormField } from '../actions/schema-fields.ts';
import type { ChosenFile } from '../ui/read-file.ts';
import type { BulkKind } from './bulk-actions.ts';

/** What is typed, by name. */
export type Draft = Readonly<Record<string, string | ChosenFile | undefined>>;

/** What is typed in a field of text. */
export const text = (draft: Draft, name: string): string => {
  const value = draft[name];
  return typeof value === 'string' ? value : '';
};
const fileOf = (draft: Draft): ChosenFile | undefined => {
  const value = draft['file'];
  return typeof value === 'object' ? value : undefined;
};
const optional = (value: string): string | undefined => (value.trim() === '' ? undefined : value);

/** The values a new form begins with. */
export const firstDraft = (kind: BulkKind): Draft => {
  switch (kind) {
    case 'rename':
      return { pattern: '{name}', first: '1' };
    case 'tag':
      return { change: 'add' };
    case 'password':
      return { protocol: 'rxp', generate: 'true' };
    default:
      return {};
  }
};

const parameters = (typed: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(typed);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
};

/** The action that the form makes; a sentence where something is still missing. */
export const actionOf = (
  kind: BulkKind,
  draft: Draft,
  operation: { readonly view: OperationView; readonly fields: readonly FormField[] } | undefined,
): BulkActionView | string => {
  switch (kind) {
    case 'rename':
      return text(draft, 'pattern').trim() === ''
        ? 'Enter the new name.'
        : { kind, pattern: text(draft, 'pattern'), first: Math.max(0, Math.trunc(Number(text(draft, 'first')) || 0)) };
    case 'replace':
      return text(draft, 'find') === ''
        ? 'Enter what to look for in the names.'
        : {
            kind,
            find: text(draft, 'find'),
            replaceBy: text(draft, 'replaceBy'),
            regex: text(draft, 'regex') === 'true',
            ignoreCase: text(draft, 'ignoreCase') === 'true',
          };
    case 'group':
      return text(draft, 'group').trim() === ''
        ? 'Choose a group, or enter a new one.'
        : { kind, group: text(draft, 'group').trim() };
    case 'delete':
      return { kind, hard: text(draft, 'hard') === 'true' };
    case 'job': {
      const command = optional(text(draft, 'command'));
      const script = command === undefined ? optional(text(draft, 'script')) : undefined;
      if (optional(text(draft, 'name')) === undefined) return 'Give the job a name.';
      if (command === undefined && script === undefined) return 'Enter a command, or the name of a script.';
      return {
        kind,
        name: text(draft, 'name'),
        ...(command === undefined ? {} : { command }),
        ...(script === undefined ? {} : { script }),
        ...(optional(text(draft, 'at')) === undefined ? {} : { at: text(draft, 'at').trim() }),
      };
    }
    case 'upload': {
      const file = fileOf(draft);
      if (file === undefined) return 'Choose a file.';
      return text(draft, 'folder').trim() === ''
        ? 'Enter the folder on the devices.'
        : { kind, file: { name: file.name, base64: file.base64 }, folder: text(draft, 'folder').trim() };
    }
    case 'custom-field':
      return text(draft, 'field').trim() === ''
        ? 'Enter the name of the field.'
        : { kind, field: text(draft, 'field').trim(), value: text(draft, 'value') };
    case 'command': {
      const typed = text(draft, 'parameters').trim();
      const read = typed === '' ? undefined : parameters(typed);
      if (typed !== '' && read === undefined) return 'The parameters are not a JSON object.';
      return text(draft, 'action').trim() === ''
        ? 'Enter the command.'
        : { kind, action: text(draft, 'action').trim(), ...(read === undefined ? {} : { parameters: read }) };
    }
    case 'tag': {
      const tags = [...listEntries(text(draft, 'tags'))];
      return tags.length === 0
        ? 'Enter one tag or more.'
        : { kind, change: text(draft, 'change') === 'remove' ? 'remove' : 'add', tags };
    }
    case 'password': {
      const protocol = text(draft, 'protocol');
      const user = optional(text(draft, 'user'));
      return {
        kind,
        protocol: protocol === 'rdp' ? 'rdp' : protocol === 'apple' ? 'apple' : 'rxp',
        generate: text(draft, 'generate') !== 'false',
        ...(user === undefined ? {} : { user }),
      };
    }
    case 'operation': {
      if (operation === undefined) return 'Choose an operation.';
      const { input, problems } = inputOf(operation.fields, draft);
      const [name, problem] = Object.entries(problems)[0] ?? [];
      if (name !== undefined) return `${name}: ${problem ?? ''}`;
      // A secret crosses by itself, for one device; a plan is shown and kept.
      if (Object.keys(splitSecrets(input, operation.view.secretFields).secrets).length > 0)
        return 'Secrets cannot be set this way on many devices. Leave them out.';
      return { kind, operation: operation.view.operation, input: { ...input } };
    }
    default:
      return kind satisfies never;
  }
};

/** What an operation may be: those of the vendor that name a device. */
export const deviceOperations = (catalogue: readonly OperationView[] | undefined): readonly OperationView[] =>
  (catalogue ?? []).filter((operation) => operation.device !== undefined && operation.device.of !== 'service');

/** The fields of an operation but the device's, and but secrets, which belong to one device at a time. */
export const bulkFields = (operation: OperationView): readonly FormField[] =>
  fieldsOf(operation).filter((field) => field.name !== operation.device?.parameter && field.kind !== 'secret');
