/** Says of each connection that arrives which device it is meant for: all devices of the demo share one server. */
export class ExpectedDevices {
  readonly #names: string[] = [];

  /** The next connection is meant for this device. */
  expect(deviceName: string): void {
    this.#names.push(deviceName);
    // A connection that was announced and never came must not shift the names of all later ones for ever.
    if (this.#names.length > 50) this.#names.splice(0, 25);
  }

  /** The device that the connection that has just arrived is meant for. */
  take(): string {
    return this.#names.shift() ?? 'demo-device';
  }
}
