import type { DeviceRecord } from '../../core/fleet/device.ts';
import type { DeviceEdits, DeviceParameter, OperationShape } from '../../core/operation/device-edit.ts';

/** The one action of an entry of the address book that is no computer of the cloud: RMX-22. */
export const connectAction = 'connect';

/** Whether a device is an entry of the address book; else it is a computer of the cloud. */
export const isConnection = (device: Pick<DeviceRecord, 'services'>): boolean =>
  device.services.some((service) => service.id === connectAction);

/** What can be changed on a device of Remotix. */
export const remotixEdits: DeviceEdits = {
  rename: {
    description: false,
    call: (device, name) =>
      isConnection(device)
        ? { operation: 'updateConnection', input: { uid: device.id, name } }
        : { operation: 'updateComputer', input: { computer_id: device.id, name } },
  },
  group: { not: 'knows groups by their uid; move a device with its own operation' },
  tag: { not: 'has no tags to change' },
  delete: {
    deletions: (device) =>
      isConnection(device)
        ? [
            {
              id: 'delete-connection',
              operation: 'deleteConnection',
              input: { uid: device.id },
              title: 'Delete this connection',
              verb: 'Delete connection',
              loss: `${device.name} is deleted from Remotix with its settings and its stored user name and password. The computer it leads to is not touched.`,
              after: 'deleted',
              isHard: false,
            },
          ]
        : [
            {
              id: 'remove-computer',
              operation: 'deleteComputer',
              input: { computer_id: device.id },
              title: 'Remove this computer',
              verb: 'Remove computer',
              loss: `${device.name} leaves your Hub and you are removed from the trusted users on that computer. Only its owner can give you access again, on the computer itself.`,
              after: 'deleted',
              isHard: false,
            },
          ],
  },
  customField: { not: 'has no custom fields' },
  job: { not: 'runs no jobs' },
  upload: { not: 'takes no files' },
  command: { not: 'takes no commands' },
  password: {
    call: (device, protocol, user) =>
      isConnection(device)
        ? {
            operation: 'updateConnectionCredentials',
            input: { uid: device.id, ...(user === undefined ? {} : { [`${protocol}.username`]: user }) },
          }
        : { reason: 'Remotix takes new passwords for the connections of its address book only.' },
    input: (protocol) => `${protocol}.password`,
  },
};

/** Which input of an operation names a device, and of which of the two kinds. */
export const remotixParameter = ({ path, inputs }: OperationShape): DeviceParameter | undefined => {
  if (inputs.includes('computer_id'))
    return {
      parameter: 'computer_id',
      form: 'id',
      of: 'device',
      only: { service: connectAction, has: false, reason: 'This is for cloud computers only.' },
    };
  return path.startsWith('/connection/') && inputs.includes('uid')
    ? {
        parameter: 'uid',
        form: 'id',
        of: 'device',
        only: { service: connectAction, has: true, reason: 'This is for connections only.' },
      }
    : undefined;
};

/** The operations behind each part of the device page. */
export const remotixCapabilities = {
  'settings.rename': ['updateComputer'],
  'settings.delete': ['deleteComputer'],
} as const;
