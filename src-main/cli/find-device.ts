import { lateListing } from '../core/base/deadline.ts';
import { fail, ok, type Result } from '../core/base/errors.ts';
import { fold } from '../core/text/letters.ts';
import { systemClock } from '../node/runtime/system-clock.ts';
import { nearMiss } from '../../src-preload/contract/near-miss.ts';
import type { FrameClient } from '../../src-preload/contract/client.ts';
import type { AccountView } from '../../src-preload/contract/account.ts';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import { allDevices, resultOf } from './find-account.ts';
import { listOne, type Missing } from './refresh-devices.ts';
import { CommandDeadline, usualSeconds } from './command-deadline.ts';
import { note, plain } from './terminal.ts';

const listed = (devices: readonly DeviceView[]): string =>
  devices
    .slice(0, 10)
    .map((device) => `${plain(device.name)} (${device.id})`)
    .join(', ');

/** The device that a word names: by id, by name, or by name as the search reads it. Undefined if there is none. */
const pickDevice = (devices: readonly DeviceView[], word: string): Result<DeviceView> | undefined => {
  const folded = fold(word);
  const matchers: readonly ((device: DeviceView) => boolean)[] = [
    (device) => device.id === word || device.key === word,
    (device) => device.name === word,
    (device) => fold(device.name) === folded,
  ];
  for (const matches of matchers) {
    const [first, ...others] = devices.filter(matches);
    if (first === undefined) continue;
    if (others.length === 0) return ok(first);
    return fail(
      'ambiguous',
      `${plain(word)} may be several devices: ${listed([first, ...others])}.`,
      'Use an id instead.',
    );
  }
  return undefined;
};

/** The name of the device that was probably meant. */
const nearestDevice = (devices: readonly DeviceView[], word: string): string | undefined => {
  const names = new Map(devices.map(({ name }) => [fold(name), name]));
  const near = nearMiss(word, names.keys());
  return near === undefined ? undefined : names.get(near);
};

/** Once a device is found, milliseconds another account may take to list one of the same name. */
const namesakeMs = 2_000;

/** Asks all accounts for their devices until `look` finds one; returns the accounts that have not listed theirs. */
const askUntilFound = async (
  client: FrameClient,
  accounts: readonly AccountView[],
  patience: CommandDeadline,
  look: () => Promise<'found' | 'maybe' | 'no'>,
): Promise<readonly Missing[]> => {
  const missing: Missing[] = [];
  const open = new Set(accounts);
  await new Promise<void>((resolve) => {
    let cancelTimer: (() => void) | undefined;
    const settle = (): void => {
      cancelTimer?.();
      resolve();
    };
    const askOne = async (account: AccountView): Promise<void> => {
      const listed = await listOne(client, account, patience);
      if (!listed.ok) missing.push({ account, error: listed.error });
      open.delete(account);
      const seen = await look();
      if (seen === 'found' || open.size === 0) settle();
      else if (seen === 'maybe') cancelTimer ??= systemClock.after(namesakeMs, resolve);
    };
    if (open.size === 0) resolve();
    for (const account of accounts) void askOne(account);
  });
  return [...missing, ...[...open].map((account) => ({ account, error: lateListing(namesakeMs).error }))];
};

/**
 * Finds a device among the known ones. If it is not there, all accounts are asked for their lists, and none is waited
 * for longer than needed. Errors: not-found, ambiguous, and why an account that may have it could not be asked.
 */
export const findDevice = async (
  client: FrameClient,
  word: string,
  signal: AbortSignal,
): Promise<Result<DeviceView>> => {
  const look = async (): Promise<Result<DeviceView> | undefined> => {
    const known = resultOf(await client.request('devices.query', { query: '', limit: allDevices }, signal));
    return known.ok ? pickDevice(known.value.devices, word) : known;
  };
  const atOnce = await look();
  if (atOnce !== undefined) return atOnce;
  const accounts = resultOf(await client.request('accounts.list', {}, signal));
  if (!accounts.ok) return accounts;
  const patience = new CommandDeadline(usualSeconds, signal);
  const missing = await askUntilFound(client, accounts.value, patience, async () => {
    const found = await look();
    if (found === undefined) return 'no';
    // Only an id is unique among devices.
    return found.ok && found.value.id !== word && found.value.key !== word ? 'maybe' : 'found';
  });
  patience.dispose();
  const later = await look();
  const labels = missing.map(({ account }) => plain(account.label)).join(', ');
  if (later?.ok === true && later.value.id !== word && labels !== '')
    note(`${labels}: the list of devices is not here yet, so another device of this name would not be seen.`);
  if (later !== undefined) return later;
  // An account whose list failed may still have the device.
  const [first] = missing;
  if (first !== undefined) {
    const message = `${plain(word)} is not among the devices that are known. ${plain(first.account.label)}: ${first.error.message}`;
    return { ok: false, error: { ...first.error, message } };
  }
  const all = resultOf(await client.request('devices.query', { query: '', limit: allDevices }, signal));
  const meant = all.ok ? nearestDevice(all.value.devices, word) : undefined;
  return fail(
    'not-found',
    `There is no device ${plain(word)}.`,
    meant === undefined ? 'Look for it with quayside devices.' : `Did you mean ${plain(meant)}?`,
  );
};
