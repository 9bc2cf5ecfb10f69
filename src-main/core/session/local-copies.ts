import type { Result } from '../base/errors.ts';

/** The most bytes of a file that is edited here: it is compared and sent as a whole. */
export const maxEditBytes = 32 * 1024 * 1024;

/** A file of a device on this computer, alone in a folder that only its owner can enter. */
export interface LocalCopy {
  readonly path: string;
  /** Its content now. Errors: not-found (a program is about to replace it), unsupported (too large), invalid-input. */
  read(): Promise<Result<Uint8Array>>;
  /** Removes it with its folder; nothing is told any more. */
  dispose(): Promise<void>;
}

/** The port of where copies live for as long as they are edited. */
export interface LocalCopies {
  /**
   * Makes a copy. `changed` is called when somebody has written there and it has been quiet for a moment, also where
   * a program writes another file and gives it this name. Errors: invalid-input.
   */
  make(name: string, content: Uint8Array, changed: () => void): Promise<Result<LocalCopy>>;
}

/** Names that Windows keeps for its devices. Source: learn.microsoft.com, “Naming Files, Paths, and Namespaces”. */
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
const maxNameLetters = 80;

/**
 * A file’s name for a copy here: letters, figures, dots, dashes and low lines alone, so that no program that is handed
 * the path can take it for anything but a path. The end stays, because programs go by it.
 */
export const copyName = (name: string): string => {
  const plain = name
    .toWellFormed()
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, '_')
    .replace(/^-/, '_')
    .replace(/\.+$/, '');
  const letters = plain.slice(-maxNameLetters).replace(/^[\uDC00-\uDFFF]|^-/, '_');
  return letters === '' ? 'file' : reserved.test(letters) ? `_${letters}` : letters;
};
