import type { Result } from '../base/errors.ts';

/** What a vendor's web client needs for one session. Used once, never kept, never logged. */
export interface WebSessionMaterial {
  /** The vendor's object with its tokens, opaque. */
  readonly computer: unknown;
  /** Address of the vendor's script. */
  readonly clientScript: string;
  /** Hosts that it may connect to, `*.` for all below a domain; its own, and those in the object, need not be here. */
  readonly servers: readonly string[];
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
  /** A fresh object from the vendor, for each try: asked for when its page is opened, since it soon expires. */
  fresh(signal: AbortSignal): Promise<Result<WebSessionMaterial>>;
  /** Hears how it goes. */
  onState(state: WebSessionState): void;
}

/** Where sessions are shown: windows of their own on the desktop, pages for tabs of a browser elsewhere. */
export interface WebSessionPages {
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

/** Addresses taken of one object: a policy is a header, and headers have an end. */
const maxServers = 60;
const hostAndPort = /^(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z\d-]+:\d{1,5}$/i;
const hostSource = /^(?:\*\.)?[a-z\d][a-z\d.-]*(?::\d{1,5})?$/i;

/** Where a text of the object leads: an address, or a host with a port. */
const serverOf = (text: string): readonly string[] =>
  hostAndPort.test(text) ? [`https://${text}`, `wss://${text}`] : originsOf(text);

/**
 * The content policy of a session's page. Scripts come from us and from the host of the vendor's script; connections go
 * there, to the vendor's other servers and to those that the connect object names. Nothing can frame the page or be sent
 * from it by a form.
 */
export const webSessionPolicy = (material: WebSessionMaterial | undefined): string => {
  const [script] = material === undefined ? [] : originsOf(material.clientScript);
  const servers =
    material === undefined
      ? []
      : [
          ...originsOf(material.clientScript),
          ...material.servers
            .filter((host) => hostSource.test(host))
            .flatMap((host) => [`https://${host}`, `wss://${host}`]),
          ...words(material.computer).flatMap(serverOf).slice(0, maxServers),
        ];
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
