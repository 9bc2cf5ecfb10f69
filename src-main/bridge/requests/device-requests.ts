import type { z } from 'zod';
import { fail, ok, type Failure } from '../../core/base/errors.ts';
import type { Device } from '../../core/fleet/device.ts';
import { haystackOf, matchesHaystack, parseQuery, type QueryContext } from '../../../src-preload/contract/query.ts';
import type { DeviceView, ForwardView } from '../../../src-preload/contract/views.ts';
import type { Requests } from '../../../src-preload/contract/requests.ts';
import type { OpenForward } from '../../services/forward/forwards-deps.ts';
import type { Handlers } from './handler.ts';
import type { BridgeAlerts } from './alert-requests.ts';
import type { Accounts } from '../../services/fleet/accounts.ts';
import type { DevicePreferences } from '../../services/fleet/device-preferences.ts';
import type { Inventory } from '../../services/fleet/inventory.ts';
import type { Forwards } from '../../services/forward/forwards.ts';
import type { ServiceCredentials } from '../../services/launch/launch-credentials.ts';
import type { Launches } from '../../services/launch/launches.ts';
import type { Recents } from '../../services/launch/recents.ts';
import { openByRoute, type OpenByRouteDeps } from './route-requests.ts';
import {
  deviceView,
  forwardAttemptView,
  forwardStatisticsView,
  forwardView,
  resolvedDeviceView,
} from '../views/views.ts';

type Names =
  | 'devices.query'
  | 'devices.favourite'
  | 'services.add'
  | 'services.remove'
  | 'forwards.list'
  | 'forwards.open'
  | 'forwards.acquire'
  | 'forwards.release'
  | 'forwards.stop'
  | 'forwards.remove'
  | 'forwards.share'
  | 'forwards.limit'
  | 'forwards.acceptHostKey'
  | 'forwards.history'
  | 'forwards.statistics'
  | 'forwards.resolve'
  | 'launch.command'
  | 'launch.ssh'
  | 'launch.open';

/** Devices a query answers unless it asks for more. */
const defaultLimit = 1000;

const noDevice = fail(
  'not-found',
  'There is no such device.',
  'It may have left the fleet; look at the list of devices.',
);
const noForward = fail(
  'not-found',
  'There is no such forward.',
  'It may have been removed; look at the list of forwards.',
);

/** What the view of a device is made of. */
interface DeviceViewDeps {
  readonly inventory: Pick<Inventory, 'servicesOf'>;
  readonly notes: Pick<DevicePreferences, 'customServices' | 'isFavourite' | 'defaultServiceId'>;
  readonly credentials: Pick<ServiceCredentials, 'facts'>;
}

export interface DeviceRequestDeps extends OpenByRouteDeps, DeviceViewDeps {
  readonly accounts: Pick<Accounts, 'get' | 'vendor'>;
  readonly inventory: Pick<Inventory, 'devices' | 'device' | 'nameOf' | 'servicesOf'>;
  readonly notes: DeviceViewDeps['notes'] & Pick<DevicePreferences, 'setFavourite' | 'addService' | 'removeService'>;
  readonly alerts: Pick<BridgeAlerts, 'effective'>;
  readonly forwards: Pick<
    Forwards,
    | 'list'
    | 'get'
    | 'open'
    | 'acquire'
    | 'release'
    | 'stop'
    | 'remove'
    | 'acceptHostKey'
    | 'share'
    | 'limit'
    | 'history'
    | 'statistics'
    | 'resolve'
  >;
  readonly launches: Pick<Launches, 'command' | 'sshPlan' | 'open'>;
  readonly recents: Pick<Recents, 'note'>;
}

/** The view of a device as it is now. */
export const presentDevice = (deps: DeviceViewDeps, device: Device): DeviceView =>
  deviceView(device, {
    services: deps.inventory.servicesOf(device.key),
    customIds: new Set(deps.notes.customServices(device.key).map((service) => service.id)),
    favourite: deps.notes.isFavourite(device.key),
    defaultServiceId: deps.notes.defaultServiceId(device.key),
    credentials: (serviceId) => deps.credentials.facts(device.key, serviceId),
  });

const openingOf = ({
  deviceKey,
  serviceId,
  port,
  anyPort,
}: z.output<Requests['forwards.open']['input']>): OpenForward => ({
  deviceKey,
  serviceId,
  ...(port === undefined ? {} : { port }),
  ...(anyPort === undefined ? {} : { anyPort }),
});

type Forward = ReturnType<Forwards['list']>[number];

/** The view of a forward, by its device's present name. */
export const presentForward = (
  deps: { readonly inventory: Pick<Inventory, 'nameOf'> },
  forward: Forward,
): ForwardView => forwardView(forward, deps.inventory.nameOf(forward.deviceKey));

/** Requests about devices, their services, and the ways to them. */
export const deviceRequests = (deps: DeviceRequestDeps): Handlers<Names> => {
  const { accounts, inventory, notes, forwards, launches } = deps;

  const customRefusal = (device: Device): Failure | undefined =>
    accounts.vendor(device.vendor)?.customServices === true
      ? undefined
      : fail(
          'unsupported',
          `${accounts.vendor(device.vendor)?.name ?? device.vendor} decides which services a device has.`,
          'Add the service at the vendor; it appears here with the next refresh.',
        );

  const used = (forward: Forward): ForwardView => {
    void deps.recents.note(forward.deviceKey);
    return presentForward(deps, forward);
  };

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
          favourite: notes.isFavourite(device.key),
        };
        if (parsed.terms.length > 0 && !matchesHaystack(parsed, haystackOf(searchable, context))) continue;
        total += 1;
        if (found.length < (limit ?? defaultLimit)) found.push(presentDevice(deps, device));
      }
      return ok({ total, devices: found });
    },

    'devices.favourite': async ({ deviceKey, favourite }) => {
      if (inventory.device(deviceKey) === undefined) return noDevice;
      const set = await notes.setFavourite(deviceKey, favourite);
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
      const added = await notes.addService(deviceKey, { kind, port, ...(host === undefined ? {} : { host }) });
      return added.ok ? ok({ serviceId: added.value.id }) : added;
    },

    'services.remove': async ({ deviceKey, serviceId }) => {
      if (!notes.customServices(deviceKey).some((service) => service.id === serviceId)) {
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
      const removed = await notes.removeService(deviceKey, serviceId);
      return removed.ok ? ok({}) : removed;
    },

    'forwards.list': async () => ok(forwards.list().map((forward) => presentForward(deps, forward))),

    'forwards.open': async (request, signal) => {
      if (inventory.device(request.deviceKey) === undefined) return noDevice;
      const opened = await forwards.open(openingOf(request), signal);
      return opened.ok ? ok(used(opened.value)) : opened;
    },

    'forwards.acquire': async (request, signal, client) => {
      if (inventory.device(request.deviceKey) === undefined) return noDevice;
      const held = await forwards.acquire(openingOf(request), client, signal);
      return held.ok ? ok(used(held.value)) : held;
    },

    'forwards.release': async ({ forwardId }, _signal, client) => {
      await forwards.release(client, forwardId);
      return ok({});
    },

    'forwards.stop': async ({ forwardId }) => {
      if (forwards.get(forwardId) === undefined) return noForward;
      const stopped = await forwards.stop(forwardId);
      return stopped.ok ? ok({}) : stopped;
    },

    'forwards.remove': async ({ forwardId }) => {
      if (forwards.get(forwardId) === undefined) return noForward;
      const removed = await forwards.remove(forwardId);
      return removed.ok ? ok({}) : removed;
    },

    'forwards.share': async ({ forwardId, allow }) => {
      const shared = await forwards.share(forwardId, allow);
      return shared.ok ? ok(presentForward(deps, shared.value)) : shared;
    },

    'forwards.limit': async ({ forwardId, maxConnections, maxDials, idleTimeoutMs }) => {
      const limited = await forwards.limit(forwardId, {
        ...(maxConnections === undefined ? {} : { maxConnections }),
        ...(maxDials === undefined ? {} : { maxDials }),
        ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
      });
      return limited.ok ? ok(presentForward(deps, limited.value)) : limited;
    },

    'forwards.acceptHostKey': async ({ forwardId, fingerprint }) => {
      const accepted = await forwards.acceptHostKey(forwardId, fingerprint);
      return accepted.ok ? ok(presentForward(deps, accepted.value)) : accepted;
    },

    'forwards.history': async ({ forwardId }) => {
      const attempts = forwards.history(forwardId);
      return attempts === undefined ? noForward : ok(attempts.map(forwardAttemptView));
    },

    'forwards.statistics': async ({ forwardId }) => {
      const statistics = await forwards.statistics(forwardId);
      return statistics.ok ? ok(forwardStatisticsView(statistics.value)) : statistics;
    },

    'forwards.resolve': async ({ deviceKey }) =>
      inventory.device(deviceKey) === undefined ? noDevice : ok(resolvedDeviceView(forwards.resolve(deviceKey))),

    'launch.command': async ({ deviceKey, serviceId, user }, signal) => {
      if (inventory.device(deviceKey) === undefined) return noDevice;
      const request = { deviceKey, serviceId, ...(user === undefined ? {} : { user }) };
      const planned = await launches.command(request, signal);
      return planned.ok ? ok({ command: planned.value.command }) : planned;
    },

    'launch.ssh': async ({ deviceKey, serviceId, user, args }, signal, client) => {
      if (inventory.device(deviceKey) === undefined) return noDevice;
      const planned = await launches.sshPlan(
        { deviceKey, serviceId, args, ...(user === undefined ? {} : { user }) },
        client,
        signal,
      );
      return planned.ok ? ok({ program: planned.value.program, args: [...planned.value.args] }) : planned;
    },

    'launch.open': async ({ deviceKey, serviceId, user }, signal) => {
      if (inventory.device(deviceKey) === undefined) return noDevice;
      const request = { deviceKey, serviceId, ...(user === undefined ? {} : { user }) };
      const routed = await openByRoute(deps, request, signal);
      if (routed !== undefined) return routed;
      const launched = await launches.open(request, signal);
      if (launched.ok) void deps.recents.note(deviceKey);
      return launched.ok ? ok({ launcher: launched.value.launcher, command: launched.value.command }) : launched;
    },
  };
};
