import { ok, type Result } from '../../core/base/errors.ts';
import type { FrameClient } from '../../../src-preload/contract/client.ts';
import type { DeviceView, ServiceView } from '../../../src-preload/contract/device.ts';
import type { ForwardView } from '../../../src-preload/contract/forward.ts';
import type { RequestOutput } from '../../../src-preload/contract/requests.ts';
import { usage } from '../flags.ts';
import { withCore, type Command, type Context } from '../command-context.ts';
import { findDevice } from '../find-device.ts';
import { findService, resultOf } from '../find-account.ts';
import { exitCodes, plain, print, printError, table } from '../terminal.ts';

type Places = RequestOutput<'forwards.resolve'>;

/**
 * The forward of a service; it is created if it does not exist. From then on its port is reserved, and nothing listens
 * on it.
 */
const reserve = async (
  client: FrameClient,
  device: DeviceView,
  service: ServiceView,
  context: Context,
): Promise<Result<ForwardView>> => {
  const request = { deviceKey: device.key, serviceId: service.id };
  const opened = resultOf(await client.request('forwards.open', request, context.signal));
  if (!opened.ok) return opened;
  const stopped = resultOf(await client.request('forwards.stop', { forwardId: opened.value.id }, context.signal));
  return stopped.ok ? opened : stopped;
};

/** `quayside resolve DEVICE`: the local addresses of its services, one a line: address, port, device, service. */
export const resolveCommand: Command = async (context) => {
  const { positionals, values } = context.args;
  if (positionals.length !== 1) return printError(usage('resolve takes one device.').error, context.json);
  return withCore(context, async ({ client }): Promise<Result<number>> => {
    const device = await findDevice(client, positionals[0] ?? '', context.signal);
    if (!device.ok) return device;
    const places = async (): Promise<Result<Places>> =>
      resultOf(await client.request('forwards.resolve', { deviceKey: device.value.key }, context.signal));
    const known = await places();
    if (!known.ok) return known;
    let found = known.value.forwards;
    if (values.service !== undefined || found.length === 0) {
      const service = await findService(client, device.value, values.service);
      if (!service.ok) return service;
      const isMeant = ({ serviceId }: Places['forwards'][number]): boolean => serviceId === service.value.id;
      if (!found.some(isMeant)) {
        const reserved = await reserve(client, device.value, service.value, context);
        if (!reserved.ok) return reserved;
        const now = await places();
        if (!now.ok) return now;
        found = now.value.forwards;
      }
      found = found.filter(isMeant);
    }
    const rows = found.map(({ address, port, serviceId }) => ({
      address,
      port,
      device: device.value.id,
      name: device.value.name,
      service: serviceId,
    }));
    if (context.json) print(JSON.stringify(rows));
    else {
      print(table(rows.map((row) => [row.address, String(row.port), plain(row.name), plain(row.service)])));
    }
    return ok(exitCodes.done);
  });
};
