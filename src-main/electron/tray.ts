import { join } from 'node:path';
import { Menu, nativeImage, nativeTheme, Tray, type MenuItemConstructorOptions, type NativeImage } from 'electron';
import { trayIcon, trayMenu, traySummary, type TrayItem } from '../core/tray-menu.ts';
import type { TrayAction, TrayIcon, TrayState } from '../core/tray-state.ts';

/** Windows remembers where the user put the icon by this; it must never change. */
const guid = '8a6f4a1e-52f5-4a0b-9d1c-7f0b6f5c2e31';

/** On Windows and Linux `&` marks the next letter as the key of the line; in a name it is only a letter. */
const escaped = (label: string): string => (process.platform === 'darwin' ? label : label.replaceAll('&', '&&'));

const template = (items: readonly TrayItem[], act: (action: TrayAction) => void): MenuItemConstructorOptions[] =>
  items.map((entry): MenuItemConstructorOptions => {
    if (entry.kind === 'separator') return { type: 'separator' };
    const { action, submenu } = entry;
    const label = escaped(entry.label);
    if (submenu !== undefined) return { label, submenu: template(submenu, act) };
    return action === undefined ? { label, enabled: false } : { label, click: () => act(action) };
  });

/** The icon in the tray. Draws only what changed, and never while the menu is open: that would close it. */
export class AppTray {
  readonly #tray: Tray;
  readonly #resources: string;
  readonly #act: (action: TrayAction) => void;
  readonly #redrawIcon = (): void => this.#drawIcon(true);
  #icon: TrayIcon = 'plain';
  #summary = '';
  #drawn = '';
  #open = false;
  #waiting: TrayState | undefined;

  constructor(resources: string, act: (action: TrayAction) => void) {
    this.#resources = resources;
    this.#act = act;
    // A GUID binds the icon to the signature and path of the program, so it is only for packaged Windows ones.
    this.#tray =
      process.platform === 'win32' && !process.defaultApp
        ? new Tray(this.#image('plain'), guid)
        : new Tray(this.#image('plain'));
    // macOS and Linux open the menu; on Windows a left click is expected to open the window.
    if (process.platform === 'win32') this.#tray.on('click', () => act({ type: 'open-window' }));
    nativeTheme.on('updated', this.#redrawIcon);
  }

  show(state: TrayState): void {
    const icon = trayIcon(state);
    if (icon !== this.#icon) {
      this.#icon = icon;
      this.#drawIcon(false);
    }
    const summary = traySummary(state);
    if (summary !== this.#summary) {
      this.#summary = summary;
      this.#tray.setToolTip(summary);
    }
    if (this.#open) this.#waiting = state;
    else this.#drawMenu(state);
  }

  dispose(): void {
    nativeTheme.off('updated', this.#redrawIcon);
    if (!this.#tray.isDestroyed()) this.#tray.destroy();
  }

  #drawMenu(state: TrayState): void {
    const items = trayMenu(state);
    const drawn = JSON.stringify(items);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const menu = Menu.buildFromTemplate(template(items, this.#act));
    menu.on('menu-will-show', () => {
      this.#open = true;
    });
    menu.on('menu-will-close', () => {
      this.#open = false;
      const waiting = this.#waiting;
      this.#waiting = undefined;
      // The click that closed it is delivered first.
      if (waiting !== undefined) setImmediate(() => this.#tray.isDestroyed() || this.show(waiting));
    });
    this.#tray.setContextMenu(menu);
  }

  #drawIcon(themeChanged: boolean): void {
    // macOS tints a template by itself.
    if (themeChanged && process.platform === 'darwin') return;
    this.#tray.setImage(this.#image(this.#icon));
  }

  #image(icon: TrayIcon): NativeImage {
    const panelIsLight =
      process.platform === 'win32'
        ? !nativeTheme.shouldUseDarkColorsForSystemIntegratedUI
        : // GNOME's bar is dark whatever the theme; KDE's follows it.
          process.env['XDG_CURRENT_DESKTOP']?.includes('KDE') === true && !nativeTheme.shouldUseDarkColors;
    const file =
      process.platform === 'darwin'
        ? `${icon}Template.png`
        : `${icon}-${panelIsLight ? 'dark-on-light' : 'light-on-dark'}.png`;
    return nativeImage.createFromPath(join(this.#resources, 'tray', file));
  }
}
