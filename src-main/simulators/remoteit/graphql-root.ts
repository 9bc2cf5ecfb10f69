import { simulatedApplicationTypes, simulatedPlatformTypes } from './application-types.ts';
import { graphQlFailure } from './graphql.ts';
import type { RemoteItConnections, SimulatedConnection } from './connections.ts';
import type { SimulatedRemoteItEvent } from './events.ts';
import type { RemoteItFleet, SimulatedRemoteItDevice, SimulatedRemoteItService } from './fleet.ts';

/** What the API looks at and changes. */
export interface RemoteItState {
  readonly fleet: RemoteItFleet;
  readonly connections: RemoteItConnections;
  readonly account: { readonly id: string; readonly email: string };
  /** An organisation the account is a member of: the same devices, under tags of its own. */
  readonly organisation: { readonly id: string; readonly email: string };
  /** Whether the credentials belong to nobody: `login` is null. */
  isNobody(): boolean;
  /** Events kept for the history, newest first. */
  history(): readonly SimulatedRemoteItEvent[];
}

type Args = Readonly<Record<string, unknown>>;

const iso = (at: number): string => new Date(at).toISOString();
const lifetimeSeconds = 28_800;
const maxItems = 1000;

const serviceRow = (
  service: SimulatedRemoteItService,
  device: SimulatedRemoteItDevice,
): Readonly<Record<string, unknown>> => ({
  id: service.id,
  name: service.name,
  title: service.title,
  state: device.online ? 'active' : 'inactive',
  application: service.application,
  type: String(service.application),
  protocol: service.protocol,
  host: '127.0.0.1',
  port: service.port,
  enabled: service.enabled,
});

/** The device itself, as it stands among its services. */
const bulkRow = (device: SimulatedRemoteItDevice): Readonly<Record<string, unknown>> =>
  serviceRow(
    {
      id: device.id,
      name: device.name,
      title: 'Bulk Service',
      application: 35,
      port: 65_535,
      protocol: 'TCP',
      enabled: true,
    },
    device,
  );

const connectionRow = (connection: SimulatedConnection): Readonly<Record<string, unknown>> => ({
  id: connection.id,
  created: iso(connection.createdAt),
  host: '127.0.0.1',
  port: connection.port,
  reverseProxy: false,
  timeout: lifetimeSeconds,
  url: `http://127.0.0.1:${connection.port}`,
  session: { id: connection.id.toLowerCase(), connected: true },
});

const textsOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((item): item is string => typeof item === 'string');

const page = (args: Args): { readonly from: number; readonly to: number } => {
  const size = typeof args['size'] === 'number' ? args['size'] : 100;
  const from = typeof args['from'] === 'number' ? args['from'] : 0;
  if (size > maxItems) throw graphQlFailure(`size must not be greater than ${maxItems}`);
  return { from, to: from + size };
};

const pageOf = <T>(all: readonly T[], args: Args, row: (item: T) => unknown, id: (item: T) => unknown): unknown => {
  const { from, to } = page(args);
  const found = all.slice(from, to);
  const last = found.at(-1);
  return {
    total: all.length,
    hasMore: to < all.length,
    last: last === undefined ? null : id(last),
    items: found.map(row),
  };
};

/** The fields of both roots of the vendor's schema, as far as this simulator has them. */
export const remoteItRoot = (state: RemoteItState): unknown => {
  const { fleet, connections, account, organisation } = state;

  /** Whose tags are meant; those of the caller where nobody is named. */
  const tagsOf = (device: SimulatedRemoteItDevice, accountId: unknown): Set<string> =>
    accountId === organisation.id ? device.organisationTags : device.tags;

  const deviceRow = (device: SimulatedRemoteItDevice): Readonly<Record<string, unknown>> => ({
    id: device.id,
    name: device.name,
    state: device.online ? 'active' : 'inactive',
    online: device.online,
    platform: 1072,
    version: '5.2.4',
    hardwareId: `hw-${device.index}`,
    manufacturer: 1025,
    lastReported: iso(device.changedAt),
    created: iso(device.createdAt),
    license: 'LICENSED',
    permissions: ['VIEW', 'CONNECT', 'SCRIPTING', 'MANAGE'],
    owner: account,
    access: [{ user: { id: 'user-2', email: 'colleague@example.com' }, scripting: false }],
    tags: ({ accountId }: Args) => [...tagsOf(device, accountId)].map((name) => ({ name, color: 3 })),
    attributes: { location: 'Rack 4', $remoteit: { categoryA: 'Spare' } },
    endpoint: {
      onlineSince: device.online ? iso(device.changedAt) : null,
      offlineSince: device.online ? null : iso(device.changedAt),
      externalAddress: device.externalAddress,
      internalAddress: device.internalAddress,
      quality: device.online ? 'GOOD' : 'UNKNOWN',
      availability: 98.5,
      geo: {
        city: 'Lyon',
        stateName: 'Auvergne-Rhône-Alpes',
        countryName: 'France',
        isp: 'Example Telecom',
        connectionType: 'Cable/DSL',
        timezone: 'Europe/Paris',
      },
    },
    services: () => [...device.services.map((service) => serviceRow(service, device)), bulkRow(device)],
  });

  const listDevices = (args: Args): unknown => {
    const { name, state: wanted, sort } = args;
    const filter = args['tag'] as { readonly operator?: string; readonly values?: unknown } | null | undefined;
    const tags = filter === null || filter === undefined ? [] : textsOf(filter.values);
    const has = (device: SimulatedRemoteItDevice): boolean =>
      filter?.operator === 'ALL' ? tags.every((tag) => device.tags.has(tag)) : tags.some((tag) => device.tags.has(tag));
    let found = fleet.list();
    if (typeof name === 'string') found = found.filter((device) => device.name.includes(name));
    if (typeof wanted === 'string') found = found.filter((device) => device.online === (wanted === 'active'));
    if (tags.length > 0) found = found.filter(has);
    // The schema sorts by name; without that the order of the fleet stays, so that tests can count on it.
    if (sort === '-name') found = found.toSorted((one, other) => other.name.localeCompare(one.name));
    return pageOf(found, args, deviceRow, (device) => device.id);
  };

  const sessions = (): unknown =>
    connections.list().map((connection) => {
      const found = fleet.locate(connection.serviceId);
      return {
        id: connection.id.toLowerCase(),
        timestamp: iso(connection.createdAt),
        source: 'EXTERNAL',
        user: account,
        target: { id: connection.serviceId, name: found?.service?.name, device: found?.device },
      };
    });

  const events = (args: Args): unknown => {
    const { minDate, maxDate } = args;
    const found = state
      .history()
      .filter(
        ({ timestamp }) =>
          typeof timestamp !== 'string' ||
          ((typeof minDate !== 'string' || Date.parse(timestamp) >= Date.parse(minDate)) &&
            (typeof maxDate !== 'string' || Date.parse(timestamp) <= Date.parse(maxDate))),
      );
    return pageOf(
      found,
      args,
      (event) => ({ __typename: 'DeviceStateEvent', ...event }),
      (event) => event['id'],
    );
  };

  const devicesById = ({ id }: Args): unknown =>
    textsOf(id).flatMap((one) => {
      const found = fleet.locate(one);
      return found === undefined ? [] : [deviceRow(found.device)];
    });

  const applicationTypes = simulatedApplicationTypes;
  const user = (who: RemoteItState['account']): Readonly<Record<string, unknown>> => ({
    ...who,
    devices: listDevices,
    device: devicesById,
    sessions,
    events,
    applicationTypes,
    account: ({ id }: Args): unknown => {
      if (typeof id !== 'string' || id === who.id) return user(who);
      if (id === organisation.id) return user(organisation);
      throw graphQlFailure('account not found');
    },
  });

  const tagAll = (args: Args, change: (tags: Set<string>, name: string) => void): true => {
    for (const id of textsOf(args['serviceId'])) {
      const device = fleet.locate(id)?.device;
      if (device === undefined) throw graphQlFailure('device not found');
      for (const name of textsOf(args['name'])) change(tagsOf(device, args['accountId']), name);
    }
    return true;
  };

  return {
    login: () => (state.isNobody() ? null : user(account)),
    applicationTypes,
    platformTypes: simulatedPlatformTypes,
    connect: async ({ serviceId, hostIP, type }: Args): Promise<unknown> => {
      const found = fleet.locate(String(serviceId));
      if (found?.service === undefined) throw graphQlFailure('service not found');
      if (!found.device.online) throw graphQlFailure('service is inactive');
      const web = found.service.application === 7 || found.service.application === 8;
      const connection = await connections.connect(found.service.id, found.service.port, String(hostIP));
      const row = connectionRow(connection);
      return type === 'REVERSE_PROXY' || (type === 'AUTO_PROXY' && web)
        ? { ...row, host: 'abc123.p18.rt3.io', port: null, reverseProxy: true, url: 'https://abc123.p18.rt3.io' }
        : row;
    },
    disconnect: async ({ connectionId, serviceId }: Args): Promise<boolean> => {
      const ended = await connections.disconnect(
        String(connectionId),
        typeof serviceId === 'string' ? serviceId : undefined,
      );
      if (!ended) throw graphQlFailure('connection not found');
      return true;
    },
    renameService: ({ serviceId, name }: Args): boolean => {
      const done = fleet.rename(String(serviceId), String(name));
      if (done !== 'renamed') throw graphQlFailure(done === 'taken' ? 'duplicate name' : 'service not found');
      return true;
    },
    addTag: (args: Args) => tagAll(args, (tags, name) => tags.add(name)),
    removeTag: (args: Args) => tagAll(args, (tags, name) => tags.delete(name)),
  };
};
