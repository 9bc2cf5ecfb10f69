import { noDevice } from '../../core/fleet/not-found-errors.ts';
import { fail, ok, type Failure } from '../../core/base/errors.ts';
import type { Device } from '../../core/fleet/device.ts';
import { haystackOf, matchesHaystack, parseQuery, type QueryContext } from '../../../src-preload/contract/query.ts';
import type { deviceRequests as contract, DeviceView } from '../../../src-preload/contract/device.ts';
import type { Handlers } from './handler.ts';
import type { BridgeAlerts } from './alert-requests.ts';
import type { Accounts } from '../../services/fleet/accounts.ts';
import type { DevicePreferences } from '../../services/fleet/device-preferences.ts';
import type { Inventory } from '../../services/fleet/inventory.ts';
import type { Forwards } from '../../services/forward/forwards.ts';
import type { ServiceCredentials } from '../../services/launch/service-credentials.ts';
import { deviceView } from '../views/views.ts';
import { defined } from '../../core/base/defined.ts';

/** The number of devices in an answer unless the query asks for more. */
const defaultLimit = 1000;

/** What the view of a device is made of. */
interface DeviceViewDeps {
  readonly inventory: Pick<Inventory, 'servicesOf'>;
  readonly preferences: Pick<DevicePreferences, 'customServices' | 'isFavourite' | 'defaultServiceId'>;
  readonly credentials: Pick<ServiceCredentials, 'facts'>;
}

export interface DeviceRequestDeps extends DeviceViewDeps {
  readonly accounts: Pick<Accounts, 'get' | 'vendor'>;
  readonly inventory: Pick<Inventory, 'devices' | 'device' | 'servicesOf'>;
  readonly preferences: DeviceViewDeps['preferences'] &
    Pick<DevicePreferences, 'setFavourite' | 'addService' | 'removeService'>;
  readonly alerts: Pick<BridgeAlerts, 'effective'>;
  readonly forwards: Pick<Forwards, 'list' | 'remove'>;
}

/** The view of a device as it is now. */
export const presentDevice = (deps: DeviceViewDeps, device: Device): DeviceView =>
  deviceView(device, {
    services: deps.inventory.servicesOf(device.key),
    customIds: new Set(deps.preferences.customServices(device.key).map((service) => service.id)),
    favourite: deps.preferences.isFavourite(device.key),
    defaultServiceId: deps.preferences.defaultServiceId(device.key),
    credentials: (serviceId) => deps.credentials.facts(device.key, serviceId),
  });

/** Requests about devices and their services. */
export const deviceRequests = (deps: DeviceRequestDeps): Handlers<keyof typeof contract> => {
  const { accounts, inventory, preferences, forwards } = deps;

  const customRefusal = (device: Device): Failure | undefined =>
    accounts.vendor(device.vendor)?.customServices === true
      ? undefined
      : fail(
          'unsupported',
          `${accounts.vendor(device.vendor)?.name ?? device.vendor} decides which services a device has.`,
          'Add the service at the vendor; it appears here with the next refresh.',
        );

  return {
    'devices.query': async ({ query, limit }) => {
      const parsed = parseQuery(query);
      const context: QueryContext = {
        accountLabel: (id) => accounts.get(id)?.label ?? '',
        vendorName: (id) => accounts.vendor(id)?.name ?? id,
      };
      const found: DeviceView[] = [];
      let total = 0;
      for (const known of inventory.devices.values()) {
        const device = deps.alerts.effective(known);
        const searchable = {
          ...device,
          services: inventory.servicesOf(device.key),
          favourite: preferences.isFavourite(device.key),
        };
        if (parsed.terms.length > 0 && !matchesHaystack(parsed, haystackOf(searchable, context))) continue;
        total += 1;
        if (found.length < (limit ?? defaultLimit)) found.push(presentDevice(deps, device));
      }
      return ok({ total, devices: found });
    },

    'devices.favourite': async ({ deviceKey, favourite }) => {
      if (inventory.device(deviceKey) === undefined) return noDevice;
      const set = await preferences.setFavourite(deviceKey, favourite);
      return set.ok ? ok({}) : set;
    },

    'services.add': async ({ deviceKey, kind, port, host }) => {
      const device = inventory.device(deviceKey);
      if (device === undefined) return noDevice;
      const refusal = customRefusal(device);
      if (refusal !== undefined) return refusal;
      const same = inventory
        .servicesOf(deviceKey)
        .find((other) => other.kind === kind && other.port === port && other.host === host);
      if (same !== undefined) return ok({ serviceId: same.id });
      const added = await preferences.addService(deviceKey, { kind, port, ...defined({ host }) });
      return added.ok ? ok({ serviceId: added.value.id }) : added;
    },

    'services.remove': async ({ deviceKey, serviceId }) => {
      if (!preferences.customServices(deviceKey).some((service) => service.id === serviceId)) {
        return fail(
          'not-found',
          'This device has no added service of that name.',
          'Only services you added can be removed.',
        );
      }
      for (const forward of forwards.list()) {
        if (forward.deviceKey !== deviceKey || forward.serviceId !== serviceId) continue;
        const gone = await forwards.remove(forward.id);
        if (!gone.ok) return gone;
      }
      const removed = await preferences.removeService(deviceKey, serviceId);
      return removed.ok ? ok({}) : removed;
    },
  };
};
