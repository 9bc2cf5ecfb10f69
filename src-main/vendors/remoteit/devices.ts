import type { DeviceRecord, Presence, Service, ServiceKind } from '../../core/device.ts';
import type { DeviceRow, ServiceRow } from './graphql-schemas.ts';
import { asText, asTime } from './values.ts';

/** Application ids by remote.it's own list; what is not here is plain TCP. */
const kinds: Readonly<Record<number, ServiceKind>> = { 4: 'vnc', 5: 'rdp', 7: 'http', 8: 'https', 28: 'ssh' };
/** The device itself stands among its services. */
const deviceApplication = 35;
/** From here on the applications are UDP, which a TCP forward cannot carry. */
const firstUdpApplication = 32_769;

/** The kind of service behind an application id; undefined for the device itself and for UDP. */
export const kindOfApplication = (application: number | undefined): ServiceKind | undefined => {
  if (application === undefined) return 'tcp';
  if (application === deviceApplication || application >= firstUdpApplication) return undefined;
  return kinds[application] ?? 'tcp';
};

const serviceOf = (row: ServiceRow, deviceId: string): Service | undefined => {
  const kind = kindOfApplication(row.application);
  if (row.id === undefined || row.id === deviceId || kind === undefined || row.enabled === false) return undefined;
  const protocol = asText(row['protocol'])?.toUpperCase();
  if (protocol === 'UDP') return undefined;
  return {
    id: row.id,
    kind,
    name: row.name ?? asText(row['title']) ?? kind.toUpperCase(),
    route: 'tunnel',
    ...(row.port === undefined ? {} : { port: row.port }),
  };
};

const presenceOf = (row: DeviceRow, observedAt: number): Presence => {
  const known = row.state === 'active' || row.state === 'inactive';
  const online = known ? row.state === 'active' : row.online;
  const reported = asTime(row.lastReported);
  const since = asTime(row.endpoint[online === true ? 'onlineSince' : 'offlineSince']);
  // Offline since then means online until then.
  const lastOnlineAt = online === true ? (reported ?? since) : (since ?? reported);
  return {
    state: online === undefined ? 'unknown' : online ? 'online' : 'offline',
    observedAt,
    source: online === undefined ? 'none' : 'vendor-list',
    ...(lastOnlineAt === undefined ? {} : { lastOnlineAt }),
  };
};

/** A device of the GraphQL list in our words; undefined where it has no id. `observedAt` in epoch milliseconds. */
export const deviceOf = (row: DeviceRow, observedAt: number): DeviceRecord | undefined => {
  const { id } = row;
  if (id === undefined) return undefined;
  const services = new Map<string, Service>();
  for (const candidate of row.services) {
    const service = serviceOf(candidate, id);
    if (service !== undefined) services.set(service.id, service);
  }
  const externalAddress = asText(row.endpoint['externalAddress']);
  const internalAddress = asText(row.endpoint['internalAddress']);
  return {
    id,
    name: row.name ?? id,
    groups: [],
    tags: [...new Set(row.tags.flatMap((tag) => asText(tag['name']) ?? []))],
    presence: presenceOf(row, observedAt),
    services: [...services.values()],
    ...(externalAddress === undefined ? {} : { externalAddress }),
    ...(internalAddress === undefined ? {} : { internalAddress }),
  };
};
