import { once } from 'node:events';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { connect, Socket } from 'node:net';
import { fail, ok, type Result } from '../../core/base/errors.ts';
import { sleep } from '../../core/base/clock.ts';
import { systemClock } from '../../node/runtime/system-clock.ts';
import type { FrameClient } from '../../../src-preload/contract/client.ts';
import type { ForwardView } from '../../../src-preload/contract/forward.ts';
import { usage } from '../flags.ts';
import { attach, type Attachment } from '../attach.ts';
import type { Command, Context } from '../command-context.ts';
import { findDevice } from '../find-device.ts';
import { findService, resultOf } from '../find-account.ts';
import { exitCodes, printError } from '../terminal.ts';

const lost = fail('unreachable', 'The connection to the device was lost.', 'Try again.');

/** Milliseconds the other end may take to close after ours, and between two checks. */
const passOnWithinMs = 5_000;
const passOnLookMs = 20;
/** Milliseconds between two checks whether the commands that use this proxy's core are done. */
const lingerMs = 250;

/**
 * Standard output as a stream that does not block the process while its reader is slow, as `process.stdout` would:
 * others may use forwards of this process.
 */
const openOutput = (): { readonly stream: NodeJS.WritableStream; end(): void } => {
  // Windows has no such descriptor if the parent process passed a handle only.
  const stat = process.platform === 'win32' ? undefined : fstatSync(1);
  const isPipe = stat !== undefined && (stat.isFIFO() || stat.isSocket());
  const stream = isPipe ? new Socket({ fd: 1, readable: false, writable: true }) : process.stdout;
  return {
    stream,
    end: () => {
      if (!isPipe) return;
      // Node never closes its standard streams; without this the reader would wait for more.
      closeSync(1);
      openSync('/dev/null', 'w');
    },
  };
};

/** Connects to a forward of this computer. Rejects if nothing listens there any more. */
const dial = async (
  target: { readonly address: string; readonly port: number },
  signal: AbortSignal,
): Promise<Socket> => {
  const tunnel = connect({ host: target.address, port: target.port, allowHalfOpen: true, noDelay: true });
  await once(tunnel, 'connect', { signal });
  return tunnel;
};

/** Copies bytes both ways until both ends are done or one is gone. */
const pump = async (tunnel: Socket, signal: AbortSignal): Promise<void> => {
  const output = openOutput();
  const stop = (): void => void tunnel.destroy();
  signal.addEventListener('abort', stop, { once: true });
  // The reader of our output may end first, as ssh does when the user ends it.
  output.stream.on('error', stop);
  const input = process.stdin;
  input.on('error', stop);
  try {
    input.pipe(tunnel);
    tunnel.pipe(output.stream, { end: false });
    const ended = once(tunnel, 'end');
    const closed = once(tunnel, 'close');
    closed.catch(() => undefined);
    await Promise.race([ended, closed]);
    await new Promise<void>((resolve) => {
      if (output.stream.writable) output.stream.write('', () => resolve());
      else resolve();
    });
    output.end();
    await closed;
  } finally {
    signal.removeEventListener('abort', stop);
    tunnel.destroy();
    input.unpipe(tunnel);
    input.pause();
  }
};

/** A connection to a service. */
interface ProxyTunnel {
  readonly tunnel: Socket;
  readonly forward: ForwardView;
}

const openProxyTunnel = async ({ client }: Attachment, context: Context): Promise<Result<ProxyTunnel>> => {
  const device = await findDevice(client, context.args.positionals[0] ?? '', context.signal);
  if (!device.ok) return device;
  const service = await findService(client, device.value, context.args.values.service ?? 'ssh');
  if (!service.ok) return service;
  const request = { deviceKey: device.value.key, serviceId: service.value.id, anyPort: true };
  const forward = resultOf(await client.request('forwards.open', request, context.signal));
  if (!forward.ok) return forward;
  const tunnel = await dial(forward.value, context.signal).catch(() => undefined);
  return tunnel === undefined ? lost : ok({ tunnel, forward: forward.value });
};

/**
 * Waits until the core has delivered the last bytes of our connection and closed its far end. If this process ended
 * first, a core inside it would end as well, and those bytes would be lost.
 */
const passedOn = async (client: FrameClient, forwardId: string, port: number | undefined): Promise<void> => {
  const until = systemClock.monotonic() + passOnWithinMs;
  while (systemClock.monotonic() < until) {
    const now = resultOf(await client.request('forwards.statistics', { forwardId }));
    if (!now.ok || !now.value.peers.some((peer) => peer.port === port)) return;
    await sleep(systemClock, passOnLookMs);
  }
};

const proxy = async (
  attachment: Attachment,
  { tunnel, forward }: ProxyTunnel,
  context: Context,
): Promise<Result<number>> => {
  const { client } = attachment;
  const { localPort } = tunnel;
  try {
    await pump(tunnel, context.signal);
  } catch {
    const now = resultOf(await client.request('forwards.list', {}));
    const why = now.ok ? now.value.find(({ id }) => id === forward.id)?.error : undefined;
    return why === undefined ? lost : fail('unreachable', why.message, why.hint);
  }
  if (attachment.own && !attachment.isHandedOver) await passedOn(client, forward.id, localPort);
  await attachment.idle(lingerMs);
  return ok(exitCodes.done);
};

/**
 * `quayside proxy DEVICE`: standard input and output lead to a service of the device, as ssh's ProxyCommand wants
 * it. Nothing else is ever written to standard output.
 */
export const proxyCommand: Command = async (context) => {
  if (context.args.positionals.length !== 1) return printError(usage('proxy takes one device.').error, context.json);
  const attached = await attach(context.place, true, context.signal);
  if (!attached.ok) return printError(attached.error, context.json);
  try {
    const opened = await openProxyTunnel(attached.value, context);
    // The core moved to another process meanwhile: ask for the forward there.
    if (!opened.ok && attached.value.isHandedOver && !context.signal.aborted) return await proxyCommand(context);
    const result = opened.ok ? await proxy(attached.value, opened.value, context) : opened;
    return result.ok ? result.value : printError(result.error, context.json);
  } finally {
    await attached.value.dispose();
  }
};
