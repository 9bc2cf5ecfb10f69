import { cloneText } from './clone-text.ts';

/** Where a page finds the script of its worker, on any origin. */
export const workerPath = '/electron-stand-in/port-worker.js';

/** What a page tells its worker: a port that it sends to main. */
export interface SentPort {
  readonly number: number;
  readonly port: MessagePort;
}

/**
 * Main's place in the browser: a page's ports are really moved here, as Electron moves them to main, and are connected
 * with main from here. In a worker the page's own thread spends no time on that.
 */
const work = (clones: ReturnType<typeof cloneText>, address: string): void => {
  const ports = new Map<number, MessagePort>();
  const early: string[] = [];
  const socket = new WebSocket(`${address}${new URL(location.href).search}`);
  const send = (text: string): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(text);
    else early.push(text);
  };
  socket.addEventListener('open', () => {
    for (const text of early.splice(0)) socket.send(text);
  });
  // `NUMBER message` or `NUMBER` alone, which means that the port is closed.
  socket.addEventListener('message', (event: MessageEvent<string>) => {
    const space = event.data.indexOf(' ');
    const number = Number(space < 0 ? event.data : event.data.slice(0, space));
    if (space >= 0) ports.get(number)?.postMessage(clones.decode(event.data.slice(space + 1)));
    else {
      ports.get(number)?.close();
      ports.delete(number);
    }
  });
  globalThis.addEventListener('message', (event: MessageEvent<SentPort>) => {
    const { number, port } = event.data;
    ports.set(number, port);
    port.addEventListener('message', ({ data }) => send(`${number} ${clones.encode(data)}`));
    port.addEventListener('close', () => {
      if (ports.delete(number)) send(String(number));
    });
    port.start();
  });
};

/** The script of a page's worker. The search of its address names the document. */
export const portWorkerScript = (address: string): string =>
  `(${work.toString()})((${cloneText.toString()})(), ${JSON.stringify(address)});`;
