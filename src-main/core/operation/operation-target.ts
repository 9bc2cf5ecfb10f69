import type { Device, VendorId } from '../fleet/device.ts';

/** The input of an operation that names a device. */
export interface DeviceParameter {
  readonly parameter: string;
  readonly form: 'id' | 'ids';
  /** What the id is of: any device, one of its services, or one kind of Remotix's devices. */
  readonly of: 'device' | 'service' | 'computer' | 'connection';
}

/** What of an operation tells which input names a device. */
export interface OperationShape {
  readonly id: string;
  readonly path: string;
  /** Names of its inputs. */
  readonly inputs: readonly string[];
}

const one = (parameter: string, of: DeviceParameter['of'] = 'device'): DeviceParameter => ({
  parameter,
  form: 'id',
  of,
});
const many = (parameter: string): DeviceParameter => ({ parameter, form: 'ids', of: 'device' });

/** remote.it calls devices and services by the same names, so its operations are told apart by their ids. */
const remoteItParameters: Readonly<Record<string, DeviceParameter>> = {
  device: many('id'),
  renameService: one('serviceId'),
  addTag: many('serviceId'),
  removeTag: many('serviceId'),
  connect: one('serviceId', 'service'),
  disconnect: one('serviceId', 'service'),
  'device/name': one('deviceaddress'),
  'device/connect': one('deviceaddress', 'service'),
  'device/connect/stop': one('deviceaddress', 'service'),
};

/** Which input of an operation names a device; undefined where none does, so that it is about the account. */
export const deviceParameter = (
  vendor: VendorId,
  { id, path, inputs }: OperationShape,
): DeviceParameter | undefined => {
  const has = (name: string): boolean => inputs.includes(name);
  switch (vendor) {
    case 'remoteiot':
      if (has('UnitId')) return one('UnitId');
      if (has('Unit')) return many('Unit');
      // The bare array of the status call is a list of devices.
      return path === '/status' && has('body') ? many('body') : undefined;
    case 'mode':
      return has('deviceId') ? one('deviceId') : undefined;
    case 'reemo':
      return path.includes('{id}') ? one('id') : undefined;
    case 'remotix':
      if (has('computer_id')) return one('computer_id', 'computer');
      return path.startsWith('/connection/') && has('uid') ? one('uid', 'connection') : undefined;
    case 'remoteit':
      return Object.hasOwn(remoteItParameters, id) ? remoteItParameters[id] : undefined;
    default:
      return vendor satisfies never;
  }
};

/** The one action of an entry of Remotix's address book that is no computer of the cloud. */
const connectionService = 'connect';

/** Whether a device of Remotix is an entry of its address book, or a computer of the cloud. */
export const remotixKind = (device: Pick<Device, 'services'>): 'computer' | 'connection' =>
  device.services.some((service) => service.id === connectionService) ? 'connection' : 'computer';

/** An input with the device filled in. */
export const withDevice = (
  { parameter, form }: DeviceParameter,
  deviceId: string,
  input: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => ({ ...input, [parameter]: form === 'ids' ? [deviceId] : deviceId });
