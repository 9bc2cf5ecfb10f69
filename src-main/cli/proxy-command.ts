import { once } from 'node:events';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { connect, Socket } from 'node:net';
import { fail, ok, type Result } from '../core/errors.ts';
import { usage } from './arguments.ts';
import { attach, type Attachment } from './attach.ts';
import type { Command, Context } from './context.ts';
import { findDevice, findService, resultOf } from './find.ts';
import { exitCodes, printError } from './terminal.ts';

/** How often a proxy that others build on looks whether they are done, milliseconds. */
const lingerMs = 250;

/**
 * Standard output as a stream that does not hold up the whole process while its reader is slow, as `process.stdout`
 * would; others may be using the forwards of this very process.
 */
const openOutput = (): { readonly stream: NodeJS.WritableStream; end(): void } => {
  const facts = fstatSync(1);
  const isPipe = (facts.isFIFO() || facts.isSocket()) && process.platform !== 'win32';
  const stream = isPipe ? new Socket({ fd: 1, readable: false, writable: true }) : process.stdout;
  return {
    stream,
    end: () => {
      if (!isPipe) return;
      // Node never closes its standard streams; only this tells the reader that no more comes.
      closeSync(1);
      openSync('/dev/null', 'w');
    },
  };
};

/** Carries bytes both ways until both ends have said that they are done, or one is gone. */
const pump = async (
  target: { readonly address: string; readonly port: number },
  signal: AbortSignal,
): Promise<void> => {
  const tunnel = connect({ host: target.address, port: target.port, allowHalfOpen: true, noDelay: true });
  const output = openOutput();
  const stop = (): void => void tunnel.destroy();
  signal.addEventListener('abort', stop, { once: true });
  // Whoever reads us may be gone first, as ssh is when the user ends it.
  output.stream.on('error', stop);
  process.stdin.on('error', stop);
  try {
    await once(tunnel, 'connect', { signal });
    process.stdin.pipe(tunnel);
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
    process.stdin.unpipe(tunnel);
    process.stdin.pause();
  }
};

const proxy = async (attachment: Attachment, context: Context): Promise<Result<number>> => {
  const { client } = attachment;
  const device = await findDevice(client, context.args.words[0] ?? '', context.signal);
  if (!device.ok) return device;
  const service = await findService(client, device.value, context.args.values.service ?? 'ssh');
  if (!service.ok) return service;
  const request = { deviceKey: device.value.key, serviceId: service.value.id };
  const before = resultOf(await client.request('forwards.list', {}, context.signal));
  if (!before.ok) return before;
  const known = before.value.find(
    (forward) => forward.deviceKey === request.deviceKey && forward.serviceId === request.serviceId,
  );
  const forward = resultOf(await client.request('forwards.open', request, context.signal));
  if (!forward.ok) return forward;
  try {
    await pump(forward.value, context.signal);
  } catch {
    const now = resultOf(await client.request('forwards.list', {}));
    const why = now.ok ? now.value.find(({ id }) => id === forward.value.id)?.error : undefined;
    return why === undefined
      ? fail('unreachable', 'The connection to the device was lost.', 'Try again.')
      : fail('unreachable', why.message, why.hint);
  }
  // The port stays the service's. In a process of our own it would listen again after the next start, so it is put
  // to rest; elsewhere others may be using it.
  await attachment.idle(lingerMs);
  if (attachment.own && known === undefined) await client.request('forwards.stop', { forwardId: forward.value.id });
  return ok(exitCodes.done);
};

/**
 * `quayside proxy DEVICE`: standard input and output lead to a service of the device, as ssh's ProxyCommand wants
 * it. Nothing else is ever written to standard output.
 */
export const proxyCommand: Command = async (context) => {
  if (context.args.words.length !== 1) return printError(usage('proxy takes one device.').error, context.json);
  const attached = await attach(context.place, true, context.signal);
  if (!attached.ok) return printError(attached.error, context.json);
  try {
    const result = await proxy(attached.value, context);
    return result.ok ? result.value : printError(result.error, context.json);
  } finally {
    await attached.value.dispose();
  }
};
