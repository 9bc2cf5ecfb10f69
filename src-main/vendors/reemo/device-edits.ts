import type { DeviceEdits, DeviceParameter, OperationShape } from '../../core/operation/device-edit.ts';

/** What can be changed on a computer of Reemo. */
export const reemoEdits: DeviceEdits = {
  rename: {
    description: false,
    call: ({ id }, name) => ({ operation: 'updateComputer', input: { id, name } }),
  },
  group: { not: 'has no groups' },
  tag: { not: 'has no tags to change' },
  delete: {
    deletions: ({ id, name, presence }) => [
      {
        id: 'delete',
        operation: 'deleteComputer',
        input: { id },
        title: 'Delete this computer',
        verb: 'Delete computer',
        loss: `${name} leaves the Reemo account. To reach it again, the Reemo service has to register it anew from the computer itself.`,
        after: 'deleted',
        isHard: false,
        // "OFFLINE computers can be deleted (meaning they are not currently connected to our servers)."
        ...(presence.state === 'offline' ? {} : { reason: 'Reemo deletes it only while it is offline.' }),
      },
    ],
  },
  customField: { not: 'has no custom fields' },
  job: { not: 'runs no jobs' },
  upload: { not: 'takes no files' },
  command: { not: 'takes no commands' },
  password: { not: 'keeps no passwords of its connections' },
};

/** Which input of an operation names a computer. */
export const reemoParameter = ({ path }: OperationShape): DeviceParameter | undefined =>
  path.includes('{id}') ? { parameter: 'id', form: 'id', of: 'device' } : undefined;

/** The operations behind each part of the device page. */
export const reemoCapabilities = {
  'settings.rename': ['updateComputer'],
  'settings.delete': ['deleteComputer'],
} as const;
