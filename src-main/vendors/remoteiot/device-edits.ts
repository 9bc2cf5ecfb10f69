import type { DeviceEdits, DeviceParameter, OperationShape } from '../../core/operation/device-edit.ts';
import { defined } from '../../core/base/defined.ts';

/** The values that an answer of RIOT's `CustomField` holds, by unit. */
const fieldValues = (answer: unknown): ReadonlyMap<string, string> => {
  const values = new Map<string, string>();
  if (!Array.isArray(answer)) return values;
  for (const row of answer as readonly unknown[])
    if (typeof row === 'object' && row !== null && 'UnitId' in row && 'Custom' in row && typeof row.Custom === 'string')
      values.set(String(row.UnitId), row.Custom);
  return values;
};

/** What can be changed on a device of RemoteIoT. */
export const remoteIotEdits: DeviceEdits = {
  rename: {
    description: true,
    // The call sets both, so one that is to stay has to be sent.
    call: ({ id }, name, description) => ({
      operation: 'rename',
      input: { UnitId: id, Name: name, ...defined({ Description: description }) },
    }),
  },
  group: {
    called: 'Group',
    by: 'name',
    call: ({ id }, group, isKnown) => ({
      operation: 'ChangeGroup',
      input: { UnitId: id, Group: group },
      ...(isKnown || group === '' ? {} : { first: { operation: 'AddGroup', input: { Group: group } } }),
    }),
  },
  tag: { not: 'has no tags to change' },
  delete: {
    deletions: ({ id, name }) => [
      {
        id: 'delete',
        operation: 'DeleteDevice',
        input: { UnitId: id },
        title: 'Delete this device',
        verb: 'Delete device',
        loss: `${name} leaves the account, with its jobs, custom fields and history. To reach it again it has to be registered anew, on the device itself.`,
        after: 'deleted',
        isHard: false,
      },
    ],
  },
  customField: {
    call: ({ id }, field, value) => ({
      operation: 'UpdateCustomField',
      input: { CustomField: field, UnitId: id, Value: value },
    }),
    read: {
      operation: 'CustomField',
      atOnce: 1000,
      input: (field, deviceIds) => ({ CustomField: field, Unit: deviceIds }),
      values: fieldValues,
    },
  },
  job: {
    call: ({ id }, { name, work, time }) => ({
      operation: 'submitjob',
      input: {
        JobName: name,
        UnitId: id,
        ExecuteTime: time,
        ...('command' in work ? { Command: work.command } : { Script: work.script }),
      },
    }),
  },
  upload: {
    call: ({ id }, { file, folder }) => ({
      operation: 'FileUpload',
      input: { File: file, Folder: folder, Unit: [{ UnitId: id }] },
    }),
  },
  command: { not: 'takes no commands' },
  password: { not: 'keeps no passwords of its connections' },
};

/** Which input of an operation names a device. */
export const remoteIotParameter = ({ path, inputs }: OperationShape): DeviceParameter | undefined => {
  if (inputs.includes('UnitId')) return { parameter: 'UnitId', form: 'id', of: 'device' };
  if (inputs.includes('Unit')) return { parameter: 'Unit', form: 'ids', of: 'device' };
  // The bare array of the status call is a list of devices.
  return path === '/status' && inputs.includes('body') ? { parameter: 'body', form: 'ids', of: 'device' } : undefined;
};

/** The operations behind each part of the device page. */
export const remoteIotCapabilities = {
  'logs.once': ['log'],
  jobs: ['listjob', 'submitjob', 'DeleteJob'],
  'files.upload': ['FileUpload'],
  'files.update': ['UpdateFile'],
  'health.history': ['DeviceUptime', 'NetworkUptime', 'NetworkIn', 'NetworkOut'],
  'health.charts': ['ListChart', 'ChartHistory'],
  'health.speed-test': ['SubmitSpeedTest', 'GetSpeedTestResult'],
  'settings.rename': ['rename'],
  'settings.group': ['ChangeGroup', 'AddGroup'],
  'settings.fields': ['CustomField', 'UpdateCustomField'],
  'settings.delete': ['DeleteDevice'],
} as const;
