const modifiers = ['CommandOrControl', 'Command', 'Control', 'Alt', 'Shift', 'Super'];
const keys = /^([A-Z0-9]|F([1-9]|1\d|2[0-4])|Space|Tab|Enter|Up|Down|Left|Right|Home|End|PageUp|PageDown)$/;

/** Whether a value is a global shortcut that may be kept: modifiers and one key in Electron's words, or empty for none. */
export const isShortcut = (value: unknown): value is string => {
  if (value === '') return true;
  if (typeof value !== 'string' || value.length > 64) return false;
  const parts = value.split('+');
  const key = parts.pop() ?? '';
  // A key alone, or with Shift, would be taken from everybody who types.
  const strong = parts.some((part) => part !== 'Shift');
  return (
    keys.test(key) && strong && parts.every((part) => modifiers.includes(part)) && new Set(parts).size === parts.length
  );
};

/** A shortcut as it is written on the keys of a system. */
export const shortcutText = (shortcut: string, platform: string): string =>
  shortcut
    .split('+')
    .map((part) => {
      if (platform === 'darwin')
        return { CommandOrControl: '⌘', Command: '⌘', Control: '⌃', Alt: '⌥', Shift: '⇧', Super: '⌘' }[part] ?? part;
      return { CommandOrControl: 'Ctrl', Control: 'Ctrl', Super: platform === 'win32' ? 'Win' : 'Super' }[part] ?? part;
    })
    .join(platform === 'darwin' ? '' : '+');
