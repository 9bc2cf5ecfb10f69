import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { withDevice } from '../core/operation/device-edit.ts';
import { vendors } from './registry.ts';
import { isConnection } from './remotix/device-edits.ts';

const inputsOf = (schema: z.ZodType): string[] =>
  Object.keys(
    (z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as { properties?: object }).properties ?? {},
  );

/** Operations about the whole account, by vendor: all others name a device. */
const aboutAccounts: Readonly<Record<string, readonly string[]>> = {
  remoteiot: ['device', 'GetDevice', 'ListConnection', 'AddGroup', 'ListChart', 'UpdateChartId'],
  mode: ['listDevices', 'addDevice'],
  remotix: [
    'listGroups',
    'listGroupItems',
    'listNearby',
    'createGroup',
    'renameGroup',
    'deleteGroup',
    'createConnection',
  ],
  reemo: ['listComputers', 'reserveComputer'],
  remoteit: [
    'user/login',
    'device/list/all',
    'login',
    'devices',
    'sessions',
    'events',
    'applicationTypes',
    'platformTypes',
  ],
};

describe.each(vendors.map((vendor) => [vendor.id, vendor] as const))('%s', (id, vendor) => {
  test('every operation either names a device by one of its own inputs, or is about the account', () => {
    const account: string[] = [];
    for (const operation of vendor.operations) {
      const inputs = inputsOf(operation.input);
      const found = vendor.deviceParameter({ id: operation.id, path: operation.path, inputs });
      if (found === undefined) account.push(operation.id);
      else expect(inputs, operation.id).toContain(found.parameter);
    }
    expect(account.toSorted()).toEqual([...(aboutAccounts[id] ?? [])].toSorted());
  });

  test('the filled-in device is one that the operation takes', () => {
    for (const operation of vendor.operations) {
      const shape = { id: operation.id, path: operation.path, inputs: inputsOf(operation.input) };
      const found = vendor.deviceParameter(shape);
      if (found === undefined) continue;
      const parsed = operation.input.safeParse(withDevice(found, 'D-1'));
      const wrong = parsed.success ? [] : parsed.error.issues.filter((issue) => issue.path[0] === found.parameter);
      expect(wrong, operation.id).toEqual([]);
    }
  });
});

test('Remotix tells its two kinds of devices apart by what can be opened', () => {
  const service = { kind: 'tcp', name: 'Open in Remotix', route: 'local-action' } as const;
  expect(isConnection({ services: [{ ...service, id: 'connect' }] })).toBe(true);
  expect(isConnection({ services: [] })).toBe(false);
});
