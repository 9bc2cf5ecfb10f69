import type { DeviceRecord, Presence, PresenceState, Service, ServiceKind } from '../../core/fleet/device.ts';
import { deviceFacts } from '../../core/fleet/device-facts.ts';
import { attributesOf } from '../../core/fleet/fact-attributes.ts';
import { isRow } from '../read-rows.ts';
import type { NotARow } from '../read-rows.ts';
import { kindOfApplication } from './application-types.ts';
import { serviceStateOf, shortName } from './devices.ts';
import type { RestRow } from './rest-schemas.ts';
import { asAddress, asPort, asText, asTime } from './values.ts';
import { defined } from '../../core/base/defined.ts';

/** The title of the row that is the device rather than one of its services. */
const bulkTitle = 'bulk service';
const guess = 'Services grouped by address: a guess, because remote.it’s REST API does not say what belongs together.';

const titles: Readonly<Record<string, ServiceKind>> = {
  ssh: 'ssh',
  vnc: 'vnc',
  rdp: 'rdp',
  http: 'http',
  https: 'https',
};

/**
 * `00:1E:00:00:00:01:00:00:04:60:00:50:…` of "Demo_Router_Web_Port_80": the first two bytes look like the application,
 * the eleventh and twelfth like the port. Nobody says so; five published samples agree.
 */
const numbersOf = (row: RestRow): { readonly application: number | undefined; readonly port: number | undefined } => {
  const bytes = (asText(row['devicetype']) ?? '').split(':');
  const pair = (at: number): number | undefined => {
    const text = `${bytes[at] ?? ''}${bytes[at + 1] ?? ''}`;
    return /^[0-9a-f]{4}$/i.test(text) ? Number.parseInt(text, 16) : undefined;
  };
  return { application: pair(0) === 0 ? undefined : pair(0), port: asPort(pair(10)) };
};

const titleOf = (row: RestRow): string => asText(row['servicetitle'])?.toLowerCase() ?? '';

/** By its title, else by its application. */
const kindOf = (row: RestRow): ServiceKind | undefined => {
  const title = titleOf(row);
  return Object.hasOwn(titles, title) ? titles[title] : kindOfApplication(numbersOf(row).application);
};

const stateOf = (row: RestRow): PresenceState => {
  const state = asText(row['devicestate'])?.toLowerCase();
  return state === 'active' ? 'online' : state === 'inactive' ? 'offline' : 'unknown';
};

const presenceOf = (row: RestRow, observedAt: number): Presence => {
  const state = stateOf(row);
  const lastOnlineAt = asTime(row['lastcontacted']);
  return {
    state,
    observedAt,
    source: state === 'unknown' ? 'none' : 'vendor-list',
    ...defined({ lastOnlineAt }),
  };
};

const serviceOf = (row: RestRow, id: string, device: RestRow | undefined): Service | undefined => {
  const kind = kindOf(row);
  if (kind === undefined) return undefined;
  const { port } = numbersOf(row);
  const alias = asText(row['devicealias']);
  const deviceName = asText(device?.['devicealias']);
  const name = alias !== undefined && deviceName !== undefined ? shortName(alias, deviceName) : alias;
  const state = serviceStateOf(row['devicestate']);
  return {
    id,
    kind,
    name: name ?? asText(row['servicetitle']) ?? kind.toUpperCase(),
    route: 'tunnel',
    ...defined({ port, state }),
  };
};

/** What rows of one device have in common; undefined if a row does not tell enough. */
const placeOf = (row: RestRow): string | undefined => {
  const outside = asText(row['devicelastip']);
  const inside = asText(row['lastinternalip']);
  return outside === undefined || inside === undefined
    ? undefined
    : JSON.stringify([asText(row['ownerusername']) ?? '', outside, inside]);
};

const deviceOf = (row: RestRow, id: string, services: readonly Service[], observedAt: number): DeviceRecord => {
  const externalAddress = asAddress(row['devicelastip']);
  const internalAddress = asAddress(row['lastinternalip']);
  const facts = deviceFacts({
    hardwareId: asText(row['hardwareid']),
    region: asText(row['georegion']),
    owner: asText(row['ownerusername']),
    createdAt: asTime(row['createdate']),
    attributes: attributesOf({ shared: row['shared'], scripting: row['scripting'], webenabled: row['webenabled'] }, []),
  });
  return {
    id,
    name: asText(row['devicealias']) ?? id,
    description: guess,
    groups: [],
    tags: [],
    presence: presenceOf(row, observedAt),
    services,
    ...defined({ externalAddress, internalAddress, facts }),
  };
};

/**
 * The devices behind the rows of `/device/list/all`, each of which is a service without a parent. The row called "Bulk
 * Service" is a device; services that share owner and both addresses with exactly one such row are taken for its own;
 * every other service is shown as a device by itself. `nameless` counts the rows without an id.
 */
export const groupRows = (
  rows: readonly (RestRow | NotARow)[],
  observedAt: number,
): { readonly devices: readonly DeviceRecord[]; readonly nameless: number } => {
  const known = new Map<string, RestRow>();
  let nameless = 0;
  for (const row of rows) {
    if (!isRow(row) || row.deviceaddress === undefined) nameless += 1;
    else if (!known.has(row.deviceaddress)) known.set(row.deviceaddress, row);
  }
  /** The one device at a place; null where there are several. */
  const places = new Map<string, string | null>();
  const services = new Map<string, Service[]>();
  for (const [id, row] of known) {
    if (titleOf(row) !== bulkTitle) continue;
    services.set(id, []);
    const place = placeOf(row);
    if (place !== undefined) places.set(place, places.has(place) ? null : id);
  }
  const devices: string[] = [];
  for (const [id, row] of known) {
    if (services.has(id)) {
      devices.push(id);
      continue;
    }
    const parent = places.get(placeOf(row) ?? '');
    const service = serviceOf(row, id, typeof parent === 'string' ? known.get(parent) : undefined);
    if (typeof parent === 'string') {
      if (service !== undefined) services.get(parent)?.push(service);
      continue;
    }
    devices.push(id);
    services.set(id, service === undefined ? [] : [service]);
  }
  return {
    devices: devices.flatMap((id) => {
      const row = known.get(id);
      return row === undefined ? [] : [deviceOf(row, id, services.get(id) ?? [], observedAt)];
    }),
    nameless,
  };
};
