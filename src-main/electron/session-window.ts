import { BrowserWindow } from 'electron';
import { appOrigin } from './app-scheme.ts';
import { pagePreferences } from './app-window.ts';
import { openLink } from './open-external.ts';

const first = { width: 980, height: 640 } as const;
const minimum = { width: 480, height: 320 } as const;

/**
 * The desktop's window for sessions inside the application: the same page and preload as the main window, one tab a
 * session. Closing it ends the sessions, because their carrier goes with the page.
 */
export class SessionWindow {
  readonly #preload: string;
  readonly #icon: string;
  #window: BrowserWindow | undefined;

  constructor(options: { readonly preload: string; readonly icon: string }) {
    this.#preload = options.preload;
    this.#icon = options.icon;
  }

  /**
   * Shows a session in a new tab. `address` comes from `sessionAddress`; changing only the part after `#` does not
   * reload the page.
   */
  show(address: string): void {
    const window = this.#window ?? this.#open();
    // A page that fails to load says so itself; a window that was closed meanwhile needs no message.
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
    // Links in terminals open here; hardening.ts limits everything else that a window opens.
    window.webContents.setWindowOpenHandler(({ url }) => {
      openLink(url);
      return { action: 'deny' };
    });
    // Its sessions ended with the page: an empty white window would only be in the way.
    window.webContents.on('render-process-gone', () => window.destroy());
    window.on('closed', () => {
      this.#window = undefined;
    });
    return window;
  }
}
