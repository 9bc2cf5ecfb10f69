const mac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

/** The modifier of this system's shortcuts, as it is written on its keys. */
export const modKey = mac ? '⌘' : 'Ctrl';

/** True when the system's shortcut modifier is down. */
export const hasMod = (event: KeyboardEvent | React.KeyboardEvent): boolean => (mac ? event.metaKey : event.ctrlKey);

/** Every shortcut, as the overlay lists them. */
export const shortcuts: readonly { readonly title: string; readonly keys: readonly (readonly [string, string])[] }[] = [
  {
    title: 'Find',
    keys: [
      ['/', 'Search devices'],
      [`${modKey} K`, 'Palette: devices and commands'],
      ['↑ ↓', 'Move'],
      ['Esc', 'One level up'],
    ],
  },
  {
    title: 'Device',
    keys: [
      ['⏎', 'Connect'],
      [`${modKey} ⏎`, 'Other ways to connect'],
      ['Space', 'Show or hide the panel'],
      ['p', 'Open or close its page'],
      ['c', 'Copy the command'],
      ['f', 'Favourite'],
    ],
  },
  {
    title: 'Select',
    keys: [
      ['x', 'Select'],
      ['⇧ ↑ ↓', 'Select a range'],
      [`${modKey} A`, 'Select all'],
    ],
  },
  {
    title: 'Go to',
    keys: [
      ['g a', 'All devices'],
      ['g o', 'Offline'],
      ['g f', 'Forwards'],
      ['g h', 'Activity'],
      ['g c', 'Accounts'],
      ['g s', 'Settings'],
      [`${modKey} ,`, 'Settings'],
      ['?', 'This list'],
    ],
  },
];
