import { z } from 'zod';
import type { DocumentFormat } from '../base/document.ts';
import { listOf, parsedBy } from '../base/stored-schemas.ts';

/** A half-sent file of ours on a device. */
export interface LeftPart {
  /** The device and the service whose files these are. */
  readonly place: string;
  readonly path: string;
}

/** What left-parts.json holds; a record that cannot be read is dropped alone. */
export const leftPartsFormat: DocumentFormat<{ readonly parts: readonly LeftPart[] }> = {
  version: 1,
  migrations: [],
  parse: parsedBy(z.object({ parts: listOf(z.object({ place: z.string(), path: z.string() })) })),
  fallback: { parts: [] },
};
