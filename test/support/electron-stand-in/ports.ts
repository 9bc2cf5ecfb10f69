import { EventEmitter } from 'node:events';
import type { IpcMain, MessagePortMain } from 'electron';
import { types } from 'node:util';
import { cloneText } from './clone-text.ts';
import { hear, tell } from './link.ts';
import type { Part } from './part.ts';
import { contentsOf } from './windows.ts';

const clones = cloneText(types.isProxy);
const open = new Map<number, Port>();

/** Main's end of a MessagePort whose other end is in a page. Messages are structured clones. */
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
    const text = clones.encode(message);
    if (open.has(this.#port)) tell({ type: 'port-message', window: this.#window, port: this.#port, text });
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
  const event = { sender: contentsOf(id), senderFrame, ports: ports.map((port) => new Port(id, port)) };
  ipc.emit(channel, event, clones.decode(message));
});
hear('port-message', ({ port, text }) => open.get(port)?.take(clones.decode(text)));
hear('port-close', ({ port }) => open.get(port)?.lose());
