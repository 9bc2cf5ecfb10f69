import { parseDeviceFacts } from './device-facts.ts';
import { serviceKinds, serviceStates } from './device.ts';
import type { DeviceRecord, Presence, Service } from './device.ts';
import type { DocumentFormat } from '../base/document.ts';

/** The last good fleet of one account, as kept on disk. */
export interface CachedFleet {
  /** Epoch milliseconds of the last complete listing. */
  readonly lastGoodAt?: number;
  readonly devices: readonly DeviceRecord[];
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const time = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

const oneOf = <const T extends string>(options: readonly T[], value: unknown): T | undefined =>
  options.find((option) => option === value);

/** Reads a stored service; undefined if it is not one. */
export const parseService = (value: unknown): Service | undefined => {
  if (!isFields(value)) return undefined;
  const id = text(value['id']);
  const kind = oneOf(serviceKinds, value['kind']);
  const route = oneOf(['tunnel', 'http', 'web-session', 'local-action'], value['route']);
  if (id === undefined || kind === undefined || route === undefined) return undefined;
  const port = value['port'];
  const host = text(value['host']);
  const state = oneOf(serviceStates, value['state']);
  const hasPort = typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535;
  if (port !== undefined && !hasPort) return undefined;
  return {
    id,
    kind,
    name: text(value['name']) ?? id,
    route,
    ...(hasPort ? { port } : {}),
    ...(host === undefined ? {} : { host }),
    ...(state === undefined ? {} : { state }),
  };
};

/** The readable services of a stored list. */
export const parseServices = (value: unknown): readonly Service[] =>
  Array.isArray(value) ? value.map(parseService).filter((service) => service !== undefined) : [];

const parsePresence = (value: unknown): Presence => {
  const fields = isFields(value) ? value : {};
  const state = oneOf(['online', 'offline', 'unknown'], fields['state']);
  const source = oneOf(['vendor-list', 'vendor-status', 'vendor-event', 'none'], fields['source']);
  const observedAt = time(fields['observedAt']);
  if (state === undefined || source === undefined || observedAt === undefined) {
    return { state: 'unknown', observedAt: 0, source: 'none' };
  }
  const lastOnlineAt = time(fields['lastOnlineAt']);
  return { state, observedAt, source, ...(lastOnlineAt === undefined ? {} : { lastOnlineAt }) };
};

const optionalTexts = ['description', 'externalAddress', 'internalAddress', 'mac', 'serial'] as const;

const parseDevice = (value: unknown): DeviceRecord | undefined => {
  if (!isFields(value)) return undefined;
  const id = text(value['id']);
  const name = text(value['name']);
  if (id === undefined || name === undefined) return undefined;
  const extras: Partial<Record<(typeof optionalTexts)[number], string>> = {};
  for (const key of optionalTexts) {
    const extra = text(value[key]);
    if (extra !== undefined) extras[key] = extra;
  }
  const facts = parseDeviceFacts(value['facts']);
  return {
    id,
    name,
    ...extras,
    groups: texts(value['groups']),
    tags: texts(value['tags']),
    presence: parsePresence(value['presence']),
    services: parseServices(value['services']),
    ...(facts === undefined ? {} : { facts }),
  };
};

/**
 * Reads the stored cache; an unreadable device is left out, the vendor will list it again. Without zod, because it is
 * read at every start: 50,000 devices take 0.1 to 0.4 s (zod: 0.7 to 1.9 s on the same machine).
 */
export const parseFleetCache = (value: unknown): CachedFleet | undefined => {
  if (!isFields(value)) return undefined;
  const devices = value['devices'];
  if (!Array.isArray(devices)) return undefined;
  const lastGoodAt = time(value['lastGoodAt']);
  return {
    ...(lastGoodAt === undefined ? {} : { lastGoodAt }),
    devices: devices.map(parseDevice).filter((device) => device !== undefined),
  };
};

/** Devices in one piece of JSON text: about half a megabyte, which takes a few milliseconds. */
const devicesPerChunk = 1000;

/** Only the vendor's record: everything else follows from the account. */
const storedForm = (device: DeviceRecord): Readonly<Record<string, unknown>> => ({
  id: device.id,
  name: device.name,
  description: device.description,
  groups: device.groups,
  tags: device.tags,
  presence: device.presence,
  services: device.services,
  externalAddress: device.externalAddress,
  internalAddress: device.internalAddress,
  mac: device.mac,
  serial: device.serial,
  facts: device.facts,
});

function* fleetCacheChunks(fleet: CachedFleet): Iterable<string> {
  const head = fleet.lastGoodAt === undefined ? '' : `"lastGoodAt":${JSON.stringify(fleet.lastGoodAt)},`;
  yield `{${head}"devices":[`;
  for (let start = 0; start < fleet.devices.length; start += devicesPerChunk) {
    const part = JSON.stringify(fleet.devices.slice(start, start + devicesPerChunk).map(storedForm));
    yield `${start === 0 ? '' : ',\n'}${part.slice(1, -1)}`;
  }
  yield ']}';
}

export const fleetCacheFormat: DocumentFormat<CachedFleet> = {
  version: 1,
  migrations: [],
  parse: parseFleetCache,
  fallback: { devices: [] },
  chunks: fleetCacheChunks,
};
