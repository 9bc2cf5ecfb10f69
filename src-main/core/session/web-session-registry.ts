import { webSessionPolicy, webSessionStates } from './web-session.ts';
import type { WebSessionMaterial, WebSessionOrder, WebSessionState } from './web-session.ts';
import { sessionPage, sessionScript, sessionStyle } from './web-session-page.ts';
import type { Clock } from '../base/clock.ts';

/** An answer of the registry, on any carrier. */
export interface DeskAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface DeskRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** A few hundred bytes at most are used. */
  readonly body: string;
}

export interface WebSessionRegistryOptions {
  readonly clock: Clock;
  /** A text with at least 128 random bits. */
  readonly newTicket: () => string;
  /** Shows another attempt; if absent, the page that asked navigates to the address. */
  readonly show?: (address: string) => void;
}

/** A session whose page is awaited or open. */
interface Entry {
  readonly order: WebSessionOrder;
  /** Granted for this try and not handed out yet. */
  material: WebSessionMaterial | undefined;
  readonly admittedAt: number;
  isOpened: boolean;
}

/** Milliseconds for which a page that nobody opened can be opened. */
const waitMs = 600_000;
const maxEntries = 64;
const freshMs = 40_000;

const common: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'fullscreen=(self), clipboard-read=(self), clipboard-write=(self), camera=(), microphone=(self), geolocation=(), ' +
    'display-capture=(), usb=(), serial=(), hid=(), bluetooth=(), midi=(), payment=(), local-fonts=()',
};

const gone = (words: string): DeskAnswer => ({
  status: 410,
  headers: {
    ...common,
    'content-type': 'text/plain; charset=utf-8',
    'content-security-policy': webSessionPolicy(undefined),
  },
  body: `${words}\n`,
});
const asset = (type: string, body: string): DeskAnswer => ({
  status: 200,
  headers: {
    ...common,
    'content-type': `${type}; charset=utf-8`,
    'content-security-policy': webSessionPolicy(undefined),
  },
  body,
});
const json = (value: unknown): DeskAnswer => ({
  status: 200,
  headers: { ...common, 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

const stateOf = (body: string): WebSessionState | undefined => {
  try {
    const value = JSON.parse(body) as { readonly state?: unknown } | null;
    return webSessionStates.find((state) => state === value?.state);
  } catch {
    return undefined;
  }
};

/**
 * Serves the pages of web sessions over any carrier. Each page's address is valid once, and so is the object that the
 * page fetches; another try is another page with another object.
 */
export class WebSessionRegistry {
  readonly #options: WebSessionRegistryOptions;
  /** By ticket, oldest first. */
  readonly #entries = new Map<string, Entry>();
  readonly #ending = new AbortController();

  constructor(options: WebSessionRegistryOptions) {
    this.#options = options;
  }

  /** The path of the page for a session. */
  admit(order: WebSessionOrder): string {
    return this.#add(order, undefined);
  }

  async answer({ method, path, body }: DeskRequest): Promise<DeskAnswer> {
    if (method === 'GET' && path === '/session.js') return asset('text/javascript', sessionScript);
    if (method === 'GET' && path === '/session.css') return asset('text/css', sessionStyle);
    const [, ticket = '', what] = /^\/s\/([\w-]{16,64})(?:\/(object|state|again))?$/.exec(path) ?? [];
    const entry = this.#entries.get(ticket);
    if (entry === undefined) return gone('This address is good once. Open the session again from Quayside.');
    if (what === undefined) {
      return method === 'GET' && !entry.isOpened
        ? this.#page(ticket, entry)
        : gone('This address is good once. Open the session again from Quayside.');
    }
    if (method !== 'POST' || !entry.isOpened) return gone('Only this session’s own page is answered here.');
    switch (what) {
      case 'object': {
        const { material } = entry;
        if (material === undefined) return gone('This page has been used already.');
        entry.material = undefined;
        return json(material.computer);
      }
      case 'state': {
        const state = stateOf(body);
        if (state !== undefined) entry.order.onState(state);
        return json({});
      }
      default: {
        // Another try is another page; this one may ask for nothing more.
        this.#entries.delete(ticket);
        const address = this.#add(entry.order, undefined);
        if (this.#options.show === undefined) return json({ address });
        this.#options.show(address);
        return json({});
      }
    }
  }

  dispose(): void {
    this.#ending.abort();
    this.#entries.clear();
  }

  #add(order: WebSessionOrder, material: WebSessionMaterial | undefined): string {
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size < maxEntries) break;
      this.#entries.delete(oldest);
    }
    const ticket = this.#options.newTicket();
    this.#entries.set(ticket, {
      order,
      material,
      admittedAt: this.#options.clock.monotonic(),
      isOpened: false,
    });
    return `/s/${ticket}`;
  }

  async #page(waiting: string, entry: Entry): Promise<DeskAnswer> {
    this.#entries.delete(waiting);
    const age = this.#options.clock.monotonic() - entry.admittedAt;
    if (age > waitMs) return gone('This address has served its time. Open the session again from Quayside.');
    const { order } = entry;
    const granted = await order.fresh(AbortSignal.any([this.#ending.signal, AbortSignal.timeout(freshMs)]));
    if (this.#ending.signal.aborted) return gone('Quayside is closing.');
    const material = granted.ok ? granted.value : undefined;
    // A different name from the one in the address, which stays in the browser's history.
    const ticket = this.#add(order, material).slice('/s/'.length);
    const opened = this.#entries.get(ticket);
    if (opened !== undefined) opened.isOpened = true;
    if (!granted.ok) order.onState('failed');
    const { title, vendor } = order;
    return {
      status: granted.ok ? 200 : 502,
      headers: {
        ...common,
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': webSessionPolicy(material),
      },
      body: sessionPage({
        title,
        vendor,
        ticket,
        ...(granted.ok ? { clientScript: granted.value.clientScript } : { error: granted.error }),
      }),
    };
  }
}
