import { BrowserWindow } from 'electron';
import { appOrigin } from './app-scheme.ts';
import { pagePreferences } from './app-window.ts';
import { openLink } from './open-external.ts';

const first = { width: 980, height: 640 } as const;
const minimum = { width: 480, height: 320 } as const;

/**
 * The desktop's window of sessions inside the application: the same page and preload as the main one, a tab a session.
 * Closing it closes the sessions, as their carrier goes with the page.
 */
export class SessionWindow {
  readonly #preload: string;
  readonly #icon: string;
  #window: BrowserWindow | undefined;

  constructor(options: { readonly preload: string; readonly icon: string }) {
    this.#preload = options.preload;
    this.#icon = options.icon;
  }

  /** Shows a session in a new tab. `address` is one of `sessionAddress`; another part after `#` loads nothing again. */
  show(address: string): void {
    const window = this.#window ?? this.#open();
    // A page that does not load says so itself; a window that was closed meanwhile needs no words.
    void window.loadURL(`${appOrigin}${address}`).catch(() => undefined);
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  dispose(): void {
    this.#window?.destroy();
  }

  #open(): BrowserWindow {
    const window = new BrowserWindow({
      width: first.width,
      height: first.height,
      minWidth: minimum.width,
      minHeight: minimum.height,
      title: 'Quayside',
      icon: this.#icon,
      autoHideMenuBar: true,
      webPreferences: pagePreferences(this.#preload),
    });
    this.#window = window;
    // Links in terminals; everything else that any window opens is limited by hardening.ts.
    window.webContents.setWindowOpenHandler(({ url }) => {
      openLink(url);
      return { action: 'deny' };
    });
    // Its sessions went with the page: an empty white window would only be in the way.
    window.webContents.on('render-process-gone', () => window.destroy());
    window.on('closed', () => {
      this.#window = undefined;
    });
    return window;
  }
}
