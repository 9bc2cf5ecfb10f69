import { rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { fail, ok, type Result } from '../../core/base/errors.ts';
import { LibraryCalls } from '../runtime/library-calls.ts';
import { profileBusy, takeFileLock } from './file-lock.ts';
import { maxBacklog } from '../../core/base/max-backlog.ts';
import { limitClients } from '../runtime/descriptors.ts';
import type { ControlPaths } from './control-socket-path.ts';

/** Messages over a byte stream, one JSON text a line. */
export interface MessageSocket {
  /** Sends a message; does nothing once the stream is closed. */
  send(message: unknown): void;
  /** Sets the only listener; earlier messages are kept for it. A line that is not JSON arrives as text. */
  onMessage(listener: (message: unknown) => void): void;
  /** Called once when the stream is closed, also if it is closed already. */
  onClose(listener: () => void): void;
  /** Bytes accepted but not yet passed on. */
  backlog(): number;
  /** Sends the buffered messages, then ends the stream. */
  close(): void;
  /** Ends the stream at once. */
  drop(): void;
}

const parseLine = (line: string): unknown => {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return line;
  }
};

/** Splits a socket into messages. A line longer than `longestLine` bytes ends it. */
export const messageSocket = (socket: Socket, longestLine: number): MessageSocket => {
  const early: unknown[] = [];
  const closers = new Set<() => void>();
  // An exception while serving this peer ends only its connection.
  const calls = new LibraryCalls(() => socket.destroy());
  let listener: ((message: unknown) => void) | undefined;
  let parts: Buffer[] = [];
  let size = 0;
  let closed = false;

  const take = (chunk: Buffer): void => {
    parts.push(chunk);
    size += chunk.length;
    if (size > longestLine) socket.destroy();
  };
  const hear = (chunk: Buffer): void => {
    let at = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, at)) {
      take(chunk.subarray(at, end));
      at = end + 1;
      const line = Buffer.concat(parts).toString('utf8');
      parts = [];
      size = 0;
      if (socket.destroyed) return;
      if (line.trim() === '') continue;
      const message = parseLine(line);
      if (listener === undefined) early.push(message);
      else listener(message);
    }
    if (at < chunk.length) take(chunk.subarray(at));
  };
  socket.on('data', calls.ours(hear));
  // The 'close' event reports a lost peer.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    closed = true;
    for (const closer of closers) calls.ours(closer)();
    closers.clear();
  });

  return {
    send: (message) => {
      if (socket.writableLength > maxBacklog) socket.destroy();
      else if (!closed && socket.writable) socket.write(`${JSON.stringify(message)}\n`);
    },
    onMessage: (next) => {
      listener = next;
      for (const message of early.splice(0)) next(message);
    },
    onClose: (closer) => {
      if (closed) queueMicrotask(closer);
      else closers.add(closer);
    },
    backlog: () => socket.writableLength,
    close: () => socket.end(),
    drop: () => socket.destroy(),
  };
};

/** The first message that a profile's owner sends to each client. */
export interface Hello {
  readonly type: 'hello';
  readonly host: 'desktop' | 'headless' | 'cli';
  /** False for a short command: no long-lived work may depend on it. */
  readonly longLived: boolean;
  readonly vault: 'keychain' | 'file' | 'memory';
  /** The process id, for a person who has to end it. */
  readonly pid: number;
}

const isHello = (message: unknown): message is Hello =>
  typeof message === 'object' &&
  message !== null &&
  'type' in message &&
  message.type === 'hello' &&
  'longLived' in message;

/** The maximum line length of a client, and of a host, whose answers hold whole fleets. */
const maxBytesFromClient = 8 * 1024 * 1024;
const maxBytesFromOwner = 512 * 1024 * 1024;
const helloMs = 10_000;

/** The control socket while this process owns the profile. */
export interface ControlSocket {
  /** Clients connected now. */
  readonly clients: number;
  /** Accepts no new clients. */
  refuse(): void;
  /** Gives the profile to `client`: all other clients are disconnected, this one stays until `dispose`. */
  handOver(client: MessageSocket): void;
  /** Disconnects all clients and gives the profile up. */
  dispose(): Promise<void>;
}

/**
 * Makes this process the owner of a profile and listens for the command line. The lock decides who owns it; a socket
 * file of a dead owner is replaced. Errors: conflict (owned already), invalid-input.
 */
export const openControlSocket = async (options: {
  readonly paths: ControlPaths;
  readonly hello: Omit<Hello, 'type' | 'pid'>;
  readonly onClient: (client: MessageSocket) => void;
}): Promise<Result<ControlSocket>> => {
  const lock = await takeFileLock(options.paths.lock);
  if (!lock.ok) return lock;
  const sockets = new Map<Socket, MessageSocket>();
  const server = createServer((socket) => {
    const client = messageSocket(socket, maxBytesFromClient);
    sockets.set(socket, client);
    socket.on('close', () => sockets.delete(socket));
    const hello: Hello = { type: 'hello', pid: process.pid, ...options.hello };
    client.send(hello);
    options.onClient(client);
  });
  limitClients(server, 'command line');
  const refused = await new Promise<string | undefined>((resolve) => {
    const listen = async (): Promise<void> => {
      if (process.platform !== 'win32') await rm(options.paths.socket, { force: true });
      server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      server.listen(options.paths.socket, () => resolve(undefined));
    };
    listen().catch((error: unknown) => resolve(String(error)));
  });
  if (refused !== undefined) {
    lock.value();
    // A named pipe is free again only after the previous owner's last client has closed it.
    if (refused === 'EADDRINUSE') return profileBusy;
    return fail(
      'invalid-input',
      `Quayside cannot listen on ${options.paths.socket}.`,
      'Choose a profile folder on a local disk with --profile.',
    );
  }
  let closing: Promise<void> | undefined;
  const stopListening = (): Promise<void> => {
    closing ??= new Promise((resolve) => server.close(() => resolve()));
    return closing;
  };
  let disposing: Promise<void> | undefined;
  return ok({
    get clients() {
      return sockets.size;
    },
    refuse: () => void stopListening(),
    handOver: (client) => {
      void stopListening();
      for (const [socket, other] of sockets) if (other !== client) socket.destroySoon();
      lock.value();
    },
    dispose: () => {
      disposing ??= (async () => {
        const stopped = stopListening();
        for (const socket of sockets.keys()) socket.destroySoon();
        const patience = setTimeout(() => {
          for (const socket of sockets.keys()) socket.destroy();
        }, 1000);
        await stopped;
        clearTimeout(patience);
        lock.value();
      })();
      return disposing;
    },
  });
};

/** A connection to the owner of a profile. */
export interface ControlConnection {
  readonly hello: Hello;
  readonly socket: MessageSocket;
}

/**
 * Connects to the owner of a profile; undefined if nobody answers. `silent` reports an owner that accepted the
 * connection and said nothing.
 */
export const connectControlSocket = (
  socketPath: string,
  silent: () => void = () => undefined,
): Promise<ControlConnection | undefined> =>
  new Promise((resolve) => {
    const socket = connect(socketPath);
    const give = (connection: ControlConnection | undefined): void => {
      clearTimeout(patience);
      if (connection === undefined) socket.destroy();
      resolve(connection);
    };
    const patience = setTimeout(() => {
      if (!socket.connecting) silent();
      give(undefined);
    }, helloMs);
    const messages = messageSocket(socket, maxBytesFromOwner);
    messages.onClose(() => give(undefined));
    messages.onMessage((message) => {
      if (!isHello(message)) return give(undefined);
      // Messages after the hello are buffered by our own listener for the next one.
      give({ hello: message, socket: afterHello(messages) });
    });
  });

/** The same socket, buffering messages until its new owner listens. */
const afterHello = (messages: MessageSocket): MessageSocket => {
  const early: unknown[] = [];
  messages.onMessage((message) => early.push(message));
  return {
    send: (message) => messages.send(message),
    onMessage: (listener) => {
      messages.onMessage(listener);
      for (const message of early.splice(0)) listener(message);
    },
    onClose: (listener) => messages.onClose(listener),
    backlog: () => messages.backlog(),
    close: () => messages.close(),
    drop: () => messages.drop(),
  };
};
