import type { DeviceView } from '../../../src-preload/contract/views.ts';

/** A call of an operation that a setting becomes. */
export interface Call {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** What does the same for an account whose credentials the first is closed to. */
  readonly otherwise?: Call;
}

type Facts = Pick<DeviceView, 'vendor' | 'id' | 'services'>;

/** Remotix keeps computers of its cloud and connections of the user's own; these have one action alone. */
const isConnection = (device: Facts): boolean => device.services.some((service) => service.id === 'connect');

/** Whether the vendor's rename takes a description, too. */
export const takesDescription = (device: Facts): boolean => device.vendor === 'remoteiot';

/** Renames a device, in the words of its vendor. */
export const renameCall = (device: Facts, name: string, description: string | undefined): Call => {
  switch (device.vendor) {
    case 'remoteiot':
      return {
        operation: 'rename',
        input: { UnitId: device.id, Name: name, ...(description === undefined ? {} : { Description: description }) },
      };
    case 'mode':
      return { operation: 'updateDevice', input: { deviceId: device.id, name } };
    case 'remoteit':
      return {
        operation: 'renameService',
        input: { serviceId: device.id, name },
        otherwise: { operation: 'device/name', input: { deviceaddress: device.id, devicealias: name } },
      };
    case 'remotix':
      return isConnection(device)
        ? { operation: 'updateConnection', input: { uid: device.id, name } }
        : { operation: 'updateComputer', input: { computer_id: device.id, name } };
    case 'reemo':
      return { operation: 'updateComputer', input: { id: device.id, name } };
    default:
      return device.vendor satisfies never;
  }
};

/** The tags a device is to lose and to get, as calls; MODE has one tag, remote.it any number. */
export const tagCalls = (device: Facts & Pick<DeviceView, 'tags'>, tags: readonly string[]): readonly Call[] => {
  if (device.vendor === 'mode') {
    const tag = tags[0] ?? '';
    return tag === (device.tags[0] ?? '') ? [] : [{ operation: 'updateDevice', input: { deviceId: device.id, tag } }];
  }
  const serviceId = [device.id];
  const gone = device.tags.filter((tag) => !tags.includes(tag));
  const fresh = tags.filter((tag) => !device.tags.includes(tag));
  return [
    ...(fresh.length === 0 ? [] : [{ operation: 'addTag', input: { name: fresh, serviceId } }]),
    ...(gone.length === 0 ? [] : [{ operation: 'removeTag', input: { name: gone, serviceId } }]),
  ];
};

/** A way to delete a device, with what is lost. */
export interface Deletion extends Call {
  readonly title: string;
  readonly loss: string;
  readonly verb: string;
}

/** The ways to delete a device, in the words of its vendor; the gentler one first. */
export const deletions = (device: Facts & Pick<DeviceView, 'name'>): readonly Deletion[] => {
  const { name, id } = device;
  switch (device.vendor) {
    case 'remoteiot':
      return [
        {
          operation: 'DeleteDevice',
          input: { UnitId: id },
          title: 'Delete this device',
          verb: 'Delete device',
          loss: `${name} leaves the account, with its jobs, custom fields and history. To reach it again it has to be registered anew, on the device itself.`,
        },
      ];
    case 'mode':
      return [
        {
          operation: 'deleteDevice',
          input: { deviceId: id, hardDelete: 'false' },
          title: 'Take it out of its home',
          verb: 'Take out of its home',
          loss: `${name} leaves its home, and the users of the home lose it. In a project that provisions devices on demand it is erased for ever, with its key, its settings and its logs.`,
        },
        {
          operation: 'deleteDevice',
          input: { deviceId: id, hardDelete: 'true' },
          title: 'Erase it for ever',
          verb: 'Erase for ever',
          loss: `${name} is erased from the project for ever, with its key, its settings and its logs. Its hardware cannot connect any more.`,
        },
      ];
    case 'remotix':
      if (isConnection(device))
        return [
          {
            operation: 'deleteConnection',
            input: { uid: id },
            title: 'Delete this connection',
            verb: 'Delete connection',
            loss: `${name} is deleted from Remotix with its settings and its stored user name and password. The computer it leads to is not touched.`,
          },
        ];
      return [
        {
          operation: 'deleteComputer',
          input: { computer_id: id },
          title: 'Remove this computer',
          verb: 'Remove computer',
          loss: `${name} leaves your Hub and you are removed from the trusted users on that computer. Only its owner can give you access again, on the computer itself.`,
        },
      ];
    case 'reemo':
      return [
        {
          operation: 'deleteComputer',
          input: { id },
          title: 'Delete this computer',
          verb: 'Delete computer',
          loss: `${name} leaves the Reemo account. To reach it again, the Reemo service has to register it anew from the computer itself.`,
        },
      ];
    case 'remoteit':
      return [];
    default:
      return device.vendor satisfies never;
  }
};
