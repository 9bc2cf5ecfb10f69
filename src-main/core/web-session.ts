import type { Result } from './errors.ts';

/** What a vendor's web client needs for one session. Used once, never kept, never logged. */
export interface WebSessionMaterial {
  /** The vendor's object with its tokens, opaque. */
  readonly computer: unknown;
  /** Address of the vendor's script. */
  readonly clientScript: string;
}

/** How a session goes, as its page tells. */
export const webSessionStates = ['connecting', 'connected', 'disconnected', 'failed', 'closed'] as const;
export type WebSessionState = (typeof webSessionStates)[number];

/** A session that is to be shown. */
export interface WebSessionOrder {
  /** The device's name. */
  readonly title: string;
  /** As the vendor writes it. */
  readonly vendor: string;
  /** What the vendor granted just now, for the first try. */
  readonly first: WebSessionMaterial;
  /** A fresh object from the vendor, for every further try. */
  fresh(signal: AbortSignal): Promise<Result<WebSessionMaterial>>;
  /** Hears how it goes. */
  told(state: WebSessionState): void;
}

/** Where sessions are shown: windows of their own on the desktop, pages for tabs of a browser elsewhere. */
export interface WebSessionHost {
  /** Answers the page's one-time address where somebody must still open it. Errors: internal. */
  open(order: WebSessionOrder): Promise<Result<{ readonly address?: string }>>;
  /** Ends the sessions it can reach, as before sleep: an open one costs a licence. A tab of a browser is the user's. */
  endAll(): Promise<void>;
  /** Ends what it can and shows nothing more. */
  dispose(): Promise<void>;
}

const words = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(words) : [];
};

const sockets: Readonly<Record<string, string>> = { 'https:': 'wss:', 'http:': 'ws:' };
const pages: Readonly<Record<string, string>> = { 'wss:': 'https:', 'ws:': 'http:' };

/** The origins of an address for requests and for WebSockets; none where it is no web address. */
const originsOf = (text: string): readonly string[] => {
  const url = URL.parse(text);
  if (url === null || url.host === '' || /[\s;,'"]/.test(url.host)) return [];
  const scheme = pages[url.protocol] ?? url.protocol;
  const socket = sockets[scheme];
  return socket === undefined ? [] : [`${scheme}//${url.host}`, `${socket}//${url.host}`];
};

/**
 * The content policy of a session's page. Scripts come from us and from the host of the vendor's script; connections go
 * there and to the servers that the connect object names. Nothing can frame the page or be sent from it by a form.
 */
export const webSessionPolicy = (material: WebSessionMaterial | undefined): string => {
  const [script] = material === undefined ? [] : originsOf(material.clientScript);
  const servers = material === undefined ? [] : [material.clientScript, ...words(material.computer)].flatMap(originsOf);
  const from = script === undefined ? '' : ` ${script}`;
  const to = [...new Set(servers)].map((origin) => ` ${origin}`).join('');
  return [
    `default-src 'none'`,
    // A remote screen is decoded in WebAssembly and in workers.
    `script-src 'self'${from}${from === '' ? '' : ` 'wasm-unsafe-eval'`}`,
    `worker-src 'self' blob:`,
    // The vendor's client draws its own bars.
    `style-src 'self'${from} 'unsafe-inline'`,
    `img-src 'self' data: blob:${from}`,
    `font-src 'self' data:${from}`,
    `media-src 'self' blob:${from}`,
    `connect-src 'self'${to}`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
};
