import { EventEmitter } from 'node:events';
import type { IpcMain, MessagePortMain } from 'electron';
import { hear, tell } from './link.ts';
import type { Part } from './part.ts';

const open = new Map<number, Port>();

/** Main's end of a MessagePort whose other end is in a page. Messages travel as JSON. */
class Port extends EventEmitter {
  readonly #window: number;
  readonly #port: number;
  #started = false;
  #early: unknown[] = [];

  constructor(window: number, port: number) {
    super();
    this.#window = window;
    this.#port = port;
    open.set(port, this);
  }

  postMessage(message: unknown): void {
    const json = JSON.stringify(message);
    if (json === undefined) throw new TypeError('An object could not be cloned.');
    tell({ type: 'port-message', window: this.#window, port: this.#port, json });
  }

  start(): void {
    this.#started = true;
    for (const data of this.#early.splice(0)) this.emit('message', { data, ports: [] });
  }

  close(): void {
    if (!open.delete(this.#port)) return;
    tell({ type: 'port-close', window: this.#window, port: this.#port });
    queueMicrotask(() => this.emit('close'));
  }

  take(data: unknown): void {
    if (this.#started) this.emit('message', { data, ports: [] });
    else this.#early.push(data);
  }

  /** The page's end is gone. */
  lose(): void {
    if (open.delete(this.#port)) this.emit('close');
  }
}

Port satisfies new (window: number, port: number) => Part<MessagePortMain, 'postMessage' | 'start' | 'close'>;

const ipc = new EventEmitter();
export const ipcMain = ipc satisfies Pick<EventEmitter, 'on'> & Partial<Record<keyof IpcMain, unknown>>;

hear('ipc', ({ id, channel, message, ports, frame }) => {
  const senderFrame = { url: frame.url, origin: frame.origin, parent: frame.isMain ? null : {} };
  ipc.emit(channel, { senderFrame, ports: ports.map((port) => new Port(id, port)) }, message);
});
hear('port-message', ({ port, data }) => open.get(port)?.take(data));
hear('port-close', ({ port }) => open.get(port)?.lose());
