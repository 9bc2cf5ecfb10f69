import { app, globalShortcut } from 'electron';
import { joinPosix } from '../core/base/shell-quoting.ts';

/** The command that opens quick connect in the running application, for the keyboard settings of a Linux desktop. */
export const quickConnectCommand = (env: Readonly<Record<string, string | undefined>>): string =>
  joinPosix([
    ...(app.isPackaged ? [env['APPIMAGE'] ?? process.execPath] : [process.execPath, app.getAppPath()]),
    '--quick-connect',
  ]);

/** The one global shortcut: registered, released, changed. */
export class QuickShortcut {
  readonly #run: () => void;
  #held: string | undefined;

  constructor(run: () => void) {
    this.#run = run;
  }

  /** Registers a shortcut in Electron's notation instead of the one before. `taken`: another program has it. */
  take(accelerator: string): 'on' | 'off' | 'taken' {
    if (accelerator === this.#held) return 'on';
    this.release();
    if (accelerator === '') return 'off';
    // Wayland's portal continues to report shortcuts that were released.
    if (!globalShortcut.register(accelerator, () => this.#held === accelerator && this.#run())) return 'taken';
    this.#held = accelerator;
    return 'on';
  }

  release(): void {
    // There is only this one; `unregister` alone does nothing on Wayland (electron_api_global_shortcut.cc).
    if (this.#held !== undefined) globalShortcut.unregisterAll();
    this.#held = undefined;
  }
}
