import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ByteChannel } from '../../core/session/byte-channel.ts';
import { cancelled, fail, ok, type Result } from '../../core/base/errors.ts';
import { LibraryCalls } from '../runtime/library-calls.ts';

/**
 * A byte channel over any duplex stream. When one end closes, so does the other: a session cannot use a half-open one.
 */
export const streamChannel = (stream: Duplex, lost: string): ByteChannel => {
  let failure: Error | undefined;
  const calls = new LibraryCalls(() => stream.destroy());
  stream.pause();
  stream.on('error', (error: Error) => {
    failure = error;
  });
  return {
    write: (bytes) => (stream.destroyed || stream.writableEnded ? true : stream.write(bytes)),
    onDrain: (listener) => void stream.on('drain', calls.ours(listener)),
    onData: (listener) => {
      stream.on('data', calls.ours(listener));
      stream.resume();
    },
    onEnd: (listener) => {
      const end = calls.ours(() =>
        listener(
          failure === undefined
            ? undefined
            : fail('unreachable', lost, 'Reconnect; the forwards page says more about the way there.').error,
        ),
      );
      stream.on('end', () => stream.end());
      if (stream.closed) end();
      else stream.once('close', end);
    },
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
    close: () => void stream.destroy(),
  };
};

/** Opens a TCP connection. Errors: unreachable, cancelled. */
export const dialTcp = (
  place: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<Result<ByteChannel>> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve(cancelled());
    const socket = connect({ ...place, noDelay: true });
    const abort = (): void => {
      socket.destroy();
      resolve(cancelled());
    };
    const refuse = (): void => {
      signal.removeEventListener('abort', abort);
      resolve(fail('unreachable', `Nothing answers at ${place.host}:${place.port}.`, 'Try again in a moment.'));
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.once('error', refuse);
    socket.once('connect', () => {
      signal.removeEventListener('abort', abort);
      socket.off('error', refuse);
      resolve(ok(streamChannel(socket, 'The connection to the device broke.')));
    });
  });
