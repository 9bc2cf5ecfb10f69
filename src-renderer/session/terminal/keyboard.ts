/**
 * What keys send to a device, where xterm alone does not know: Option on a Mac, letters with Ctrl and Alt on Windows,
 * and Backspace. Everything else is xterm's.
 */

/** What Option does on a Mac: types the characters of the layout, or is Meta (sends Escape first). */
export type OptionKey = 'characters' | 'left' | 'right' | 'both';

/** The part of a keyboard event that matters here. */
export interface KeyPress {
  readonly key: string;
  /** The place on the keyboard, as in `KeyboardEvent.code`. */
  readonly code: string;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly isComposing: boolean;
  getModifierState(name: string): boolean;
}

/** Which of the two Option keys is held: an event with a letter says only that one of them is. */
export class OptionKeys {
  readonly #held = new Set<string>();

  /** Takes note of a key that goes down (`isDown`) or up. */
  note({ code, altKey }: Pick<KeyPress, 'code' | 'altKey'>, isDown: boolean): void {
    const isOption = code === 'AltLeft' || code === 'AltRight';
    if (isOption && isDown) this.#held.add(code);
    else if (isOption) this.#held.delete(code);
    // It went up while another window had the keyboard.
    if (!altKey) this.#held.clear();
  }

  /** Whether Option is Meta for the next letter. */
  isMeta(choice: OptionKey): boolean {
    if (choice === 'left') return this.#held.has('AltLeft');
    if (choice === 'right') return this.#held.has('AltRight');
    return choice === 'both';
  }
}

/** What the Backspace key sends: DEL, as xterm and Linux have it, or ^H, as older hosts want it. */
export type BackspaceKey = 'del' | 'bs';

const escape = '\u001b';

/** What a key sends instead of what xterm would make of it; undefined: that. */
export const ownKeys = (
  press: KeyPress,
  on: { readonly isWindows: boolean; readonly backspace: BackspaceKey },
): string | undefined => {
  if (press.isComposing || press.metaKey) return undefined;
  if (press.key === 'Backspace' && on.backspace === 'bs')
    // Ctrl sends the other one, as in xterm.
    return `${press.altKey ? escape : ''}${press.ctrlKey ? '\u007f' : '\b'}`;
  // Windows says AltGr as Ctrl and Alt, and xterm waits for the character. The layout has none where the key is still a
  // plain letter; a character of the layout (€, @, ą) is another key than the letter below it.
  if (
    on.isWindows &&
    press.ctrlKey &&
    press.altKey &&
    /^[a-z]$/i.test(press.key) &&
    !press.getModifierState('AltGraph')
  )
    return escape + String.fromCharCode(press.key.toUpperCase().charCodeAt(0) - 64);
  return undefined;
};

/** The letter of a shortcut: what the layout says, or what is printed in Latin on keys of other scripts. */
export const shortcutLetter = ({ key, code }: Pick<KeyPress, 'key' | 'code'>): string =>
  /^[\u0021-\u007e]$/.test(key) ? key.toLowerCase() : (/^Key([A-Z])$/.exec(code)?.[1] ?? '').toLowerCase();
