import { expect, it } from 'vitest';
import { importScheme, maxSchemeBytes } from './import-scheme.ts';
import { parseScheme } from './scheme.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (name: string, text: string) => importScheme(name, bytes(text));

const component = (name: string, value: string): string =>
  `\t\t<key>${name} Component</key>\n\t\t<real>${value}</real>\n`;
const colour = (name: string, red = '0.5', green = '0', blue = '1'): string =>
  `\t<key>${name} Color</key>\n\t<dict>\n\t\t<key>Alpha Component</key>\n\t\t<real>1</real>\n${component('Blue', blue)}\t\t<key>Color Space</key>\n\t\t<string>sRGB</string>\n${component('Green', green)}${component('Red', red)}\t</dict>\n`;
const ansi = Array.from({ length: 16 }, (_, index) => colour(`Ansi ${index}`, String(index / 15), '0', '0')).join('');
const head =
  '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n';
const iterm = (dict: string, before = head): string =>
  `${before}<plist version="1.0">\n<dict>\n${dict}</dict>\n</plist>\n`;
const whole = ansi + colour('Background', '0', '0', '0') + colour('Foreground', '1', '1', '0.99999999');

it('reads what iTerm exports', () => {
  const result = read(
    'Solarized Dark.itermcolors',
    iterm(`${whole}${colour('Cursor')}${colour('Selection', '0', '1', '0')}${colour('Bold')}`),
  );
  expect(result).toMatchObject({
    ok: true,
    scheme: {
      name: 'Solarized Dark',
      background: '#000000',
      foreground: '#ffffff',
      cursor: '#8000ff',
      selection: '#00ff00',
    },
  });
  if (result.ok) {
    expect(result.scheme.ansi.slice(0, 3)).toEqual(['#000000', '#110000', '#220000']);
    expect(parseScheme(JSON.parse(JSON.stringify(result.scheme)))).toEqual(result.scheme);
  }
  // A comment, an empty value and the order of keys are the exporter's.
  expect(read('x.itermcolors', iterm(`<!-- a -->\n<key>Dark</key><true/>${whole}`)).ok).toBe(true);
});

it('refuses spoiled files of iTerm, and reads no entity', () => {
  const laughs = `<!DOCTYPE plist [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>`;
  for (const [text, words] of [
    [iterm(whole, laughs), 'entities'],
    [iterm(whole.replace('sRGB', '&#x73;RGB')), 'entities'],
    [iterm(whole.replace('sRGB', '<!ENTITY x SYSTEM "file:///etc/passwd">')), 'entities'],
    [iterm(whole).slice(0, -30), 'damaged'],
    [iterm(whole.replace('</real>', '</string>')), 'damaged'],
    [iterm(`${'<key>a</key><dict>'.repeat(9)}${'</dict>'.repeat(9)}`), 'damaged'],
    [iterm(whole.replace('<real>', '<script>')), 'damaged'],
    [iterm(ansi), 'Background, Foreground'],
    [iterm(whole.replace('Ansi 3 ', 'Ansi 33 ')), 'Ansi 3.'],
    [iterm(whole.replace('<real>0</real>', '<real>7</real>')), 'Ansi 0'],
    [iterm(whole.replace('<real>0</real>', '<real>nan</real>')), 'Ansi 0'],
    ['<html><body>404</body></html>', 'damaged'],
    ['bplist00\u0001', 'binary'],
  ] as const) {
    const result = read('x.itermcolors', text);
    expect(result.ok ? 'read' : `${result.message} ${result.hint}`, text.slice(0, 60)).toContain(words);
  }
});

const palette = (indent = '', quote = '"', hash = ''): string =>
  Array.from({ length: 16 }, (_, index) => {
    const number = index.toString(16).toUpperCase().padStart(2, '0');
    return `${indent}base${number}: ${quote}${hash}${number.repeat(3)}${quote}\n`;
  }).join('');

it('reads base16 in its older and its present form, and base24', () => {
  const old = read('ocean.yaml', `scheme: "Ocean"\nauthor: "Chris Kempson (http://chriskempson.com)"\n${palette()}`);
  expect(old).toMatchObject({
    ok: true,
    scheme: { name: 'Ocean', background: '#000000', foreground: '#050505', selection: '#020202' },
  });
  const present = `---\nsystem: "base16"\nname: 'Ocean: deep'\nvariant: dark # as said\npalette:\n${palette('  ', '"', '#')}`;
  expect(read('x.yml', present)).toMatchObject({ ok: true, scheme: { name: 'Ocean: deep' } });
  expect(read('plain.yaml', palette('', '', '')).ok).toBe(true);
  const bright = Array.from({ length: 8 }, (_, index) => `  base1${index}: "#f${index}f${index}f${index}"\n`).join('');
  const result = read('x.yaml', `${present.replace('base16', 'base24')}${bright}`);
  expect(result.ok && result.scheme.ansi[9]).toBe('#f2f2f2');
});

it('refuses YAML that is cleverer than a scheme, colours that are none, and parts of one', () => {
  for (const [text, words] of [
    [palette().replace('000000', 'zzzzzz'), 'Line 1'],
    [palette().replace('"010101"', '*other'), 'Line 2'],
    [palette().replace('"010101"', '!!js/function "x"'), 'Line 2'],
    [palette().replace('"010101"', '&a "010101"'), 'Line 2'],
    [`a: [1, 2]\n${palette()}`, 'Line 1'],
    [`a: {b: c}\n${palette()}`, 'Line 1'],
    [`\tname: x\n${palette()}`, 'Line 1'],
    [`${palette()}base00: "111111"\n`, 'Line 17'],
    [palette().replace(/base0F.*\n/, ''), 'base0F is missing'],
    ['name: x\n', 'and more'],
    ['', 'and more'],
  ] as const) {
    const result = read('x.yaml', text);
    expect(result.ok ? 'read' : result.message, text.slice(0, 60)).toContain(words);
  }
});

it('refuses what is no text or too large, and takes no name that would spoil a list', () => {
  expect(importScheme('x.yaml', Uint8Array.of(0xff, 0xfe, 0x00)).ok).toBe(false);
  expect(importScheme('x.yaml', new Uint8Array(maxSchemeBytes + 1)).ok).toBe(false);
  expect(read('x.yaml', `name: "a\u202eb"\n${palette()}`)).toMatchObject({ scheme: { name: 'ab' } });
  expect(read('.yaml', palette())).toMatchObject({ scheme: { name: 'Imported' } });
  expect(
    parseScheme({
      name: 'x',
      background: 'url(x)',
      foreground: '#ffffff',
      cursor: '#ffffff',
      selection: '#ffffff',
      ansi: [],
    }),
  ).toBeUndefined();
});
