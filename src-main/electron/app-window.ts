import { BrowserWindow, nativeTheme, screen, type WebContents } from 'electron';
import type { Document } from '../core/base/document.ts';
import type { Log } from '../core/base/log.ts';
import { appOrigin } from './app-scheme.ts';
import { CrashLimit } from '../core/base/crash-limit.ts';
import { minimumSize, onScreen, type WindowState } from './window-state.ts';

/** The colour before the page has painted, so that a dark window never flashes white. */
export const pageBackground = (): string => (nativeTheme.shouldUseDarkColors ? '#101418' : '#ffffff');

/** The preferences of all our pages. */
export const pagePreferences = (preload: string): Electron.WebPreferences => ({
  preload,
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  webSecurity: true,
  spellcheck: false,
});

/** A page without script and bridge, for when the window itself cannot be shown. */
const brokenPage = (): string =>
  `data:text/html;charset=utf-8,${encodeURIComponent(
    '<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>Quayside</title>' +
      '<body style="font:14px system-ui;max-width:32em;margin:20vh auto"><h1 style="font-size:18px">This window keeps ' +
      'failing</h1><p>It was reloaded three times within a minute. Your forwards go on, and the tray icon still ' +
      'works.</p><p>Close this window and open it again. If it stays like this, quit Quayside from the tray and look at ' +
      'the log in the folder of the profile.</p>',
  )}`;

/**
 * Reloads a page whose process is gone, at most three times a minute. Main owns the truth, so a new page loses only its
 * scroll position.
 */
export const reviveContents = (contents: WebContents, log: Log, giveUp: () => void): void => {
  const limit = new CrashLimit({ max: 3, withinMs: 60_000, monotonic: () => performance.now() });
  contents.on('render-process-gone', (_event, details) => {
    log.write('error', 'window.gone', { reason: details.reason, exitCode: details.exitCode });
    if (details.reason === 'clean-exit') return;
    if (limit.allows()) contents.reload();
    else giveUp();
  });
};

/**
 * Hides a window. On macOS a full-screen window leaves full screen first, or its black Space would stay
 * (electron#39572).
 */
const hideWindow = (window: BrowserWindow): void => {
  if (process.platform !== 'darwin' || !window.isFullScreen()) return window.hide();
  window.once('leave-full-screen', () => window.hide());
  window.setFullScreen(false);
};

/** What closing the window does now. */
export type ClosingMeans = 'hide' | 'minimise';

/** The main window: opened, hidden and opened again. It remembers its place. */
export class AppWindow {
  readonly #preload: string;
  readonly #icon: string;
  readonly #document: Document<WindowState>;
  readonly #log: Log;
  readonly #closing: () => ClosingMeans;
  readonly #hidden: (state: WindowState) => Partial<WindowState>;
  #state: WindowState;
  #window: BrowserWindow | undefined;
  #quitting = false;
  /** The window keeps failing and shows so; it is opened again instead of being shown. */
  #isBroken = false;

  constructor(options: {
    readonly preload: string;
    readonly icon: string;
    readonly document: Document<WindowState>;
    readonly state: WindowState;
    readonly log: Log;
    readonly closing: () => ClosingMeans;
    /** Called when the window was hidden into the tray; returns the state to remember. */
    readonly hidden: (state: WindowState) => Partial<WindowState>;
  }) {
    this.#preload = options.preload;
    this.#icon = options.icon;
    this.#document = options.document;
    this.#state = options.state;
    this.#log = options.log;
    this.#closing = options.closing;
    this.#hidden = options.hidden;
  }

  /** Brings the window to the front; opens it if it is closed. */
  show(): void {
    if (this.#isBroken) this.#window?.destroy();
    const window = this.#window ?? this.#open();
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  /** From now on closing the window really closes it; before, it only hides. */
  quit(): void {
    this.#quitting = true;
    this.#window?.close();
  }

  #open(): BrowserWindow {
    const state = onScreen(
      this.#state,
      screen.getAllDisplays().map((display) => display.workArea),
    );
    const window = new BrowserWindow({
      ...(state.x === undefined || state.y === undefined ? {} : { x: state.x, y: state.y }),
      width: state.width,
      height: state.height,
      minWidth: minimumSize.width,
      minHeight: minimumSize.height,
      show: false,
      title: 'Quayside',
      icon: this.#icon,
      backgroundColor: pageBackground(),
      autoHideMenuBar: true,
      webPreferences: pagePreferences(this.#preload),
    });
    this.#window = window;
    if (state.maximized) window.maximize();
    window.once('ready-to-show', () => window.show());
    window.on('close', (event) => {
      this.#remember(window, {});
      if (this.#quitting) return;
      event.preventDefault();
      if (this.#closing() === 'minimise') window.minimize();
      else {
        hideWindow(window);
        this.#remember(window, this.#hidden(this.#state));
      }
    });
    window.on('closed', () => {
      this.#window = undefined;
    });
    this.#isBroken = false;
    reviveContents(window.webContents, this.#log, () => {
      this.#isBroken = true;
      void window.loadURL(brokenPage()).catch(() => undefined);
    });
    void window.loadURL(`${appOrigin}/`).catch((error: unknown) => this.#log.write('error', 'window.load', { error }));
    return window;
  }

  #remember(window: BrowserWindow, more: Partial<WindowState>): void {
    const { x, y, width, height } = window.getNormalBounds();
    this.#state = { ...this.#state, x, y, width, height, maximized: window.isMaximized(), ...more };
    void this.#document.write(this.#state).then((written) => {
      if (!written.ok) this.#log.write('warn', 'window.state-not-kept', { kind: written.error.kind });
    });
  }
}
