import { escapeCmd, joinPosix, joinWindows, quotePowerShell } from '../base/shell-quoting.ts';
import type { LaunchPlan, LaunchPlatform } from './launch-plan.ts';

/** A terminal that is on this computer. */
export interface FoundTerminal {
  /** Shown to people and kept in the settings. */
  readonly name: string;
  /** The plan that runs a command (program first) in a new window. */
  plan(command: readonly string[]): LaunchPlan;
}

interface Terminal {
  readonly name: string;
  /** Names to look for, best first; a name ending in `.app` is a bundle. */
  readonly probes: readonly string[];
  /** Word in XDG_CURRENT_DESKTOP of the desktop it belongs to. */
  readonly desktop?: string;
  readonly run: (path: string, command: readonly string[]) => Omit<LaunchPlan, 'detached'>;
}

/**
 * Runs the command and, where ssh itself failed (255), keeps the window until somebody has read why; a warning
 * of a changed host key must not flash by. A constant: the command comes in as `"$@"`, never as text.
 */
const holdScript =
  '"$@"; status=$?; if [ "$status" -eq 255 ]; then printf "\\nPress Enter to close this window. "; read -r _; fi; exit "$status"';

const held = (command: readonly string[]): readonly string[] => ['/bin/sh', '-c', holdScript, 'quayside', ...command];

/** A terminal that takes the command as arguments after `prefix`. */
const withArguments =
  (...prefix: readonly string[]): Terminal['run'] =>
  (path, command) => ({ program: path, args: [...prefix, ...held(command)] });

/** A macOS application driven by its script interface: the text arrives as an argument of the script, not inside it. */
const appleScript =
  (...lines: readonly string[]): Terminal['run'] =>
  (_path, command) => ({
    program: '/usr/bin/osascript',
    args: ['on run argv', ...lines, 'end run'].flatMap((line) => ['-e', line]).concat(joinPosix(command)),
  });

/**
 * Windows Terminal splits at `;` and joins the arguments again, putting quotes around those with a blank but
 * escaping nothing inside them.
 */
const windowsTerminalWord = (word: string): string => {
  const escaped = word.replaceAll(/(\\*)"/g, '$1$1\\"').replaceAll(';', '\\;');
  return word.includes(' ') ? escaped.replace(/(\\+)$/, '$1$1') : escaped;
};

const powerShell: Terminal['run'] = (path, command) => ({
  // conhost opens a window for it; a detached console program has no window.
  program: 'conhost.exe',
  args: [
    path,
    '-NoLogo',
    '-NoExit',
    '-Command',
    // Start-Process passes the line as it is; calling a program directly loses quotes in Windows PowerShell 5.
    `Start-Process -NoNewWindow -Wait -FilePath ${quotePowerShell(command[0] ?? '')} -ArgumentList ${quotePowerShell(joinWindows(command.slice(1)))}`,
  ],
});

const commandPrompt: Terminal['run'] = (path, command) => {
  // Read twice: by the cmd that runs `start` and by the one in the new window.
  const inner = `"${escapeCmd(joinWindows(command))}"`;
  return {
    program: path,
    args: ['/d', '/v:off', '/s', '/c', `"start "" cmd.exe /d /v:off /s /k ${escapeCmd(inner)}"`],
    verbatim: true,
  };
};

const linux: readonly Terminal[] = [
  { name: 'Default terminal', probes: ['xdg-terminal-exec'], run: withArguments() },
  { name: 'Ptyxis', probes: ['ptyxis'], desktop: 'GNOME', run: withArguments('--new-window', '--') },
  { name: 'GNOME Terminal', probes: ['gnome-terminal'], desktop: 'GNOME', run: withArguments('--') },
  { name: 'Konsole', probes: ['konsole'], desktop: 'KDE', run: withArguments('-e') },
  { name: 'Xfce Terminal', probes: ['xfce4-terminal'], desktop: 'XFCE', run: withArguments('-x') },
  { name: 'kitty', probes: ['kitty'], run: withArguments() },
  { name: 'Alacritty', probes: ['alacritty'], run: withArguments('-e') },
  { name: 'Ghostty', probes: ['ghostty'], run: withArguments('-e') },
  { name: 'WezTerm', probes: ['wezterm'], run: withArguments('start', '--') },
  { name: 'foot', probes: ['foot'], run: withArguments() },
  // Tilix joins what follows -e and splits it again, so it gets one quoted text.
  {
    name: 'Tilix',
    probes: ['tilix'],
    run: (path, command) => ({ program: path, args: ['-e', joinPosix(held(command))] }),
  },
  { name: 'xterm', probes: ['xterm'], run: withArguments('-e') },
  { name: 'System terminal', probes: ['x-terminal-emulator'], run: withArguments('-e') },
];

const darwin: readonly Terminal[] = [
  {
    name: 'Terminal',
    probes: ['Terminal.app'],
    run: appleScript('tell application "Terminal"', 'activate', 'do script (item 1 of argv)', 'end tell'),
  },
  {
    name: 'iTerm2',
    probes: ['iTerm.app'],
    run: appleScript(
      'tell application "iTerm"',
      'activate',
      'set opened to (create window with default profile)',
      'tell current session of opened to write text (item 1 of argv)',
      'end tell',
    ),
  },
  {
    name: 'Ghostty',
    probes: ['Ghostty.app'],
    run: (path, command) => ({ program: '/usr/bin/open', args: ['-n', '-a', path, '--args', '-e', ...held(command)] }),
  },
  {
    name: 'WezTerm',
    probes: ['WezTerm.app'],
    run: (path, command) => ({ program: `${path}/Contents/MacOS/wezterm`, args: ['start', '--', ...held(command)] }),
  },
  {
    name: 'kitty',
    probes: ['kitty.app'],
    run: (path, command) => ({ program: `${path}/Contents/MacOS/kitty`, args: held(command) }),
  },
];

const win32: readonly Terminal[] = [
  {
    name: 'Windows Terminal',
    probes: ['wt.exe'],
    // This terminal keeps the tab open if the program fails.
    run: (path, command) => ({ program: path, args: ['new-tab', ...command.map(windowsTerminalWord)] }),
  },
  { name: 'PowerShell', probes: ['pwsh.exe', 'powershell.exe'], run: powerShell },
  { name: 'Command Prompt', probes: ['cmd.exe'], run: commandPrompt },
];

const catalogue: Readonly<Record<LaunchPlatform, readonly Terminal[]>> = { linux, darwin, win32 };

/** The names to look for on a system. */
export const terminalProbes = (platform: LaunchPlatform): readonly string[] =>
  catalogue[platform].flatMap((terminal) => terminal.probes);

/**
 * The terminals of this computer, best first: the user's choice where it is still there, the desktop's default,
 * the desktop's own, then the others.
 */
export const discoverTerminals = (options: {
  readonly platform: LaunchPlatform;
  /** Absolute paths of what was found, by probe. */
  readonly found: ReadonlyMap<string, string>;
  /** XDG_CURRENT_DESKTOP. */
  readonly desktop?: string;
  /** Whether windows can be shown at all; without, there are no terminals. */
  readonly display: boolean;
  /** A name from an earlier answer, or `auto`. */
  readonly preferred: string;
}): readonly FoundTerminal[] => {
  if (!options.display) return [];
  const desktops = (options.desktop ?? '').toUpperCase().split(':');
  const rank = (terminal: Terminal): number => {
    if (terminal.name === options.preferred) return 0;
    if (terminal.probes.includes('xdg-terminal-exec')) return 1;
    return terminal.desktop !== undefined && desktops.includes(terminal.desktop) ? 2 : 3;
  };
  return catalogue[options.platform]
    .flatMap((terminal) => {
      const path = terminal.probes
        .map((probe) => options.found.get(probe))
        .find((candidate) => candidate !== undefined);
      return path === undefined ? [] : [{ terminal, path }];
    })
    .toSorted((one, other) => rank(one.terminal) - rank(other.terminal))
    .map(({ terminal, path }) => ({
      name: terminal.name,
      plan: (command) => ({ ...terminal.run(path, command), detached: true }),
    }));
};
