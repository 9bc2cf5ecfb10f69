import type { FleetDevice } from '../fleet.ts';
import { badRequest, json, compactTime } from './answers.ts';
import type { SimulatedAnswer } from '../simulator.ts';

/** A device as the simulator keeps it. */
export interface SimulatedDevice {
  readonly unitId: string;
  name: string;
  notes: string;
  group: string;
  readonly externalIp: string;
  readonly internalIp: string;
  readonly mac: string;
  readonly serial: string;
  online: boolean;
  /** Epoch milliseconds. */
  lastOnlineAt: number;
}

/** The device id of the `index`th machine: sixteen hexadecimal digits. */
export const simulatedUnitId = (index: number): string => (0x8888_0000 + index).toString(16).padStart(16, '0');

/** The machines of the account. */
export class RemoteIotDevices {
  readonly #now: () => number;
  readonly #devices = new Map<string, SimulatedDevice>();
  /** `/device` of the whole fleet, serialised; dropped when a device changes. */
  #listing: Buffer | undefined;
  #flapping: { readonly unitIds: ReadonlySet<string>; readonly everyMs: number } = { unitIds: new Set(), everyMs: 0 };

  constructor(fleet: readonly FleetDevice[], now: () => number) {
    this.#now = now;
    for (const machine of fleet) {
      const unitId = simulatedUnitId(machine.index);
      this.#devices.set(unitId, {
        unitId,
        name: machine.name,
        notes: machine.description,
        group: machine.site,
        externalIp: machine.externalAddress,
        internalIp: machine.internalAddress,
        mac: machine.mac,
        serial: machine.serial,
        online: machine.online,
        lastOnlineAt: machine.lastOnlineAt,
      });
    }
  }

  get unitIds(): readonly string[] {
    return [...this.#devices.keys()];
  }

  get(unitId: string): SimulatedDevice | undefined {
    return this.#devices.get(unitId);
  }

  delete(unitId: string): void {
    this.#devices.delete(unitId);
  }

  values(): Iterable<SimulatedDevice> {
    return this.#devices.values();
  }

  /** To be called after a device was changed or deleted. */
  changed(): void {
    this.#listing = undefined;
  }

  setOnline(unitId: string, online: boolean): void {
    const device = this.#devices.get(unitId);
    if (device === undefined) return;
    if (device.online || online) device.lastOnlineAt = this.#now();
    device.online = online;
  }

  /** These devices change sides every `everyMs` milliseconds; with 0 at each status request. */
  setFlapping(unitIds: readonly string[], everyMs: number): void {
    this.#flapping = { unitIds: new Set(unitIds), everyMs };
  }

  /** `device`: all, or those of a group. */
  answerList(group: string): SimulatedAnswer {
    const headers = { 'content-type': 'application/json' };
    if (group === '' && this.#listing !== undefined) return { status: 200, headers, body: this.#listing };
    const parts: string[] = [];
    for (const device of this.#devices.values()) {
      if (group !== '' && device.group !== group) continue;
      const { unitId, externalIp, internalIp, mac, notes, name, serial } = device;
      parts.push(
        JSON.stringify({
          UnitId: unitId,
          External_ip: externalIp,
          Internal_ip: internalIp,
          Mac: mac,
          Notes: notes,
          Group: device.group,
          Name: name,
          Serial: serial,
        }),
      );
    }
    const body = Buffer.from(`[${parts.join(',')}]`);
    if (group === '') this.#listing = body;
    return { status: 200, headers, body };
  }

  /** `GetDevice`, in the second spelling. */
  answerFind(pattern: string): SimulatedAnswer {
    let name: RegExp;
    try {
      name = new RegExp(pattern);
    } catch {
      return badRequest;
    }
    return json(
      [...this.#devices.values()]
        .filter((device) => name.test(device.name))
        .map((device) => ({
          UnitId: device.unitId,
          'External IP': device.externalIp,
          'Internal IP': device.internalIp,
          'MAC Address': device.mac,
          Description: device.notes,
          Group: device.group,
          Name: device.name,
          Serial: device.serial,
        })),
    );
  }

  /** `status`: says nothing about ids it does not know. */
  answerStatus(asked: readonly { readonly UnitId: string }[]): SimulatedAnswer {
    const { unitIds, everyMs } = this.#flapping;
    const rows: unknown[] = [];
    for (const { UnitId } of asked) {
      const device = this.#devices.get(UnitId);
      if (device === undefined) continue;
      if (unitIds.has(UnitId)) {
        // Each device turns at its own moment.
        const turn =
          everyMs === 0
            ? !device.online
            : Math.floor(this.#now() / everyMs + Number.parseInt(UnitId.slice(-4), 16) * 0.37) % 2 === 0;
        if (turn !== device.online) this.setOnline(UnitId, turn);
      }
      const lastOnlineAt = device.online ? this.#now() : device.lastOnlineAt;
      rows.push({ UnitId, LastOnlineTime: compactTime(lastOnlineAt), Status: device.online ? 'Online' : 'Offline' });
    }
    // The order of the answer is not promised; in the sample it differs from the request's.
    return json(rows.reverse());
  }
}
