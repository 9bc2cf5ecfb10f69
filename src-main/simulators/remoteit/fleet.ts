import type { FleetDevice, FleetKind } from '../fleet.ts';

/** A device as the simulator keeps it. */
export interface SimulatedRemoteItDevice {
  readonly index: number;
  readonly id: string;
  name: string;
  online: boolean;
  /** Epoch milliseconds at which `online` last changed. */
  changedAt: number;
  readonly createdAt: number;
  readonly externalAddress: string;
  readonly internalAddress: string;
  readonly tags: Set<string>;
  /** Tags of the organisation, besides those of the account itself. */
  readonly organisationTags: Set<string>;
  readonly services: readonly SimulatedRemoteItService[];
}

export interface SimulatedRemoteItService {
  readonly id: string;
  name: string;
  readonly title: string;
  readonly application: number;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
  readonly enabled: boolean;
}

const hexByte = (value: number): string => (value & 255).toString(16).toUpperCase().padStart(2, '0');
const address = (kind: number, index: number): string =>
  `80:00:00:00:${hexByte(kind)}:${hexByte(index >> 16)}:${hexByte(index >> 8)}:${hexByte(index)}`;
const deviceByte = 0x01;
const firstServiceByte = 0x10;

/** The id of the `index`th device. */
export const simulatedDeviceId = (index: number): string => address(deviceByte, index);
/** The id of the `number`th service of the `index`th device; 0 is SSH. */
export const simulatedServiceId = (index: number, number: number): string => address(firstServiceByte + number, index);

type Kind = Pick<SimulatedRemoteItService, 'title' | 'application' | 'port'> & { readonly udp?: true };
const ssh: Kind = { title: 'SSH', application: 28, port: 22 };
const offered: Readonly<Record<FleetKind, readonly Kind[]>> = {
  gateway: [ssh, { title: 'HTTPS', application: 8, port: 443 }, { title: 'TCP', application: 1, port: 502 }],
  camera: [ssh, { title: 'HTTP', application: 7, port: 80 }],
  kiosk: [ssh, { title: 'VNC', application: 4, port: 5900 }],
  panel: [ssh, { title: 'RDP', application: 5, port: 3389 }],
  pi: [
    ssh,
    { title: 'VNC', application: 4, port: 5900 },
    { title: 'WireGuard', application: 32_769, port: 51_820, udp: true },
  ],
};

/** The devices of the account, in order. */
export class RemoteItFleet {
  readonly #devices: SimulatedRemoteItDevice[];
  readonly #now: () => number;

  constructor(fleet: readonly FleetDevice[], now: () => number) {
    this.#now = now;
    this.#devices = fleet.map((machine, index) => ({
      index,
      id: simulatedDeviceId(index),
      name: machine.name,
      online: machine.online,
      changedAt: machine.online ? now() - 3_600_000 : machine.lastOnlineAt,
      createdAt: now() - 300 * 86_400_000,
      externalAddress: machine.externalAddress,
      internalAddress: machine.internalAddress,
      tags: new Set([machine.site]),
      organisationTags: new Set(['Organisation']),
      services: offered[machine.kind].map((kind, number) => ({
        id: simulatedServiceId(index, number),
        name: `${kind.title} of ${machine.name}`,
        title: kind.title,
        application: kind.application,
        port: kind.port,
        protocol: kind.udp === true ? 'UDP' : 'TCP',
        enabled: true,
      })),
    }));
  }

  list(): readonly SimulatedRemoteItDevice[] {
    return this.#devices;
  }

  /** The device with this id, or the one that has the service with this id. */
  locate(
    id: string,
  ): { readonly device: SimulatedRemoteItDevice; readonly service: SimulatedRemoteItService | undefined } | undefined {
    const parts = id.split(':');
    const index = Number.parseInt(parts.slice(5).join(''), 16);
    const device = this.#devices[index];
    if (device === undefined) return undefined;
    if (device.id === id) return { device, service: undefined };
    const service = device.services.find((candidate) => candidate.id === id);
    return service === undefined ? undefined : { device, service };
  }

  /** Whether anything changed. */
  setOnline(id: string, online: boolean): boolean {
    const device = this.locate(id)?.device;
    if (device === undefined || device.online === online) return false;
    device.online = online;
    device.changedAt = this.#now();
    return true;
  }

  /** Gives a device or a service another name. `taken` where a device has it already. */
  rename(id: string, name: string): 'renamed' | 'unknown' | 'taken' {
    const found = this.locate(id);
    if (found === undefined) return 'unknown';
    const { device, service } = found;
    if (service !== undefined) service.name = name;
    else if (this.#devices.some((other) => other !== device && other.name === name)) return 'taken';
    else device.name = name;
    return 'renamed';
  }
}
