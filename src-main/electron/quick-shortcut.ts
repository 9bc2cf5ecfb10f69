import { globalShortcut } from 'electron';

/** The one global shortcut: taken from the system, given back, changed. */
export class QuickShortcut {
  readonly #run: () => void;
  #held: string | undefined;

  constructor(run: () => void) {
    this.#run = run;
  }

  /** Takes a shortcut in Electron's words in place of the one before. `taken`: another program has it. */
  take(accelerator: string): 'on' | 'off' | 'taken' {
    if (accelerator === this.#held) return 'on';
    this.release();
    if (accelerator === '') return 'off';
    if (!globalShortcut.register(accelerator, this.#run)) return 'taken';
    this.#held = accelerator;
    return 'on';
  }

  release(): void {
    if (this.#held !== undefined) globalShortcut.unregister(this.#held);
    this.#held = undefined;
  }
}
