import { refuse, type SchemeResult } from './scheme.ts';

const notRead = (line: number): SchemeResult =>
  refuse(
    `Line ${line} of this file is not as in a base16 scheme.`,
    'A scheme has lines such as base08: "ab4642", at the start of a line or below palette:.',
  );

/** A line with a key and a simple value, quoted or not, or with a key alone. Anything cleverer in YAML is refused. */
const entry =
  /^( *)([\w-]+):(?: +(?:"([^"\\]*)"|'([^']*)'|([^\s"'#&*!|>%@`[\]{},][^#]*?|#[\da-fA-F]{6})))? *(?: #.*)?$/;
const ignored = /^\s*(#.*)?$|^---\s*$|^\.\.\.\s*$|^%YAML 1\.\d\s*$/;
const base = /^base(0[\dA-F]|1[0-7])$/i;

/** Where the colours of a base16 scheme go, as base16-shell and tinted-shell have it; base24 has bright ones of its own. */
const usual = ['00', '08', '0b', '0a', '0d', '0e', '0c', '05', '03', '08', '0b', '0a', '0d', '0e', '0c', '07'] as const;
const bright24 = ['03', '12', '14', '13', '16', '17', '15', '07'] as const;

/** The colours of a base16 or base24 scheme (tinted-theming's specification, and the older form without `palette`). */
export const base16Scheme = (text: string, fileName: string): SchemeResult => {
  const colours = new Map<string, string>();
  let name = fileName;
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (ignored.test(line)) continue;
    const [, indent = '', key = '', doubled, single, plain] = entry.exec(line) ?? [];
    const value = doubled ?? single ?? plain;
    if (key === '' || (value === undefined && key !== 'palette')) return notRead(index + 1);
    const number = base.exec(key)?.[1]?.toLowerCase();
    if (number !== undefined) {
      const hex = /^#?([\da-f]{6})$/.exec((value ?? '').trim().toLowerCase())?.[1];
      if (hex === undefined || colours.has(number)) return notRead(index + 1);
      colours.set(number, `#${hex}`);
    } else if (indent === '' && (key === 'scheme' || key === 'name') && value !== undefined && value.trim() !== '') {
      name = value.trim();
    }
  }
  const missing = Array.from({ length: 16 }, (_, index) => index.toString(16).padStart(2, '0')).filter(
    (number) => !colours.has(number),
  );
  if (missing.length > 0)
    return refuse(
      `This is no whole base16 scheme: ${missing
        .slice(0, 4)
        .map((number) => `base${number.toUpperCase()}`)
        .join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing${missing.length > 4 ? ', and more' : ''}.`,
      'Choose a file with base00 to base0F.',
    );
  const of = (number: string): string => colours.get(number) ?? '#000000';
  const has24 = bright24.every((number) => colours.has(number));
  const ansi = usual.map((number, index) => of(has24 && index >= 8 ? (bright24[index - 8] ?? number) : number));
  return {
    ok: true,
    scheme: { name, background: of('00'), foreground: of('05'), cursor: of('05'), selection: of('02'), ansi },
  };
};
