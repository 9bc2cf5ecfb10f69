/**
 * Quoting for the few programs that take a command line instead of arguments, and for command lines that people copy.
 * It works for any text: the shell reads the quoted text back as that one text.
 */

// Neither `=` nor `%` may come first: zsh and older fish interpret them.
const plain = /^[A-Za-z0-9_@+:,./-][A-Za-z0-9_@%+=:,./-]*$/;

/**
 * One word for sh, bash, zsh and fish. Backslash and `!` stand outside the single quotes: fish reads `\\` inside
 * them, and old csh reads `!` there.
 */
const quotePosix = (text: string): string => {
  if (plain.test(text)) return text;
  return `'${text.replaceAll(/['\\!]/g, (char) => `'\\${char}'`)}'`;
};

/** A command line for sh and its relatives. */
export const joinPosix = (args: readonly string[]): string => args.map(quotePosix).join(' ');

/** One argument as `CommandLineToArgvW` and the C runtime of Windows read it. */
const quoteWindows = (text: string): string => {
  if (text !== '' && !/[\s"]/.test(text)) return text;
  // Backslashes are doubled only where a quote follows them.
  return `"${text.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
};

/** A command line as a Windows program parses it, without a shell. */
export const joinWindows = (args: readonly string[]): string => args.map(quoteWindows).join(' ');

/** Text that cmd.exe passes on unchanged, with delayed expansion off: every special character gets a caret. */
export const escapeCmd = (text: string): string => text.replaceAll(/[()%!^"<>&|,;= ]/g, '^$&');

/** A string literal of PowerShell. Typographic quotes end a literal there too. */
export const quotePowerShell = (text: string): string => `'${text.replaceAll(/['‘’‚‛]/g, '$&$&')}'`;

/**
 * A command line to paste on Windows. cmd and PowerShell agree on double quotes if the text holds none of `"`, `$`, ``
 * ` `` and `%`; for other text it is PowerShell's.
 */
export const joinPasteWindows = (args: readonly string[]): string =>
  args
    .map((word) => {
      if (/^[A-Za-z0-9_+=:./\\-]+$/.test(word)) return word;
      return /["$`%“”„‘’‚‛]/.test(word) ? quotePowerShell(word) : `"${word}"`;
    })
    .join(' ');
