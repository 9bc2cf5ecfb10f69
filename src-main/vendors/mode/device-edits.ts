import type { DeviceEdits, DeviceParameter, OperationShape } from '../../core/operation/device-edit.ts';
import { defined } from '../../core/base/defined.ts';

/** What can be changed on a device of MODE. */
export const modeEdits: DeviceEdits = {
  rename: {
    description: false,
    call: ({ id }, name) => ({ operation: 'updateDevice', input: { deviceId: id, name } }),
  },
  group: {
    called: 'Home',
    by: 'number',
    help: 'Its number in the MODE console. This and the tag need a project key with “Admin” rights, or a user of the whole project.',
    call: ({ id }, group) =>
      /^\d+$/.test(group)
        ? { operation: 'updateDevice', input: { deviceId: id, homeId: Number(group) } }
        : { reason: 'MODE has homes instead of groups and knows them by number; enter the number of one.' },
  },
  // "An optional/informational tag associated with device": one text, and an empty one takes it away.
  tag: {
    many: false,
    calls: (device, tags) => {
      const tag = tags[0] ?? '';
      return tag === (device.tags[0] ?? '') ? [] : [{ operation: 'updateDevice', input: { deviceId: device.id, tag } }];
    },
  },
  delete: {
    hardLabel: 'At MODE, erase them from the project, too',
    deletions: ({ id, name }) => [
      {
        id: 'leave-home',
        operation: 'deleteDevice',
        input: { deviceId: id, hardDelete: 'false' },
        title: 'Take it out of its home',
        verb: 'Take out of its home',
        loss: `${name} leaves its home, and the users of the home lose it. In a project that provisions devices on demand it is erased for ever, with its key, its settings and its logs.`,
        after: 'out of its home',
        isHard: false,
      },
      {
        id: 'erase',
        operation: 'deleteDevice',
        input: { deviceId: id, hardDelete: 'true' },
        title: 'Erase it for ever',
        verb: 'Erase for ever',
        loss: `${name} is erased from the project for ever, with its key, its settings and its logs. Its hardware cannot connect any more.`,
        after: 'erased for ever',
        isHard: true,
      },
    ],
  },
  customField: { not: 'has no custom fields' },
  job: { not: 'runs no jobs' },
  upload: { not: 'takes no files' },
  command: {
    call: ({ id, presence }, { action, parameters }) =>
      presence.state === 'offline'
        ? { reason: 'It is offline, and MODE keeps no commands for later.' }
        : {
            operation: 'sendCommand',
            input: { deviceId: id, action, ...defined({ parameters }) },
          },
  },
  password: { not: 'keeps no passwords of its connections' },
};

/** Which input of an operation names a device. */
export const modeParameter = ({ inputs }: OperationShape): DeviceParameter | undefined =>
  inputs.includes('deviceId') ? { parameter: 'deviceId', form: 'id', of: 'device' } : undefined;

/** The operations behind each part of the device page. */
export const modeCapabilities = {
  'logs.range': ['getLogEntries', 'getHttpLogEntries'],
  'logs.requests': ['requestLogs', 'listLogRequests', 'cancelLogRequest'],
  'data.values': ['listKeyValues', 'setKeyValue', 'deleteKeyValue'],
  'data.schemas': ['getConfigSchemas', 'setKeyValue'],
  'settings.rename': ['updateDevice'],
  'settings.group': ['updateDevice'],
  'settings.tag': ['updateDevice'],
  'settings.firmware': ['recordFirmware'],
  'settings.delete': ['deleteDevice'],
} as const;
