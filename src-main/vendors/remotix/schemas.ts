import { z } from 'zod';
import { attributesOf } from '../../core/fleet/fact-attributes.ts';
import { noRows } from '../read-rows.ts';

/**
 * Remotix's shapes. Its document shows no answer of a read, so nothing is asked of them but that they are JSON, and
 * the readers below take whatever names the requests of the document use.
 */

/** The answer of a write: not described, so not read. */
export const nothing = z.undefined();

/** The answer of a read: an array or an object, kept as it is. */
export const answered = z
  .unknown()
  .refine((value) => typeof value === 'object' && value !== null, 'expected an array or an object');

/** The answer of a list of groups or items: kept as it is, unless nothing in it is an object. */
export const listed = answered.superRefine((value, context) => {
  const message = noRows((entriesOf(value) ?? []).map((entry) => entry.value));
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** The answer of `PUT /group/`. */
export const createdGroup = z.looseObject({ group_uid: z.string().min(1) });
/** The answer of `PUT /connection/`. */
export const createdConnection = z.looseObject({ uid: z.string().min(1) });

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

/** Text, or a number as text; undefined if there is none. */
const asText = (value: unknown): string | undefined => {
  const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : value;
  return typeof text === 'string' && text.trim() !== '' ? text.trim() : undefined;
};

const firstText = (fields: Fields, names: readonly string[]): string | undefined => {
  for (const name of names) {
    const text = asText(Object.hasOwn(fields, name) ? fields[name] : undefined);
    if (text !== undefined) return text;
  }
  return undefined;
};

/** One entry of a list, and the name of the list where it stood in an object. */
interface Entry {
  readonly value: unknown;
  readonly list: string | undefined;
}

const listNames = ['items', 'groups', 'connections', 'computers'];

/** The entries of an array, or of an object's `items`, `groups`, `connections` and `computers`. Undefined for neither. */
const entriesOf = (answer: unknown): readonly Entry[] | undefined => {
  if (Array.isArray(answer)) return answer.map((value: unknown) => ({ value, list: undefined }));
  const fields = fieldsOf(answer);
  const lists = listNames.filter((name) => Object.hasOwn(fields, name) && Array.isArray(fields[name]));
  if (lists.length === 0) return undefined;
  return lists.flatMap((list) => {
    const values = fields[list];
    return Array.isArray(values) ? values.map((value: unknown) => ({ value, list })) : [];
  });
};

/** A group of the address book. */
export interface GroupRow {
  readonly id: string;
  readonly name: string;
}

/** The groups of `GET /groups`, and how many entries had no id. Undefined if the answer holds no list. */
export const groupsOf = (
  answer: unknown,
): { readonly groups: readonly GroupRow[]; readonly nameless: number } | undefined => {
  const entries = entriesOf(answer);
  if (entries === undefined) return undefined;
  const groups = entries.flatMap(({ value }): readonly GroupRow[] => {
    const fields = fieldsOf(value);
    const id = firstText(fields, ['group_uid', 'uid', 'id', 'category_uid']);
    return id === undefined ? [] : [{ id, name: firstText(fields, ['name', 'title']) ?? id }];
  });
  return { groups, nameless: entries.length - groups.length };
};

/** What a group or the nearby pane holds. */
export type ItemRow =
  | { readonly kind: 'group'; readonly id: string; readonly name: string }
  | {
      readonly kind: 'computer' | 'connection';
      readonly id: string;
      readonly name: string;
      /** `VNC`, `RDP_3390`, where the answer tells. */
      readonly type: string | undefined;
      /** Whatever else the answer tells. */
      readonly attributes: Readonly<Record<string, string>> | undefined;
    };

/** What of an item stands in a place of its own. */
const shownElsewhere = [
  'computer_id',
  'group_uid',
  'category_uid',
  'uid',
  'id',
  'name',
  'title',
  'type',
  'connection_type',
] as const;

const itemOf = ({ value, list }: Entry): ItemRow | undefined => {
  const fields = fieldsOf(value);
  const computer = firstText(fields, list === 'computers' ? ['computer_id', 'id', 'uid'] : ['computer_id']);
  const group = firstText(fields, list === 'groups' ? ['group_uid', 'uid', 'id'] : ['group_uid']);
  const connection = firstText(fields, ['uid', 'id']);
  const id = computer ?? (list === 'groups' ? (group ?? connection) : (connection ?? group));
  if (id === undefined) return undefined;
  const name = firstText(fields, ['name', 'title']) ?? id;
  if (computer === undefined && (list === 'groups' || connection === undefined)) return { kind: 'group', id, name };
  return {
    kind: computer === undefined ? 'connection' : 'computer',
    id,
    name,
    type: firstText(fields, ['type', 'connection_type']),
    attributes: attributesOf(fields, shownElsewhere),
  };
};

/** The items of a group or of the nearby pane, and how many entries had no id. Undefined if there is no list. */
export const itemsOf = (
  answer: unknown,
): { readonly items: readonly ItemRow[]; readonly nameless: number } | undefined => {
  const entries = entriesOf(answer);
  if (entries === undefined) return undefined;
  const items = entries.map(itemOf).filter((item) => item !== undefined);
  return { items, nameless: entries.length - items.length };
};

/** A connection type with its port apart: `RDP_3390` is RDP and 3390. */
export interface TypeParts {
  readonly type: string;
  readonly port?: number;
}

/** Words of the path that are no connection type. */
const reserved: ReadonlySet<string> = new Set(['actions', 'connections', 'credentials', 'chat']);

/** Whether a text may stand as the word of a type: it never leads to another endpoint. */
export const isTypeWord = (word: string): boolean =>
  /^[A-Za-z][A-Za-z0-9-]{0,39}$/.test(word) && !reserved.has(word.toLowerCase());

/** The parts of `<word>[_<port>]`; undefined if it is not one. */
export const typeOf = (text: string): TypeParts | undefined => {
  const [, word, digits] = /^([A-Za-z][A-Za-z0-9-]*)(?:_(\d{1,5}))?$/.exec(text.trim()) ?? [];
  if (word === undefined || !isTypeWord(word)) return undefined;
  if (digits === undefined) return { type: word };
  const port = Number(digits);
  return port >= 1 && port <= 65_535 ? { type: word, port } : undefined;
};

/** `<word>[_<port>]` as it stands in a path. */
export const typeText = ({ type, port }: TypeParts): string => (port === undefined ? type : `${type}_${port}`);

/** The types of `GET /computer/<id>/connections`; invalid entries are left out. */
export const typesOf = (answer: unknown): readonly TypeParts[] => {
  const fields = fieldsOf(answer);
  const entries = entriesOf(answer) ?? Object.keys(fields).map((name): Entry => ({ value: name, list: undefined }));
  const types = entries.flatMap(({ value }): readonly TypeParts[] => {
    const row = fieldsOf(value);
    const text = asText(value) ?? firstText(row, ['type', 'connection_type', 'name']);
    const parts = text === undefined ? undefined : typeOf(text);
    return parts === undefined ? [] : [withPort(parts, row['port'])];
  });
  return [...new Map(types.map((parts) => [typeText(parts), parts])).values()];
};

const withPort = (parts: TypeParts, port: unknown): TypeParts =>
  parts.port === undefined && port !== undefined ? (typeOf(`${parts.type}_${asText(port) ?? ''}`) ?? parts) : parts;

/**
 * An action as `/actions` names it. Without a type it is about the computer as a whole, or the vendor left the type
 * out.
 */
export interface ActionRow {
  readonly action: string;
  readonly type: TypeParts | undefined;
}

/** Whether a text may stand as an action in a path. */
export const isActionWord = (word: string): boolean => /^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(word);

/** `control`, `NEAR/control`, or a whole path such as `ACTION /computer/123456/NEAR/control`. */
const actionOfText = (text: string): ActionRow | undefined => {
  const parts = text
    .trim()
    .replace(/^ACTION\s+/i, '')
    .split('/')
    .filter((part) => part !== '');
  const action = parts.at(-1);
  if (action === undefined || !isActionWord(action)) return undefined;
  // In a whole path, what stands before `chat` is the computer and no type.
  const before = parts[0] === 'computer' && parts.length < 4 ? undefined : parts.at(-2);
  if (before === undefined) return { action, type: undefined };
  const type = typeOf(before);
  return type === undefined ? undefined : { action, type };
};

const actionOfRow = (fields: Fields, under: TypeParts | undefined): ActionRow | undefined => {
  // Some of these may be words for a person; the first that can stand in a path is the one.
  const read = ['action', 'path', 'id', 'name', 'title']
    .map((name) => actionOfText(firstText(fields, [name]) ?? ''))
    .find((row) => row !== undefined);
  if (read === undefined) return undefined;
  const named = firstText(fields, ['type', 'connection_type', 'connection']);
  const type = read.type ?? (named === undefined ? undefined : typeOf(named)) ?? under;
  return { action: read.action, type: type === undefined ? undefined : withPort(type, fields['port']) };
};

const actionsIn = (value: unknown, under: TypeParts | undefined): readonly (ActionRow | undefined)[] => {
  if (Array.isArray(value)) return value.flatMap((entry: unknown) => actionsIn(entry, under));
  const text = asText(value);
  if (text !== undefined) {
    const read = actionOfText(text);
    return [read === undefined ? undefined : { ...read, type: read.type ?? under }];
  }
  const fields = fieldsOf(value);
  // One type with its actions: { "type": "NEAR", "actions": ["control", "curtain"] }
  if (Array.isArray(fields['actions'])) {
    const named = firstText(fields, ['type', 'connection_type', 'name']);
    return actionsIn(fields['actions'], (named === undefined ? undefined : typeOf(named)) ?? under);
  }
  return [actionOfRow(fields, under)];
};

/**
 * The actions of `GET /computer/<id>/actions`, whose form the document does not show: texts, paths or objects in an
 * array or under `actions`, or an object from types to actions. `unread` counts what could not be understood.
 */
export const actionsOf = (answer: unknown): { readonly actions: readonly ActionRow[]; readonly unread: number } => {
  const fields = fieldsOf(answer);
  const list = Array.isArray(answer)
    ? answer
    : ['actions', 'items'].map((name) => fields[name]).find((value) => Array.isArray(value));
  const read =
    list !== undefined
      ? actionsIn(list, undefined)
      : Object.entries(fields).flatMap(([name, value]) => {
          if (Array.isArray(value)) return actionsIn(value, typeOf(name));
          return value === true ? actionsIn(name, undefined) : [];
        });
  const actions = new Map<string, ActionRow>();
  for (const row of read) if (row !== undefined) actions.set(actionId(row), row);
  return { actions: [...actions.values()], unread: read.filter((row) => row === undefined).length };
};

/** `NEAR/control`, or `chat`: unique on its computer. */
export const actionId = ({ type, action }: ActionRow): string =>
  type === undefined ? action : `${typeText(type)}/${action}`;
