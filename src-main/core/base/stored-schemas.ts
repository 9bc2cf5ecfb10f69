import { z } from 'zod';

/** A list in a stored document, without unreadable entries. A value that is no list is unreadable itself. */
export const listOf = <T extends z.ZodType>(entry: T): z.ZodType<readonly z.output<T>[]> =>
  z.array(z.unknown()).transform((values) =>
    values.flatMap((value) => {
      const read = entry.safeParse(value);
      return read.success ? [read.data] : [];
    }),
  );

/** A map in a stored document, without unreadable entries. A value that is no map is unreadable itself. */
export const mapOf = <T extends z.ZodType>(entry: T): z.ZodType<Readonly<Record<string, z.output<T>>>> =>
  z.record(z.string(), z.unknown()).transform((values) =>
    Object.fromEntries(
      Object.entries(values).flatMap(([key, value]) => {
        const read = entry.safeParse(value);
        return read.success ? [[key, read.data] as const] : [];
      }),
    ),
  );

/** A part of a stored document that is absent if it cannot be read. */
export const ifGood = <T extends z.ZodType>(part: T): z.ZodCatch<z.ZodOptional<T>> => part.optional().catch(undefined);

/** The `parse` of a document's format: undefined if the document cannot be read at all. */
export const parsedBy =
  <T>(schema: z.ZodType<T>) =>
  (value: unknown): T | undefined =>
    schema.safeParse(value).data;
