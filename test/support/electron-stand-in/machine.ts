import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { chromium, type Browser, type BrowserContext, type Download, type Page, type Route } from '@playwright/test';
import { isApplications, toApplication } from './addresses.ts';
import { ApplicationPage } from './application-page.ts';
import { standInArgs } from './compiled.ts';
import { workerPath } from './port-worker.ts';
import type { Evaluated, Requested, Served, ToApplication, ToMachine } from './messages.ts';

export interface MachineOptions {
  /** The built main script. */
  readonly main: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Options of Node itself, such as `--expose-gc`. */
  readonly execArgv?: readonly string[];
  /** How Chromium is started. */
  readonly browser: { readonly executablePath: string; readonly args: readonly string[] };
}

/**
 * The machine that an application on the stand-in runs on: it starts the process, holds a real Chromium for its
 * windows (from the first one on), and lets a test look at both.
 */
export class Machine {
  readonly #child: ChildProcess;
  readonly #options: MachineOptions;
  readonly #pages = new Map<number, ApplicationPage>();
  readonly #opened = new Map<number, Extract<ToMachine, { readonly type: 'window' }>>();
  readonly #answers = new Map<number, (value: unknown) => void>();
  readonly #listeners = new Set<() => void>();
  readonly #exited: Promise<number | null>;
  #chromium: Promise<{ readonly browser: Browser; readonly context: BrowserContext }> | undefined;
  #work: Promise<unknown> = Promise.resolve();
  #lastCall = 0;
  #lastDownload = 0;
  #output = '';
  #ready = false;
  #granted: readonly string[] = [];
  readonly #switches: string[] = [];

  constructor(options: MachineOptions) {
    this.#options = options;
    const [script, ...args] = [options.main, ...options.args];
    this.#child = fork(script, args, {
      execArgv: [...standInArgs(), ...(options.execArgv ?? [])],
      env: { ...process.env, ...options.env },
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        this.#output += chunk;
        this.#tellListeners();
      });
    this.#child.on('message', (message: ToMachine) => this.#hear(message));
    this.#exited = (once(this.#child, 'exit') as Promise<[number | null]>).then(([code]) => code);
    void this.#exited.then(() => this.#tellListeners());
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** What the process printed. */
  output(): string {
    return this.#output;
  }

  /** Resolves with the exit code. */
  exited(): Promise<number | null> {
    return this.#exited;
  }

  /** Pages of the windows there are, oldest first. */
  windows(): readonly Page[] {
    return [...this.#pages.values()].map(({ page }) => page);
  }

  /** Resolves once something holds; rejects where the process ends before. */
  async until(holds: () => boolean, what: string): Promise<void> {
    while (!holds()) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null)
        throw new Error(`The application ended before ${what}:\n${this.#output}`);
      await new Promise<void>((resolve) => {
        this.#listeners.add(resolve);
      });
    }
  }

  /** Resolves once the application said that it is ready. */
  ready(): Promise<void> {
    return this.until(() => this.#ready, 'it was ready');
  }

  /** Runs a function in main with the module `electron`, as Playwright's ElectronApplication does. */
  async evaluate<R, A>(run: (electron: never, argument: A) => R, argument: A): Promise<Awaited<R>> {
    const answer = (await this.#ask({ type: 'evaluate', source: run.toString(), argument })) as Evaluated | undefined;
    if (answer === undefined) throw new Error('The application ended.');
    if ('error' in answer) throw new Error(answer.error);
    return answer.value as Awaited<R>;
  }

  /** Ends everything that is still there. */
  async dispose(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.#exited;
    await this.#work;
    const running = await this.#chromium;
    await running?.browser.close();
  }

  #tellListeners(): void {
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }

  #tell(message: ToApplication): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #ask(question: Record<string, unknown> & { readonly type: string }): Promise<unknown> {
    this.#lastCall += 1;
    const call = this.#lastCall;
    return new Promise((resolve) => {
      this.#answers.set(call, resolve);
      void this.#exited.then(() => resolve(undefined));
      this.#tell({ ...question, call } as ToApplication);
    });
  }

  /** Windows are opened and closed one after another, in the order main asked. */
  #later(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      this.#output += `machine: ${String(error)}\n`;
    });
  }

  #hear(message: ToMachine): void {
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        this.#tellListeners();
        return;
      case 'answer':
        this.#answers.get(message.call)?.(message.value);
        this.#answers.delete(message.call);
        return;
      case 'switch':
        this.#switches.push(`--${message.name}${message.value === undefined ? '' : `=${message.value}`}`);
        return;
      case 'permissions':
        this.#granted = message.granted;
        return;
      case 'window':
        this.#opened.set(message.id, message);
        this.#later(() => this.#open(message));
        return;
      case 'load':
        this.#later(async () => {
          const own = await this.#living(message.id);
          // Not waited for: what the page asks for while it loads comes through here as well.
          void (own?.load(message.url) ?? Promise.resolve('ERR_FAILED')).then((error) => {
            this.#tell({ type: 'loaded', id: message.id, call: message.call, error });
            this.#tellListeners();
          });
        });
        return;
      case 'reload':
        this.#later(async () => {
          const own = this.#pages.get(message.id);
          if (own?.hasCrashed !== true) void own?.reload();
          else void (await this.#living(message.id))?.load(toApplication(own.page.url()));
        });
        return;
      case 'crash':
        this.#later(async () => this.#pages.get(message.id)?.crash());
        return;
      case 'script':
        void (this.#pages.get(message.id)?.run(message.code) ?? Promise.resolve({ error: 'There is no page.' })).then(
          (result) => this.#tell({ type: 'ran', call: message.call, result }),
        );
        return;
      case 'focus':
        this.#later(async () => void this.#pages.get(message.id)?.focus());
        return;
      case 'bounds':
        this.#later(async () => this.#pages.get(message.id)?.resize(message.bounds));
        return;
      case 'destroy':
        this.#later(async () => {
          const own = this.#pages.get(message.id);
          this.#pages.delete(message.id);
          await own?.page.close();
          this.#tellListeners();
        });
        return;
      case 'port-message':
        this.#pages.get(message.window)?.deliver(message.port, message.text);
        return;
      case 'port-close':
        this.#pages.get(message.window)?.closePort(message.port);
        return;
      default:
        message satisfies never;
    }
  }

  /** The page of a window; in the place of one whose process is gone, a new one. */
  async #living(id: number): Promise<ApplicationPage | undefined> {
    const own = this.#pages.get(id);
    const opened = this.#opened.get(id);
    if (own?.hasCrashed !== true || opened === undefined) return own;
    await this.#open(opened);
    await own.page.close();
    return this.#pages.get(id);
  }

  async #open(message: Extract<ToMachine, { readonly type: 'window' }>): Promise<void> {
    this.#chromium ??= this.#start();
    const { context } = await this.#chromium;
    const { id, bounds, preload } = message;
    await context.clearPermissions();
    // The last one is for the workers that hold ports: Chromium asks before it lets a page connect to this computer.
    await context.grantPermissions([...this.#granted, 'local-network-access']);
    const page = await context.newPage();
    const own = new ApplicationPage(page, {
      preload: preload === undefined ? undefined : await readFile(preload, 'utf8'),
      ipc: (frame, channel, sent, ports) => this.#tell({ type: 'ipc', id, frame, channel, message: sent, ports }),
      portMessage: (port, text) => this.#tell({ type: 'port-message', port, text }),
      portClosed: (port) => this.#tell({ type: 'port-close', port }),
      // Whatever the handler allows, the stand-in opens nothing: our handler never allows it.
      open: (url) => void this.#ask({ type: 'open', id, url }),
      close: () => this.#tell({ type: 'page-closed', id }),
      gone: () => this.#tell({ type: 'gone', id }),
      closed: () => {
        if (this.#pages.get(id) === own && this.#pages.delete(id)) this.#tell({ type: 'page-closed', id });
      },
    });
    this.#pages.set(id, own);
    await page.route('**/*', (route) => this.#route(id, own, route));
    // Windows that a page opens by other means than `window.open` are not there in the stand-in: closed unseen.
    page.on('popup', (popup) => void popup.close());
    page.on('download', (download) => void this.#save(id, download));
    await own.prepare();
    await own.resize(bounds);
    this.#tellListeners();
  }

  /** Saves what a page offers where main says. */
  async #save(id: number, offered: Download): Promise<void> {
    this.#lastDownload += 1;
    const download = this.#lastDownload;
    const about = { url: toApplication(offered.url()), filename: offered.suggestedFilename() };
    const path = await this.#ask({ type: 'download', id, download, ...about });
    if (typeof path !== 'string' || path === '') return offered.cancel();
    const complete = await offered.saveAs(path).then(
      () => true,
      () => false,
    );
    this.#tell({ type: 'download-done', download, complete });
  }

  async #start(): Promise<{ readonly browser: Browser; readonly context: BrowserContext }> {
    const { executablePath, args } = this.#options.browser;
    const browser = await chromium.launch({ executablePath, args: [...args, ...this.#switches] });
    const context = await browser.newContext({ viewport: null });
    await context.route('**/*', (route) => route.abort());
    return { browser, context };
  }

  /** Everything a page asks for: navigations are asked about, the application's origins are answered by its handler. */
  async #route(id: number, own: ApplicationPage, route: Route): Promise<void> {
    const request = route.request();
    const address = request.url();
    const url = toApplication(address);
    try {
      if (new URL(address).pathname === workerPath)
        return await route.fulfill({ contentType: 'text/javascript', body: own.portWorker() });
      if (request.isNavigationRequest()) {
        const isMain = request.frame() === own.page.mainFrame();
        const expected = isMain && own.isExpected(address);
        if (!expected && (await this.#ask({ type: 'navigate', id, url, isMain })) !== true)
          return await route.abort('aborted');
      }
      if (!isApplications(address)) return await route.continue();
      const requested = {
        url,
        method: request.method(),
        headers: await request.allHeaders(),
        body: request.postDataBuffer() ?? undefined,
      } satisfies Requested;
      const answer = (await this.#ask({ type: 'request', id, ...requested })) as Served | undefined;
      if (answer === undefined) return await route.abort('failed');
      await route.fulfill({ status: answer.status, headers: answer.headers, body: Buffer.from(answer.body) });
    } catch {
      // The page went away while it was being answered.
    }
  }
}
