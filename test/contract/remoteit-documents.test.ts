import { buildSchema, getVariableValues, Kind, parse, validate, visit } from 'graphql';
import type { ASTNode, DocumentNode, FieldNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { remoteIt } from '../../src-main/vendors/remoteit/connector.ts';
import { eventQuery } from '../../src-main/vendors/remoteit/events.ts';
import { remoteItVendorSchema } from '../support/remoteit-vendor-schema.ts';

/** Every document that is sent to remote.it, held against the vendor's own schema. */

const schema = buildSchema(remoteItVendorSchema);

/** Every input an operation takes. */
const everything: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  login: {},
  devices: {
    size: 1000,
    from: 5,
    account: 'organisation-id',
    name: 'gateway',
    state: 'active',
    tag: { operator: 'ALL', values: ['Plant 1'] },
    sort: '-name',
    owner: true,
  },
  device: { id: ['device-id'], account: 'organisation-id' },
  connect: { serviceId: 'service-id', hostIP: '0.0.0.0', type: 'PORT_PROXY' },
  disconnect: { connectionId: 'connection-id', serviceId: 'service-id' },
  renameService: { serviceId: 'service-id', name: 'New' },
  addTag: { name: 'new', serviceId: 'device-id', accountId: 'organisation-id' },
  removeTag: { name: ['new'], serviceId: ['device-id'], accountId: 'organisation-id' },
  sessions: { account: 'organisation-id' },
  events: {
    size: 5,
    from: 1,
    minDate: '2026-11-20T12:00:00Z',
    maxDate: '2026-11-21T12:00:00Z',
    account: 'organisation-id',
  },
  applicationTypes: {},
  platformTypes: {},
};
/** Those without which an operation is not called. */
const least: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  ...everything,
  devices: {},
  device: { id: 'device-id' },
  addTag: { name: 'new', serviceId: 'device-id' },
  removeTag: { name: 'new', serviceId: 'device-id' },
  sessions: {},
  connect: { serviceId: 'service-id' },
  disconnect: { connectionId: 'connection-id' },
  events: {},
};

const asked = z.strictObject({ query: z.string(), variables: z.record(z.string(), z.unknown()) });
const operations = remoteIt.operations.filter(({ path }) => path === '/graphql/v1');

const sentBy = (id: string, input: unknown): z.output<typeof asked> => {
  const operation = operations.find((one) => one.id === id);
  const body = operation?.wire(operation.input.parse(input)).body;
  // As JSON, for what is undefined is not sent.
  return asked.parse(body?.kind === 'json' ? JSON.parse(JSON.stringify(body.value)) : undefined);
};

const documents = [
  ...operations.map(({ id }) => [id, sentBy(id, everything[id])] as const),
  ['event', { query: eventQuery, variables: {} }] as const,
];

/** The words of the refusals, as the vendor's service would answer them. */
const refusals = (document: DocumentNode): readonly string[] =>
  validate(schema, document).map((error) => error.message);

/** The document with one of its fields changed, once for each field. */
const withEachField = (document: DocumentNode, change: (field: FieldNode) => FieldNode | undefined) => {
  const fields: FieldNode[] = [];
  visit(document, { Field: (node) => void fields.push(node) });
  return fields.flatMap((field): readonly (readonly [string, DocumentNode])[] => {
    const changed = change(field);
    if (changed === undefined) return [];
    const swap = (node: ASTNode): FieldNode | undefined => (node === field ? changed : undefined);
    return [[field.name.value, visit<DocumentNode>(document, { Field: swap })]];
  });
};

const oneField: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: 'id' } };

describe('what is sent to remote.it', () => {
  it('is looked at with every input of every operation', () => {
    for (const { id, input } of operations) {
      const { properties = {} } = z.toJSONSchema(input, { io: 'input' });
      expect(Object.keys(everything[id] ?? {}).toSorted(), id).toEqual(Object.keys(properties).toSorted());
    }
  });

  it.each(documents)('%s is a document of the vendor’s schema', (_id, { query }) => {
    expect(refusals(parse(query))).toEqual([]);
  });

  it.each(operations.map(({ id }) => id))('%s has variables of the types that it declares', (id) => {
    for (const input of [everything[id], least[id]]) {
      const { query, variables } = sentBy(id, input);
      const [definition] = parse(query).definitions;
      if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`${id} is no operation`);
      const declared = (definition.variableDefinitions ?? []).map((one) => one.variable.name.value);
      const values = getVariableValues(schema, definition.variableDefinitions ?? [], variables);
      expect(values.errors ?? []).toEqual([]);
      // A variable that nobody declared is not refused, and does nothing.
      expect(Object.keys(variables).filter((name) => !declared.includes(name))).toEqual([]);
    }
  });
});

describe('the vendor’s schema refuses', () => {
  it.each(documents)('%s with any object asked for without its fields', (_id, { query }) => {
    const changed = withEachField(parse(query), ({ selectionSet, ...leaf }) =>
      selectionSet === undefined ? undefined : leaf,
    );
    for (const [name, document] of changed)
      expect(refusals(document), name).toContainEqual(expect.stringContaining('must have a selection of subfields'));
  });

  it.each(documents)('%s with fields asked for of any plain value', (_id, { query }) => {
    const changed = withEachField(parse(query), (field) =>
      field.selectionSet === undefined
        ? { ...field, selectionSet: { kind: Kind.SELECTION_SET, selections: [oneField] } }
        : undefined,
    );
    expect(changed).not.toEqual([]);
    for (const [name, document] of changed)
      expect(refusals(document), name).toContainEqual(expect.stringContaining('must not have a selection since type'));
  });

  it.each(documents)('%s with any field that the vendor does not have', (_id, { query }) => {
    const unknown = { kind: Kind.NAME, value: 'notOfTheVendor' } as const;
    for (const [name, document] of withEachField(parse(query), (field) => ({ ...field, name: unknown })))
      expect(refusals(document), name).toContainEqual(expect.stringContaining('Cannot query field'));
  });

  it('the session of a connection asked for without its fields', () => {
    const connect = sentBy('connect', everything['connect']).query;
    expect(refusals(parse(connect.replace(' url ', ' url session ')))).toEqual([
      'Field "session" of type "Session" must have a selection of subfields. Did you mean "session { ... }"?',
    ]);
  });
});
