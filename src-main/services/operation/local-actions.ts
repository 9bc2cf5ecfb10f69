import { noDevice } from '../../core/fleet/not-found-errors.ts';
import type { Device } from '../../core/fleet/device.ts';
import { fail, type Result } from '../../core/base/errors.ts';
import type { Log } from '../../core/base/log.ts';
import type { Connector, LocalAction, LocalActionRoute } from '../../vendors/vendor.ts';

export interface LocalActionsDeps {
  readonly accounts: { connector(id: string): Promise<Result<Connector>> };
  readonly inventory: { device(key: string): Device | undefined };
  readonly log: Log;
}

interface Reached {
  readonly device: Device;
  readonly route: LocalActionRoute;
}

/** The actions of the vendor's own program on this computer. */
export class LocalActions {
  readonly #deps: LocalActionsDeps;

  constructor(deps: LocalActionsDeps) {
    this.#deps = deps;
  }

  /** The actions for a device, asked from the program each time. Errors: not-found, unsupported, and the vendor's. */
  async list(deviceKey: string, signal: AbortSignal): Promise<Result<readonly LocalAction[]>> {
    const reached = await this.#reach(deviceKey);
    return reached.ok ? reached.value.route.list(reached.value.device.id, signal) : reached;
  }

  /** Runs an action once. Errors: those of `list`, and unsupported if it is not offered now. */
  async run(deviceKey: string, actionId: string, signal: AbortSignal): Promise<Result<void>> {
    const reached = await this.#reach(deviceKey);
    if (!reached.ok) return reached;
    const { device, route } = reached.value;
    this.#deps.log.write('info', 'action.run', { device: deviceKey, action: actionId });
    return route.run(device.id, actionId, signal);
  }

  async #reach(deviceKey: string): Promise<Result<Reached>> {
    const device = this.#deps.inventory.device(deviceKey);
    if (device === undefined) return noDevice;
    const connector = await this.#deps.accounts.connector(device.accountId);
    if (!connector.ok) return connector;
    const route = connector.value.actions;
    return route === undefined
      ? fail(
          'unsupported',
          `${device.name} has no actions: its vendor has no program on this computer.`,
          'Connect to one of its services instead.',
        )
      : { ok: true, value: { device, route } };
  }
}
