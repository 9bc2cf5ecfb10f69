import type { DeviceEdits, DeviceParameter, EditCall, OperationShape } from '../../core/operation/device-edit.ts';

/** What can be changed on a device of remote.it. */
export const remoteItEdits: DeviceEdits = {
  rename: {
    description: false,
    // The second is of the older API, for accounts whose credentials GraphQL does not take.
    call: ({ id }, name) => ({
      operation: 'renameService',
      input: { serviceId: id, name },
      otherwise: { operation: 'device/name', input: { deviceaddress: id, devicealias: name } },
    }),
  },
  group: { not: 'has tags instead of groups' },
  tag: {
    many: true,
    calls: (device, tags) => {
      const call = (operation: string, name: readonly string[]): readonly EditCall[] =>
        name.length === 0 ? [] : [{ operation, input: { name, serviceId: [device.id] } }];
      return [
        ...call(
          'addTag',
          tags.filter((tag) => !device.tags.includes(tag)),
        ),
        ...call(
          'removeTag',
          device.tags.filter((tag) => !tags.includes(tag)),
        ),
      ];
    },
  },
  delete: { not: 'deletes no devices over its API; use its portal' },
  customField: { not: 'has no custom fields' },
  job: { not: 'runs no jobs' },
  upload: { not: 'takes no files' },
  command: { not: 'takes no commands' },
  password: { not: 'keeps no passwords of its connections' },
};

/** Devices and services have inputs of the same names, so the operation's id says which it is. */
const parameters: Readonly<Record<string, DeviceParameter>> = {
  device: { parameter: 'id', form: 'ids', of: 'device' },
  renameService: { parameter: 'serviceId', form: 'id', of: 'device' },
  addTag: { parameter: 'serviceId', form: 'ids', of: 'device' },
  removeTag: { parameter: 'serviceId', form: 'ids', of: 'device' },
  connect: { parameter: 'serviceId', form: 'id', of: 'service' },
  disconnect: { parameter: 'serviceId', form: 'id', of: 'service' },
  'device/name': { parameter: 'deviceaddress', form: 'id', of: 'device' },
  'device/connect': { parameter: 'deviceaddress', form: 'id', of: 'service' },
  'device/connect/stop': { parameter: 'deviceaddress', form: 'id', of: 'service' },
};

/** Which input of an operation names a device or a service. */
export const remoteItParameter = ({ id }: OperationShape): DeviceParameter | undefined =>
  Object.hasOwn(parameters, id) ? parameters[id] : undefined;

/** The operations behind each part of the device page. */
export const remoteItCapabilities = {
  'settings.rename': ['renameService'],
  'settings.tag': ['addTag', 'removeTag'],
} as const;
