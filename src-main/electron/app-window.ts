import { BrowserWindow, nativeTheme, screen } from 'electron';
import type { Document, Log } from '../core/ports.ts';
import { appOrigin } from './app-scheme.ts';
import { minimumSize, onScreen, type WindowState } from './window-state.ts';

/** The colour behind the page before it has painted, so that a dark window never flashes white. */
const background = (): string => (nativeTheme.shouldUseDarkColors ? '#101418' : '#ffffff');

/** The one window: opened, hidden and opened again; remembers where it was. */
export class AppWindow {
  readonly #preload: string;
  readonly #icon: string;
  readonly #document: Document<WindowState>;
  readonly #log: Log;
  #state: WindowState;
  #window: BrowserWindow | undefined;
  #quitting = false;

  constructor(options: {
    readonly preload: string;
    readonly icon: string;
    readonly document: Document<WindowState>;
    readonly state: WindowState;
    readonly log: Log;
  }) {
    this.#preload = options.preload;
    this.#icon = options.icon;
    this.#document = options.document;
    this.#state = options.state;
    this.#log = options.log;
  }

  /** Brings the window to the front, opening it where it is not. */
  show(): void {
    const window = this.#window ?? this.#open();
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  /** From now on closing the window closes it; before, it only hides. */
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
      backgroundColor: background(),
      autoHideMenuBar: true,
      webPreferences: {
        preload: this.#preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webSecurity: true,
        spellcheck: false,
      },
    });
    this.#window = window;
    if (state.maximized) window.maximize();
    window.once('ready-to-show', () => window.show());
    window.on('close', (event) => {
      void this.#remember(window);
      if (this.#quitting) return;
      event.preventDefault();
      window.hide();
    });
    window.on('closed', () => {
      this.#window = undefined;
    });
    window.webContents.on('render-process-gone', (_event, details) => {
      this.#log.write('error', 'window.gone', { reason: details.reason, exitCode: details.exitCode });
      // Main owns the truth, so a fresh page loses nothing but its scroll position.
      if (details.reason !== 'clean-exit') window.webContents.reload();
    });
    void window.loadURL(`${appOrigin}/`);
    return window;
  }

  async #remember(window: BrowserWindow): Promise<void> {
    const { x, y, width, height } = window.getNormalBounds();
    this.#state = { x, y, width, height, maximized: window.isMaximized() };
    const written = await this.#document.write(this.#state);
    if (!written.ok) this.#log.write('warn', 'window.state-not-kept', { kind: written.error.kind });
  }
}
