import type { Device } from '../../core/fleet/device.ts';
import { hostKeyAlias } from '../../core/ssh/ssh-command.ts';
import { hostKeyDevice } from '../../core/ssh/host-key-pins.ts';
import type { SeenHostKey } from './host-keys.ts';

/** What a person is to know of a host key, and the devices that it names. */
export interface HostKeyNotice {
  readonly id: string;
  readonly text: string;
  readonly hint: string;
  readonly devices: readonly { readonly key: string; readonly name: string }[];
}

type NamedDevice = Pick<Device, 'vendor' | 'accountId' | 'id' | 'key' | 'name'>;

/** Devices that are named; the rest is a number. */
const maxNamed = 4;

const list = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;

/**
 * Tells of a key in the names that people gave their devices: an alias says nothing to them. Undefined if all is well.
 * One key on several devices is one notice, whichever of them showed it last.
 */
export const hostKeyNotice = (key: SeenHostKey, fleet: Iterable<NamedDevice>): HostKeyNotice | undefined => {
  if (key.warning === undefined) return undefined;
  const aliases = [...new Set([key.alias, ...key.sharedWith].map(hostKeyDevice))].toSorted();
  const wanted = new Set(aliases);
  const found: NamedDevice[] = [];
  for (const device of fleet) if (wanted.has(hostKeyAlias(device, {}))) found.push(device);
  const named = found.toSorted((a, b) => a.name.localeCompare(b.name)).slice(0, maxNamed);
  const devices = named.map(({ key: deviceKey, name }) => ({ key: deviceKey, name }));
  const hint = 'The forwards page shows the key.';
  if (key.verdict === 'shared') {
    const rest = aliases.length - named.length;
    const more =
      rest === 0 ? [] : [`${rest} ${named.length === 0 ? '' : 'other '}${rest === 1 ? 'device' : 'devices'}`];
    return {
      id: `host-key-shared-${key.fingerprint}`,
      text: `${list([...named.map(({ name }) => name), ...more])} have the same SSH host key: they were cloned from one image, and each can pass for the other.`,
      hint: `Make new host keys on them. ${hint}`,
      devices,
    };
  }
  const name = named[0]?.name ?? 'A device that is gone';
  return { id: `host-key-${key.alias}`, text: `${name}: ${key.warning}`, hint, devices };
};
