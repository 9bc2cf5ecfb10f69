import { ok, type Result } from '../core/errors.ts';
import type { FrameClient } from '../../src-preload/contract/client.ts';
import type { DeviceView, ForwardView, ServiceView } from '../../src-preload/contract/views.ts';
import { usage } from './arguments.ts';
import { withCore, type Command, type Context } from './context.ts';
import { findDevice, findService, resultOf } from './find.ts';
import { exitCodes, plain, print, printError, table } from './terminal.ts';

/** The forward of a service, made where there is none: its port is kept from then on, and nothing listens for it. */
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

/** `quayside resolve DEVICE`: where its services are on this computer, one a line: address, port, device, service. */
export const resolveCommand: Command = async (context) => {
  const { words, values } = context.args;
  if (words.length !== 1) return printError(usage('resolve takes one device.').error, context.json);
  return withCore(context, async ({ client }): Promise<Result<number>> => {
    const device = await findDevice(client, words[0] ?? '', context.signal);
    if (!device.ok) return device;
    const all = resultOf(await client.request('forwards.list', {}, context.signal));
    if (!all.ok) return all;
    const own = all.value.filter((forward) => forward.deviceKey === device.value.key);
    let found = own;
    if (values.service !== undefined || own.length === 0) {
      const service = await findService(client, device.value, values.service);
      if (!service.ok) return service;
      const known = own.find((forward) => forward.serviceId === service.value.id);
      const forward = known === undefined ? await reserve(client, device.value, service.value, context) : ok(known);
      if (!forward.ok) return forward;
      found = [forward.value];
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
