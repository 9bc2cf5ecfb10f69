import type { Emitter } from '../core/base/emitter.ts';
import type { TrayAction, TrayState } from '../core/app/tray-state.ts';
import { AppTray } from './app-tray.ts';

/** A tray icon over the session bus of a Linux desktop: `node/dbus/dbus-tray.ts`. */
export interface PanelTray {
  readonly clicked: Pick<Emitter<TrayAction>, 'on'>;
  /** Called once at the start, and whenever a panel starts or stops drawing tray icons. */
  readonly presence: Pick<Emitter<'shown' | 'absent' | 'lost'>, 'on'>;
  start(): Promise<void>;
  show(state: TrayState): void;
  dispose(): void;
}

export interface DesktopTrayOptions {
  readonly resources: string;
  readonly state: TrayState;
  readonly act: (action: TrayAction) => void;
  /**
   * Puts an icon on the session bus; absent if there is no bus. Electron's own icon on Linux replaces its menu while it
   * is open and does not learn of that (electron/electron#28837), so it is used only if no panel watches the bus.
   */
  readonly openPanelTray: ((state: TrayState) => Promise<PanelTray>) | undefined;
  /** Whether anybody draws tray icons; asked if the session bus does not say. */
  readonly hasTray: () => Promise<boolean>;
  /** Receives whether anybody draws them, at the start and after each change. */
  readonly tell: (isThere: boolean) => void;
}

/** The tray icon, drawn by our own StatusNotifierItem if a Linux panel accepts one, else by Electron. */
export class DesktopTray {
  readonly #options: DesktopTrayOptions;
  #state: TrayState;
  #panel: PanelTray | undefined;
  #own: AppTray | undefined;
  #isDisposed = false;

  constructor(options: DesktopTrayOptions) {
    this.#options = options;
    this.#state = options.state;
    if (options.openPanelTray === undefined) {
      this.#drawItself();
      void options.hasTray().then((isThere) => this.#tell(isThere));
    } else void this.#askPanel(options.openPanelTray);
  }

  show(state: TrayState): void {
    this.#state = state;
    this.#panel?.show(state);
    this.#own?.show(state);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#panel?.dispose();
    this.#own?.dispose();
  }

  async #askPanel(open: (state: TrayState) => Promise<PanelTray>): Promise<void> {
    const panel = await open(this.#state);
    if (this.#isDisposed) return panel.dispose();
    this.#panel = panel;
    panel.show(this.#state);
    panel.clicked.on((action) => this.#options.act(action));
    panel.presence.on((presence) => {
      if (presence === 'shown') {
        this.#own?.dispose();
        this.#own = undefined;
      } else this.#drawItself();
      this.#tell(presence === 'shown');
    });
    await panel.start();
  }

  #drawItself(): void {
    if (this.#own !== undefined || this.#isDisposed) return;
    this.#own = new AppTray(this.#options.resources, this.#options.act);
    this.#own.show(this.#state);
  }

  #tell(isThere: boolean): void {
    if (!this.#isDisposed) this.#options.tell(isThere);
  }
}
