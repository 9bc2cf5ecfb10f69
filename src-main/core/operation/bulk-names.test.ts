import { expect, test } from 'vitest';
import { parsePattern, parseReplacement } from './bulk-names.ts';

const device = { name: 'gw-7', id: 'D7', group: 'Plant 3', account: 'Acme' };
const filled = (pattern: string, number = 7): string => {
  const fill = parsePattern(pattern);
  if (!fill.ok) throw new Error(fill.error.message);
  return fill.value(device, number);
};

test('a pattern holds facts of the device and its number', () => {
  expect(filled('{group}/{name}-{n:03}')).toBe('Plant 3/gw-7-007');
  expect(filled('{account}.{id}.{n}')).toBe('Acme.D7.7');
  expect(filled('{n:2}', 123)).toBe('123');
  expect(filled('{{name}} {{{name}}}')).toBe('{name} {gw-7}');
});

test('what is not known in a pattern is named', () => {
  const wrong = parsePattern('{serial}-{n}');
  expect(wrong.ok ? '' : wrong.error.message).toContain('{serial}');
});

const replaced = (find: string, replaceBy: string, options: { regex?: boolean; ignoreCase?: boolean } = {}): string => {
  const replace = parseReplacement({ find, replaceBy, regex: false, ignoreCase: false, ...options });
  if (!replace.ok) throw new Error(replace.error.message);
  return replace.value('plant3-gw-07.A');
};

test('text is replaced as it stands, expressions with what they caught', () => {
  expect(replaced('.', '$1')).toBe('plant3-gw-07$1A');
  expect(replaced('-', '_')).toBe('plant3_gw_07.A');
  expect(replaced('GW', 'x', { ignoreCase: true })).toBe('plant3-x-07.A');
  expect(replaced('GW', 'x')).toBe('plant3-gw-07.A');
  expect(replaced('^plant(?<site>\\d+)-(\\w+)', '$2@$<site>', { regex: true })).toBe('gw@3-07.A');
});

test('an expression that is none is refused', () => {
  expect(parseReplacement({ find: '(gw', replaceBy: '', regex: true, ignoreCase: false }).ok).toBe(false);
  expect(parseReplacement({ find: '', replaceBy: '', regex: false, ignoreCase: false }).ok).toBe(false);
});
