import { usage } from '../flags.ts';
import { attach } from '../attach.ts';
import type { Command } from '../command-context.ts';
import { findDevice } from '../find-device.ts';
import { findService, resultOf } from '../find-account.ts';
import { exitCodes, note, plain, print, printError } from '../terminal.ts';
import { defined } from '../../core/base/defined.ts';

/** `quayside connect DEVICE`: opens its default service in the program chosen for it. */
export const connectCommand: Command = async (context) => {
  const { positionals, values } = context.args;
  if (positionals.length !== 1) return printError(usage('connect takes one device.').error, context.json);
  const attached = await attach(context.place, true, context.signal);
  if (!attached.ok) return printError(attached.error, context.json);
  const { client, own, lost } = attached.value;
  try {
    const device = await findDevice(client, positionals[0] ?? '', context.signal);
    if (!device.ok) return printError(device.error, context.json);
    const service = await findService(client, device.value, values.service);
    if (!service.ok) return printError(service.error, context.json);
    const place = { deviceKey: device.value.key, serviceId: service.value.id };
    const open = async () =>
      resultOf(await client.request('launch.open', { ...place, ...defined({ user: values.user }) }, context.signal));
    let opened = await open();
    if (!opened.ok && values.trust !== undefined && opened.error.certificate?.shown === values.trust) {
      const trusted = resultOf(await client.request('launch.trust', { ...place, certificate: values.trust }));
      if (!trusted.ok) return printError(trusted.error, context.json);
      opened = await open();
    }
    if (!opened.ok) return printError(opened.error, context.json);
    const { launcher, command, address } = opened.value;
    const outcomeJson = { launcher, command, ...defined({ address }) };
    if (context.json) print(JSON.stringify({ ...outcomeJson, device: device.value.id, service: service.value.id }));
    else if (address !== undefined)
      print(`${plain(service.value.name)} on ${plain(device.value.name)} is at ${address}`);
    else print(`${plain(service.value.name)} on ${plain(device.value.name)} is open in ${plain(launcher)}.`);
    // What opened in the vendor's own program needs no forward.
    const isElsewhere = address === undefined && command === '';
    if (!own || isElsewhere) return exitCodes.done;
    // The forward is in this process.
    if (!context.json) note('Quayside is not running otherwise, so this command keeps the way open. Ctrl-C closes it.');
    await Promise.race([
      lost,
      new Promise<void>((resolve) => {
        if (context.signal.aborted) return resolve();
        context.signal.addEventListener('abort', () => resolve(), { once: true });
      }),
    ]);
    if (attached.value.isHandedOver && !context.json)
      note('Quayside is running now. This command ends with the last connection it holds; Ctrl-C ends it now.');
    return exitCodes.done;
  } finally {
    await attached.value.dispose(context.signal);
  }
};
