import { z } from 'zod';

export const errorViewSchema = z.object({
  kind: z.string(),
  message: z.string(),
  hint: z.string(),
  retryAfterMs: z.number().optional(),
  vendorMessage: z.string().optional(),
  suggestedPort: z.number().optional(),
  /** The name of the field of a form that is wrong. */
  field: z.string().optional(),
  /** A device shows another certificate than the pinned one: the digits of both. `launch.trust` takes the one shown. */
  certificate: z.object({ shown: z.string(), pinned: z.string(), pinnedAt: z.number() }).optional(),
});
export type ErrorView = z.infer<typeof errorViewSchema>;
/** What to do about a failure, with the vendor's own words where there are any: they often name what is wrong. */
export const adviceOf = (error: { readonly hint: string; readonly vendorMessage?: string | undefined }): string =>
  error.vendorMessage === undefined ? error.hint : `${error.hint} The vendor said: “${error.vendorMessage}”`;
