import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { Emitter } from '../../core/base/emitter.ts';
import { childEnvironment, type Executables } from '../../core/launch/launch-plan.ts';
import { sleep, type Clock } from '../../core/base/clock.ts';
import { SerialQueue } from '../../core/base/serial-queue.ts';
import { ChromiumPipe, pagesOf } from './chromium-pipe.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Browsers that can show a page as a window of its own, the plainest first. */
const programs = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'brave-browser',
  'brave',
  'microsoft-edge-stable',
  'microsoft-edge',
  'vivaldi-stable',
  'vivaldi',
];

/** The size of a window that was never opened, pixels. */
const firstSize = '1240,800';
/** Milliseconds between asking a browser to close and killing it, and between two checks for its window. */
const endMs = 5000;
const lookMs = 50;
/** Milliseconds until a browser that shows no window is given up. */
const startMs = 30_000;

/** The addresses of a window. */
export interface WindowAddresses {
  /** The page where it waits for its link: always the same path, because browsers remember sizes by it. */
  readonly waiting: string;
  /** Makes a new one-time link for the browser. */
  readonly link: () => string;
}

/** Finds a browser for the window; undefined if none is installed. */
export const findChromium = async (executables: Executables): Promise<string | undefined> => {
  for (const name of programs) {
    const found = await executables.find(name);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** A snap may write only below its own folder. */
const folderFor = async (program: string, folder: string): Promise<string> => {
  const real = await realpath(program).catch(() => program);
  const own = join(homedir(), 'snap', basename(program), 'common');
  return (basename(real) === 'snap' || program.startsWith('/snap/')) && existsSync(own)
    ? join(own, 'quayside')
    : folder;
};

/**
 * The window as an application window of Chromium, in its own browser profile: no tabs, no address bar, its own place
 * and size. It receives its one-time link through a pipe, and ends with Quayside.
 */
export class ChromiumWindow {
  /** The user closed it. */
  readonly closed = new Emitter<void>();
  readonly #program: string;
  readonly #folder: string;
  readonly #environment: Environment;
  readonly #clock: Clock;
  readonly #turns = new SerialQueue();
  #running: { readonly child: ChildProcess; readonly pipe: ChromiumPipe; readonly ended: Promise<void> } | undefined;
  #isDisposed = false;

  /** `folder`: for the browser's profile; created when the window is first opened. */
  constructor(options: {
    readonly program: string;
    readonly folder: string;
    readonly environment: Environment;
    readonly clock: Clock;
  }) {
    this.#program = options.program;
    this.#folder = options.folder;
    this.#environment = options.environment;
    this.#clock = options.clock;
  }

  /** Opens the window, or brings it to the front. Returns whether there is one now. */
  show(addresses: WindowAddresses): Promise<boolean> {
    return this.#turns.run(async () => !this.#isDisposed && ((await this.#raise()) || (await this.#open(addresses))));
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await this.#turns.run(() => this.#end());
  }

  async #raise(): Promise<boolean> {
    const pipe = this.#running?.pipe;
    const [page] = pipe === undefined ? [] : await pagesOf(pipe);
    if (pipe === undefined || page === undefined) return false;
    const found = await pipe.send('Browser.getWindowForTarget', { targetId: page });
    const { windowId, bounds } = found ?? {};
    // Activating a minimised window does not restore it.
    if (typeof bounds === 'object' && bounds !== null && 'windowState' in bounds && bounds.windowState === 'minimized')
      await pipe.send('Browser.setWindowBounds', { windowId, bounds: { windowState: 'normal' } });
    return (await pipe.send('Target.activateTarget', { targetId: page })) !== undefined;
  }

  async #open({ waiting, link }: WindowAddresses): Promise<boolean> {
    await this.#end();
    const folder = await folderFor(this.#program, this.#folder);
    const isNew = !existsSync(folder);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const child = spawn(
      this.#program,
      [
        `--user-data-dir=${folder}`,
        `--app=${waiting}`,
        '--remote-debugging-pipe',
        '--class=Quayside',
        ...(isNew ? [`--window-size=${firstSize}`] : []),
        ...['--no-first-run', '--no-default-browser-check', '--disable-extensions', '--disable-sync'],
        ...['--disable-background-networking', '--disable-component-update', '--disk-cache-size=16777216'],
        // Nothing in this profile is worth asking for the keyring's password.
        '--password-store=basic',
      ],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], env: childEnvironment(this.#environment) },
    );
    const ended = new Promise<void>((resolve) => {
      child.once('error', () => resolve());
      child.once('exit', () => resolve());
    });
    const pipe = new ChromiumPipe(child.stdio[3] as Writable, child.stdio[4] as Readable, this.#clock);
    const running = { child, pipe, ended };
    this.#running = running;
    if (!(await this.#enter(pipe, ended, link))) {
      await this.#end();
      return false;
    }
    void ended.then(() => {
      if (this.#running !== running) return;
      this.#running = undefined;
      this.closed.emit();
    });
    return true;
  }

  /** Waits for the page and navigates it to the link. */
  async #enter(pipe: ChromiumPipe, ended: Promise<void>, link: () => string): Promise<boolean> {
    const over = new AbortController();
    void ended.then(() => over.abort());
    const until = this.#clock.monotonic() + startMs;
    let page: string | undefined;
    while (page === undefined && !over.signal.aborted && this.#clock.monotonic() < until) {
      [page] = await pagesOf(pipe);
      if (page === undefined) await sleep(this.#clock, lookMs, over.signal);
    }
    const attached = await pipe.send('Target.attachToTarget', { targetId: page, flatten: true });
    const session = attached?.['sessionId'];
    if (typeof session !== 'string') return false;
    const entered = await pipe.send('Page.navigate', { url: link() }, session);
    // A page that the pipe does not watch stays as the user has it.
    await pipe.send('Target.detachFromTarget', { sessionId: session });
    return entered !== undefined;
  }

  async #end(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    running.pipe.end();
    const patience = this.#clock.after(endMs, () => running.child.kill('SIGKILL'));
    await running.ended;
    patience();
  }
}
