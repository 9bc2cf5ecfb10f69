/** What the page's side needs to be told; see `pageScript`. */
export interface PageSetUp {
  /** The binding through which a page reaches the machine. */
  readonly binding: string;
  /** Under which symbol the machine finds the page's ports. */
  readonly symbol: string;
}

/**
 * Runs in every frame before its own scripts, and is passed to the browser as text, so it uses nothing from outside
 * itself. The preload runs in the main frame, as Electron's does. Unlike Electron's it shares the page's world: that
 * worlds are apart is Chromium's business and Electron's, and no test may take it from here.
 */
const preparePage = (
  setUp: PageSetUp,
  preload: ((require: (name: string) => unknown, module: object, exports: object) => void) | undefined,
): void => {
  type Send = (message: unknown) => Promise<void>;
  const page = window as unknown as Record<string | symbol, unknown>;
  const carrier = page[setUp.binding] as Send;
  const document = Math.random().toString(36).slice(2);
  const send = (message: object): Promise<void> => carrier({ ...message, document });
  const ports = new Map<number, MessagePort>();
  let lastPort = 0;
  // A real port is moved to main, and the one that stays hears of its end. Within one page Chromium tells it nothing.
  const others = new WeakMap<MessagePort, MessagePort>();
  window.MessageChannel = class extends MessageChannel {
    constructor() {
      super();
      others.set(this.port1, this.port2);
      others.set(this.port2, this.port1);
    }
  };
  const post = (channel: string, message: unknown, transfer: readonly MessagePort[] = []): void => {
    const numbers = transfer.map((port) => {
      lastPort += 1;
      const number = lastPort;
      ports.set(number, port);
      port.onmessage = (event: MessageEvent<unknown>) =>
        void send({ type: 'port-message', port: number, data: event.data });
      port.addEventListener('close', () => {
        if (ports.delete(number)) void send({ type: 'port-close', port: number });
      });
      return number;
    });
    void send({ type: 'ipc', channel, message, ports: numbers });
  };
  // In Electron a frame without a preload has no way to speak to main at all; here a test can try, in any frame.
  page['electronStandInPost'] = post;
  delete page[setUp.binding];
  page[Symbol.for(setUp.symbol)] = {
    document,
    take: (number: number, json: string) => ports.get(number)?.postMessage(JSON.parse(json)),
    close: (number: number) => {
      const port = ports.get(number);
      ports.delete(number);
      port?.close();
      if (port !== undefined) others.get(port)?.dispatchEvent(new Event('close'));
    },
  };
  // A browser closes only what a script has opened; Electron asks the window, which may refuse.
  if (window.parent === window) window.close = () => void send({ type: 'close' });
  // Electron asks the handler with the address before there is a window; a browser tells of one without an address.
  window.open = (address) => {
    void send({ type: 'open', url: new URL(String(address ?? 'about:blank'), location.href).href });
    return null;
  };
  if (preload === undefined || window.parent !== window) return;
  const electron = {
    contextBridge: {
      exposeInMainWorld: (name: string, api: unknown) =>
        Object.defineProperty(window, name, { value: Object.freeze(api), enumerable: true }),
    },
    ipcRenderer: { postMessage: post },
  };
  const require = (name: string): unknown => {
    if (name !== 'electron') throw new Error(`module not found: ${name}`);
    return electron;
  };
  const module = { exports: {} };
  preload(require, module, module.exports);
};

/** The script of a page as text, with the text of its preload (CommonJS) inside. A policy of the page forbids `eval`. */
export const pageScript = (setUp: PageSetUp, preload: string | undefined): string =>
  `(${preparePage.toString()})(${JSON.stringify(setUp)}, ${
    preload === undefined ? 'undefined' : `function (require, module, exports) {${preload}\n}`
  });`;
