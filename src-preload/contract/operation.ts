import { z } from 'zod';
import { vendorIdSchema } from './device.ts';
import { id, ticket } from './inputs.ts';

/** The operations of vendors. */

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

export const operationRequests = {
  'operations.list': { input: z.strictObject({ vendor: vendorIdSchema }), output: z.array(operationViewSchema) },
  'operations.call': {
    input: z.strictObject({
      accountId: id,
      operation: id,
      input: z.unknown(),
      confirmed: z.boolean(),
      /** Secrets of the input, handed over by their JSON pointers: `/password`, `/body/vnc.password`. */
      ticket: ticket.optional(),
    }),
    output: z.object({ output: z.unknown() }),
  },
  /** The same call as command lines to copy, with placeholders for every secret. */
  'operations.command': {
    input: z.strictObject({ accountId: id, operation: id, input: z.unknown() }),
    output: z.object({ quayside: z.string(), curl: z.string().optional(), note: z.string().optional() }),
  },
} as const;
