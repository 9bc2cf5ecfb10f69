/** A made-up machine, in no vendor's words. */
export interface FleetDevice {
  /** 0, 1, 2 … in the order of the fleet. */
  readonly index: number;
  /** `plant3-gw-07`; unique in its fleet. */
  readonly name: string;
  /** `Plant 3`. */
  readonly site: string;
  readonly kind: FleetKind;
  readonly description: string;
  /** From the ranges set aside for documentation. */
  readonly externalAddress: string;
  readonly internalAddress: string;
  readonly mac: string;
  readonly serial: string;
  readonly online: boolean;
  /** Epoch milliseconds. */
  readonly lastOnlineAt: number;
}

export type FleetKind = 'gateway' | 'camera' | 'kiosk' | 'panel' | 'pi';

/** A seeded source of numbers in [0, 1): the same seed gives the same fleet. */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const sites = [
  { word: 'plant', title: 'Plant', kinds: ['gateway', 'panel', 'panel', 'camera', 'pi'] },
  { word: 'store', title: 'Store', kinds: ['kiosk', 'kiosk', 'camera', 'gateway'] },
  { word: 'depot', title: 'Depot', kinds: ['gateway', 'camera', 'camera', 'pi'] },
  { word: 'plant', title: 'Plant', kinds: ['gateway', 'panel', 'camera', 'pi', 'pi'] },
  { word: 'lab', title: 'Lab', kinds: ['pi', 'pi', 'pi', 'gateway'] },
] as const satisfies readonly { word: string; title: string; kinds: readonly FleetKind[] }[];

const kinds: Readonly<Record<FleetKind, { readonly short: string; readonly title: string }>> = {
  gateway: { short: 'gw', title: 'Edge gateway' },
  camera: { short: 'cam', title: 'Camera' },
  kiosk: { short: 'kiosk', title: 'Kiosk' },
  panel: { short: 'plc', title: 'PLC panel' },
  pi: { short: 'pi', title: 'Raspberry Pi' },
};
const places = [
  'hall A',
  'hall B',
  'north gate',
  'line 2',
  'packing',
  'roof',
  'server room',
  'entrance',
  'loading bay',
];
const documentationRanges = ['192.0.2', '198.51.100', '203.0.113'];
const devicesPerSite = 24;

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/**
 * A believable fleet of `count` machines at sites of some two dozen each, about one in twelve offline. The same
 * `seed` and `now` (epoch milliseconds) give the same fleet.
 */
export const makeFleet = (count: number, now: number, seed = 7): readonly FleetDevice[] => {
  const random = seededRandom(seed);
  const pick = <T>(from: readonly [T, ...T[]] | readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const siteNumbers = new Map<string, number>();
  const fleet: FleetDevice[] = [];
  let site: (typeof sites)[number] = sites[0];
  let siteNumber = 0;
  let external = '';
  let perKind = new Map<FleetKind, number>();
  for (let index = 0; index < count; index += 1) {
    const place = index % devicesPerSite;
    if (place === 0) {
      site = sites[(index / devicesPerSite) % sites.length] ?? sites[0];
      siteNumber = (siteNumbers.get(site.word) ?? 0) + 1;
      siteNumbers.set(site.word, siteNumber);
      external = `${pick(documentationRanges)}.${1 + Math.floor(random() * 254)}`;
      perKind = new Map();
    }
    const kind: FleetKind = pick<FleetKind>(site.kinds);
    const number = (perKind.get(kind) ?? 0) + 1;
    perKind.set(kind, number);
    const online = random() > 1 / 12;
    fleet.push({
      index,
      name: `${site.word}${siteNumber}-${kinds[kind].short}-${String(number).padStart(2, '0')}`,
      site: `${site.title} ${siteNumber}`,
      kind,
      description: `${kinds[kind].title}, ${pick(places)}`,
      externalAddress: external,
      internalAddress: `10.${siteNumber % 256}.${Math.floor(siteNumber / 256) * 8 + (kind === 'camera' ? 2 : 1)}.${10 + place}`,
      mac: `02:00:5e:${hex((index >> 16) & 255, 2)}:${hex((index >> 8) & 255, 2)}:${hex(index & 255, 2)}`,
      serial: `${kinds[kind].short.toUpperCase()}${String(100_000 + Math.floor(random() * 900_000))}${hex(index, 5)}`,
      online,
      lastOnlineAt: online
        ? now - Math.floor(random() * 60_000)
        : now - Math.floor(random() ** 3 * 40 * 86_400_000) - 600_000,
    });
  }
  return fleet;
};
