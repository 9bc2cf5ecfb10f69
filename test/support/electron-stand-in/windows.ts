import { EventEmitter } from 'node:events';
import type {
  BrowserWindow as ElectronWindow,
  BrowserWindowConstructorOptions,
  WebContents as ElectronContents,
  WebPreferences,
} from 'electron';
import { app, quitting } from './app.ts';
import { hear, load, runScript, tell } from './link.ts';
import type { Rectangle, Served } from './messages.ts';
import { newEvent, type Part } from './part.ts';
import { session, type StandInSession } from './sessions.ts';

type OpenHandler = Parameters<ElectronContents['setWindowOpenHandler']>[0];

const open = new Map<number, BrowserWindow>();
let lastId = 0;
let focused: BrowserWindow | undefined;

class WebContents extends EventEmitter {
  readonly id: number;
  readonly session: StandInSession;
  #url = '';
  #open: OpenHandler | undefined;

  readonly #preferences: WebPreferences;

  constructor(id: number, own: StandInSession, preferences: WebPreferences = {}) {
    super();
    this.id = id;
    this.session = own;
    this.#preferences = preferences;
  }

  /** As in Electron, whose electron.d.ts leaves it out. */
  getLastWebPreferences(): WebPreferences {
    return this.#preferences;
  }

  getURL(): string {
    return this.#url;
  }

  async loadURL(url: string): Promise<void> {
    this.#url = url;
    const error = await load(this.id, url);
    if (error !== undefined) throw new Error(`${error} loading '${url}'`);
    this.emit('did-finish-load');
  }

  reload(): void {
    tell({ type: 'reload', id: this.id });
  }

  forcefullyCrashRenderer(): void {
    tell({ type: 'crash', id: this.id });
  }

  executeJavaScript(code: string): Promise<unknown> {
    return runScript(this.id, code);
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#open = handler;
  }

  /** Whether a page may open a window. Without a handler it may. */
  mayOpen(url: string): boolean {
    const details = {
      url,
      frameName: '',
      features: '',
      disposition: 'new-window',
      referrer: { url: '', policy: 'default' },
    };
    return this.#open === undefined || this.#open(details as Parameters<OpenHandler>[0]).action === 'allow';
  }

  /** Whether a page may go somewhere. */
  mayNavigate(url: string, isMain: boolean): boolean {
    const event = newEvent({ url, isMainFrame: isMain });
    this.emit('will-frame-navigate', event);
    if (isMain) this.emit('will-navigate', event, url);
    return !event.defaultPrevented;
  }
}

WebContents satisfies new (
  id: number,
  own: StandInSession,
) => Part<
  ElectronContents,
  'id' | 'getURL' | 'loadURL' | 'reload' | 'forcefullyCrashRenderer' | 'executeJavaScript' | 'setWindowOpenHandler'
>;

/** A window. Whether it is shown is only remembered: the page behind it is there for the test in any case. */
export class BrowserWindow extends EventEmitter {
  static getAllWindows(): BrowserWindow[] {
    return [...open.values()];
  }

  readonly id: number;
  readonly webContents: WebContents;
  #bounds: Rectangle;
  #visible: boolean;
  #minimized = false;
  #maximized = false;
  #destroyed = false;

  constructor(options: BrowserWindowConstructorOptions = {}) {
    super();
    lastId += 1;
    this.id = lastId;
    const own = (options.webPreferences?.session as unknown as StandInSession | undefined) ?? session.defaultSession;
    this.webContents = new WebContents(this.id, own, options.webPreferences);
    this.#bounds = { x: options.x ?? 0, y: options.y ?? 0, width: options.width ?? 800, height: options.height ?? 600 };
    this.#visible = options.show !== false;
    open.set(this.id, this);
    own.tellPermissions();
    tell({ type: 'window', id: this.id, bounds: this.#bounds, preload: options.webPreferences?.preload });
    app.emit('web-contents-created', {}, this.webContents);
    app.emit('browser-window-created', {}, this);
    this.webContents.once('did-finish-load', () => this.emit('ready-to-show'));
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.loadURL(url);
  }

  show(): void {
    this.#visible = true;
    this.focus();
    this.emit('show');
  }

  hide(): void {
    this.#visible = false;
    if (focused === this) focused = undefined;
    this.emit('hide');
  }

  focus(): void {
    const before = focused;
    if (before === this) return;
    // oxlint-disable-next-line typescript/no-this-alias
    focused = this;
    before?.emit('blur');
    tell({ type: 'focus', id: this.id });
    this.emit('focus');
  }

  isFocused(): boolean {
    return focused === this;
  }

  isVisible(): boolean {
    return this.#visible && !this.#minimized;
  }

  minimize(): void {
    this.#minimized = true;
    this.emit('minimize');
  }

  restore(): void {
    this.#minimized = false;
    this.emit('restore');
  }

  isMinimized(): boolean {
    return this.#minimized;
  }

  maximize(): void {
    this.#maximized = true;
    this.emit('maximize');
  }

  isMaximized(): boolean {
    return this.#maximized;
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  getBounds(): Rectangle {
    return this.#bounds;
  }

  getNormalBounds(): Rectangle {
    return this.#bounds;
  }

  setBounds(bounds: Partial<Rectangle>): void {
    this.#bounds = { ...this.#bounds, ...bounds };
    tell({ type: 'bounds', id: this.id, bounds: this.#bounds });
  }

  /** Whether it refused. The page is asked as well, in its process, so the window is there for a while yet. */
  requestClose(): boolean {
    if (this.#destroyed) return false;
    const event = newEvent({});
    this.emit('close', event);
    if (!event.defaultPrevented) setImmediate(() => this.destroy());
    return event.defaultPrevented;
  }

  close(): void {
    this.requestClose();
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    open.delete(this.id);
    if (focused === this) focused = undefined;
    tell({ type: 'destroy', id: this.id });
    this.emit('closed');
    if (open.size > 0) return;
    if (app.windowsAreGone()) return;
    // Nobody listening means the application ends with its last window.
    if (!app.emit('window-all-closed')) app.quit();
  }
}

BrowserWindow satisfies new (
  options?: BrowserWindowConstructorOptions,
) => Part<
  ElectronWindow,
  | 'id'
  | 'loadURL'
  | 'show'
  | 'hide'
  | 'focus'
  | 'isFocused'
  | 'isVisible'
  | 'minimize'
  | 'restore'
  | 'isMinimized'
  | 'maximize'
  | 'isMaximized'
  | 'isDestroyed'
  | 'getBounds'
  | 'getNormalBounds'
  | 'setBounds'
  | 'close'
  | 'destroy'
>;

/** The contents of an open window. */
export const contentsOf = (id: number): WebContents | undefined => open.get(id)?.webContents;

quitting.closeAll = () => [...open.values()].map((window) => window.requestClose()).every((refused) => !refused);
quitting.isAnyOpen = () => open.size > 0;

const served = async (response: Response | undefined): Promise<Served | undefined> =>
  response === undefined
    ? undefined
    : {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: new Uint8Array(await response.arrayBuffer()),
      };

hear('request', ({ id, call, ...request }) => {
  const own = open.get(id)?.webContents.session;
  void Promise.resolve(own?.serve(request))
    .then(served)
    .then((value) => tell({ type: 'answer', call, value }));
});
hear('navigate', ({ id, call, url, isMain }) =>
  tell({ type: 'answer', call, value: open.get(id)?.webContents.mayNavigate(url, isMain) ?? false }),
);
hear('open', ({ id, call, url }) =>
  tell({ type: 'answer', call, value: open.get(id)?.webContents.mayOpen(url) ?? false }),
);
hear('download', ({ id, call, download, url, filename }) => {
  const contents = open.get(id)?.webContents;
  tell({ type: 'answer', call, value: contents?.session.download(download, url, filename, contents) });
});
hear('gone', ({ id }) =>
  open.get(id)?.webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 139 }),
);
hear('page-closed', ({ id }) => open.get(id)?.close());
