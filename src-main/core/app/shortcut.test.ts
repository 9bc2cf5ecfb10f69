import { describe, expect, it } from 'vitest';
import { isShortcut, shortcutText } from './shortcut.ts';

describe('isShortcut', () => {
  it.each(['', 'CommandOrControl+Alt+K', 'Super+Space', 'Alt+F12', 'Control+Shift+Alt+9'])('takes %j', (text) => {
    expect(isShortcut(text)).toBe(true);
  });
  it.each(['K', 'Shift+K', 'Alt', 'Alt+', 'Alt+Alt+K', 'Meta+K', 'Alt+F25', 'alt+k', 7, null, `Alt+${'K'.repeat(99)}`])(
    'refuses %j',
    (text) => {
      expect(isShortcut(text)).toBe(false);
    },
  );
});

it('is written as on the keys of each system', () => {
  expect(shortcutText('CommandOrControl+Alt+K', 'linux')).toBe('Ctrl+Alt+K');
  expect(shortcutText('CommandOrControl+Alt+K', 'darwin')).toBe('⌘⌥K');
  expect(shortcutText('Super+Space', 'win32')).toBe('Win+Space');
});
