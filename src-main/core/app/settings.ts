import { z } from 'zod';
import { parsedBy } from '../base/stored-schemas.ts';
import { areLaunchers } from '../launch/custom-launcher.ts';
import { isEditor, systemEditor, type EditorChoice } from '../launch/editors.ts';
import { isShortcut } from './shortcut.ts';
import { areChoices } from '../launch/launcher-choice.ts';
import type { CustomLauncher } from '../launch/custom-launcher.ts';
import type { LauncherChoice } from '../launch/launcher-choice.ts';
import type { DocumentFormat } from '../base/document.ts';
import { updateChannels, type UpdateChannel } from './update-policy.ts';

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
  /** What edits files of devices. */
  readonly editor: EditorChoice;
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
  editor: systemEditor,
  launchers: [],
  launcherChoices: [],
  shortcut: 'CommandOrControl+Alt+K',
  certificateFile: '',
  startAtLogin: false,
  updates: 'latest',
};

const text = z
  .string()
  .max(64)
  .regex(/^(?!-)\P{Cc}*$/u);

/** Every good key is kept, every bad one falls back to its default. */
const settingsSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']).catch(defaultSettings.theme),
  idleTimeoutMs: z.int().min(0).max(86_400_000).catch(defaultSettings.idleTimeoutMs),
  deviceAddresses: z.boolean().catch(defaultSettings.deviceAddresses),
  acceptNewHostKeys: z.boolean().catch(defaultSettings.acceptNewHostKeys),
  sshUser: text.catch(defaultSettings.sshUser),
  terminal: text.min(1).catch(defaultSettings.terminal),
  pollFactor: z.number().min(1).max(60).catch(defaultSettings.pollFactor),
  editor: z.custom<EditorChoice>(isEditor).catch(defaultSettings.editor),
  launchers: z.custom<readonly CustomLauncher[]>(areLaunchers).catch(defaultSettings.launchers),
  launcherChoices: z.custom<readonly LauncherChoice[]>(areChoices).catch(defaultSettings.launcherChoices),
  shortcut: z.string().refine(isShortcut).catch(defaultSettings.shortcut),
  // As long as a path may be on any system.
  certificateFile: z
    .string()
    .max(4096)
    .regex(/^\P{Cc}*$/u)
    .catch(defaultSettings.certificateFile),
  startAtLogin: z.boolean().catch(defaultSettings.startAtLogin),
  updates: z.enum(updateChannels).catch(defaultSettings.updates),
});

const isKey = (key: string): key is keyof Settings => Object.hasOwn(settingsSchema.shape, key);

/** The keys of a patch that Quayside does not know or whose value is not allowed. */
export const badSettings = (patch: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.entries(patch)
    .filter(([key, value]) => !isKey(key) || !settingsSchema.shape[key].unwrap().safeParse(value).success)
    .map(([key]) => key);

/** The settings in a stored value; undefined if it holds something else. */
export const parseSettings: (value: unknown) => Settings | undefined = parsedBy(settingsSchema);

export const settingsFormat: DocumentFormat<Settings> = {
  version: 1,
  migrations: [],
  parse: parseSettings,
  fallback: defaultSettings,
};
