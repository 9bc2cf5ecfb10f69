import { z } from 'zod';

/**
 * What the window may see. Built field by field in src-main/bridge/views/views.ts. No schema in this file can
 * express a secret. Times are epoch milliseconds, durations milliseconds, sizes bytes.
 */

/** Names a vendor. Open: which there are is main's to know, and `vendors.list` tells. */
export const vendorIdSchema = z.string().min(1).max(64);

export const errorViewSchema = z.object({
  kind: z.string(),
  message: z.string(),
  hint: z.string(),
  retryAfterMs: z.number().optional(),
  vendorMessage: z.string().optional(),
  suggestedPort: z.number().optional(),
  /** The name of the field of a form that is wrong. */
  field: z.string().optional(),
});
export type ErrorView = z.infer<typeof errorViewSchema>;

export const presenceViewSchema = z.object({
  state: z.enum(['online', 'offline', 'unknown']),
  observedAt: z.number(),
  source: z.enum(['vendor-list', 'vendor-status', 'vendor-event', 'none']),
  lastOnlineAt: z.number().optional(),
});
export type PresenceView = z.infer<typeof presenceViewSchema>;

export const serviceViewSchema = z.object({
  id: z.string(),
  kind: z.enum(['ssh', 'vnc', 'rdp', 'http', 'https', 'tcp']),
  name: z.string(),
  route: z.enum(['tunnel', 'http', 'web-session', 'local-action']),
  port: z.number().optional(),
  host: z.string().optional(),
  /** Whether the vendor says that something answers there. */
  state: z.enum(['active', 'inactive']).optional(),
  /** Added by the user, so it can be removed again. */
  custom: z.boolean(),
  /** The user name launchers get, and whether the vault has a password for it. */
  user: z.string().optional(),
  hasPassword: z.boolean().optional(),
});
export type ServiceView = z.infer<typeof serviceViewSchema>;

/** What the vendor tells beyond that: see src-main/core/fleet/device-facts.ts for each. Times are epoch milliseconds. */
export const deviceFactsViewSchema = z.object({
  platform: z.string().optional(),
  os: z.string().optional(),
  manufacturer: z.string().optional(),
  model: z.string().optional(),
  hardwareId: z.string().optional(),
  agentVersion: z.string().optional(),
  firmware: z.string().optional(),
  firmwareInstalledAt: z.number().optional(),
  channel: z.string().optional(),
  city: z.string().optional(),
  region: z.string().optional(),
  country: z.string().optional(),
  timezone: z.string().optional(),
  provider: z.string().optional(),
  connectionType: z.string().optional(),
  lastAddress: z.string().optional(),
  quality: z.string().optional(),
  /** Percent. */
  availability: z.number().optional(),
  onlineSince: z.number().optional(),
  offlineSince: z.number().optional(),
  lastConnectedAt: z.number().optional(),
  createdAt: z.number().optional(),
  claimedAt: z.number().optional(),
  claimExpiresAt: z.number().optional(),
  owner: z.string().optional(),
  sharedWith: z.array(z.string()).optional(),
  licence: z.string().optional(),
  permissions: z.array(z.string()).optional(),
  attributes: z.record(z.string(), z.string()).optional(),
});
export type DeviceFactsView = z.infer<typeof deviceFactsViewSchema>;

export const deviceViewSchema = z.object({
  /** Identity over all accounts. */
  key: z.string(),
  /** The vendor's id. */
  id: z.string(),
  name: z.string(),
  vendor: vendorIdSchema,
  accountId: z.string(),
  description: z.string().optional(),
  groups: z.array(z.string()),
  tags: z.array(z.string()),
  presence: presenceViewSchema,
  services: z.array(serviceViewSchema),
  /** Id of the service the user chose for Connect. */
  defaultService: z.string().optional(),
  /** Id of the service that Connect opens: the user's choice, else Quayside's. Absent if there is none. */
  connectService: z.string().optional(),
  externalAddress: z.string().optional(),
  internalAddress: z.string().optional(),
  mac: z.string().optional(),
  serial: z.string().optional(),
  facts: deviceFactsViewSchema.optional(),
  favourite: z.boolean(),
});
export type DeviceView = z.infer<typeof deviceViewSchema>;

export const accountViewSchema = z.object({
  id: z.string(),
  vendor: vendorIdSchema,
  label: z.string(),
  baseUrl: z.string(),
  fields: z.record(z.string(), z.string()),
  refreshing: z.boolean(),
  lastGoodAt: z.number().optional(),
  error: errorViewSchema.optional(),
  failingSince: z.number().optional(),
  nextPollAt: z.number().optional(),
  deviceCount: z.number(),
  /** Epoch milliseconds at which the vendor ends its credentials, where it says so. */
  credentialsExpireAt: z.number().optional(),
});
export type AccountView = z.infer<typeof accountViewSchema>;

/** Milliseconds of the phases of an attempt; a phase not reached yet is absent. */
const timingsSchema = z.object({
  bindMs: z.number().optional(),
  vendorMs: z.number().optional(),
  /** Looking up the name of the tunnel's end, where it has one. */
  dnsMs: z.number().optional(),
  dialMs: z.number().optional(),
  /** From the connection to the first byte from the device. */
  firstByteMs: z.number().optional(),
  /** From the first byte sent to the first byte back after it. */
  firstByteBackMs: z.number().optional(),
});

const endpointSchema = z.object({ address: z.string(), port: z.number() });

export const forwardViewSchema = z.object({
  id: z.string(),
  deviceKey: z.string(),
  deviceName: z.string(),
  serviceId: z.string(),
  serviceKind: serviceViewSchema.shape.kind,
  address: z.string(),
  port: z.number(),
  /** Present while that is another port than its own: why. */
  portReason: z.string().optional(),
  /** Other loopback addresses and ports it listens on. */
  also: z.array(endpointSchema).optional(),
  /** On the device's own loopback address; `reason` says why the port there is not the native one. */
  deviceEndpoint: endpointSchema.extend({ reason: z.string().optional() }).optional(),
  /** stopped: the port is kept but nothing listens. reconnecting: clients are held while a lost way is tried again. */
  state: z.enum(['stopped', 'listening', 'dialling', 'open', 'idle', 'reconnecting', 'failed']),
  /** While failed or reconnecting. */
  error: errorViewSchema.optional(),
  /** While reconnecting: failures so far, and when the next attempt is made (absent while one is under way). */
  attempt: z.number().optional(),
  nextAttemptAt: z.number().optional(),
  /** Present while computers of the network can use it: those allowed, by these addresses of this computer. */
  sharing: z.object({ allow: z.array(z.string()), addresses: z.array(z.string()), warning: z.string() }).optional(),
  limits: z.object({ maxConnections: z.number(), maxDials: z.number() }).optional(),
  /** Clients turned away for a limit or for their address. */
  refused: z.number().optional(),
  /** Why the last of them was, in words. */
  refusedBecause: z.string().optional(),
  /** When the vendor ends the tunnel in use. */
  expiresAt: z.number().optional(),
  /** The SSH host key seen through it. verdict: first-seen, same, other-type, changed or shared (with another device). */
  hostKey: z.object({ fingerprint: z.string(), verdict: z.string(), warning: z.string().optional() }).optional(),
  /** What a service of kind tcp turned out to be. */
  recognised: z.enum(['ssh', 'vnc', 'tls', 'http', 'rdp']).optional(),
  connections: z.number(),
  bytesUp: z.number(),
  bytesDown: z.number(),
  /** Of the last attempt; a phase not reached yet is absent. */
  timings: timingsSchema,
  /** Who else can reach the vendor's end of the tunnel. */
  exposure: z.string().optional(),
  /** Zero: never closed for being idle. */
  idleTimeoutMs: z.number(),
  /** When the present idle period ends the tunnel. */
  idleUntil: z.number().optional(),
});
export type ForwardView = z.infer<typeof forwardViewSchema>;

/** One try to reach a device through a forward. */
export const forwardAttemptViewSchema = z.object({
  at: z.number(),
  outcome: z.enum(['running', 'open', 'failed']),
  timings: timingsSchema,
  /** Where it failed. */
  hop: z.enum(['port', 'vendor', 'name', 'tunnel', 'device']).optional(),
  error: errorViewSchema.optional(),
  /** Hop, cause and next step in one sentence. */
  sentence: z.string().optional(),
});
export type ForwardAttemptView = z.infer<typeof forwardAttemptViewSchema>;

/** Traffic of a forward and who uses it. */
export const forwardStatisticsViewSchema = z.object({
  /** Bytes a second, over the last whole second. */
  rateUp: z.number(),
  rateDown: z.number(),
  /** Bytes in each of the last 60 seconds, oldest first. */
  samples: z.array(z.object({ up: z.number(), down: z.number() })),
  peers: z.array(
    z.object({
      address: z.string(),
      port: z.number(),
      since: z.number(),
      state: z.enum(['waiting', 'open']),
      bytesUp: z.number(),
      bytesDown: z.number(),
      /** The program, where it runs on this computer and may be read. */
      process: z.string().optional(),
    }),
  ),
});
export type ForwardStatisticsView = z.infer<typeof forwardStatisticsViewSchema>;

/** Where the services of a device are on this computer. */
export const resolvedDeviceViewSchema = z.object({
  deviceKey: z.string(),
  address: z.string(),
  forwards: z.array(
    z.object({
      serviceId: z.string(),
      kind: serviceViewSchema.shape.kind,
      address: z.string(),
      port: z.number(),
      state: forwardViewSchema.shape.state,
    }),
  ),
});
export type ResolvedDeviceView = z.infer<typeof resolvedDeviceViewSchema>;

export const formFieldViewSchema = z.object({
  name: z.string(),
  label: z.string(),
  help: z.string(),
  secret: z.boolean(),
  required: z.boolean(),
  placeholder: z.string().optional(),
  options: z.array(z.string()).optional(),
});

/** What a page of a device may offer; `capabilities` of each vendor has the operations behind each. */
export const capabilityNames = [
  'logs.once',
  'logs.range',
  'logs.requests',
  'data.values',
  'data.schemas',
  'jobs',
  'files.upload',
  'files.update',
  'health.history',
  'health.charts',
  'health.speed-test',
  'settings.rename',
  'settings.group',
  'settings.tag',
  'settings.fields',
  'settings.firmware',
  'settings.delete',
] as const;
export type CapabilityName = (typeof capabilityNames)[number];

export const capabilityViewSchema = z.object({
  name: z.enum(capabilityNames),
  /** Whose keys may do it, in the vendor's words: user, project, device. */
  callers: z.array(z.string()),
});
export type CapabilityView = z.infer<typeof capabilityViewSchema>;

/** What can be changed on a device of a vendor, in the vendor's own terms. */
export const vendorEditsViewSchema = z.object({
  offered: z.array(z.enum(['rename', 'group', 'tag', 'delete', 'customField', 'job', 'upload', 'command', 'password'])),
  /** Whether a rename takes a description, too. */
  description: z.boolean(),
  group: z
    .object({ called: z.enum(['Group', 'Home']), by: z.enum(['name', 'number']), help: z.string().optional() })
    .optional(),
  /** Whether a device has any number of tags; else one or none. */
  manyTags: z.boolean(),
  /** What chooses the harder of two ways to delete. */
  hardDelete: z.string().optional(),
});
export type VendorEditsView = z.infer<typeof vendorEditsViewSchema>;

export const vendorViewSchema = z.object({
  id: vendorIdSchema,
  name: z.string(),
  /** The name in at most five letters. */
  mark: z.string(),
  defaultBaseUrl: z.string().optional(),
  baseUrlHint: z.string(),
  credentialForms: z.array(
    z.object({ id: z.string(), title: z.string(), why: z.string(), fields: z.array(formFieldViewSchema) }),
  ),
  customServices: z.boolean(),
  /** Whether a program of the vendor on this computer acts on devices. */
  localActions: z.boolean(),
  /** What its API can do with a device. */
  capabilities: z.array(capabilityViewSchema),
  edits: vendorEditsViewSchema,
});
export type VendorView = z.infer<typeof vendorViewSchema>;

export const operationViewSchema = z.object({
  operation: z.string(),
  number: z.string(),
  summary: z.string(),
  method: z.string(),
  path: z.string(),
  danger: z.enum(['none', 'changes', 'destroys']),
  confirm: z.string().optional(),
  callers: z.array(z.string()),
  /** JSON Schema of the input, for generated forms. */
  input: z.record(z.string(), z.unknown()),
  /** Names of inputs, at whatever depth, that are secrets: typed blind and handed over by `secrets.hand`. */
  secretFields: z.array(z.string()),
  /** Sending it twice does no harm beyond sending it once. */
  repeatable: z.boolean(),
  /** The input that names a device: its id, or a list of ids. `of`: a device, or a service of one. Absent: not about devices. */
  device: z
    .object({
      parameter: z.string(),
      form: z.enum(['id', 'ids']),
      of: z.enum(['device', 'service']),
      /** Where only some devices fit: those that have a service of this id, or that lack it. */
      only: z.object({ service: z.string(), has: z.boolean() }).optional(),
    })
    .optional(),
});
export type OperationView = z.infer<typeof operationViewSchema>;

/** A program of the user's own; `args` hold placeholders such as {host} and {port}. */
export const launcherViewSchema = z.object({
  name: z.string().max(64),
  kind: serviceViewSchema.shape.kind,
  program: z.string().max(1024),
  args: z.array(z.string().max(1024)).max(64),
});
export type LauncherView = z.infer<typeof launcherViewSchema>;

/** Which launcher opens what; `target` is a device key and a service id on two lines, a device key, a group, or empty. */
export const launcherChoiceViewSchema = z.object({
  kind: serviceViewSchema.shape.kind,
  scope: z.enum(['service', 'device', 'group', 'default']),
  target: z.string().max(2048),
  launcher: z.string().max(64),
});
export type LauncherChoiceView = z.infer<typeof launcherChoiceViewSchema>;

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
    service: serviceViewSchema.shape.kind.optional(),
  }),
  z.strictObject({ show: z.literal('page'), page: z.enum(['forwards', 'activity', 'settings', 'accounts']) }),
  z.strictObject({ show: z.literal('incident'), incidentId: z.string().max(512) }),
  z.strictObject({ show: z.literal('palette') }),
]);
export type WishView = z.infer<typeof wishViewSchema>;

/** How this installation updates: by itself when it ends, or through the system's package manager. */
export const updateViewSchema = z.object({
  way: z.enum(['itself', 'system']),
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
