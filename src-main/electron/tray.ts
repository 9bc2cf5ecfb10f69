import { join } from 'node:path';
import { Menu, nativeImage, Tray, type MenuItemConstructorOptions } from 'electron';
import { trayIcon, trayMenu, type TrayAction, type TrayIcon, type TrayItem, type TrayState } from './tray-menu.ts';

const template = (items: readonly TrayItem[], act: (action: TrayAction) => void): MenuItemConstructorOptions[] =>
  items.map((entry): MenuItemConstructorOptions => {
    if (entry.kind === 'separator') return { type: 'separator' };
    const { label, action, submenu } = entry;
    if (submenu !== undefined) return { label, submenu: template(submenu, act) };
    return action === undefined ? { label, enabled: false } : { label, click: () => act(action) };
  });

/** The icon in the tray. `show` draws only what changed: replacing a menu closes it on most desktops. */
export class AppTray {
  readonly #tray: Tray;
  readonly #resources: string;
  readonly #act: (action: TrayAction) => void;
  #icon: TrayIcon = 'plain';
  #drawn = '';

  constructor(resources: string, act: (action: TrayAction) => void) {
    this.#resources = resources;
    this.#act = act;
    this.#tray = new Tray(this.#image('plain'));
    this.#tray.setToolTip('Quayside');
    // macOS and Linux open the menu; on Windows a left click is expected to open the window.
    if (process.platform === 'win32') this.#tray.on('click', () => act({ type: 'open-window' }));
  }

  show(state: TrayState): void {
    const icon = trayIcon(state);
    if (icon !== this.#icon) {
      this.#icon = icon;
      this.#tray.setImage(this.#image(icon));
    }
    const menu = trayMenu(state);
    const drawn = JSON.stringify(menu);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#tray.setContextMenu(Menu.buildFromTemplate(template(menu, this.#act)));
  }

  dispose(): void {
    if (!this.#tray.isDestroyed()) this.#tray.destroy();
  }

  #image(icon: TrayIcon): Electron.NativeImage {
    // macOS tints a template image itself; elsewhere panels are dark more often than not.
    const file = process.platform === 'darwin' ? `${icon}Template.png` : `${icon}-light-on-dark.png`;
    return nativeImage.createFromPath(join(this.#resources, 'tray', file));
  }
}
