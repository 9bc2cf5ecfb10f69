import { z } from 'zod';
import { id, nothing, text } from './inputs.ts';

/** Changes of a device at its vendor. */

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

/** How a device is to be changed. */
export const deviceChangeSchema = z.discriminatedUnion('kind', [
  /** A description that is left out stays as it is. */
  z.strictObject({ kind: z.literal('rename'), name: text(500).min(1), description: text(10_000).optional() }),
  /** An empty group takes the device out of its group. */
  z.strictObject({ kind: z.literal('group'), group: text(200) }),
  /** The tags that it is to have, in place of all that it has. */
  z.strictObject({ kind: z.literal('tag'), tags: z.array(text(200)).max(200) }),
  /** `deletion` is the id of one of `devices.deletions`. */
  z.strictObject({ kind: z.literal('delete'), deletion: text(64) }),
]);
export type DeviceChangeView = z.infer<typeof deviceChangeSchema>;

/** A way to delete a device. */
export const deletionViewSchema = z.object({
  id: z.string(),
  title: z.string(),
  /** What is lost. */
  loss: z.string(),
  verb: z.string(),
  /** Why it cannot be done now. */
  reason: z.string().optional(),
});
export type DeletionView = z.infer<typeof deletionViewSchema>;

export const editRequests = {
  /** The ways to delete the device, the gentler one first; none where its vendor deletes no devices. */
  'devices.deletions': { input: z.strictObject({ deviceKey: id }), output: z.array(deletionViewSchema) },
  /** Changes the device at its vendor. Refused with `confirmation-required` where it destroys and nobody agreed. */
  'devices.edit': {
    input: z.strictObject({ deviceKey: id, change: deviceChangeSchema, confirmed: z.boolean() }),
    output: nothing,
  },
} as const;
