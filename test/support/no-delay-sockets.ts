import { once } from 'node:events';
import { createServer } from 'node:net';

/** What Node has of a TCP connection below `net.Socket`. */
interface Handle {
  setNoDelay(on: boolean): unknown;
  getsockname(out: { port?: number }): number;
  getpeername(out: { port?: number }): number;
}

/** The sockets of this thread that send small packets at once. */
export interface NoDelaySockets {
  /** Whether the open connection from a port to a port does, seen from its end here. */
  has(localPort: number, remotePort: number): boolean;
  dispose(): void;
}

/**
 * Notes from now on which sockets of this thread have TCP_NODELAY, which Node sets and cannot read. Below `net`, so that
 * it does not matter by which of its ways the option came.
 */
export const noteNoDelaySockets = async (): Promise<NoDelaySockets> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const tcp = Object.getPrototypeOf((probe as unknown as { readonly _handle: Handle })._handle) as Handle;
  probe.close();
  const prompt = new Set<Handle>();
  const { setNoDelay } = tcp;
  tcp.setNoDelay = function (this: Handle, on) {
    if (on) prompt.add(this);
    else prompt.delete(this);
    return setNoDelay.call(this, on);
  };
  const portOf = (read: (out: { port?: number }) => number): number | undefined => {
    const out: { port?: number } = {};
    read(out);
    return out.port;
  };
  return {
    has: (localPort, remotePort) =>
      [...prompt].some(
        (handle) =>
          portOf((out) => handle.getsockname(out)) === localPort &&
          portOf((out) => handle.getpeername(out)) === remotePort,
      ),
    dispose: () => {
      tcp.setNoDelay = setNoDelay;
    },
  };
};
