import { makeFleet } from '../fleet.ts';
import type { FleetDevice } from '../fleet.ts';

/** A device as MODE's simulator keeps it. */
export interface SimulatedDevice {
  /** Most are numbers; some are texts such as `343d8`, as in the document's sample. */
  readonly id: number | string;
  deviceClass: string;
  name: string;
  tag: string | undefined;
  homeId: number | undefined;
  readonly apiKey: string;
  claimCode: string;
  readonly creationTime: number;
  claimTime: number | undefined;
  isConnected: boolean;
  /** Epoch milliseconds; never connected where absent. */
  lastConnectTime: number | undefined;
  lastDisconnectTime: number | undefined;
  channel: string | undefined;
  bundleInstalled: string | undefined;
  bundleInstallTime: number | undefined;
}

/** What somebody wants to change; absent keys stay. */
export type DeviceChange = Partial<
  Pick<SimulatedDevice, 'name' | 'tag' | 'homeId' | 'channel' | 'bundleInstalled' | 'bundleInstallTime'>
>;

const classes: Readonly<Record<FleetDevice['kind'], string>> = {
  gateway: 'edge_gateway',
  camera: 'smart_camera',
  kiosk: 'kiosk',
  panel: 'plc_panel',
  pi: 'smart_sensor',
};
const firstId = 34_256;
const firstHome = 1701;

/** A device id of the simulator: a number such as 34256, or for every ninth machine a text such as `85d1d`. */
export const simulatedDeviceId = (index: number): number | string =>
  index % 9 === 1 ? `${(firstId + index).toString(16)}d` : firstId + index;

/** Every thirteenth machine belongs to no home and never connected, like the second sample of the document. */
const isUnclaimed = (index: number): boolean => index % 13 === 5;

const iso = (at: number | undefined): string | undefined =>
  // The document's samples have times with and without a fraction.
  at === undefined ? undefined : new Date(at).toISOString().replace('.000Z', 'Z');

/** The devices and homes of a simulated project. */
export class ModeFleet {
  readonly projectId: number;
  readonly homes = new Map<number, string>();
  readonly #devices = new Map<string, SimulatedDevice>();
  readonly #keys = new Map<string, SimulatedDevice>();
  #nextId: number;

  constructor(projectId: number, devices: number | readonly FleetDevice[], now: number) {
    this.projectId = projectId;
    const fleet = typeof devices === 'number' ? makeFleet(devices, now) : devices;
    const homeIds = new Map<string, number>();
    for (const machine of fleet) {
      let homeId = homeIds.get(machine.site);
      if (homeId === undefined) {
        homeId = firstHome + homeIds.size;
        homeIds.set(machine.site, homeId);
        this.homes.set(homeId, machine.site);
      }
      const unclaimed = isUnclaimed(machine.index);
      const { name, serial, online, lastOnlineAt } = machine;
      this.add({
        ...newDevice(simulatedDeviceId(machine.index), classes[machine.kind], now),
        name,
        tag: serial,
        homeId: unclaimed ? undefined : homeId,
        claimTime: unclaimed ? undefined : now - 90 * 86_400_000,
        isConnected: online && !unclaimed,
        lastConnectTime: unclaimed ? undefined : lastOnlineAt - 3_600_000,
        lastDisconnectTime: unclaimed || online ? undefined : lastOnlineAt,
      });
    }
    this.#nextId = firstId + fleet.length + 1000;
  }

  get ids(): readonly string[] {
    return [...this.#devices.keys()];
  }

  find(id: string): SimulatedDevice | undefined {
    return this.#devices.get(id);
  }

  byKey(key: string): SimulatedDevice | undefined {
    return this.#keys.get(key);
  }

  byClaimCode(code: string): SimulatedDevice | undefined {
    return [...this.#devices.values()].find((device) => device.claimCode === code);
  }

  add(device: SimulatedDevice): void {
    this.#devices.set(String(device.id), device);
    this.#keys.set(device.apiKey, device);
  }

  remove(device: SimulatedDevice): void {
    this.#devices.delete(String(device.id));
    this.#keys.delete(device.apiKey);
  }

  create(deviceClass: string, now: number): SimulatedDevice {
    this.#nextId += 1;
    const device = newDevice(this.#nextId, deviceClass, now);
    this.add(device);
    return device;
  }

  setConnected(device: SimulatedDevice, connected: boolean, now: number): void {
    if (device.isConnected === connected) return;
    device.isConnected = connected;
    if (connected) device.lastConnectTime = now;
    else device.lastDisconnectTime = now;
  }

  /** One page in the order of the fleet. */
  page(
    wanted: (device: SimulatedDevice) => boolean,
    skip: number,
    limit: number,
    now: number,
  ): readonly Readonly<Record<string, unknown>>[] {
    const rows: Readonly<Record<string, unknown>>[] = [];
    let passed = 0;
    for (const device of this.#devices.values()) {
      if (!wanted(device)) continue;
      passed += 1;
      if (passed <= skip) continue;
      rows.push(this.view(device, now));
      if (rows.length >= limit) break;
    }
    return rows;
  }

  /** The device object; its secrets only with `admin`. What a device does not have is left out. */
  view(device: SimulatedDevice, now: number, admin = false): Readonly<Record<string, unknown>> {
    return {
      id: device.id,
      projectId: this.projectId,
      deviceClass: device.deviceClass,
      name: device.name,
      tag: device.tag,
      homeId: device.homeId,
      claimExpirationTime: iso((device.claimTime ?? now) + 3_600_000),
      claimTime: iso(device.claimTime),
      isConnected: device.isConnected,
      lastConnectTime: iso(device.lastConnectTime),
      lastDisconnectTime: iso(device.lastDisconnectTime),
      channel: device.channel,
      bundleInstalled: device.bundleInstalled,
      bundleInstallTime: iso(device.bundleInstallTime),
      ...(admin ? { apiKey: device.apiKey, claimCode: device.claimCode, creationTime: iso(device.creationTime) } : {}),
    };
  }
}

const newDevice = (id: number | string, deviceClass: string, now: number): SimulatedDevice => ({
  id,
  deviceClass,
  name: '',
  tag: undefined,
  homeId: undefined,
  apiKey: `v1.ZHww${id}==.8293847182.simulated${id}`,
  claimCode: `f5106924ce0f${id}`,
  creationTime: now - 120 * 86_400_000,
  claimTime: undefined,
  isConnected: false,
  lastConnectTime: undefined,
  lastDisconnectTime: undefined,
  channel: undefined,
  bundleInstalled: undefined,
  bundleInstallTime: undefined,
});
