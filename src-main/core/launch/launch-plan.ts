import type { Result } from '../base/errors.ts';

/** The systems whose programs Quayside knows how to start. */
export type LaunchPlatform = 'linux' | 'darwin' | 'win32';

/** How to start one program: never a shell string, always a program and its arguments. */
export interface LaunchPlan {
  /** Absolute path, or a name to be found on PATH. */
  readonly program: string;
  readonly args: readonly string[];
  /** Added to the environment the child inherits. Never a secret: other programs of the user can read it. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it outlives Quayside and has nothing to do with our terminal. */
  readonly detached: boolean;
  /** Windows only: the arguments are already quoted for a program that parses its command line itself (cmd). */
  readonly verbatim?: boolean;
  /**
   * Whether the program connects at its start, so that an early exit is a fault of the device and not of the program.
   */
  readonly connects?: boolean;
  /** How a password would reach the program. The password itself is never part of a plan. */
  readonly password?: PasswordDelivery;
}

/**
 * The ways to pass a password that no other user or program can read: neither arguments nor the environment nor a URL.
 * - `stdin`: one line on standard input.
 * - `vnc-file`: VNC's obfuscated form in a nameless file, open in the child as `vncPasswordFile`.
 */
export type PasswordDelivery = 'stdin' | 'vnc-file';

/** Where a child finds the file of `vnc-file`: its descriptor 3, which Linux and macOS open like a path. */
export const vncPasswordFile = '/dev/fd/3';

/** Finds programs on this computer. Names that end in `.app` are macOS application bundles. */
export interface Executables {
  /** The absolute path, or undefined if there is none. */
  find(name: string): Promise<string | undefined>;
}

/** Starts programs. */
export interface Processes {
  /**
   * Starts a plan and detaches. Returns once the program has either ended well or run for about a second. `password` is
   * passed as the plan says, and dropped if the plan takes none. Errors: launcher-missing (not there, or it failed at
   * once), unreachable (a plan that `connects` ended at once), cancelled.
   */
  start(plan: LaunchPlan, signal: AbortSignal, password?: string): Promise<Result<void>>;
}

/** Whether there is a screen to show a program's window on. */
export const hasDisplay = (platform: NodeJS.Platform, env: Readonly<Record<string, string | undefined>>): boolean =>
  platform !== 'linux' || (env['DISPLAY'] ?? '') !== '' || (env['WAYLAND_DISPLAY'] ?? '') !== '';

/** What an AppImage sets for itself alone. APPIMAGE stays: it names the file that can be started again. */
const appImageNames: ReadonlySet<string> = new Set(['APPDIR', 'ARGV0', 'OWD']);

/**
 * A variable without the folders of the AppImage we run from, which other programs would load their libraries and
 * settings from; undefined if nothing is left. `appDir` is where it is mounted.
 */
const withoutAppImage = (name: string, value: string, appDir: string | undefined): string | undefined => {
  if (appDir === undefined || appDir === '') return value;
  if (appImageNames.has(name)) return undefined;
  const parts = value.split(':');
  const others = parts.filter((part) => part !== appDir && !part.startsWith(`${appDir}/`));
  return others.length === parts.length ? value : others.length === 0 ? undefined : others.join(':');
};

/**
 * The environment for a child: ours without what belongs to Quayside alone. `QUAYSIDE_*` holds the vault's
 * passphrase; the others would make a child that happens to be Node or Electron behave as ours does.
 */
export const childEnvironment = (
  own: Readonly<Record<string, string | undefined>>,
  added: Readonly<Record<string, string>> = {},
): Record<string, string> => {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(own)) {
    // Windows reads names without case, so the check does too.
    const upper = name.toUpperCase();
    if (value === undefined || upper.startsWith('QUAYSIDE_')) continue;
    if (upper === 'ELECTRON_RUN_AS_NODE' || upper === 'NODE_OPTIONS' || upper === 'CHROME_DESKTOP') continue;
    const kept = withoutAppImage(name, value, own['APPDIR']);
    if (kept !== undefined) environment[name] = kept;
  }
  return { ...environment, ...added };
};

/** Opens one of our own addresses in the user's browser. The URL is built here, so no other scheme can get in. */
export const browserPlan = (
  platform: LaunchPlatform,
  target: { readonly scheme: 'http' | 'https'; readonly address: string; readonly port: number },
): { readonly url: string; readonly plan: LaunchPlan } => {
  const host = target.address.includes(':') ? `[${target.address}]` : target.address;
  const url = new URL(`${target.scheme}://${host}:${target.port}/`).href;
  const [program, args]: [string, readonly string[]] =
    platform === 'linux'
      ? ['xdg-open', [url]]
      : platform === 'darwin'
        ? ['/usr/bin/open', [url]]
        : // `start` exists only inside cmd; this is what it calls in the end.
          ['rundll32.exe', ['url.dll,FileProtocolHandler', url]];
  return { url, plan: { program, args, detached: true } };
};
