import { noDevice } from '../../core/fleet/not-found-errors.ts';
import { fail, ok, type Result } from '../../core/base/errors.ts';
import type { Log } from '../../core/base/log.ts';
import type { Device } from '../../core/fleet/device.ts';
import { callsFor, type DeviceChange } from '../../core/operation/device-change.ts';
import { isOffered, type Deletion, type EditCall, type OperationCall } from '../../core/operation/device-edit.ts';
import type { Connector, Operation, Vendor } from '../../vendors/vendor.ts';
import type { Activity } from '../activity/activity.ts';
import type { Accounts } from '../fleet/accounts.ts';
import type { Inventory } from '../fleet/inventory.ts';
import { isThere, sendEdit } from './send-edit.ts';

export interface DeviceEditorDeps {
  readonly accounts: Pick<Accounts, 'vendor' | 'connector'>;
  readonly inventory: Pick<Inventory, 'device' | 'devices'>;
  /** Records each call in the history, without its input. */
  readonly activity: Pick<Activity, 'recordOperation'>;
  readonly log: Log;
}

/** A call with the operations that it may need. */
interface Planned {
  readonly call: EditCall;
  readonly operations: ReadonlyMap<string, Operation>;
}

/** Changes one device by the calls that its vendor names. */
export class DeviceEditor {
  readonly #deps: DeviceEditorDeps;

  constructor(deps: DeviceEditorDeps) {
    this.#deps = deps;
  }

  /** The ways to delete the device, the gentler one first. Errors: not-found. */
  deletions(deviceKey: string): Result<readonly Deletion[]> {
    const found = this.#find(deviceKey);
    if (!found.ok) return found;
    const { device, vendor } = found.value;
    return ok(isOffered(vendor.edits.delete) ? vendor.edits.delete.deletions(device) : []);
  }

  /**
   * Makes the change, call by call until one fails. Errors: not-found, unsupported (the device cannot be changed so),
   * confirmation-required (it destroys, and `confirmed` is false), and those of the vendor.
   */
  async edit(deviceKey: string, change: DeviceChange, confirmed: boolean, signal: AbortSignal): Promise<Result<void>> {
    const found = this.#find(deviceKey);
    if (!found.ok) return found;
    const { device, vendor } = found.value;
    const calls = callsFor(change, device, {
      vendorName: vendor.name,
      edits: vendor.edits,
      hasGroup: (group) => this.#hasGroup(device.accountId, group),
    });
    if ('reason' in calls)
      return fail(
        'unsupported',
        calls.reason,
        'Look at the device at its vendor, and try again when that has changed.',
      );
    const planned: Planned[] = [];
    for (const call of calls) {
      const operations = operationsOf(vendor, call);
      if (!operations.ok) return operations;
      for (const { danger } of operations.value.values())
        if (danger.level === 'destroys' && !confirmed)
          return fail('confirmation-required', danger.confirm, 'Confirm it if this is what you want.');
      planned.push({ call, operations: operations.value });
    }
    const connector = await this.#deps.accounts.connector(device.accountId);
    if (!connector.ok) return connector;
    for (const each of planned) {
      const done = await this.#make(each, device, connector.value, signal);
      if (!done.ok) return done;
    }
    return ok(undefined);
  }

  #find(deviceKey: string): Result<{ readonly device: Device; readonly vendor: Vendor }> {
    const device = this.#deps.inventory.device(deviceKey);
    if (device === undefined) return noDevice;
    const vendor = this.#deps.accounts.vendor(device.vendor);
    return vendor === undefined
      ? fail('unsupported', `Quayside does not speak to ${device.vendor} yet.`, 'Use a later version of Quayside.')
      : ok({ device, vendor });
  }

  #hasGroup(accountId: string, group: string): boolean {
    for (const device of this.#deps.inventory.devices.values())
      if (device.accountId === accountId && device.groups.includes(group)) return true;
    return false;
  }

  async #make(
    { call, operations }: Planned,
    device: Device,
    connector: Connector,
    signal: AbortSignal,
  ): Promise<Result<unknown>> {
    const { activity, log } = this.#deps;
    const { accountId, key } = device;
    const send = async ({ operation: id, input }: OperationCall): Promise<Result<unknown>> => {
      const operation = operations.get(id);
      // All of them were found before the first call.
      if (operation === undefined) throw new Error(`${id} was not planned`);
      log.write('info', 'operation.call', { account: accountId, operation: id, danger: operation.danger.level });
      const answer = await connector.call(operation, input, signal);
      activity.recordOperation(accountId, id, answer.ok ? undefined : answer.error, key);
      return answer;
    };
    if (call.first !== undefined) {
      const first = await send(call.first);
      if (!isThere(first)) return first;
    }
    return sendEdit(call, send);
  }
}

/** The operations that a call may need, by their ids. Errors: unsupported. */
const operationsOf = (vendor: Vendor, call: EditCall): Result<ReadonlyMap<string, Operation>> => {
  const operations = new Map<string, Operation>();
  for (const needed of [call.first, call, call.otherwise]) {
    if (needed === undefined) continue;
    const operation = vendor.operations.find(({ id }) => id === needed.operation);
    if (operation === undefined)
      return fail('unsupported', `${vendor.name} has no operation ${needed.operation}.`, 'Choose another action.');
    operations.set(operation.id, operation);
  }
  return ok(operations);
};
