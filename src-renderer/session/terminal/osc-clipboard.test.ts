import { expect, it } from 'vitest';
import { clipboardText } from './osc-clipboard.ts';

const base64 = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

it('takes the text of a program, whichever selection it names, and nothing else', () => {
  expect(clipboardText(`c;${base64('zażółć 👩‍👩‍👧\n')}`)).toBe('zażółć 👩‍👩‍👧\n');
  expect(clipboardText(`;${base64('vim')}`)).toBe('vim');
  expect(clipboardText(`p;${base64('x')}`)).toBe('x');
  // What is on the clipboard is never told, and is not taken away.
  expect(clipboardText('c;?')).toBeUndefined();
  expect(clipboardText('c;')).toBeUndefined();
  for (const bad of ['', 'c', 'c;***', `c;${btoa('\u00ff\u00fe')}`, `c;${'A'.repeat(2_000_000)}`])
    expect(clipboardText(bad), bad.slice(0, 20)).toBeUndefined();
});
