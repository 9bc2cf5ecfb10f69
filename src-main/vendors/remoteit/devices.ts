import type { DeviceRecord, Presence, Service, ServiceState } from '../../core/fleet/device.ts';
import { deviceFacts } from '../../core/fleet/device-facts.ts';
import type { DeviceFacts } from '../../core/fleet/device-facts.ts';
import { attributesOf } from '../../core/fleet/fact-attributes.ts';
import { kindOfApplication, noTypes } from './application-types.ts';
import type { VendorTypes } from './application-types.ts';
import type { DeviceRow, ServiceRow } from './graphql-schemas.ts';
import { asAddress, asNumber, asText, asTime, itemsOf, membersOf } from './values.ts';
import { defined } from '../../core/base/defined.ts';

/** What stands for the device itself where a service names its host. */
const ownHosts: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost', '0.0.0.0']);

/**
 * The name of a service without the device's in front of it, as remote.it's own application shows it: `removeDeviceName`
 * in https://github.com/remoteit/desktop/blob/main/common/src/nameHelper.ts.
 */
export const shortName = (name: string, device: string): string => {
  if (!name.toLowerCase().startsWith(device.toLowerCase())) return name;
  const rest = /^[-_ ]+(.*\S)/.exec(name.slice(device.length))?.[1];
  return rest ?? name;
};

/** The vendor's word for whether something answers. */
export const serviceStateOf = (said: unknown): ServiceState | undefined => {
  const state = asText(said)?.toLowerCase();
  return state === 'active' || state === 'inactive' ? state : undefined;
};

const serviceOf = (row: ServiceRow, device: { readonly id: string; readonly name: string }, types: VendorTypes) => {
  const kind = kindOfApplication(row.application, types);
  if (row.id === undefined || row.id === device.id || kind === undefined || row.enabled === false) return undefined;
  const protocol = asText(row['protocol'])?.toUpperCase();
  if (protocol === 'UDP') return undefined;
  const host = asText(row['host']);
  const state = serviceStateOf(row['state']);
  const name = row.name === undefined ? undefined : shortName(row.name, device.name);
  const service: Service = {
    id: row.id,
    kind,
    name: name ?? asText(row['title']) ?? kind.toUpperCase(),
    route: 'tunnel',
    ...defined({ port: row.port }),
    ...(host === undefined || ownHosts.has(host.toLowerCase()) ? {} : { host }),
    ...defined({ state }),
  };
  return service;
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
    ...defined({ lastOnlineAt }),
  };
};

/** The vendor's own part of the attributes, its categories and states, stands with the user's. */
const attributesIn = (value: unknown): DeviceFacts['attributes'] => {
  const { $remoteit: own, ...named } = membersOf(value);
  return attributesOf({ ...named, ...membersOf(own) }, []);
};

/** A vendor's code number as text; zero counts as absent. */
const codeText = (value: unknown): string | undefined => {
  const code = asNumber(value);
  return code === undefined || code === 0 ? undefined : String(code);
};

const factsOf = (row: DeviceRow, presence: Presence, types: VendorTypes): DeviceFacts | undefined => {
  const { endpoint } = row;
  const geo = membersOf(endpoint['geo']);
  const platform = asNumber(row['platform']);
  const owner = membersOf(row['owner']);
  const quality = asText(endpoint['quality']);
  return deviceFacts({
    platform: platform === undefined ? undefined : types.platforms.get(platform),
    // A number of the vendor's, which publishes no names for it.
    manufacturer: codeText(row['manufacturer']),
    hardwareId: asText(row['hardwareId']),
    agentVersion: asText(row['version']),
    city: asText(geo['city']),
    region: asText(geo['stateName']),
    country: asText(geo['countryName']),
    timezone: asText(geo['timezone']),
    provider: asText(geo['isp']),
    connectionType: asText(geo['connectionType']),
    quality: quality === 'UNKNOWN' ? undefined : quality,
    // "Average time online per day", in percent: QualityDetails.tsx of remote.it's own application.
    availability: asNumber(endpoint['availability']),
    onlineSince: presence.state === 'online' ? asTime(endpoint['onlineSince']) : undefined,
    offlineSince: presence.state === 'offline' ? asTime(endpoint['offlineSince']) : undefined,
    createdAt: asTime(row['created']),
    owner: asText(owner['email']) ?? asText(owner['id']),
    sharedWith: itemsOf(row['access']).flatMap((one) => {
      const user = membersOf(membersOf(one)['user']);
      return asText(user['email']) ?? asText(user['id']) ?? [];
    }),
    licence: asText(row['license']),
    permissions: itemsOf(row['permissions']).flatMap((one) => asText(one) ?? []),
    attributes: attributesIn(row['attributes']),
  });
};

/** A device of the GraphQL list in our words; undefined if it has no id. `observedAt` in epoch milliseconds. */
export const deviceOf = (row: DeviceRow, observedAt: number, types = noTypes): DeviceRecord | undefined => {
  const { id } = row;
  if (id === undefined) return undefined;
  const name = row.name ?? id;
  const services = new Map<string, Service>();
  for (const candidate of row.services) {
    const service = serviceOf(candidate, { id, name }, types);
    if (service !== undefined) services.set(service.id, service);
  }
  const presence = presenceOf(row, observedAt);
  const externalAddress = asAddress(row.endpoint['externalAddress']);
  const internalAddress = asAddress(row.endpoint['internalAddress']);
  const facts = factsOf(row, presence, types);
  return {
    id,
    name,
    groups: [],
    tags: [...new Set(row.tags.flatMap((tag) => asText(tag['name']) ?? []))],
    presence,
    services: [...services.values()],
    ...defined({ externalAddress, internalAddress, facts }),
  };
};
