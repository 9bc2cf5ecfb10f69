import { z } from 'zod';
import { errorViewSchema } from './error-view.ts';
import { id, nothing } from './inputs.ts';

/** What is kept of devices: logs that a vendor hands out once, and network tests. Times are epoch milliseconds. */

const deviceLog = z.strictObject({ deviceKey: id, file: z.string().trim().min(1).max(200) });
const keptLog = {
  entries: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('line'), at: z.number(), text: z.string() }),
      /** Lines may be missing here: a fetch was cut off. */
      z.object({ kind: z.literal('gap'), at: z.number() }),
    ]),
  ),
  /** Older entries are left out. */
  more: z.boolean(),
};

export const deviceLogRequests = {
  /**
   * Fetches what is new of a log that the vendor hands out once; the records are on disk before the answer. Only called
   * on a user's request.
   */
  'deviceLogs.take': { input: deviceLog, output: z.object({ ...keptLog, problem: errorViewSchema.optional() }) },
  /** What was fetched of a log before, oldest first. */
  'deviceLogs.read': { input: deviceLog, output: z.object(keptLog) },
  /** Names of the logs of a device of which something is kept. */
  'deviceLogs.files': { input: z.strictObject({ deviceKey: id }), output: z.object({ files: z.array(z.string()) }) },
  /** Deletes what is kept of a log, for good: the vendor does not hand it out again. */
  'deviceLogs.forget': { input: deviceLog, output: nothing },
  /** Network tests of a device that were seen, newest first. Vendors keep the last one only. */
  'speedTests.list': {
    input: z.strictObject({ deviceKey: id }),
    output: z.object({ tests: z.array(z.object({ at: z.number(), result: z.record(z.string(), z.string()) })) }),
  },
  'speedTests.keep': {
    input: z.strictObject({ deviceKey: id, result: z.record(z.string().max(64), z.string().max(512)) }),
    output: nothing,
  },
} as const;
