import { areLaunchers } from '../launch/custom-launcher.ts';
import { isShortcut } from './shortcut.ts';
import { areChoices } from '../launch/launcher-choice.ts';
import type { CustomLauncher } from '../launch/custom-launcher.ts';
import type { LauncherChoice } from '../launch/launcher-choice.ts';
import type { DocumentFormat } from '../base/document.ts';
import { isUpdateChannel, type UpdateChannel } from './update-policy.ts';

/** What the user can choose. The contract's SettingsView has the same shape. */
export interface Settings {
  readonly theme: 'system' | 'light' | 'dark';
  /** Milliseconds without a connection after which a forward's tunnel is closed; zero: never. At most a day. */
  readonly idleTimeoutMs: number;
  /** Whether each device has a loopback address of its own, with its services' native ports. */
  readonly deviceAddresses: boolean;
  /** Whether the first host key of a device is taken without asking in Quayside's own sessions. */
  readonly acceptNewHostKeys: boolean;
  /** First user name offered for SSH; empty: the name on this computer. */
  readonly sshUser: string;
  /** Name of a terminal, or `auto`. */
  readonly terminal: string;
  /** Factor on every vendor's poll interval, 1 to 60. */
  readonly pollFactor: number;
  /** The user's own programs. */
  readonly launchers: readonly CustomLauncher[];
  /** Which launcher opens what. */
  readonly launcherChoices: readonly LauncherChoice[];
  /** The global shortcut of quick connect in Electron's words; empty: none. */
  readonly shortcut: string;
  /** The whole path of a PEM file with certificates to trust besides the system's; empty: none. */
  readonly certificateFile: string;
  /** Whether Quayside starts, hidden, when the user logs in. */
  readonly startAtLogin: boolean;
  /** Which versions are offered as updates, if any. */
  readonly updates: UpdateChannel;
}

export const defaultSettings: Settings = {
  theme: 'system',
  idleTimeoutMs: 15 * 60_000,
  deviceAddresses: false,
  acceptNewHostKeys: false,
  sshUser: '',
  terminal: 'auto',
  pollFactor: 1,
  launchers: [],
  launcherChoices: [],
  shortcut: 'CommandOrControl+Alt+K',
  certificateFile: '',
  startAtLogin: false,
  updates: 'latest',
};

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= 64 && !/\p{Cc}/u.test(value) && !value.startsWith('-');

/** As long as a path may be on any system. */
const isPath = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= 4096 && !/\p{Cc}/u.test(value);

const isNumberIn = (value: unknown, low: number, high: number): value is number =>
  typeof value === 'number' && value >= low && value <= high;

/** Whether a value may be stored under a key. */
const checks: { readonly [K in keyof Settings]: (value: unknown) => value is Settings[K] } = {
  theme: (value): value is Settings['theme'] => value === 'system' || value === 'light' || value === 'dark',
  idleTimeoutMs: (value): value is number => isNumberIn(value, 0, 86_400_000) && Number.isInteger(value),
  deviceAddresses: (value): value is boolean => typeof value === 'boolean',
  acceptNewHostKeys: (value): value is boolean => typeof value === 'boolean',
  sshUser: isText,
  terminal: (value): value is string => isText(value) && value !== '',
  pollFactor: (value): value is number => isNumberIn(value, 1, 60),
  launchers: areLaunchers,
  launcherChoices: areChoices,
  shortcut: isShortcut,
  certificateFile: isPath,
  startAtLogin: (value): value is boolean => typeof value === 'boolean',
  updates: isUpdateChannel,
};

const isKey = (key: string): key is keyof Settings => Object.hasOwn(checks, key);

/** The keys of a patch that Quayside does not know or whose value is not allowed. */
export const badSettings = (patch: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.entries(patch)
    .filter(([key, value]) => !isKey(key) || !checks[key](value))
    .map(([key]) => key);

/** The settings in a stored value: every good key is kept, every bad one falls back to its default. */
export const parseSettings = (value: unknown): Settings | undefined => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const stored = new Map<string, unknown>(Object.entries(value));
  const pick = <K extends keyof Settings>(key: K): Settings[K] => {
    const candidate = stored.get(key);
    const check: (value: unknown) => value is Settings[K] = checks[key];
    return check(candidate) ? candidate : defaultSettings[key];
  };
  return {
    theme: pick('theme'),
    idleTimeoutMs: pick('idleTimeoutMs'),
    deviceAddresses: pick('deviceAddresses'),
    acceptNewHostKeys: pick('acceptNewHostKeys'),
    sshUser: pick('sshUser'),
    terminal: pick('terminal'),
    pollFactor: pick('pollFactor'),
    launchers: pick('launchers'),
    launcherChoices: pick('launcherChoices'),
    shortcut: pick('shortcut'),
    certificateFile: pick('certificateFile'),
    startAtLogin: pick('startAtLogin'),
    updates: pick('updates'),
  };
};

export const settingsFormat: DocumentFormat<Settings> = {
  version: 1,
  migrations: [],
  parse: parseSettings,
  fallback: defaultSettings,
};
