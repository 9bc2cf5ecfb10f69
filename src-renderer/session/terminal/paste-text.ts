/**
 * Text as it may be typed into a shell. Control characters other than tabs and line ends are left out: a page can hide
 * them in what is copied from it, and among them is the one that ends a bracketed paste and runs what follows.
 */
export const cleanPaste = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- these are what is left out
  text.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, '');

/** The lines of a text; a line end at its very end begins no new one. */
export const linesOf = (text: string): readonly string[] => text.replace(/[\r\n]+$/, '').split(/\r\n|\r|\n/);

/**
 * Whether pasting is to be asked about: a line end is an Enter, and runs what is before it. A shell that has switched
 * bracketed paste on holds everything until the person presses Enter.
 */
export const runsAtOnce = (text: string, isBracketed: boolean): boolean => !isBracketed && /[\r\n]/.test(text);
