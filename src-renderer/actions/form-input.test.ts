import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { vendors } from '../../src-main/vendors/registry.ts';
import { inputOf, problemsIn, splitSecrets } from './form-input.ts';
import { fieldsOf, type Field } from './schema-fields.ts';

const formOf = (vendorId: string, id: string): readonly Field[] => {
  const operation = vendors.find((vendor) => vendor.id === vendorId)?.operations.find((each) => each.id === id);
  if (operation === undefined) throw new Error(`no ${vendorId} ${id}`);
  return fieldsOf({
    input: z.toJSONSchema(operation.input, { io: 'input', unrepresentable: 'any' }),
    secretFields: [...operation.secretFields],
  });
};
const kinds = (fields: readonly Field[]): Readonly<Record<string, string>> =>
  Object.fromEntries(fields.map((field) => [field.name, field.kind]));

test('a field is filled in as what it takes', () => {
  expect(kinds(formOf('remoteiot', 'FileUpload'))).toMatchObject({
    File: 'file',
    Folder: 'text',
    IsAll: 'boolean',
    Unit: 'list',
    ExecuteTime: 'gmt',
    PreScript: 'lines',
  });
  expect(kinds(formOf('remoteiot', 'connect'))).toMatchObject({ LocalPort: 'number', Permanent: 'boolean' });
  expect(kinds(formOf('mode', 'getLogEntries'))).toMatchObject({
    begin: 'time',
    deviceId: 'text',
    maxEntries: 'number',
  });
  expect(kinds(formOf('mode', 'sendCommand'))).toMatchObject({ action: 'text', parameters: 'json' });
  expect(kinds(formOf('remotix', 'updateConnectionCredentials'))).toMatchObject({
    'rdp.username': 'text',
    'rdp.password': 'secret',
  });
  expect(kinds(formOf('remoteit', 'connect'))).toMatchObject({ type: 'choice', hostIP: 'text' });
  // One of MODE's words, though several are taken too.
  expect(formOf('mode', 'listLogRequests').find(({ name }) => name === 'statuses')).toMatchObject({
    kind: 'choice',
    options: ['success', 'failure', 'requested', 'uploading', 'cancelled'],
  });
  expect(kinds(formOf('remoteit', 'addTag'))).toMatchObject({ name: 'list', serviceId: 'list' });
});

/** Something a person could type into a field. */
const sample = (field: Field): string | { name: string; base64: string } => {
  switch (field.kind) {
    case 'number':
      return String(Math.max(field.minimum ?? 22, Math.min(22, field.maximum ?? 22)));
    case 'boolean':
      return 'true';
    case 'choice':
      return field.options[0] ?? '';
    case 'list':
      return 'A1, B2';
    case 'file':
      return { name: 'a.txt', base64: 'aGk=' };
    case 'time':
      return '2026-11-20T12:00:00Z';
    case 'gmt':
      return '2026-11-20 12:00:00';
    case 'json':
      return '{"a": 1}';
    case 'text':
    case 'lines':
    case 'secret':
      if (field.pattern?.test('203.0.113.7') === true) return '203.0.113.7';
      return field.pattern?.test('9f1b6f0a-3f3e-4b8e-9a53-0f4f6a2d1c11') === true
        ? '9f1b6f0a-3f3e-4b8e-9a53-0f4f6a2d1c11'
        : 'abc';
    default:
      return field.kind satisfies never;
  }
};

describe.each(vendors.map((vendor) => [vendor.id, vendor] as const))('%s', (id, vendor) => {
  test.each(vendor.operations.map((operation) => [operation.id, operation] as const))(
    '%s: the form of its needed fields makes an input of the right types',
    (operationId, operation) => {
      const fields = formOf(id, operationId);
      const values = Object.fromEntries(
        fields.filter((field) => field.required).map((field) => [field.name, sample(field)]),
      );
      const { input, problems } = inputOf(fields, values);
      expect(problems).toEqual({});
      const secrets = Object.fromEntries(
        fields.filter((field) => field.kind === 'secret' && field.required).map((field) => [field.name, 's']),
      );
      const parsed = operation.input.safeParse({ ...input, ...secrets });
      // Rules between fields, and words of the vendor's own, no schema tells: these are refused by main, by name.
      const wrong = parsed.success ? [] : parsed.error.issues.filter((issue) => issue.code !== 'custom');
      expect(wrong).toEqual([]);
    },
  );
});

test('what is wrong is said at its field', () => {
  const fields = formOf('remoteiot', 'submitjob');
  const { problems } = inputOf(fields, { JobName: ' ', UnitId: ' ', ExecuteTime: 'soon' });
  expect(Object.keys(problems).toSorted()).toEqual(['ExecuteTime', 'JobName', 'UnitId']);
  expect(problemsIn('The input of submitjob is not right: Command: expected a Script or a Command.', fields)).toEqual({
    Command: 'Expected a Script or a Command.',
  });
  expect(
    inputOf(formOf('mode', 'sendCommand'), { deviceId: '1', action: 'a', parameters: '{' }).problems,
  ).toHaveProperty('parameters');
});

test('empty fields are not sent, but an empty text is where the vendor takes one', () => {
  expect(inputOf(formOf('remoteiot', 'ChangeGroup'), { UnitId: 'A' }).input).toEqual({ UnitId: 'A', Group: '' });
  expect(inputOf(formOf('remoteiot', 'rename'), { UnitId: 'A', Name: 'b', Description: '' }).input).toEqual({
    UnitId: 'A',
    Name: 'b',
  });
});

test('secrets within free JSON are taken out of it', () => {
  expect(
    splitSecrets({ computer_id: '1', body: { 'vnc.password': 's/1', 'vnc.port': 5900 } }, ['vnc.password']),
  ).toEqual({
    input: { computer_id: '1', body: { 'vnc.port': 5900 } },
    secrets: { '/body/vnc.password': 's/1' },
  });
});
