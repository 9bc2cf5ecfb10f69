import { ok, type AppError } from '../core/errors.ts';
import type { AccountView, DeviceView } from '../../src-preload/contract/views.ts';
import { withCore, type Command } from './context.ts';
import { allDevices, resultOf } from './find.ts';
import { exitCodes, note, plain, print, table } from './terminal.ts';

/** A device as scripts get it. */
const shown = (device: DeviceView, account: string): object => ({
  id: device.id,
  name: device.name,
  vendor: device.vendor,
  account,
  presence: {
    state: device.presence.state,
    observedAt: new Date(device.presence.observedAt).toISOString(),
    source: device.presence.source,
  },
  groups: device.groups,
  tags: device.tags,
  services: device.services.map((service) => ({
    id: service.id,
    kind: service.kind,
    name: service.name,
    ...(service.port === undefined ? {} : { port: service.port }),
    ...(service.host === undefined ? {} : { host: service.host }),
  })),
});

const age = (account: AccountView): string =>
  account.lastGoodAt === undefined ? '' : ` Its devices are shown as of ${new Date(account.lastGoodAt).toISOString()}.`;

/** `quayside devices [QUERY]` */
export const devicesCommand: Command = (context) =>
  withCore(context, async ({ client }) => {
    const accounts = resultOf(await client.request('accounts.list', {}));
    if (!accounts.ok) return accounts;
    const failures: { readonly account: AccountView; readonly error: AppError }[] = [];
    await Promise.all(
      accounts.value.map(async (account) => {
        const refreshed = resultOf(await client.request('accounts.refresh', { accountId: account.id }, context.signal));
        if (!refreshed.ok) failures.push({ account, error: refreshed.error });
      }),
    );
    const [first] = failures;
    if (first !== undefined && failures.length === accounts.value.length) return { ok: false, error: first.error };
    const query = context.args.words.join(' ');
    const found = resultOf(await client.request('devices.query', { query, limit: allDevices }, context.signal));
    if (!found.ok) return found;
    for (const { account, error } of failures) note(`${plain(account.label)}: ${error.message}${age(account)}`);
    const labels = new Map(accounts.value.map((account) => [account.id, account.label]));
    const labelOf = (device: DeviceView): string => labels.get(device.accountId) ?? device.accountId;
    if (context.json) print(JSON.stringify(found.value.devices.map((device) => shown(device, labelOf(device)))));
    else if (accounts.value.length === 0) note('No accounts yet. Add one with quayside accounts add.');
    else if (found.value.devices.length === 0)
      note(query === '' ? 'These accounts have no devices.' : 'No device matches.');
    else {
      const rows = found.value.devices.map((device) => [
        plain(device.name),
        device.presence.state,
        plain(device.groups.join(', ')),
        plain(labelOf(device)),
        plain(device.id),
      ]);
      print(table([['NAME', 'PRESENCE', 'GROUP', 'ACCOUNT', 'ID'], ...rows]));
    }
    return ok(exitCodes.done);
  });
