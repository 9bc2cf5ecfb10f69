import { factForms } from '../../core/fleet/device-facts.ts';
import { ok } from '../../core/base/errors.ts';
import type { DeviceView } from '../../../src-preload/contract/device.ts';
import { readSeconds } from '../flags.ts';
import { withCore, type Command } from '../command-context.ts';
import { allDevices, resultOf } from '../find-account.ts';
import { listAll, tellMissing } from '../refresh-devices.ts';
import { CommandDeadline, usualSeconds } from '../command-deadline.ts';
import { note, plain, print, printError, table } from '../terminal.ts';
import { defined } from '../../core/base/defined.ts';

const iso = (at: number): string => new Date(at).toISOString();

/** Facts in JSON: unknown facts are absent, and times have the format of all other output. */
const shownFacts = (facts: NonNullable<DeviceView['facts']>): object =>
  Object.fromEntries(
    Object.entries(factForms).flatMap(([name, form]) => {
      const value: unknown = Reflect.get(facts, name);
      if (value === undefined) return [];
      return [[name, form === 'time' && typeof value === 'number' ? iso(value) : value]];
    }),
  );

/** A device in JSON. */
const shown = (device: DeviceView, account: string): object => ({
  id: device.id,
  name: device.name,
  vendor: device.vendor,
  account,
  presence: {
    state: device.presence.state,
    observedAt: iso(device.presence.observedAt),
    source: device.presence.source,
    ...(device.presence.lastOnlineAt === undefined ? {} : { lastOnlineAt: iso(device.presence.lastOnlineAt) }),
  },
  // JSON has no undefined: unknown values are left out.
  description: device.description,
  externalAddress: device.externalAddress,
  internalAddress: device.internalAddress,
  mac: device.mac,
  serial: device.serial,
  groups: device.groups,
  tags: device.tags,
  services: device.services.map((service) => ({
    id: service.id,
    kind: service.kind,
    name: service.name,
    ...defined({ port: service.port, host: service.host, state: service.state }),
  })),
  ...(device.facts === undefined ? {} : { facts: shownFacts(device.facts) }),
});

/** `quayside devices [QUERY]` */
export const devicesCommand: Command = async (context) => {
  const seconds = readSeconds(context.args.values.timeout, usualSeconds);
  if (!seconds.ok) return printError(seconds.error, context.json);
  const patience = new CommandDeadline(seconds.value, context.signal, 0);
  const place = { ...context.place, withinMs: patience.ms };
  const ended = await withCore({ ...context, place }, async ({ client }) => {
    const accounts = resultOf(await client.request('accounts.list', {}));
    if (!accounts.ok) return accounts;
    const missing = await listAll(client, accounts.value, patience);
    const query = context.args.positionals.join(' ');
    const found = resultOf(await client.request('devices.query', { query, limit: allDevices }, context.signal));
    if (!found.ok) return found;
    const labels = new Map(accounts.value.map((account) => [account.id, account.label]));
    const labelOf = (device: DeviceView): string => labels.get(device.accountId) ?? 'a removed account';
    const { devices } = found.value;
    if (context.json) print(JSON.stringify(devices.map((device) => shown(device, labelOf(device)))));
    else if (accounts.value.length === 0) note('No accounts yet. Add one with quayside accounts add.');
    else if (devices.length > 0) {
      const rows = devices.map((device) => [
        plain(device.name),
        device.presence.state,
        plain(device.groups.join(', ')),
        plain(labelOf(device)),
        plain(device.id),
      ]);
      print(table([['NAME', 'PRESENCE', 'GROUP', 'ACCOUNT', 'ID'], ...rows]));
    } else if (missing.length === 0) note(query === '' ? 'These accounts have no devices.' : 'No device matches.');
    else note(query === '' ? 'No device is known.' : 'No device that is known matches.');
    return ok(await tellMissing(client, missing, context.json));
  });
  patience.dispose();
  return ended;
};
