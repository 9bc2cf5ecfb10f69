import { randomBytes } from 'node:crypto';
import type { Page } from '@playwright/test';
import { originOf, toApplication, toBrowser } from './addresses.ts';
import type { Evaluated, FrameFacts, Rectangle } from './messages.ts';
import { pageWorldScript, preloadWorld, preloadWorldScript, type Sent } from './page-script.ts';
import { PortServer } from './port-server.ts';
import { portWorkerScript } from './port-worker.ts';

const binding = 'electronStandIn';

/** Whom a page tells. */
interface Told {
  readonly preload: string | undefined;
  readonly ipc: (frame: FrameFacts, channel: string, message: string, ports: readonly number[]) => void;
  readonly portMessage: (port: number, text: string) => void;
  readonly portClosed: (port: number) => void;
  readonly open: (url: string) => void;
  readonly gone: () => void;
  /** The page wants its window closed. */
  readonly close: () => void;
  readonly closed: () => void;
}

/** A port of a page by the document it belongs to, which numbers its own. */
interface Inside {
  readonly document: string;
  readonly number: number;
}

const nameOf = ({ document, number }: Inside): string => `${document} ${number}`;

/** The page behind a window. Ports are numbered again in every document, and by window and document here. */
export class ApplicationPage {
  readonly page: Page;
  readonly #told: Told;
  #server: PortServer | undefined;
  /** Numbers of ports of main by those of their documents, and back. */
  readonly #outside = new Map<string, number>();
  readonly #inside = new Map<number, Inside>();
  /** Events of ports that main does not know yet: their way is shorter than the one of what tells it. */
  readonly #early = new Map<string, (string | undefined)[]>();
  /** The document of the main frame. */
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
    this.#server = await PortServer.start((document, number, text) => this.#take({ document, number }, text));
    const protocol = await page.context().newCDPSession(page);
    const setUp = { binding, secret: randomBytes(12).toString('hex') };
    await protocol.send('Page.enable');
    await protocol.send('Runtime.enable');
    protocol.on('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === binding) this.#hear(JSON.parse(payload) as Sent);
    });
    await protocol.send('Runtime.addBinding', { name: binding, executionContextName: preloadWorld });
    // The page's world listens before the preload exposes anything.
    await protocol.send('Page.addScriptToEvaluateOnNewDocument', { source: pageWorldScript(setUp) });
    await protocol.send('Page.addScriptToEvaluateOnNewDocument', {
      worldName: preloadWorld,
      source: preloadWorldScript(setUp, this.#told.preload),
    });
    page.on('crash', () => {
      this.#crashed = true;
      this.#losePorts();
      this.#told.gone();
    });
    page.on('close', () => {
      this.#losePorts();
      void this.#server?.dispose();
      this.#told.closed();
    });
  }

  /** The script of the workers that hold a document's ports. */
  portWorker(): string {
    return portWorkerScript(this.#server?.address ?? '');
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

  deliver(port: number, text: string): void {
    const inside = this.#inside.get(port);
    if (inside !== undefined) this.#server?.send(inside.document, inside.number, text);
  }

  closePort(port: number): void {
    const inside = this.#inside.get(port);
    this.#forget(port);
    if (inside !== undefined) this.#server?.send(inside.document, inside.number);
  }

  #hear(sent: Sent): void {
    switch (sent.type) {
      case 'document':
        // The ports of the one before are gone with it.
        this.#losePorts();
        this.#document = sent.document;
        return;
      case 'ipc': {
        const insides = sent.ports.map((number): Inside => ({ document: sent.document, number }));
        const ports = insides.map((inside) => {
          ApplicationPage.#lastPort += 1;
          this.#outside.set(nameOf(inside), ApplicationPage.#lastPort);
          this.#inside.set(ApplicationPage.#lastPort, inside);
          return ApplicationPage.#lastPort;
        });
        const { url, origin, isMain } = sent.frame;
        this.#told.ipc(
          { url: toApplication(url), origin: originOf(origin), isMain },
          sent.channel,
          sent.message,
          ports,
        );
        for (const inside of insides) {
          const early = this.#early.get(nameOf(inside)) ?? [];
          this.#early.delete(nameOf(inside));
          for (const text of early) this.#take(inside, text);
        }
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

  /** A message of a port, or its end where there is no text. */
  #take(inside: Inside, text: string | undefined): void {
    const outside = this.#outside.get(nameOf(inside));
    if (outside === undefined) this.#early.set(nameOf(inside), [...(this.#early.get(nameOf(inside)) ?? []), text]);
    else if (text !== undefined) this.#told.portMessage(outside, text);
    else {
      this.#forget(outside);
      this.#told.portClosed(outside);
    }
  }

  #forget(port: number): void {
    const inside = this.#inside.get(port);
    this.#inside.delete(port);
    if (inside !== undefined) this.#outside.delete(nameOf(inside));
  }

  #losePorts(): void {
    if (this.#document !== undefined) this.#server?.forget(this.#document);
    this.#document = undefined;
    this.#early.clear();
    for (const port of [...this.#inside.keys()]) {
      this.#forget(port);
      this.#told.portClosed(port);
    }
  }
}
