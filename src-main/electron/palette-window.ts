import { BrowserWindow, screen } from 'electron';
import type { Log } from '../core/base/log.ts';
import { appOrigin } from './app-scheme.ts';
import { pageBackground, pagePreferences, reviveContents } from './app-window.ts';

const size = { width: 640, height: 424 } as const;
/** The share of the screen's height above it, as for the palette in the window. */
const above = 0.22;

/**
 * Quick connect: a small window over everything, loaded in advance and hidden, so that showing it takes no longer than
 * a frame. It hides when it loses the keyboard and when its page closes itself.
 */
export class PaletteWindow {
  readonly #preload: string;
  readonly #log: Log;
  #window: BrowserWindow | undefined;
  #ending = false;

  constructor(options: { readonly preload: string; readonly log: Log }) {
    this.#preload = options.preload;
    this.#log = options.log;
  }

  /** Loads it and keeps it hidden. */
  warm(): void {
    if (this.#window === undefined && !this.#ending) this.#open();
  }

  /** Shows it; hides it if it is shown. */
  toggle(): void {
    if (this.#ending) return;
    const window = this.#window ?? this.#open();
    if (window.isVisible()) {
      window.hide();
      return;
    }
    // On the screen with the pointer, where the person looks. Wayland has no positions; the compositor centres it.
    const { workArea } = screen.getDisplayNearestPoint(screen.getCursorScreenPoint());
    window.setBounds({
      x: Math.round(workArea.x + (workArea.width - size.width) / 2),
      y: Math.round(workArea.y + workArea.height * above),
      ...size,
    });
    window.show();
    window.focus();
  }

  dispose(): void {
    this.#ending = true;
    this.#window?.destroy();
  }

  #open(): BrowserWindow {
    const window = new BrowserWindow({
      ...size,
      show: false,
      frame: false,
      resizable: false,
      minimizable: false,
      maximizable: false,
      fullscreenable: false,
      skipTaskbar: true,
      alwaysOnTop: true,
      // A panel takes the keyboard without bringing the application and its other windows to the front.
      ...(process.platform === 'darwin' ? { type: 'panel' } : {}),
      title: 'Quick connect',
      backgroundColor: pageBackground(),
      webPreferences: pagePreferences(this.#preload),
    });
    this.#window = window;
    if (process.platform === 'darwin')
      window.setVisibleOnAllWorkspaces(true, { visibleOnFullScreen: true, skipTransformProcessType: true });
    window.on('blur', () => {
      if (!window.isDestroyed()) window.hide();
    });
    window.on('close', (event) => {
      if (this.#ending) return;
      event.preventDefault();
      window.hide();
    });
    window.on('closed', () => {
      this.#window = undefined;
    });
    reviveContents(window.webContents, this.#log, () => window.destroy());
    void window
      .loadURL(`${appOrigin}/?palette`)
      .catch((error: unknown) => this.#log.write('error', 'palette.load', { error }));
    return window;
  }
}
