import { z } from 'zod';
import { vendorIdSchema } from './device.ts';
import { vendorEditsViewSchema } from './edit.ts';
import { errorViewSchema } from './error-view.ts';
import { id, nothing, ticket } from './inputs.ts';

/** Vendors and accounts. Times are epoch milliseconds, durations milliseconds. */

const label = z.string().trim().min(1).max(80);
const fields = z.record(z.string().max(64), z.string().max(2048));

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

export const accountRequests = {
  /** Vendors with their account forms. */
  'vendors.list': { input: nothing, output: z.array(vendorViewSchema) },
  /** Hands secrets to main, by the names of the account form. The ticket is good once, for ten minutes. */
  'secrets.hand': {
    input: z.strictObject({
      secrets: fields,
      /** Replaces only the secrets named in the handed-over ones; the ticket is used up. */
      ticket: ticket.optional(),
    }),
    output: z.object({ ticket }),
  },
  'accounts.list': { input: nothing, output: z.array(accountViewSchema) },
  /** Tries credentials without storing anything (`vendor` …) or those of an account (`accountId`). */
  'accounts.test': {
    input: z.union([
      z.strictObject({ accountId: id }),
      z.strictObject({
        vendor: vendorIdSchema,
        baseUrl: z.string().max(2048).optional(),
        fields: fields.optional(),
        /** The test does not use it up: the same ticket may go into `accounts.add`. Absent: no secret was entered. */
        ticket: ticket.optional(),
      }),
    ]),
    output: z.object({ ok: z.boolean(), error: errorViewSchema.optional(), tookMs: z.number() }),
  },
  'accounts.add': {
    input: z.strictObject({
      vendor: vendorIdSchema,
      label,
      baseUrl: z.string().max(2048).optional(),
      fields: fields.optional(),
      /** Absent: no secret was entered. */
      ticket: ticket.optional(),
    }),
    output: accountViewSchema,
  },
  /** Changes the given parts; a ticket replaces the secrets. */
  'accounts.update': {
    input: z.strictObject({
      accountId: id,
      label: label.optional(),
      baseUrl: z.string().max(2048).optional(),
      fields: fields.optional(),
      ticket: ticket.optional(),
    }),
    output: accountViewSchema,
  },
  /** Removes the account with its secrets, cached devices and forwards. */
  'accounts.remove': { input: z.strictObject({ accountId: id }), output: nothing },
  /** Polls one account, or all, now; answers when the listing is done, or `timeout` after `withinMs` (30 s): it goes on. */
  'accounts.refresh': {
    input: z.strictObject({ accountId: id.optional(), withinMs: z.int().min(1).max(3_600_000).optional() }),
    output: nothing,
  },
} as const;
