import type { Page } from '@playwright/test';
import { originOf, toApplication, toBrowser } from './addresses.ts';
import type { Evaluated, FrameFacts, Rectangle } from './messages.ts';
import { pageScript } from './page-script.ts';

const binding = 'electronStandIn';
const symbol = 'electron-stand-in';

/** What a page sends through the binding. */
type Sent = { readonly document: string } & (
  | { readonly type: 'ipc'; readonly channel: string; readonly message: unknown; readonly ports: readonly number[] }
  | { readonly type: 'port-message'; readonly port: number; readonly data: unknown }
  | { readonly type: 'port-close'; readonly port: number }
  | { readonly type: 'close' }
  | { readonly type: 'open'; readonly url: string }
);

/** What a page keeps for the machine; see page-script.ts. */
interface PageEnds {
  readonly document: string;
  take(port: number, json: string): void;
  close(port: number, json: string): void;
}

/** Whom a page tells. */
interface Told {
  readonly preload: string | undefined;
  readonly ipc: (frame: FrameFacts, channel: string, message: unknown, ports: readonly number[]) => void;
  readonly portMessage: (port: number, data: unknown) => void;
  readonly portClosed: (port: number) => void;
  readonly open: (url: string) => void;
  readonly gone: () => void;
  /** The page wants its window closed. */
  readonly close: () => void;
  readonly closed: () => void;
}

/** The page behind a window. Ports are numbered anew in every document, and by window and document here. */
export class ApplicationPage {
  readonly page: Page;
  readonly #told: Told;
  /** Numbers of ports of main by those of the present document, and back. */
  readonly #outside = new Map<string, number>();
  readonly #inside = new Map<number, string>();
  /** The document of the main frame that spoke last. */
  #document: string | undefined;
  #expected: string | undefined;
  #crashed = false;

  static #lastPort = 0;

  constructor(page: Page, told: Told) {
    this.page = page;
    this.#told = told;
  }

  /** Before anything is loaded. */
  async prepare(): Promise<void> {
    const { page } = this;
    await page.exposeBinding(binding, ({ frame }, sent: Sent) => this.#hear(frame, sent));
    await page.addInitScript({ content: pageScript({ binding, symbol }, this.#told.preload) });
    page.on('crash', () => {
      this.#crashed = true;
      this.#losePorts();
      this.#told.gone();
    });
    page.on('close', () => this.#told.closed());
  }

  /** Loads an address main asked for; answers why it could not. */
  async load(url: string): Promise<string | undefined> {
    const address = toBrowser(url);
    this.#expected = address;
    try {
      await this.page.goto(address, { waitUntil: 'load' });
      return undefined;
    } catch (error) {
      return String(error).split('\n')[0];
    }
  }

  async reload(): Promise<void> {
    this.#expected = this.page.url();
    await this.page.reload().catch(() => undefined);
  }

  /** Whether the page's process is gone; Playwright's page can then do nothing but be closed. */
  get hasCrashed(): boolean {
    return this.#crashed;
  }

  /** Ends the page's process as a fault of its own would. */
  async crash(): Promise<void> {
    const protocol = await this.page.context().newCDPSession(this.page);
    // The process is gone before it can answer.
    void protocol.send('Page.crash').catch(() => undefined);
  }

  /** Runs a script in the main frame. */
  async run(code: string): Promise<Evaluated> {
    try {
      return { value: await this.page.evaluate(code) };
    } catch (error) {
      return { error: String(error) };
    }
  }

  /** Whether main itself asked for this address, once. */
  isExpected(address: string): boolean {
    if (this.#expected === undefined || new URL(this.#expected).href !== new URL(address).href) return false;
    this.#expected = undefined;
    return true;
  }

  /** The system's focus, which a headless Chromium has none of, as its page would feel it. */
  async focus(): Promise<void> {
    await this.page.bringToFront().catch(() => undefined);
    await this.page.evaluate(() => void window.dispatchEvent(new Event('focus'))).catch(() => undefined);
  }

  async resize({ width, height }: Rectangle): Promise<void> {
    await this.page.setViewportSize({ width, height });
  }

  deliver(port: number, json: string): void {
    const inside = this.#inside.get(port);
    if (inside !== undefined) this.#call('take', inside, json);
  }

  closePort(port: number): void {
    const inside = this.#inside.get(port);
    this.#forget(port);
    if (inside !== undefined) this.#call('close', inside, '');
  }

  #call(method: 'take' | 'close', inside: string, json: string): void {
    const [document = '', number = ''] = inside.split(' ');
    this.page
      .evaluate(
        ([name, id, does, port, text]) => {
          const ends = (window as unknown as Record<symbol, PageEnds>)[Symbol.for(name)];
          if (ends?.document === id) ends[does](port, text);
        },
        [symbol, document, method, Number(number), json] as const,
      )
      // A page that is being closed or loaded anew has no use for it any more.
      .catch(() => undefined);
  }

  #hear(frame: ReturnType<Page['mainFrame']>, sent: Sent): void {
    switch (sent.type) {
      case 'ipc': {
        const isMain = frame.parentFrame() === null;
        // A new document: the ports of the one before are gone with it.
        if (isMain && this.#document !== sent.document) this.#losePorts();
        if (isMain) this.#document = sent.document;
        const ports = sent.ports.map((number) => {
          const inside = `${sent.document} ${number}`;
          ApplicationPage.#lastPort += 1;
          this.#outside.set(inside, ApplicationPage.#lastPort);
          this.#inside.set(ApplicationPage.#lastPort, inside);
          return ApplicationPage.#lastPort;
        });
        const inherits = frame.url() === '' || frame.url().startsWith('about:');
        const origin = originOf(inherits ? (frame.parentFrame()?.url() ?? '') : frame.url());
        this.#told.ipc({ url: toApplication(frame.url()), origin, isMain }, sent.channel, sent.message, ports);
        return;
      }
      case 'port-message': {
        const outside = this.#outside.get(`${sent.document} ${sent.port}`);
        if (outside !== undefined) this.#told.portMessage(outside, sent.data);
        return;
      }
      case 'port-close': {
        const outside = this.#outside.get(`${sent.document} ${sent.port}`);
        if (outside === undefined) return;
        this.#forget(outside);
        this.#told.portClosed(outside);
        return;
      }
      case 'open':
        this.#told.open(toApplication(sent.url));
        return;
      case 'close':
        this.#told.close();
        return;
      default:
        sent satisfies never;
    }
  }

  #forget(port: number): void {
    const inside = this.#inside.get(port);
    this.#inside.delete(port);
    if (inside !== undefined) this.#outside.delete(inside);
  }

  #losePorts(): void {
    for (const port of [...this.#inside.keys()]) {
      this.#forget(port);
      this.#told.portClosed(port);
    }
  }
}
