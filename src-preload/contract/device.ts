import { z } from 'zod';
import { id, nothing, port } from './inputs.ts';

/** Devices and their services. Times are epoch milliseconds. */

/** Names a vendor. Open: which there are is main's to know, and `vendors.list` tells. */
export const vendorIdSchema = z.string().min(1).max(64);

/** The kinds of services. src-main/core/fleet/device.ts has the same ones: else the bridge does not compile. */
export const serviceKindSchema = z.enum(['ssh', 'vnc', 'rdp', 'http', 'https', 'tcp']);
export type ServiceKind = z.infer<typeof serviceKindSchema>;

export const presenceViewSchema = z.object({
  state: z.enum(['online', 'offline', 'unknown']),
  observedAt: z.number(),
  source: z.enum(['vendor-list', 'vendor-status', 'vendor-event', 'none']),
  lastOnlineAt: z.number().optional(),
});
export type PresenceView = z.infer<typeof presenceViewSchema>;

export const serviceViewSchema = z.object({
  id: z.string(),
  kind: serviceKindSchema,
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

export const deviceRequests = {
  'devices.query': {
    input: z.strictObject({ query: z.string().max(1024), limit: z.number().int().min(1).max(200_000).optional() }),
    output: z.object({ total: z.number(), devices: z.array(deviceViewSchema) }),
  },
  'devices.favourite': { input: z.strictObject({ deviceKey: id, favourite: z.boolean() }), output: nothing },
  /** Adds a port of the device as a service of its own. */
  'services.add': {
    input: z.strictObject({
      deviceKey: id,
      kind: serviceKindSchema,
      port,
      host: z.string().max(253).optional(),
    }),
    output: z.object({ serviceId: z.string() }),
  },
  'services.remove': { input: z.strictObject({ deviceKey: id, serviceId: id }), output: nothing },
} as const;
