import { ok, type Result } from '../../core/base/errors.ts';
import { sleep } from '../../core/base/clock.ts';
import { runInForeground } from '../../node/desktop/processes.ts';
import { systemClock } from '../../node/runtime/system-clock.ts';
import type { DeviceView, ServiceView } from '../../../src-preload/contract/device.ts';
import { adviceOf } from '../../../src-preload/contract/error-view.ts';
import type { ForwardView } from '../../../src-preload/contract/forward.ts';
import type { FrameClient } from '../../../src-preload/contract/client.ts';
import { readPort, usage } from '../flags.ts';
import { attach, type Attachment } from '../attach.ts';
import type { Command, Context } from '../command-context.ts';
import { findDevice } from '../find-device.ts';
import { findService, resultOf } from '../find-account.ts';
import { exitCodes, note, plain, print, printError } from '../terminal.ts';
import { defined } from '../../core/base/defined.ts';

/** A forward that this command holds open. */
interface Held {
  readonly device: DeviceView;
  readonly service: ServiceView;
  readonly forward: ForwardView;
}

/** Milliseconds to wait before the next try, while another program has the port since the hand-over. */
const portAgainMs = 500;
/** How often the command prints the forward's state, milliseconds. */
const watchMs = 500;

const hold = async (
  client: FrameClient,
  context: Context,
  port: { readonly port?: number; readonly anyPort?: boolean },
  serviceWord: string | undefined,
): Promise<Result<Held>> => {
  const device = await findDevice(client, context.args.positionals[0] ?? '', context.signal);
  if (!device.ok) return device;
  const service = await findService(client, device.value, serviceWord);
  if (!service.ok) return service;
  const opened = resultOf(
    await client.request(
      'forwards.acquire',
      { deviceKey: device.value.key, serviceId: service.value.id, ...port },
      context.signal,
    ),
  );
  if (!opened.ok) return opened;
  return ok({ device: device.value, service: service.value, forward: opened.value });
};

/** Releases the forward. It stays open while another client uses it. */
const release = async ({ client, isHandedOver }: Attachment, { forward }: Held): Promise<void> => {
  if (!isHandedOver) await client.request('forwards.release', { forwardId: forward.id });
};

const announce = ({ device, service, forward }: Held, json: boolean): void => {
  const { address, port } = forward;
  if (json) {
    print(JSON.stringify({ port, address, device: device.id, service: service.id }));
    return;
  }
  print(`${address}:${port} leads to ${plain(service.name)} on ${plain(device.name)}. Ctrl-C closes it.`);
  if (service.kind === 'ssh') print(`ssh -p ${port} ${address}`);
};

const stateText = (forward: ForwardView): string => {
  if (forward.error !== undefined) return `${forward.state}: ${forward.error.message} ${adviceOf(forward.error)}`;
  return forward.state === 'open' ? `open (${forward.connections})` : forward.state;
};

/** Tells a person how the forward is, until `done`. */
const watch = async (client: FrameClient, id: string, done: AbortSignal): Promise<void> => {
  let last = 'listening';
  while (!done.aborted) {
    const all = await client.request('forwards.list', {}, done);
    const forward = all.ok ? all.value.find((candidate) => candidate.id === id) : undefined;
    if (forward !== undefined && stateText(forward) !== last) {
      last = stateText(forward);
      note(plain(last));
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, watchMs);
      done.addEventListener(
        'abort',
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  }
};

const aborted = (signal: AbortSignal): Promise<'aborted'> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve('aborted');
    signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  });

/** Holds the forward until the user ends the command or the process that owns the profile goes away. */
const untilEnded = async (attachment: Attachment, held: Held, context: Context): Promise<'aborted' | 'lost'> => {
  const done = new AbortController();
  if (!context.json) void watch(attachment.client, held.forward.id, done.signal);
  const end = await Promise.race([aborted(context.signal), attachment.lost.then(() => 'lost' as const)]);
  done.abort();
  return end;
};

/** `quayside forward DEVICE` */
export const forwardCommand: Command = async (context) => {
  const { positionals, values } = context.args;
  const port = readPort(values.port, 1);
  if (!port.ok) return printError(port.error, context.json);
  if (positionals.length !== 1) return printError(usage('forward takes one device.').error, context.json);
  let wanted = port.value;
  let first: Held | undefined;
  /** Whether another program took the port during the hand-over. */
  let isTaken = false;
  /** Former cores of this process that were handed over; earlier connections may still use them. */
  const left: Promise<void>[] = [];
  try {
    for (;;) {
      const attached = await attach(context.place, true, context.signal);
      if (!attached.ok)
        return context.signal.aborted && first !== undefined
          ? exitCodes.done
          : printError(attached.error, context.json);
      const attachment = attached.value;
      let isLost = false;
      void attachment.lost.then(() => {
        isLost = true;
      });
      const held = await hold(attachment.client, context, defined({ port: wanted }), values.service);
      if (!held.ok) {
        await attachment.dispose(context.signal);
        const isOurs = first !== undefined && !context.signal.aborted;
        // The next owner may end before it has answered.
        if (isOurs && isLost) continue;
        if (isOurs && held.error.kind === 'port-in-use') {
          if (!isTaken) note(`${held.error.message} This command waits for it; Ctrl-C ends it.`);
          isTaken = true;
          await sleep(systemClock, portAgainMs, context.signal);
          continue;
        }
        return context.signal.aborted && first !== undefined ? exitCodes.done : printError(held.error, context.json);
      }
      // Printed once: the port stays the same when the core moves to another process.
      if (first === undefined) announce(held.value, context.json);
      first ??= held.value;
      isTaken = false;
      wanted = held.value.forward.port;
      const end = await untilEnded(attachment, held.value, context);
      if (end === 'aborted') await release(attachment, held.value);
      if (attachment.isHandedOver) left.push(attachment.dispose(context.signal));
      else await attachment.dispose();
      if (end === 'aborted') return exitCodes.done;
      note(
        attachment.isHandedOver
          ? 'Another Quayside has taken over and holds this forward now; connections go on.'
          : 'The Quayside that held this forward has ended; opening it again here.',
      );
    }
  } finally {
    await Promise.all(left);
  }
};

/** `quayside ssh DEVICE [-- ARGS]` */
export const sshCommand: Command = async (context) => {
  const { positionals, values, rest } = context.args;
  if (positionals.length !== 1)
    return printError(usage('ssh takes one device; what is meant for ssh follows --.').error, context.json);
  const attached = await attach(context.place, true, context.signal);
  if (!attached.ok) return printError(attached.error, context.json);
  const { client } = attached.value;
  try {
    const held = await hold(client, context, { anyPort: true }, values.service ?? 'ssh');
    if (!held.ok) return printError(held.error, context.json);
    try {
      const plan = resultOf(
        await client.request(
          'launch.ssh',
          {
            deviceKey: held.value.device.key,
            serviceId: held.value.service.id,
            args: [...(rest ?? [])],
            ...defined({ user: values.user }),
          },
          context.signal,
        ),
      );
      if (!plan.ok) return printError(plan.error, context.json);
      const ended = await runInForeground({ ...plan.value, detached: false }, process.env, context.signal);
      return ended.ok ? ended.value : printError(ended.error, context.json);
    } finally {
      await release(attached.value, held.value);
    }
  } finally {
    await attached.value.dispose(context.signal);
  }
};
