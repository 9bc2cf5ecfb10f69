import { GraphQlError } from './remoteit-graphql.ts';
import type { GraphQlSchema, GraphQlType } from './remoteit-graphql.ts';
import type { RemoteItConnections, SimulatedConnection } from './remoteit-connections.ts';
import type { RemoteItFleet, SimulatedRemoteItDevice, SimulatedRemoteItService } from './remoteit-fleet.ts';

/** What the schema looks at and changes. */
export interface RemoteItState {
  readonly fleet: RemoteItFleet;
  readonly connections: RemoteItConnections;
  readonly account: { readonly id: string; readonly email: string };
  /** Whether the credentials belong to nobody: `login` is null. */
  isNobody(): boolean;
  /** Events kept for the history, newest first. */
  history(): readonly Readonly<Record<string, unknown>>[];
}

/** Fields without arguments or members of their own. */
const scalars = (names: string): GraphQlType => Object.fromEntries(names.split(' ').map((name) => [name, {}]));

const iso = (at: number): string => new Date(at).toISOString();
const user = scalars('id email');
const target: GraphQlType = { ...scalars('id name application platform'), device: { of: () => scalars('id name') } };
const lifetimeSeconds = 28_800;
const mostItems = 1000;

const serviceRow = (service: SimulatedRemoteItService, online: boolean): Readonly<Record<string, unknown>> => ({
  id: service.id,
  name: service.name,
  title: service.title,
  state: online ? 'active' : 'inactive',
  application: service.application,
  type: service.application,
  protocol: service.protocol,
  host: '127.0.0.1',
  port: service.port,
  enabled: service.enabled,
});

/** A device as the list shows it, the device itself among its services. */
const deviceRow = (
  device: SimulatedRemoteItDevice,
  owner: RemoteItState['account'],
): Readonly<Record<string, unknown>> => ({
  id: device.id,
  name: device.name,
  state: device.online ? 'active' : 'inactive',
  online: device.online,
  platform: 1213,
  lastReported: iso(device.changedAt),
  created: iso(device.createdAt),
  license: 'LICENSED',
  permissions: ['VIEW', 'CONNECT', 'SCRIPTING', 'MANAGE'],
  owner,
  tags: [...device.tags].map((name) => ({ name, color: 3 })),
  attributes: {},
  endpoint: {
    onlineSince: device.online ? iso(device.changedAt) : null,
    offlineSince: device.online ? null : iso(device.changedAt),
    externalAddress: device.externalAddress,
    internalAddress: device.internalAddress,
    quality: device.online ? 'GOOD' : 'UNKNOWN',
  },
  services: [
    ...device.services.map((service) => serviceRow(service, device.online)),
    {
      ...serviceRow(
        {
          id: device.id,
          name: device.name,
          title: 'Bulk Service',
          application: 35,
          port: 65_535,
          protocol: 'TCP',
          enabled: true,
        },
        device.online,
      ),
    },
  ],
});

const connectionRow = (connection: SimulatedConnection): Readonly<Record<string, unknown>> => ({
  id: connection.id,
  created: iso(connection.createdAt),
  host: '127.0.0.1',
  port: connection.port,
  reverseProxy: false,
  timeout: lifetimeSeconds,
  url: `http://127.0.0.1:${connection.port}`,
  session: connection.id.toLowerCase(),
});

const textsOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((item): item is string => typeof item === 'string');

const page = (args: Readonly<Record<string, unknown>>): { readonly from: number; readonly to: number } => {
  const size = typeof args['size'] === 'number' ? args['size'] : 50;
  const from = typeof args['from'] === 'number' ? args['from'] : 0;
  if (size > mostItems) throw new GraphQlError(`size must not be greater than ${mostItems}`);
  return { from, to: from + size };
};

/** The part of the vendor's schema that this simulator has. */
export const remoteItSchema = (state: RemoteItState): GraphQlSchema => {
  const { fleet, connections, account } = state;

  const listDevices = (args: Readonly<Record<string, unknown>>): unknown => {
    const { from, to } = page(args);
    const { name, state: wanted, sort } = args;
    const filter = args['tag'] as { readonly operator?: string; readonly values?: unknown } | null | undefined;
    const tags = filter === null || filter === undefined ? [] : textsOf(filter.values);
    const has = (device: SimulatedRemoteItDevice): boolean =>
      filter?.operator === 'ALL' ? tags.every((tag) => device.tags.has(tag)) : tags.some((tag) => device.tags.has(tag));
    let found = fleet.list();
    if (typeof name === 'string') found = found.filter((device) => device.name.includes(name));
    if (typeof wanted === 'string') found = found.filter((device) => device.online === (wanted === 'active'));
    if (tags.length > 0) found = found.filter(has);
    if (sort === 'name' || sort === '-name') {
      const sign = sort === 'name' ? 1 : -1;
      found = found.toSorted((one, other) => sign * one.name.localeCompare(other.name));
    }
    const items = found.slice(from, to);
    return {
      total: found.length,
      hasMore: to < found.length,
      last: items.at(-1)?.id,
      items: items.map((device) => deviceRow(device, account)),
    };
  };

  const serviceFields = scalars('id name title state application type protocol host port enabled');
  const deviceType: GraphQlType = {
    ...scalars('id name state online platform lastReported created license permissions attributes'),
    owner: { of: () => user },
    tags: { of: () => scalars('name color') },
    endpoint: { of: () => scalars('onlineSince offlineSince externalAddress internalAddress quality') },
    services: { of: () => serviceFields },
  };
  const devicePage: GraphQlType = { ...scalars('total hasMore last'), items: { of: () => deviceType } };
  const eventType: GraphQlType = {
    ...scalars('id type state action timestamp'),
    actor: { of: () => user },
    target: { of: () => target },
    users: { of: () => user },
  };
  const sessionType: GraphQlType = {
    ...scalars('id timestamp source'),
    user: { of: () => user },
    target: { of: () => target },
  };
  const accountType: GraphQlType = {
    ...user,
    devices: {
      args: {
        size: 'Int',
        from: 'Int',
        name: 'String',
        state: 'String',
        tag: 'ListFilter',
        sort: 'String',
        owner: 'Boolean',
      },
      of: () => devicePage,
      resolve: (_source, args) => listDevices(args),
    },
  };
  const loginType: GraphQlType = {
    ...user,
    account: {
      args: { id: 'String' },
      of: () => accountType,
      resolve: (_source, { id }) => {
        if (typeof id === 'string' && id !== account.id) throw new GraphQlError('account not found');
        return account;
      },
    },
    device: {
      args: { id: '[String!]!' },
      of: () => deviceType,
      resolve: (_source, { id }) =>
        textsOf(id).flatMap((one) => {
          const found = fleet.locate(one);
          return found === undefined ? [] : [deviceRow(found.device, account)];
        }),
    },
    sessions: {
      of: () => sessionType,
      resolve: () =>
        connections.list().map((connection) => {
          const found = fleet.locate(connection.serviceId);
          return {
            id: connection.id.toLowerCase(),
            timestamp: iso(connection.createdAt),
            source: '203.0.113.7',
            user: account,
            target: { id: connection.serviceId, name: found?.service?.name, device: found?.device },
          };
        }),
    },
    events: {
      args: { size: 'Int', from: 'Int', minDate: 'DateTime', maxDate: 'DateTime' },
      of: () => ({ ...scalars('total hasMore last'), items: { of: () => eventType } }),
      resolve: (_source, args) => {
        const { from, to } = page(args);
        const { minDate, maxDate } = args;
        const all = state
          .history()
          .filter(
            ({ timestamp }) =>
              typeof timestamp !== 'string' ||
              ((typeof minDate !== 'string' || Date.parse(timestamp) >= Date.parse(minDate)) &&
                (typeof maxDate !== 'string' || Date.parse(timestamp) <= Date.parse(maxDate))),
          );
        const items = all.slice(from, to);
        return { total: all.length, hasMore: to < all.length, last: items.at(-1)?.['id'], items };
      },
    },
  };

  const tagAll = (args: Readonly<Record<string, unknown>>, change: (tags: Set<string>, name: string) => void): true => {
    for (const id of textsOf(args['serviceId'])) {
      const device = fleet.locate(id)?.device;
      if (device === undefined) throw new GraphQlError('device not found');
      for (const name of textsOf(args['name'])) change(device.tags, name);
    }
    return true;
  };

  return {
    inputs: new Set(['String', 'Int', 'Boolean', 'DateTime', 'ListFilter', 'ProxyType']),
    query: {
      login: { of: () => loginType, resolve: () => (state.isNobody() ? null : account) },
      applicationTypes: {
        of: () => scalars('id name description port protocol proxy scheme'),
        resolve: () => [
          { id: 1, name: 'TCP', description: 'Generic TCP', port: null, protocol: 'TCP', proxy: false, scheme: null },
          {
            id: 4,
            name: 'VNC',
            description: 'Remote desktop',
            port: 5900,
            protocol: 'TCP',
            proxy: false,
            scheme: 'vnc',
          },
          { id: 8, name: 'HTTPS', description: 'Secure web', port: 443, protocol: 'TCP', proxy: true, scheme: 'https' },
          { id: 28, name: 'SSH', description: 'Secure shell', port: 22, protocol: 'TCP', proxy: false, scheme: 'ssh' },
        ],
      },
    },
    mutation: {
      connect: {
        args: { serviceId: 'String!', hostIP: 'String!', type: 'ProxyType!' },
        of: () => scalars('id created host port reverseProxy timeout url session'),
        resolve: async (_source, { serviceId, hostIP, type }) => {
          const found = fleet.locate(String(serviceId));
          if (found?.service === undefined) throw new GraphQlError('service not found');
          if (!found.device.online) throw new GraphQlError('service is inactive');
          const web = found.service.application === 7 || found.service.application === 8;
          const connection = await connections.connect(found.service.id, found.service.port, String(hostIP));
          const row = connectionRow(connection);
          return type === 'REVERSE_PROXY' || (type === 'AUTO_PROXY' && web)
            ? { ...row, host: 'abc123.p18.rt3.io', port: null, reverseProxy: true, url: 'https://abc123.p18.rt3.io' }
            : row;
        },
      },
      disconnect: {
        args: { connectionId: 'String!', serviceId: 'String' },
        resolve: async (_source, { connectionId, serviceId }) => {
          const ended = await connections.disconnect(
            String(connectionId),
            typeof serviceId === 'string' ? serviceId : undefined,
          );
          if (!ended) throw new GraphQlError('connection not found');
          return true;
        },
      },
      renameService: {
        args: { serviceId: 'String!', name: 'String!' },
        resolve: (_source, { serviceId, name }) => {
          const done = fleet.rename(String(serviceId), String(name));
          if (done !== 'renamed') throw new GraphQlError(done === 'taken' ? 'duplicate name' : 'service not found');
          return true;
        },
      },
      addTag: {
        args: { name: '[String!]!', serviceId: '[String!]!' },
        resolve: (_source, args) => tagAll(args, (tags, name) => tags.add(name)),
      },
      removeTag: {
        args: { name: '[String!]!', serviceId: '[String!]!' },
        resolve: (_source, args) => tagAll(args, (tags, name) => tags.delete(name)),
      },
    },
  };
};
