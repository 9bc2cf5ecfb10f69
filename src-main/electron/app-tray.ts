import { join } from 'node:path';
import { Menu, nativeImage, nativeTheme, Tray, type MenuItemConstructorOptions, type NativeImage } from 'electron';
import { trayIcon, trayMenu, traySummary, type TrayItem } from '../core/app/tray-menu.ts';
import type { TrayAction, TrayIcon, TrayState } from '../core/app/tray-state.ts';

/**
 * Milliseconds after which an open menu counts as closed. Linux reports neither opening nor closing
 * (electron/electron#28837); if a system reported only the opening, the menu would never be redrawn.
 */
const openAtMostMs = 60_000;

/** On Windows and Linux `&` marks the next letter as the key of the line, which a name must not do. */
const escaped = (label: string): string => (process.platform === 'darwin' ? label : label.replaceAll('&', '&&'));

const template = (items: readonly TrayItem[], act: (action: TrayAction) => void): MenuItemConstructorOptions[] =>
  items.map((entry): MenuItemConstructorOptions => {
    if (entry.kind === 'separator') return { type: 'separator' };
    const { action, submenu } = entry;
    const label = escaped(entry.label);
    if (submenu !== undefined) return { label, submenu: template(submenu, act) };
    return action === undefined ? { label, enabled: false } : { label, click: () => act(action) };
  });

/** The icon in the tray. Redraws only changes, and never while the menu is open, because that would close it. */
export class AppTray {
  readonly #tray: Tray;
  readonly #resources: string;
  readonly #act: (action: TrayAction) => void;
  readonly #redrawIcon = (): void => this.#drawIcon(true);
  #icon: TrayIcon = 'plain';
  #summary = '';
  #drawn = '';
  /** Monotonic milliseconds until which the menu counts as open. */
  #openUntil = 0;
  #waiting: TrayState | undefined;

  constructor(resources: string, act: (action: TrayAction) => void) {
    this.#resources = resources;
    this.#act = act;
    // No GUID: Windows binds it to the path of an unsigned program, and shows no icon once that program has moved.
    this.#tray = new Tray(this.#image('plain'));
    // macOS opens the menu by itself. Windows, and Linux panels that report a left click, leave it to the program.
    if (process.platform !== 'darwin') this.#tray.on('click', () => act({ type: 'open-window' }));
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
    if (performance.now() < this.#openUntil) this.#waiting = state;
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
      this.#openUntil = performance.now() + openAtMostMs;
    });
    menu.on('menu-will-close', () => {
      this.#openUntil = 0;
      const waiting = this.#waiting;
      this.#waiting = undefined;
      // The click that closed the menu is delivered first.
      if (waiting !== undefined) setImmediate(() => this.#tray.isDestroyed() || this.show(waiting));
    });
    this.#tray.setContextMenu(menu);
  }

  #drawIcon(themeChanged: boolean): void {
    // macOS tints template images itself.
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
