import type { ServiceKind } from '../../core/fleet/device.ts';
import { isRow } from '../read-rows.ts';
import type { NotARow } from '../read-rows.ts';
import type { Members } from './values.ts';
import { asNumber, asText } from './values.ts';

type Rows = readonly (Members | NotARow)[];

/** What remote.it says of its kinds of services and devices, for one account. */
export interface VendorTypes {
  /** By application id, where the scheme of its addresses tells. */
  readonly services: ReadonlyMap<number, ServiceKind>;
  /** Names, by platform id. */
  readonly platforms: ReadonlyMap<number, string>;
}

export const noTypes: VendorTypes = { services: new Map(), platforms: new Map() };

/**
 * Kinds by application id, as remote.it's own application has them: `getApplicationType` in
 * https://github.com/remoteit/desktop/blob/main/common/src/applications.ts. The web pages without a scheme of their own
 * there (37, 38, 42) are opened by https, as in it. What is in neither list is plain TCP.
 */
const kinds: Readonly<Record<number, ServiceKind>> = {
  4: 'vnc',
  5: 'rdp',
  7: 'http',
  8: 'https',
  10: 'https',
  28: 'ssh',
  30: 'http',
  33: 'https',
  37: 'https',
  38: 'https',
  42: 'https',
};
const schemes: Readonly<Record<string, ServiceKind>> = {
  http: 'http',
  https: 'https',
  ssh: 'ssh',
  vnc: 'vnc',
  rdp: 'rdp',
};
/** The device itself stands among its services. */
const deviceApplication = 35;
/** From here on the applications are UDP, which a TCP forward cannot carry. */
const firstUdpApplication = 32_769;

/** The kind of service behind an application id; undefined for the device itself and for UDP. */
export const kindOfApplication = (application: number | undefined, types = noTypes): ServiceKind | undefined => {
  if (application === undefined) return 'tcp';
  if (application === deviceApplication || application >= firstUdpApplication) return undefined;
  return types.services.get(application) ?? kinds[application] ?? 'tcp';
};

/** The vendor's lists as they are used. */
export const vendorTypesOf = (applications: Rows, platforms: Rows): VendorTypes => ({
  services: new Map(
    applications.filter(isRow).flatMap((row): readonly (readonly [number, ServiceKind])[] => {
      const id = asNumber(row['id']);
      const scheme = asText(row['scheme'])?.toLowerCase().replace(/:.*$/, '') ?? '';
      const kind = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
      return id === undefined || kind === undefined ? [] : [[id, kind]];
    }),
  ),
  platforms: new Map(
    platforms.filter(isRow).flatMap((row): readonly (readonly [number, string])[] => {
      const id = asNumber(row['id']);
      const name = asText(row['name']);
      return id === undefined || name === undefined ? [] : [[id, name]];
    }),
  ),
});
