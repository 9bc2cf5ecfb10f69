import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

/** Hears a message of a port, or its end where there is no text; `document` names the document it belongs to. */
type Hear = (document: string, port: number, text: string | undefined) => void;

/** Where the workers of pages (port-worker.ts) connect to: the way of ports between main and a page. */
export class PortServer {
  readonly #server: WebSocketServer;
  readonly #sockets = new Map<string, WebSocket>();
  /** What is for workers that have not connected yet. */
  readonly #early = new Map<string, string[]>();

  private constructor(server: WebSocketServer, hear: Hear) {
    this.#server = server;
    server.on('connection', (socket, request) => {
      const document = (request.url ?? '').split('?')[1] ?? '';
      this.#sockets.set(document, socket);
      for (const text of this.#early.get(document) ?? []) socket.send(text);
      this.#early.delete(document);
      socket.on('message', (data: Buffer) => {
        const text = data.toString();
        const space = text.indexOf(' ');
        if (space < 0) hear(document, Number(text), undefined);
        else hear(document, Number(text.slice(0, space)), text.slice(space + 1));
      });
      socket.on('close', () => this.#sockets.delete(document));
      socket.on('error', () => socket.terminate());
    });
  }

  static async start(hear: Hear): Promise<PortServer> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
    await once(server, 'listening');
    return new PortServer(server, hear);
  }

  get address(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** A message for a port, or its end where there is no text. */
  send(document: string, port: number, text?: string): void {
    const line = text === undefined ? String(port) : `${port} ${text}`;
    const socket = this.#sockets.get(document);
    if (socket !== undefined) socket.send(line);
    else this.#early.set(document, [...(this.#early.get(document) ?? []), line]);
  }

  /** A document is gone. */
  forget(document: string): void {
    this.#early.delete(document);
    this.#sockets.get(document)?.terminate();
  }

  async dispose(): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
