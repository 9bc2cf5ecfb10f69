import { deviceAddress } from '../../core/forward/device-address.ts';

/** The loopback addresses of devices: assigned at first need and kept for good. */
export class DeviceAddresses {
  readonly #byKey = new Map<string, string>();

  /** Loads the stored addresses. */
  load(addresses: Readonly<Record<string, string>>): void {
    for (const [key, address] of Object.entries(addresses)) this.#byKey.set(key, address);
  }

  of(deviceKey: string): string {
    const known = this.#byKey.get(deviceKey);
    if (known !== undefined) return known;
    const address = deviceAddress(deviceKey, new Set(this.#byKey.values()));
    this.#byKey.set(deviceKey, address);
    return address;
  }

  /** All assigned addresses, by device key; undefined if there are none. */
  all(): Readonly<Record<string, string>> | undefined {
    return this.#byKey.size === 0 ? undefined : Object.fromEntries(this.#byKey);
  }
}
