import { z } from 'zod';
import { serviceKindSchema, vendorIdSchema } from './device.ts';
import { errorViewSchema } from './error-view.ts';
import { id, nothing, ticket } from './inputs.ts';
import { launcherChoiceViewSchema, launcherViewSchema } from './launch.ts';

/** The application itself. Times are epoch milliseconds, durations milliseconds, sizes bytes. */

export const settingsViewSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  /** Zero: never. */
  idleTimeoutMs: z.number().int().min(0).max(86_400_000),
  /** Whether each device has a loopback address of its own, with its services' native ports. Linux and Windows. */
  deviceAddresses: z.boolean().optional(),
  /** Whether the first host key of a device is taken without asking in Quayside's own sessions. */
  acceptNewHostKeys: z.boolean().optional(),
  /** First user name offered for SSH. */
  sshUser: z.string().max(64),
  /** Name of a terminal from `terminals`, or `auto`. */
  terminal: z.string().max(64),
  /** Factor applied to every vendor's poll interval, 1 to 60. */
  pollFactor: z.number().min(1).max(60),
  /** What edits files of devices: a program with its arguments, `{file}` for the file; empty: the system's for text. */
  editor: z.object({ program: z.string().max(1024), args: z.array(z.string().max(1024)).max(64) }).optional(),
  /** The user's own programs. */
  launchers: z.array(launcherViewSchema).max(100).optional(),
  launcherChoices: z.array(launcherChoiceViewSchema).max(2000).optional(),
  /** The global shortcut of quick connect in Electron's words; empty: none. */
  shortcut: z.string().max(64).optional(),
  /** The whole path of a PEM file with certificates to trust besides the system's; empty: none. */
  certificateFile: z.string().max(4096).optional(),
  startAtLogin: z.boolean().optional(),
  /** Which versions are offered as updates, if any. */
  updates: z.enum(['latest', 'beta', 'off']).optional(),
});
export type SettingsView = z.infer<typeof settingsViewSchema>;

/** What is known of this run. Texts are redacted. Durations milliseconds, sizes bytes. */
export const diagnosticsViewSchema = z.object({
  takenAt: z.number(),
  versions: z.array(z.object({ name: z.string(), version: z.string() })),
  uptimeMs: z.number(),
  memoryBytes: z.number(),
  vault: z.object({ kind: z.string(), error: z.string().optional() }),
  /** Where notices go, and why not to the system where that failed. */
  notices: z.object({ by: z.enum(['system', 'window']), reason: z.string().optional() }),
  devices: z.number(),
  accounts: z.array(
    z.object({
      vendor: vendorIdSchema,
      devices: z.number(),
      lastGoodAt: z.number().optional(),
      error: z.string().optional(),
    }),
  ),
  forwards: z.array(z.object({ state: z.string(), error: z.string().optional() })),
  /** The phases of the start, in order. */
  timings: z.array(z.object({ phase: z.string(), ms: z.number() })),
  /** The newest lines of the log, oldest first. */
  log: z.array(z.string()),
});
export type DiagnosticsView = z.infer<typeof diagnosticsViewSchema>;

/** What something outside the window asks it to show; see src-main/core/app/navigation-intent.ts. */
export const wishViewSchema = z.discriminatedUnion('show', [
  z.strictObject({ show: z.literal('devices'), query: z.string().max(1024) }),
  z.strictObject({ show: z.literal('account'), accountId: z.string().max(512) }),
  z.strictObject({ show: z.literal('device'), deviceKey: z.string().max(512) }),
  z.strictObject({
    show: z.literal('connect'),
    deviceKey: z.string().max(512),
    service: serviceKindSchema.optional(),
  }),
  z.strictObject({ show: z.literal('page'), page: z.enum(['forwards', 'activity', 'settings', 'accounts']) }),
  z.strictObject({ show: z.literal('incident'), incidentId: z.string().max(512) }),
  z.strictObject({ show: z.literal('palette') }),
]);
export type WishView = z.infer<typeof wishViewSchema>;

/** How this installation updates: by itself when it ends, or through the system's package manager. */
export const updateViewSchema = z.object({
  method: z.enum(['itself', 'system']),
  /** The version that waits, what is said of it and what can be done. */
  ready: z.object({ version: z.string(), text: z.string(), hint: z.string() }).optional(),
  /** Whether the window asks about it now; "Later" holds for a day. */
  asks: z.boolean(),
});
export type UpdateView = z.infer<typeof updateViewSchema>;

/** The one row of the collection `app`. */
export const appViewSchema = z.object({
  id: z.literal('app'),
  version: z.string(),
  host: z.enum(['desktop', 'headless', 'cli']),
  platform: z.string(),
  demo: z.boolean(),
  /** False while the computer sleeps or has no network: polls wait. */
  polling: z.boolean(),
  vault: z.object({ kind: z.enum(['keychain', 'file', 'memory']), error: errorViewSchema.optional() }),
  settings: settingsViewSchema,
  /** Terminals found on this computer, best first. */
  terminals: z.array(z.string()),
  /** Files set aside and other things a person should know once. */
  notices: z.array(
    z.object({
      id: z.string(),
      text: z.string(),
      hint: z.string(),
      /** Devices whose names stand in the text. */
      devices: z.array(z.object({ key: z.string(), name: z.string() })).optional(),
    }),
  ),
  /** Device keys the user connects to often and lately, best first. */
  recents: z.array(z.string()),
  /** What the window is to show; answered with `window.shown`. */
  intent: z.object({ id: z.number(), intent: wishViewSchema }).optional(),
  /** How the global shortcut is doing; absent on hosts that have none. */
  shortcut: z.enum(['on', 'off', 'taken', 'asked']).optional(),
  /** With `asked`: the command that does the same, to be bound in the system's keyboard settings. */
  shortcutCommand: z.string().optional(),
  /** Absent if this copy looks for no new versions: a checkout, an unpacked archive, a browser. */
  update: updateViewSchema.optional(),
});
export type AppView = z.infer<typeof appViewSchema>;

export const appRequests = {
  /** Unlocks the file vault with a passphrase handed over before (secret name `passphrase`), or tries the keychain again. */
  'vault.unlock': { input: z.strictObject({ ticket: ticket.optional() }), output: nothing },
  'settings.change': { input: z.strictObject(settingsViewSchema.partial().shape), output: settingsViewSchema },
  /** Brings the window to the front and shows something in it. Where there is no window, it waits for one. */
  'window.show': { input: z.strictObject({ intent: wishViewSchema }), output: nothing },
  /** The window has shown what it was asked to. */
  'window.shown': { input: z.strictObject({ intentId: z.int().min(0) }), output: nothing },
  /** What a report of a problem needs: versions, how long the start took, the newest lines of the log. No secrets. */
  'diagnostics.get': { input: nothing, output: diagnosticsViewSchema },
  /** The same as a file in the profile; answers where it is. */
  'diagnostics.report': { input: nothing, output: z.object({ path: z.string() }) },
  'notices.dismiss': { input: z.strictObject({ noticeId: id }), output: nothing },
  /** What the user says about the version that waits: installed now, or not asked about for a day. */
  'update.answer': { input: z.strictObject({ answer: z.enum(['restart', 'later']) }), output: nothing },
  /** Copies text by way of the host, where the host has a clipboard. */
  'clipboard.write': { input: z.strictObject({ text: z.string().max(65_536) }), output: nothing },
} as const;
