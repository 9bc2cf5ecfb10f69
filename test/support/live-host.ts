import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { FrameClient, type Answer } from '../../src-preload/contract/client.ts';
import type { FrameChannel, HostFrame } from '../../src-preload/contract/frames.ts';
import type {
  FileOperation,
  SessionAnswer,
  SessionEvent,
  SessionHostFrame,
  SessionKind,
} from '../../src-preload/contract/session.ts';
import type { FaultOrder } from './fault-injection.ts';

const root = join(import.meta.dirname, '../..');

/** Bytes of a stream cross a WebSocket behind its number, a 64-bit float. */
const headerBytes = 8;

const channelOf = (socket: WebSocket): FrameChannel => ({
  send: (frame) => {
    if (frame.type !== 'session-bytes') return socket.send(JSON.stringify(frame));
    const header = Buffer.alloc(headerBytes);
    header.writeDoubleBE(frame.stream);
    socket.send(Buffer.concat([header, frame.bytes]));
  },
  onFrame: (listener) => {
    socket.on('message', (data: Buffer, isBinary) => {
      listener(
        isBinary
          ? { type: 'session-bytes', stream: data.readDoubleBE(0), bytes: new Uint8Array(data.subarray(headerBytes)) }
          : (JSON.parse(data.toString()) as HostFrame),
      );
    });
  },
  onClose: (listener) => void socket.on('close', listener),
  close: () => socket.close(),
});

/** The key in the page of a link; empty if it holds none. */
export const keyIn = (page: string): string => /<meta name="quayside-key" content="([^"]*)">/.exec(page)?.[1] ?? '';

/** Puts a page where the built window would be. */
export const writePage = async (renderer: string): Promise<void> => {
  await mkdir(renderer, { recursive: true });
  await writeFile(join(renderer, 'index.html'), '<!doctype html><head><title>Quayside</title></head>');
};

/** Enters by a link as a browser does. Answers what opens the bridge, once for each of the browser's tabs. */
export const enterByLink = async (link: string): Promise<() => Promise<WebSocket>> => {
  const key = keyIn(await (await fetch(link)).text());
  const { origin, host } = new URL(link);
  return async () => {
    const socket = new WebSocket(`ws://${host}/bridge`, ['quayside', key], { headers: { origin } });
    // One that is ended by the other side says so by 'close'.
    socket.on('error', () => undefined);
    await once(socket, 'open');
    return socket;
  };
};

/** A session of a window: what it heard, and what a person does there. */
export class LiveSession {
  readonly #client: FrameClient;
  readonly #number: number;
  readonly events: SessionEvent[] = [];
  #text = '';
  #isLost = false;
  #wake: (() => void)[] = [];

  constructor(client: FrameClient, number: number) {
    this.#client = client;
    this.#number = number;
  }

  hear(frame: SessionHostFrame): void {
    if (frame.type === 'session-event' && frame.session === this.#number) this.events.push(frame.event);
    if (frame.type === 'session-bytes' && frame.stream === this.#number) {
      this.#text += Buffer.from(frame.bytes).toString();
      this.#client.post({ type: 'session-credit', stream: this.#number, bytes: frame.bytes.length });
    }
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** The first event of a kind. */
  async event<K extends SessionEvent['kind']>(kind: K): Promise<Extract<SessionEvent, { kind: K }>> {
    for (;;) {
      const found = this.events.find((event) => event.kind === kind);
      if (found !== undefined) return found as Extract<SessionEvent, { kind: K }>;
      await this.#next();
    }
  }

  get isOver(): boolean {
    return this.#isLost || this.events.some(({ kind }) => kind === 'end');
  }

  /** Its page is gone. */
  lose(): void {
    this.#isLost = true;
    for (const wake of this.#wake.splice(0)) wake();
  }

  answer(ask: number, answer: SessionAnswer): void {
    this.#client.post({ type: 'session-answer', session: this.#number, ask, answer });
  }

  /** Runs a command in a terminal; resolves once `expected` is on the screen, false if the session ends before. */
  async run(command: string, expected: string): Promise<boolean> {
    this.#client.post({ type: 'session-bytes', stream: this.#number, bytes: Buffer.from(`${command}\n`) });
    while (!this.#text.includes(expected)) {
      if (this.isOver) return false;
      await this.#next();
    }
    return true;
  }

  call(call: number, operation: FileOperation): void {
    this.#client.post({ type: 'session-call', session: this.#number, call, operation });
  }

  bytes(stream: number, bytes: Uint8Array<ArrayBuffer>): void {
    this.#client.post({ type: 'session-bytes', stream, bytes });
  }

  close(): void {
    this.#client.post({ type: 'session-close', session: this.#number });
  }

  #next(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }
}

/** A page of the window. */
export class LivePage {
  readonly client: FrameClient;
  readonly #socket: WebSocket;
  readonly #sessions: LiveSession[] = [];
  #last = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.client = new FrameClient(channelOf(socket));
    socket.on('close', () => {
      for (const session of this.#sessions) session.lose();
    });
    this.client.onSession((frame) => {
      for (const session of this.#sessions) session.hear(frame);
    });
  }

  get isOver(): boolean {
    return this.#socket.readyState !== WebSocket.OPEN;
  }

  async ask<T>(answer: Promise<Answer<T>>): Promise<T> {
    const given = await answer;
    if (!given.ok) throw new Error(`${given.error.message} ${given.error.hint}`);
    return given.value;
  }

  open(kind: SessionKind, place: { readonly deviceKey: string; readonly serviceId: string }): LiveSession {
    const session = new LiveSession(this.client, (this.#last += 1));
    this.#sessions.push(session);
    this.client.post({ type: 'session-open', session: this.#last, kind, ...place });
    return session;
  }

  /** Goes as a page goes that is closed or reloaded. */
  async leave(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.#socket, 'close');
    this.#socket.terminate();
    await closed;
  }
}

/** `quayside serve` from source, in a process of its own. */
export interface LiveHost {
  readonly pid: number;
  output(): string;
  /** A tab of the browser that came in by the link which was printed. */
  page(): Promise<LivePage>;
  order(order: FaultOrder): Promise<void>;
  /** How often a fault was struck. */
  readonly struck: number;
  readonly isAlive: boolean;
  /** The exit code. */
  readonly ended: Promise<number | null>;
  /** Presses Ctrl-C; answers the exit code. */
  interrupt(): Promise<number | null>;
  kill(): Promise<void>;
}

/** Starts the host with an SSH key in its home, where one is given, and no other way in. */
export const startLiveHost = async (options: {
  readonly folder: string;
  readonly key?: string;
  readonly port?: number;
  readonly faults?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Connections and files the system lets it have; as usual where absent. */
  readonly descriptors?: number;
}): Promise<LiveHost> => {
  const { folder, key, port, faults = false, env = {}, descriptors } = options;
  const home = join(folder, 'home');
  await mkdir(join(home, '.ssh'), { recursive: true, mode: 0o700 });
  if (key !== undefined) await copyFile(key, join(home, '.ssh/id_ed25519'));
  const [program, ...before] =
    descriptors === undefined
      ? [process.execPath]
      : ['sh', '-c', 'ulimit -n "$0" && exec "$@"', String(descriptors), process.execPath];
  const child = spawn(
    program ?? '',
    [
      ...before,
      ...(faults ? ['--import', join(import.meta.dirname, 'fault-injection.ts')] : []),
      ...[join(root, 'src-main/cli.ts'), '--profile', join(folder, 'profile'), '--vault', 'file', 'serve'],
      ...(port === undefined ? [] : ['--port', String(port)]),
    ],
    {
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        SSH_AUTH_SOCK: '',
        DBUS_SESSION_BUS_ADDRESS: 'disabled:',
        QUAYSIDE_VAULT_PASSPHRASE: 'a passphrase of the test',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  let output = '';
  let struck = 0;
  const closed = once(child, 'close') as Promise<[number | null]>;
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const orders: (() => void)[] = [];
  child.on('message', (said) => {
    if (said === 'struck') struck += 1;
    else orders.shift()?.();
  });
  const link = new Promise<string>((resolve, reject) => {
    const look = (): void => {
      const found = /is at (\S+)/.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout?.on('data', look);
    void closed.then(() => reject(new Error(`the host ended: ${output}`)));
  });
  const enter = await enterByLink(await link);
  return {
    pid: child.pid ?? 0,
    output: () => output,
    page: async () => new LivePage(await enter()),
    order: (order) =>
      new Promise((resolve) => {
        orders.push(resolve);
        child.send(order);
      }),
    get struck() {
      return struck;
    },
    get isAlive() {
      return child.exitCode === null && child.signalCode === null;
    },
    ended: closed.then(([code]) => code),
    interrupt: async () => {
      child.kill('SIGINT');
      return (await closed)[0];
    },
    kill: async () => {
      child.kill('SIGKILL');
      await closed;
    },
  };
};

/** A connection through a forward that is kept open: says something and hears it come back. */
export class LiveConnection {
  readonly #socket: Socket;
  #heard = '';
  #said = 0;
  #wake: () => void = () => undefined;

  constructor(port: number) {
    this.#socket = connect({ host: '127.0.0.1', port });
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => this.#wake());
    this.#socket.on('data', (chunk: Buffer) => {
      this.#heard += chunk.toString();
      this.#wake();
    });
  }

  /** Rejects where the connection is gone. */
  async echo(): Promise<void> {
    const text = `word ${(this.#said += 1)}.`;
    this.#socket.write(text);
    while (!this.#heard.includes(text)) {
      if (this.#socket.destroyed) throw new Error('the connection through the forward is gone');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}
