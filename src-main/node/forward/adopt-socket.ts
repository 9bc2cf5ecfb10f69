import { Socket } from 'node:net';
import type { OnReadOpts, SocketConstructorOpts } from 'node:net';

/** The part of a socket that Node keeps to itself. */
interface WithHandle {
  _handle?: unknown;
}

/**
 * An accepted socket that reads with `onread`. Node offers `onread` only for sockets it is given the making of, and
 * its server makes accepted ones itself, so the handle is moved to a new socket by the name `_handle`: the one place
 * in Quayside that leans on something Node does not document (`server.listen(handle)` and `child.send` speak of it).
 * It doubles the speed from this computer to the device. Where a Node no longer has it, the accepted socket is
 * used as it is: slower, but the same bytes.
 *
 * `accepted` must be paused since it was made (`pauseOnConnect`). The socket returned is read from at once.
 */
export const adopt = (accepted: Socket, onread: OnReadOpts): Socket => {
  const shell = accepted as unknown as WithHandle;
  const handle = shell._handle;
  if (typeof handle !== 'object' || handle === null) return readByEvents(accepted, onread);
  shell._handle = null;
  const options = { handle, allowHalfOpen: true, onread };
  const socket = new Socket(options as unknown as SocketConstructorOpts);
  // The empty shell still counts as a connection of its server until it is destroyed.
  accepted.destroy();
  return socket;
};

const readByEvents = (accepted: Socket, onread: OnReadOpts): Socket => {
  const { buffer } = onread;
  const next = typeof buffer === 'function' ? buffer : (): Uint8Array => buffer;
  accepted.on('data', (data: Buffer) => {
    let more = true;
    for (let offset = 0; offset < data.length;) {
      const into = next();
      const length = Math.min(into.length, data.length - offset);
      into.set(data.subarray(offset, offset + length));
      more = onread.callback(length, into) && more;
      offset += length;
    }
    if (!more) accepted.pause();
  });
  accepted.resume();
  return accepted;
};
