import { z } from 'zod';

const scope = {
  /** Only requests whose path ends so; all where absent. */
  path: z.string().optional(),
  /** Only requests of this method; all where absent. */
  method: z.string().optional(),
  /** How many requests it befalls; without end where absent. */
  count: z.int().min(1).optional(),
};

/** A fault of a simulator: what it does to the requests it befalls. */
export const faultSchema = z.discriminatedUnion('kind', [
  /** Answers late. Other faults may follow. */
  z.strictObject({ kind: z.literal('delay'), ms: z.int().min(0), ...scope }),
  /** Answers this status with an empty body, without doing anything. */
  z.strictObject({
    kind: z.literal('status'),
    status: z.int().min(100).max(599),
    retryAfter: z.string().optional(),
    body: z.string().optional(),
    ...scope,
  }),
  /** Takes the request and never answers; the connection stays open. */
  z.strictObject({ kind: z.literal('silent'), ...scope }),
  /** Resets the connection without doing anything. */
  z.strictObject({ kind: z.literal('reset'), ...scope }),
  /** Does what was asked, then resets the connection instead of answering. */
  z.strictObject({ kind: z.literal('reset-after'), ...scope }),
  /** A whole HTTP answer whose text ends early. */
  z.strictObject({ kind: z.literal('truncated'), ...scope }),
  /** Announces the whole body, sends half of it, and hangs up. */
  z.strictObject({ kind: z.literal('cut-off'), ...scope }),
  /** An answer that is not JSON, and no repair makes it so. */
  z.strictObject({ kind: z.literal('malformed'), ...scope }),
  /** A web page, as a proxy or a captive portal would send it. */
  z.strictObject({ kind: z.literal('html'), status: z.int().default(200), ...scope }),
  /** Sends the body a few bytes at a time. */
  z.strictObject({
    kind: z.literal('drip'),
    bytes: z.int().min(1).default(1),
    everyMs: z.int().min(1).default(50),
    ...scope,
  }),
  /** The credentials are refused. */
  z.strictObject({ kind: z.literal('revoked'), ...scope }),
]);

export type Fault = z.output<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;

/** The faults in force, in the order they were set. */
export class Faults {
  #entries: { readonly fault: Fault; left: number }[] = [];

  /** Sets a fault; the returned function takes it back. */
  add(input: FaultInput): () => void {
    const fault = faultSchema.parse(input);
    const entry = { fault, left: fault.count ?? Number.POSITIVE_INFINITY };
    this.#entries.push(entry);
    return () => {
      this.#entries = this.#entries.filter((other) => other !== entry);
    };
  }

  clear(): void {
    this.#entries = [];
  }

  list(): readonly Fault[] {
    return this.#entries.map((entry) => entry.fault);
  }

  /** The faults that befall a request: any delays and the first of the others. Counts them down. */
  take(method: string, path: string): readonly Fault[] {
    const taken: Fault[] = [];
    for (const entry of this.#entries) {
      const { fault } = entry;
      if (fault.path !== undefined && !path.endsWith(fault.path)) continue;
      if (fault.method !== undefined && fault.method !== method) continue;
      if (fault.kind !== 'delay' && taken.some((other) => other.kind !== 'delay')) continue;
      taken.push(fault);
      entry.left -= 1;
    }
    this.#entries = this.#entries.filter((entry) => entry.left > 0);
    return taken;
  }
}
