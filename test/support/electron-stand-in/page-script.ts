import { cloneText } from './clone-text.ts';
import { bridgeEnd } from './context-bridge.ts';
import { workerPath, type SentPort } from './port-worker.ts';

/** The world of preload scripts, as Chromium's tools know it. */
export const preloadWorld = 'Electron Isolated Context';

/** The data for both worlds of a page. */
export interface PageSetUp {
  /** The binding through which the preload's world reaches the machine; the page's world has none. */
  readonly binding: string;
  /** The name of the events between the worlds, which only they know. */
  readonly secret: string;
  readonly workerPath: string;
}

/** What the preload's world tells the machine. */
export type Sent = { readonly document: string } & (
  | {
      readonly type: 'ipc';
      readonly channel: string;
      /** The message as text, without the ports. */
      readonly message: string;
      readonly ports: readonly number[];
      readonly frame: { readonly url: string; readonly origin: string; readonly isMain: boolean };
    }
  | { readonly type: 'document' }
  | { readonly type: 'close' }
  | { readonly type: 'open'; readonly url: string }
);

/** A message with which the page of a sub-frame tries to speak to main, as one that broke out of its world might. */
export const attemptName = 'electron-stand-in-attempt';

/**
 * Runs in the world of the preload, in every frame before its own scripts, and is passed to the browser as text, so it
 * uses nothing from outside itself. The preload runs in the main frame alone, as Electron's does.
 */
const preparePreload = (
  setUp: PageSetUp & { readonly attempt: string },
  makeEnd: typeof bridgeEnd,
  clones: ReturnType<typeof cloneText>,
  preload: ((require: (name: string) => unknown, module: object, exports: object) => void) | undefined,
): void => {
  const isMain = window.parent === window;
  const carrier = (globalThis as unknown as Record<string, (text: string) => void>)[setUp.binding];
  const id = Math.random().toString(36).slice(2);
  const send = (message: object): void => carrier?.(JSON.stringify({ ...message, document: id }));
  let worker: Worker | undefined;
  let lastPort = 0;
  const post = (channel: string, message: unknown, transfer: readonly MessagePort[] = []): void => {
    const ports = transfer.map((port) => {
      lastPort += 1;
      worker ??= new Worker(`${setUp.workerPath}?${id}`);
      worker.postMessage({ number: lastPort, port } satisfies SentPort, [port]);
      return lastPort;
    });
    const frame = { url: location.href, origin: globalThis.origin, isMain };
    send({ type: 'ipc', channel, message: clones.encode(message), ports, frame });
  };
  const bridge = makeEnd(setUp.secret, 'preload', {
    close: () => send({ type: 'close' }),
    open: (url) => send({ type: 'open', url }),
  });
  if (isMain) send({ type: 'document' });
  else
    window.addEventListener('message', ({ data, ports, source }) => {
      if (source === window && Array.isArray(data) && data[0] === setUp.attempt) post(String(data[1]), null, ports);
    });
  if (preload === undefined || !isMain) return;
  const electron = { contextBridge: { exposeInMainWorld: bridge.expose }, ipcRenderer: { postMessage: post } };
  const require = (name: string): unknown => {
    if (name !== 'electron') throw new Error(`module not found: ${name}`);
    return electron;
  };
  const module = { exports: {} };
  preload(require, module, module.exports);
};

/** Runs in the page's own world, in every frame before its own scripts. */
const preparePage = (setUp: PageSetUp, makeEnd: typeof bridgeEnd): void => {
  const bridge = makeEnd(setUp.secret, 'page', {});
  // A browser closes only what a script has opened; Electron asks the window, which may refuse.
  if (window.parent === window) window.close = () => bridge.tell('close', '');
  // Electron asks the handler with the address before there is a window; a browser tells of one without an address.
  window.open = (address) => {
    bridge.tell('open', new URL(String(address ?? 'about:blank'), location.href).href);
    return null;
  };
};

/** The script of the preload's world, with the text of the preload (CommonJS) inside. A policy of the page forbids `eval`. */
export const preloadWorldScript = (setUp: Omit<PageSetUp, 'workerPath'>, preload: string | undefined): string =>
  `(${preparePreload.toString()})(${JSON.stringify({ ...setUp, workerPath, attempt: attemptName })}, ${bridgeEnd.toString()}, (${cloneText.toString()})(), ${
    preload === undefined ? 'undefined' : `function (require, module, exports) {${preload}\n}`
  });`;

/** The script of the page's own world. */
export const pageWorldScript = (setUp: Omit<PageSetUp, 'workerPath'>): string =>
  `(${preparePage.toString()})(${JSON.stringify({ ...setUp, workerPath })}, ${bridgeEnd.toString()});`;
