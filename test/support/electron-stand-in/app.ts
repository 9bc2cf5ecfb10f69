import { EventEmitter } from 'node:events';
import { mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, readlinkSync, watch, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { App as ElectronApp, LoginItemSettings, Settings } from 'electron';
import { tell } from './link.ts';
import { newEvent, type Part } from './part.ts';

/** What the application does with its windows when it quits; set by the module of windows. */
export const quitting = {
  /** Asks all to close; answers whether none refused. */
  closeAll: (): boolean => true,
  isAnyOpen: (): boolean => false,
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

class App extends EventEmitter {
  /** Those of this process, and what was added: Electron's main reads its own arguments as Chromium does. */
  readonly #switches = new Map(
    process.argv
      .slice(1)
      .filter((argument) => argument.startsWith('--'))
      .map((argument): [string, string] => {
        const [name = '', ...value] = argument.slice(2).split('=');
        return [name, value.join('=')];
      }),
  );
  readonly commandLine = {
    hasSwitch: (name: string): boolean => this.#switches.has(name),
    getSwitchValue: (name: string): string => this.#switches.get(name) ?? '',
    /** A switch that is there is replaced, a value of the user's own with it. */
    appendSwitch: (name: string, value?: string): void => {
      this.#switches.set(name, value ?? '');
      tell({ type: 'switch', name, value });
    },
  };
  readonly isPackaged = false;
  #ready = false;
  #quitting = false;
  readonly #paths = new Map<string, string>();
  #lock: string | undefined;
  #loginItem: Settings = {};
  readonly #whenReady: Promise<void>;

  constructor() {
    super();
    this.#whenReady = new Promise((resolve) => {
      setImmediate(() => {
        this.#ready = true;
        this.emit('ready', {}, {});
        resolve();
        tell({ type: 'ready' });
      });
    });
  }

  /** Takes `--no-sandbox` back, wherever it came from (electron_api_app.cc, RemoveNoSandboxSwitch). */
  enableSandbox(): void {
    this.#mustBeEarly('enableSandbox');
    this.#switches.delete('no-sandbox');
  }

  whenReady(): Promise<void> {
    return this.#whenReady;
  }

  isReady(): boolean {
    return this.#ready;
  }

  setPath(name: string, path: string): void {
    if (name !== 'userData' && name !== 'downloads') throw new Error(`The stand-in knows no path ${name}.`);
    mkdirSync(path, { recursive: true });
    this.#paths.set(name, path);
  }

  getPath(name: string): string {
    const path = this.#paths.get(name);
    if (path === undefined) throw new Error(`Failed to get '${name}' path`);
    return path;
  }

  /** The folder of what was started. */
  getAppPath(): string {
    return dirname(process.argv[1] ?? '');
  }

  setDesktopName(): void {
    this.#mustBeEarly('setDesktopName');
  }

  setAppUserModelId(): void {
    this.#mustBeEarly('setAppUserModelId');
  }

  setAsDefaultProtocolClient(): boolean {
    return true;
  }

  setLoginItemSettings(settings: Settings): void {
    this.#loginItem = settings;
  }

  getLoginItemSettings(): LoginItemSettings {
    return {
      openAtLogin: this.#loginItem.openAtLogin ?? false,
      wasOpenedAtLogin: false,
      status: 'not-registered',
      executableWillLaunchAtLogin: false,
      launchItems: [],
    };
  }

  /** As Chromium does on Linux: a link that names the owner, beside what later launches hand over. */
  requestSingleInstanceLock(): boolean {
    const lock = join(this.getPath('userData'), 'SingletonLock');
    const box = join(this.getPath('userData'), 'SingletonArguments');
    mkdirSync(box, { recursive: true });
    for (;;) {
      try {
        symlinkSync(String(process.pid), lock);
        break;
      } catch {
        if (isAlive(Number(readlinkSync(lock)))) {
          writeFileSync(join(box, `${process.pid}.part`), JSON.stringify(process.argv));
          symlinkSync(join(box, `${process.pid}.part`), join(box, `${process.pid}.ready`));
          return false;
        }
        rmSync(lock, { force: true });
      }
    }
    this.#lock = lock;
    const look = (): void => {
      for (const name of readdirSync(box).filter((file) => file.endsWith('.ready'))) {
        const args = JSON.parse(readFileSync(join(box, name), 'utf8')) as string[];
        for (const file of [name, name.replace('.ready', '.part')]) rmSync(join(box, file), { force: true });
        this.emit('second-instance', {}, args, '/', undefined);
      }
    };
    watch(box, look).unref();
    return true;
  }

  /** Windows are asked to close, and only once all are gone, later, does the application end. */
  quit(): void {
    const before = newEvent({});
    this.emit('before-quit', before);
    if (before.defaultPrevented) return;
    this.#quitting = quitting.closeAll();
    if (this.#quitting) setImmediate(() => this.windowsAreGone());
  }

  /** Ends the application where it quits and no window is left; answers whether it does. */
  windowsAreGone(): boolean {
    if (!this.#quitting || quitting.isAnyOpen()) return this.#quitting;
    this.#quitting = false;
    const will = newEvent({});
    this.emit('will-quit', will);
    if (will.defaultPrevented) return true;
    this.emit('quit', {}, 0);
    this.exit(0);
    return true;
  }

  exit(code = 0): void {
    if (this.#lock !== undefined) rmSync(this.#lock, { force: true });
    process.exit(code);
  }

  #mustBeEarly(name: string): void {
    if (this.#ready) throw new Error(`${name} must be called before the app is ready.`);
  }
}

export const app = new App() satisfies Part<
  ElectronApp,
  | 'enableSandbox'
  | 'whenReady'
  | 'isReady'
  | 'setPath'
  | 'getPath'
  | 'getAppPath'
  | 'setDesktopName'
  | 'setAppUserModelId'
  | 'setAsDefaultProtocolClient'
  | 'setLoginItemSettings'
  | 'getLoginItemSettings'
  | 'requestSingleInstanceLock'
  | 'isPackaged'
  | 'exit'
  | 'quit'
>;
