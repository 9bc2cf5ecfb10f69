import { base16Scheme } from './base16-scheme.ts';
import { itermScheme } from './iterm-scheme.ts';
import { refuse, type SchemeResult } from './scheme.ts';

/** Bytes of the largest file that is looked at; schemes have a few thousand. */
export const maxSchemeBytes = 256 * 1024;
/** Characters of a name. */
const maxName = 60;

/** What a scheme is called: printable, short, and never nothing. */
const tidy = (name: string): string =>
  name
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .trim()
    .slice(0, maxName) || 'Imported';

/** The colours in a file that the user chose. */
export const importScheme = (fileName: string, bytes: Uint8Array): SchemeResult => {
  if (bytes.length > maxSchemeBytes)
    return refuse('This file is too large to be a colour scheme.', 'Choose an .itermcolors or a base16 .yaml file.');
  const stem = tidy(fileName.replace(/\.[^.]*$/, ''));
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuse('This file is no text.', 'Choose an .itermcolors file in XML or a base16 .yaml file.');
  }
  if (text.startsWith('bplist'))
    return refuse(
      'This is a binary property list.',
      'Convert it with plutil -convert xml1, or export it in iTerm again.',
    );
  const result = text.trimStart().startsWith('<') ? itermScheme(text, stem) : base16Scheme(text, stem);
  return result.ok ? { ok: true, scheme: { ...result.scheme, name: tidy(result.scheme.name) } } : result;
};
