import type { DeviceRecord, Presence, PresenceState, Service, ServiceKind } from '../../core/device.ts';
import { isRow } from '../rows.ts';
import type { NotARow } from '../rows.ts';
import { kindOfApplication } from './devices.ts';
import type { RestRow } from './rest-schemas.ts';
import { asText, asTime } from './values.ts';

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

const titleOf = (row: RestRow): string => asText(row['servicetitle'])?.toLowerCase() ?? '';

/** By its title; else by the first two bytes of `devicetype`, which look like the application. */
const kindOf = (row: RestRow): ServiceKind | undefined => {
  const title = titleOf(row);
  if (Object.hasOwn(titles, title)) return titles[title];
  const application = /^([0-9a-f]{2}):([0-9a-f]{2}):/i.exec(asText(row['devicetype']) ?? '');
  return kindOfApplication(
    application === null ? undefined : Number.parseInt(`${application[1]}${application[2]}`, 16) || undefined,
  );
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
    ...(lastOnlineAt === undefined ? {} : { lastOnlineAt }),
  };
};

const serviceOf = (row: RestRow, id: string): Service | undefined => {
  const kind = kindOf(row);
  return kind === undefined
    ? undefined
    : {
        id,
        kind,
        name: asText(row['devicealias']) ?? asText(row['servicetitle']) ?? kind.toUpperCase(),
        route: 'tunnel',
      };
};

/** What rows of one device have in common; undefined where a row does not tell enough. */
const placeOf = (row: RestRow): string | undefined => {
  const outside = asText(row['devicelastip']);
  const inside = asText(row['lastinternalip']);
  return outside === undefined || inside === undefined
    ? undefined
    : JSON.stringify([asText(row['ownerusername']) ?? '', outside, inside]);
};

const deviceOf = (row: RestRow, id: string, services: readonly Service[], observedAt: number): DeviceRecord => {
  const externalAddress = asText(row['devicelastip']);
  const internalAddress = asText(row['lastinternalip']);
  return {
    id,
    name: asText(row['devicealias']) ?? id,
    description: guess,
    groups: [],
    tags: [],
    presence: presenceOf(row, observedAt),
    services,
    ...(externalAddress === undefined ? {} : { externalAddress }),
    ...(internalAddress === undefined ? {} : { internalAddress }),
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
    const service = serviceOf(row, id);
    const parent = places.get(placeOf(row) ?? '');
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
