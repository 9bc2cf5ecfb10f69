import { z } from 'zod';
import { errorViewSchema } from './error-view.ts';
import { id, nothing, text, ticket } from './inputs.ts';

/**
 * Work on many devices at once. Main plans it (`bulk.preview`), keeps the plan, and runs exactly what was shown
 * (`bulk.start`); a window only looks at it. Times are epoch milliseconds, durations milliseconds.
 */

/** May hold {name}, {id}, {group}, {account} and {n}. */
const pattern = text(1000);

/** What is to be done with each of the chosen devices. */
export const bulkActionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('rename'), pattern, first: z.int().min(0).max(1_000_000) }),
  z.strictObject({
    kind: z.literal('replace'),
    find: text(500),
    replaceBy: text(500),
    regex: z.boolean(),
    ignoreCase: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('group'), group: text(200) }),
  z.strictObject({ kind: z.literal('delete'), hard: z.boolean() }),
  z.strictObject({
    kind: z.literal('job'),
    name: text(200),
    command: text(65_536).optional(),
    script: text(200).optional(),
    /** GMT, `2017-05-19 00:00:00`; absent is now. */
    at: text(19).optional(),
  }),
  z.strictObject({
    kind: z.literal('upload'),
    /** Base64; six million characters are 4.5 MB. */
    file: z.strictObject({ name: text(255).min(1), base64: text(6_000_000) }),
    folder: text(1000),
  }),
  z.strictObject({ kind: z.literal('custom-field'), field: text(200), value: pattern }),
  z.strictObject({
    kind: z.literal('command'),
    action: text(200),
    parameters: z.record(z.string(), z.unknown()).optional(),
  }),
  z.strictObject({ kind: z.literal('tag'), change: z.enum(['add', 'remove']), tags: z.array(text(200)).max(50) }),
  z.strictObject({
    kind: z.literal('password'),
    protocol: z.enum(['rxp', 'rdp', 'apple']),
    user: text(200).optional(),
    /** One for each device, made by main. Else the one handed over with `bulk.start`, as the secret `password`. */
    generate: z.boolean(),
  }),
  /** Any operation of one vendor; the parameter that names the device is filled in. */
  z.strictObject({ kind: z.literal('operation'), operation: text(512), input: z.record(z.string(), z.unknown()) }),
]);
export type BulkActionView = z.infer<typeof bulkActionSchema>;

/** What will happen to one device. */
export const bulkRowViewSchema = z.object({
  deviceKey: z.string(),
  deviceName: z.string(),
  accountId: z.string(),
  operation: z.string(),
  /** What is true of it now, where that is known, and what will be. */
  before: z.string().optional(),
  after: z.string(),
  warning: z.string().optional(),
});
export type BulkRowView = z.infer<typeof bulkRowViewSchema>;

/** A device that the action leaves alone, and why. */
export const bulkLeftOutViewSchema = z.object({
  deviceKey: z.string(),
  deviceName: z.string(),
  accountId: z.string(),
  reason: z.string(),
});
export type BulkLeftOutView = z.infer<typeof bulkLeftOutViewSchema>;

export const bulkPlanViewSchema = z.object({
  planId: z.string(),
  title: z.string(),
  danger: z.enum(['none', 'changes', 'destroys']),
  /** What is lost, with `destroys`. */
  confirm: z.string().optional(),
  rows: z.array(bulkRowViewSchema),
  leftOut: z.array(bulkLeftOutViewSchema),
  /** Things to know before it is started. */
  notes: z.array(z.string()),
});
export type BulkPlanView = z.infer<typeof bulkPlanViewSchema>;

export const bulkRunViewSchema = z.object({
  id: z.string(),
  title: z.string(),
  state: z.enum(['running', 'cancelling', 'ended']),
  total: z.number(),
  waiting: z.number(),
  running: z.number(),
  done: z.number(),
  failed: z.number(),
  /** Sent, with unknown outcome; never repeated automatically. */
  uncertain: z.number(),
  cancelled: z.number(),
  /** How many of those that are not done can be tried again without doing anything twice. */
  retryable: z.number(),
  startedAt: z.number(),
  endedAt: z.number().optional(),
  /** About how long it will still take. */
  remainingMs: z.number().optional(),
  /** Why it rests now, where a vendor asked for a pause. */
  pausedMs: z.number().optional(),
  version: z.number(),
});
export type BulkRunView = z.infer<typeof bulkRunViewSchema>;

export const bulkItemViewSchema = z.object({
  index: z.number(),
  deviceKey: z.string(),
  deviceName: z.string(),
  accountId: z.string(),
  before: z.string().optional(),
  after: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'uncertain', 'cancelled']),
  attempts: z.number(),
  tookMs: z.number().optional(),
  error: errorViewSchema.optional(),
});
export type BulkItemView = z.infer<typeof bulkItemViewSchema>;

export const bulkRequests = {
  /** What an action would change on each device. Nothing is changed; the plan is kept for `bulk.start`. */
  'bulk.preview': {
    input: z.strictObject({ deviceKeys: z.array(id).min(1).max(20_000), action: bulkActionSchema }),
    output: bulkPlanViewSchema,
  },
  /** Runs a plan as it was shown. `count` confirms one that destroys; the ticket holds `password`. */
  'bulk.start': {
    input: z.strictObject({ planId: id, count: z.int().optional(), ticket: ticket.optional() }),
    output: bulkRunViewSchema,
  },
  /** Runs since the application was started, newest first. */
  'bulk.list': { input: nothing, output: z.array(bulkRunViewSchema) },
  /** A run, and those of its items that changed after `version`; waits for a change, for a while. */
  'bulk.status': {
    input: z.strictObject({ runId: id, version: z.int().min(0) }),
    output: z.object({ run: bulkRunViewSchema, items: z.array(bulkItemViewSchema) }),
  },
  /** Starts nothing more; what was sent already is waited for. */
  'bulk.cancel': { input: z.strictObject({ runId: id }), output: bulkRunViewSchema },
  /** Tries again what failed or was cancelled, but nothing that may have been done. */
  'bulk.retry': { input: z.strictObject({ runId: id }), output: bulkRunViewSchema },
  /** The result of a run as a file. */
  'bulk.report': {
    input: z.strictObject({ runId: id, format: z.enum(['csv', 'json']) }),
    output: z.object({ name: z.string(), text: z.string() }),
  },
} as const;
