import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

interface Entry {
  readonly files?: Readonly<Record<string, Entry>> | undefined;
  readonly size?: number | undefined;
  readonly offset?: string | undefined;
  readonly unpacked?: boolean | undefined;
  readonly integrity?: { readonly hash: string } | undefined;
}

const entrySchema: z.ZodType<Entry> = z.lazy(() =>
  z.object({
    files: z.record(z.string(), entrySchema).optional(),
    size: z.number().optional(),
    offset: z.string().optional(),
    unpacked: z.boolean().optional(),
    integrity: z.object({ hash: z.string() }).optional(),
  }),
);

export interface AsarFile {
  /** With slashes, from the root of the archive. */
  readonly path: string;
  /** Whether it lies beside the archive. */
  readonly unpacked: boolean;
  /** Whether Electron checks what it reads of it. */
  readonly checked: boolean;
}

export interface Asar {
  readonly files: readonly AsarFile[];
  /** SHA-256 of the list of files, in hexadecimal: what the packed program compares it with. */
  readonly hash: string;
  /** Content of a file as text. */
  readonly text: (path: string) => string;
  /** Writes all of it, what lies beside the archive included, into a folder. */
  readonly extract: (folder: string) => void;
}

/** Reads an asar archive: four lengths, a list of files in JSON, and the files in a row. */
export const readAsar = (archive: string): Asar => {
  const bytes = readFileSync(archive);
  const list = bytes.subarray(16, 16 + bytes.readUInt32LE(12)).toString('utf8');
  const start = 8 + bytes.readUInt32LE(4);
  const files: AsarFile[] = [];
  const packed = new Map<string, Buffer>();
  const walk = (entry: Entry, folder: string): void => {
    for (const [name, child] of Object.entries(entry.files ?? {})) {
      const path = `${folder}${name}`;
      if (child.files !== undefined) {
        walk(child, `${path}/`);
        continue;
      }
      files.push({ path, unpacked: child.unpacked === true, checked: child.integrity !== undefined });
      const from = start + Number(child.offset ?? 0);
      if (child.unpacked !== true) packed.set(path, bytes.subarray(from, from + (child.size ?? 0)));
    }
  };
  walk(entrySchema.parse(JSON.parse(list)), '');
  return {
    files,
    extract: (folder) => {
      for (const [path, content] of packed) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), content);
      }
      cpSync(`${archive}.unpacked`, folder, { recursive: true });
    },
    hash: createHash('sha256').update(list).digest('hex'),
    text: (path) => {
      return (packed.get(path) ?? readFileSync(join(`${archive}.unpacked`, path))).toString('utf8');
    },
  };
};
