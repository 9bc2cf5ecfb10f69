import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type {
  Clipboard,
  Dialog,
  GlobalShortcut,
  Menu as ElectronMenu,
  MenuItem as ElectronMenuItem,
  MenuItemConstructorOptions,
  NativeImage as ElectronImage,
  NativeTheme,
  Notification as ElectronNotification,
  NotificationConstructorOptions,
  PowerMonitor,
  Screen,
  Shell,
  Tray as ElectronTray,
} from 'electron';
import type { Part } from './part.ts';

class MenuItem {
  readonly label: string;
  readonly type: ElectronMenuItem['type'];
  readonly enabled: boolean;
  readonly submenu: Menu | undefined;
  readonly #click: (() => void) | undefined;

  constructor(options: MenuItemConstructorOptions) {
    this.type = options.type ?? (options.submenu === undefined ? 'normal' : 'submenu');
    this.label = options.label ?? options.role ?? '';
    this.enabled = options.enabled !== false;
    this.submenu = Array.isArray(options.submenu) ? Menu.buildFromTemplate(options.submenu) : undefined;
    this.#click =
      options.click === undefined ? undefined : () => options.click?.(null as never, undefined, null as never);
  }

  /** What the system calls when the line is chosen. */
  click(): void {
    if (!this.enabled) throw new Error(`${this.label} cannot be clicked.`);
    this.#click?.();
  }
}

export class Menu extends EventEmitter {
  static buildFromTemplate(template: readonly MenuItemConstructorOptions[]): Menu {
    return new Menu(template.map((options) => new MenuItem(options)));
  }
  static setApplicationMenu(): void {}

  readonly items: readonly MenuItem[];

  constructor(items: readonly MenuItem[] = []) {
    super();
    this.items = items;
  }
}
Menu.setApplicationMenu satisfies (typeof ElectronMenu)['setApplicationMenu'];

class NativeImage {
  readonly #bytes: Buffer;
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }
  isEmpty(): boolean {
    return this.#bytes.length === 0;
  }
}
NativeImage satisfies new (bytes: Buffer) => Pick<ElectronImage, 'isEmpty'>;

export const nativeImage = {
  /** As in Electron, a file that is not there is an empty image. */
  createFromPath: (path: string): NativeImage => {
    try {
      return new NativeImage(readFileSync(path));
    } catch {
      return new NativeImage(Buffer.alloc(0));
    }
  },
};

export class Tray extends EventEmitter {
  #destroyed = false;

  constructor(image: NativeImage) {
    super();
    this.setImage(image);
  }
  setImage(image: NativeImage): void {
    this.#mustLive();
    if (image.isEmpty()) throw new Error('Failed to load image');
  }
  setToolTip(_text: string): void {
    this.#mustLive();
  }
  setContextMenu(_menu: Menu | null): void {
    this.#mustLive();
  }
  isDestroyed(): boolean {
    return this.#destroyed;
  }
  destroy(): void {
    this.#destroyed = true;
  }
  #mustLive(): void {
    if (this.#destroyed) throw new Error('Tray is destroyed');
  }
}
Tray.prototype satisfies Pick<ElectronTray, 'setToolTip' | 'isDestroyed' | 'destroy'>;

export class Notification extends EventEmitter {
  /** On Linux there is one where a session bus has a daemon for it. `actions` are for macOS and Windows: none are kept. */
  static isSupported(): boolean {
    return process.env['DBUS_SESSION_BUS_ADDRESS'] !== undefined;
  }
  readonly title: string;
  readonly body: string;
  readonly silent: boolean;

  constructor(options: NotificationConstructorOptions = {}) {
    super();
    this.title = options.title ?? '';
    this.body = options.body ?? '';
    this.silent = options.silent ?? false;
  }
  show(): void {
    queueMicrotask(() =>
      Notification.isSupported() ? this.emit('show', {}) : this.emit('failed', {}, 'There is no notification daemon'),
    );
  }
  close(): void {
    queueMicrotask(() => this.emit('close', {}));
  }
}
Notification satisfies new (
  options?: NotificationConstructorOptions,
) => Part<ElectronNotification, 'title' | 'body' | 'silent' | 'show' | 'close'>;

const shortcuts = new Map<string, () => void>();
/** The portal of Wayland says yes to everything, and gives single shortcuts never back (electron_api_global_shortcut.cc). */
const hasPortal = process.env['XDG_SESSION_TYPE'] === 'wayland';

export const globalShortcut = {
  register: (accelerator: string, callback: () => void): boolean => {
    if (!hasPortal && shortcuts.has(accelerator)) return false;
    shortcuts.set(accelerator, callback);
    return true;
  },
  unregister: (accelerator: string): void => {
    if (!hasPortal) shortcuts.delete(accelerator);
  },
  unregisterAll: (): void => shortcuts.clear(),
  isRegistered: (accelerator: string): boolean => shortcuts.has(accelerator),
} satisfies Pick<GlobalShortcut, 'register' | 'unregister' | 'unregisterAll' | 'isRegistered'>;

let copied = '';

export const clipboard = {
  writeText: async (text: string): Promise<void> => {
    copied = text;
  },
  readText: async (): Promise<string> => copied,
} satisfies { [K in 'readText' | 'writeText']: (...args: never[]) => ReturnType<Clipboard[K]> };

export const dialog = {
  showErrorBox: (title: string, content: string): void => {
    process.stderr.write(`${title}: ${content}\n`);
  },
  /** The button that Escape means. */
  showMessageBox: async (
    ...args: readonly unknown[]
  ): Promise<{ readonly response: number; readonly checkboxChecked: boolean }> => {
    const options = args.at(-1) as { readonly cancelId?: number };
    return { response: options.cancelId ?? 0, checkboxChecked: false };
  },
} satisfies Pick<Dialog, 'showErrorBox' | 'showMessageBox'>;

class Theme extends EventEmitter {
  themeSource: NativeTheme['themeSource'] = 'system';
  shouldUseDarkColors = false;
  shouldUseDarkColorsForSystemIntegratedUI = false;
}
export const nativeTheme = new Theme() satisfies Part<
  NativeTheme,
  'themeSource' | 'shouldUseDarkColors' | 'shouldUseDarkColorsForSystemIntegratedUI'
>;

const area = { x: 0, y: 0, width: 1920, height: 1080 };
const display = { id: 1, bounds: area, workArea: area, scaleFactor: 1 } as Electron.Display;

export const screen = {
  getAllDisplays: () => [display],
  getDisplayNearestPoint: () => display,
  getCursorScreenPoint: () => ({ x: 960, y: 540 }),
} satisfies Pick<Screen, 'getAllDisplays' | 'getDisplayNearestPoint' | 'getCursorScreenPoint'>;

export const shell = { openExternal: async (): Promise<void> => undefined } satisfies Pick<Shell, 'openExternal'>;

export const powerMonitor = new EventEmitter() satisfies Pick<EventEmitter, 'on' | 'off'> &
  Partial<Record<keyof PowerMonitor, unknown>>;
