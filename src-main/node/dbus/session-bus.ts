import { connect, type Socket } from 'node:net';
import { Emitter } from '../../core/base/emitter.ts';
import { surface } from '../../core/base/exception.ts';
import type { Clock } from '../../core/base/clock.ts';
import { sessionBusPaths } from './dbus-address.ts';
import { answerCall, type DBusInterfaces } from './dbus-object.ts';
import { decodeMessage, encodeMessage, type DBusMessage, type DBusValue } from './dbus-wire.ts';

/** The answer to a call: its values, or the name and the message of an error. */
export type DBusAnswer =
  | { readonly ok: true; readonly body: readonly DBusValue[] }
  | { readonly ok: false; readonly name: string; readonly text: string };

/** A call to somebody on the bus. */
export interface DBusCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: readonly DBusValue[];
}

/** Signals of the bus itself have this name, path and interface. */
const bus = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
} as const;

/** Milliseconds in which a bus that accepted the connection must authenticate us. */
const helloMs = 10_000;
/** Milliseconds until an unanswered call is given up; a service may have to be started for it. */
const callMs = 25_000;

/** Names of errors that this module makes or looks for. */
export const busErrors = {
  gone: 'org.freedesktop.DBus.Error.Disconnected',
  noReply: 'org.freedesktop.DBus.Error.NoReply',
  unknownMethod: 'org.freedesktop.DBus.Error.UnknownMethod',
  failed: 'org.freedesktop.DBus.Error.Failed',
} as const;

const mistake = 'Quayside made a mistake.';

const dial = (path: string): Promise<Socket | undefined> =>
  new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('error', () => resolve(undefined));
    socket.once('connect', () => resolve(socket));
  });

/** Authenticates by our user id, which the bus checks with the system. Returns whether the bus accepted. */
const authenticate = (socket: Socket): Promise<boolean> =>
  new Promise((resolve) => {
    let text = '';
    const settle = (isIn: boolean): void => {
      socket.off('data', hear);
      socket.off('close', lost);
      resolve(isIn);
    };
    const lost = (): void => settle(false);
    const hear = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      if (!text.includes('\r\n')) return;
      // Nothing follows the answer before our BEGIN.
      if (text.startsWith('OK ')) {
        socket.write('BEGIN\r\n');
        settle(true);
      } else settle(false);
    };
    socket.on('data', hear);
    socket.on('close', lost);
    const user = Buffer.from(String(process.getuid?.() ?? 0), 'latin1').toString('hex');
    socket.write(`\0AUTH EXTERNAL ${user}\r\n`);
  });

/**
 * A connection to the session bus: calls, objects of our own, signals both ways. Written for the few calls that tray
 * and notices need, because the available packages do not report that the bus is gone, nor who sent a signal.
 */
export class SessionBus {
  /** The bus was lost, with all names and objects on it. Not emitted after `dispose`. */
  readonly lost = new Emitter<void>();
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, (answer: DBusAnswer) => void>();
  readonly #objects = new Map<string, DBusInterfaces>();
  readonly #signals = new Emitter<DBusMessage>();
  #received: Buffer = Buffer.alloc(0);
  #serial = 0;
  #isOpen = true;
  #isDisposed = false;

  private constructor(socket: Socket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('close', () => this.#close());
  }

  /** Connects to the session bus of an environment; undefined if none accepts us. */
  static async open(
    environment: Readonly<Record<string, string | undefined>>,
    clock: Clock,
  ): Promise<SessionBus | undefined> {
    for (const path of sessionBusPaths(environment)) {
      const socket = await dial(path);
      if (socket === undefined) continue;
      // The 'close' event reports a lost bus.
      socket.on('error', () => undefined);
      const stopWaiting = clock.after(helloMs, () => socket.destroy());
      if (await authenticate(socket)) {
        const opened = new SessionBus(socket, clock);
        const hello = await opened.call({ ...bus, member: 'Hello' });
        if (hello.ok) {
          stopWaiting();
          return opened;
        }
        opened.dispose();
      }
      stopWaiting();
      socket.destroy();
    }
    return undefined;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Calls a method; never rejects. */
  call(call: DBusCall): Promise<DBusAnswer> {
    if (!this.#isOpen) return Promise.resolve({ ok: false, name: busErrors.gone, text: 'The session bus is gone.' });
    return new Promise((resolve) => {
      const serial = this.#send({ type: 'call', signature: '', body: [], ...call });
      if (serial === undefined) return resolve({ ok: false, name: busErrors.failed, text: mistake });
      const stopWaiting = this.#clock.after(callMs, () =>
        settle({ ok: false, name: busErrors.noReply, text: `${call.destination} did not answer.` }),
      );
      const settle = (answer: DBusAnswer): void => {
        this.#waiting.delete(serial);
        stopWaiting();
        resolve(answer);
      };
      this.#waiting.set(serial, settle);
    });
  }

  /** Offers an object to everybody on the bus. */
  offer(path: string, interfaces: DBusInterfaces): void {
    this.#objects.set(path, interfaces);
  }

  /** Sends a signal of one of our objects; its signature is the declared one. */
  emit(path: string, interfaceName: string, member: string, body: readonly DBusValue[]): void {
    const signature = this.#objects.get(path)?.[interfaceName]?.signals[member];
    if (!this.#isOpen || signature === undefined) return;
    this.#send({ type: 'signal', path, interface: interfaceName, member, signature, body });
  }

  /** Requests a name; returns whether it is ours now. */
  async takeName(name: string): Promise<boolean> {
    const doNotQueue = 4;
    const answer = await this.call({ ...bus, member: 'RequestName', signature: 'su', body: [name, doNotQueue] });
    return answer.ok && answer.body[0] === 1;
  }

  releaseName(name: string): void {
    void this.call({ ...bus, member: 'ReleaseName', signature: 's', body: [name] });
  }

  /** Listens to the signals of an interface, each with its sender's unique name. The returned function stops that. */
  listen(interfaceName: string, listener: (signal: DBusMessage) => void): () => void {
    return this.#match(`type='signal',interface='${interfaceName}'`, (signal) => {
      if (signal.interface === interfaceName) listener(signal);
    });
  }

  /**
   * Reports the unique name that owns a well-known name: now and at each change; undefined without an owner. The
   * returned function stops this.
   */
  watchOwner(name: string, listener: (owner: string | undefined) => void): () => void {
    let isTold = false;
    const rule = `type='signal',sender='${bus.destination}',interface='${bus.interface}',member='NameOwnerChanged',arg0='${name}'`;
    const stop = this.#match(rule, ({ sender, member, body }) => {
      if (sender !== bus.destination || member !== 'NameOwnerChanged' || body[0] !== name) return;
      isTold = true;
      listener(typeof body[2] === 'string' && body[2] !== '' ? body[2] : undefined);
    });
    let isEnded = false;
    void this.call({ ...bus, member: 'GetNameOwner', signature: 's', body: [name] }).then((answer) => {
      const owner = answer.ok ? answer.body[0] : undefined;
      // A change that arrived meanwhile is newer.
      if (!isTold && !isEnded && this.#isOpen) listener(typeof owner === 'string' ? owner : undefined);
    });
    return () => {
      isEnded = true;
      stop();
    };
  }

  /** Disconnects, which removes every name and object. Messages sent before still arrive. */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#socket.end();
    this.#close();
  }

  #match(rule: string, listener: (signal: DBusMessage) => void): () => void {
    const ask = (member: string): void => void this.call({ ...bus, member, signature: 's', body: [rule] });
    ask('AddMatch');
    const stop = this.#signals.on(listener);
    return () => {
      stop();
      ask('RemoveMatch');
    };
  }

  /** Returns the serial; undefined if the values do not fit their signature, which is our bug. */
  #send(message: Omit<DBusMessage, 'serial'>): number | undefined {
    this.#serial += 1;
    try {
      this.#socket.write(encodeMessage({ ...message, serial: this.#serial }));
    } catch (thrown) {
      surface(thrown);
      return undefined;
    }
    return this.#serial;
  }

  #onData(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    for (;;) {
      let read;
      try {
        read = decodeMessage(this.#received);
      } catch {
        // A bus checks what it passes on, so this is not a bus.
        this.#socket.destroy();
        return;
      }
      if (read === undefined) return;
      this.#received = this.#received.subarray(read.length);
      this.#take(read.message);
    }
  }

  #take(message: DBusMessage): void {
    switch (message.type) {
      case 'signal':
        return this.#signals.emit(message);
      case 'return':
        return this.#waiting.get(message.replySerial ?? 0)?.({ ok: true, body: message.body });
      case 'error': {
        const [text] = message.body;
        return this.#waiting.get(message.replySerial ?? 0)?.({
          ok: false,
          name: message.errorName ?? '',
          text: typeof text === 'string' ? text : '',
        });
      }
      case 'call':
        return this.#answer(message);
      default:
        message.type satisfies never;
    }
  }

  #answer(call: DBusMessage): void {
    const to = { destination: call.sender, replySerial: call.serial };
    const isWanted = call.noReply !== true;
    const refuse = (errorName: string, text: string): void => {
      if (isWanted && this.#isOpen) this.#send({ type: 'error', ...to, errorName, signature: 's', body: [text] });
    };
    let answer;
    try {
      answer = answerCall(this.#objects, call);
    } catch (thrown) {
      // An exception in one of our objects fails only this call.
      surface(thrown);
      return refuse(busErrors.failed, mistake);
    }
    if (!answer.ok) return refuse(answer.name, answer.text);
    if (!isWanted || !this.#isOpen) return;
    const sent = this.#send({ type: 'return', ...to, signature: answer.signature, body: answer.body });
    if (sent === undefined) refuse(busErrors.failed, mistake);
  }

  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const settle of [...this.#waiting.values()])
      settle({ ok: false, name: busErrors.gone, text: 'The session bus is gone.' });
    if (!this.#isDisposed) this.lost.emit();
  }
}
