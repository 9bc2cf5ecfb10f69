import { createHash } from 'node:crypto';
import { mkdir, open, readdir, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail, ok, type Failure } from '../../core/base/errors.ts';
import type { Journal } from '../../core/base/journal.ts';
import { syncFolder } from './atomic-write.ts';
import { SerialQueue } from '../../core/base/serial-queue.ts';

/** The maximum length of a file name on every file system, without the suffix. */
const maxNameLength = 180;
const suffix = '.log';

/** A name as a file name: letters, digits, dashes and underscores stand for themselves, the rest is `%XX`. */
const fileName = (name: string): string => {
  const encoded = encodeURIComponent(name).replaceAll(
    /[.!~*'()]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  if (encoded.length <= maxNameLength) return encoded === '' ? '%' : encoded;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 32);
  // Not in the middle of an escape.
  return `${encoded.slice(0, 120).replace(/%.?$/, '')}~${digest}`;
};

const nameOf = (file: string): string => {
  const encoded = file.slice(0, -suffix.length).replace(/~[0-9a-f]{32}$/, '');
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
};

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : 'unknown reason';

const unwritable = (failure: unknown): Failure =>
  fail(
    'internal',
    `Nothing could be written to the profile folder (${codeOf(failure)}).`,
    'Make room on the disk, or check that the folder belongs to you.',
  );
const unreadable = (failure: unknown): Failure =>
  fail(
    'internal',
    `What is kept in the profile folder could not be read (${codeOf(failure)}).`,
    'Check that the folder belongs to you.',
  );

const endsInBreak = async (handle: FileHandle): Promise<boolean> => {
  const { size } = await handle.stat();
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  await handle.read(last, 0, 1, size - 1);
  return last[0] === 0x0a;
};

/** Journals as files of lines below `folder`, readable by their owner alone. */
export const createLineJournal = ({ folder }: { readonly folder: string }): Journal => {
  const turns = new SerialQueue();
  const place = (path: readonly string[]): string => `${join(folder, ...path.map(fileName))}${suffix}`;

  const append = async (file: string, line: string): Promise<void> => {
    const parent = dirname(file);
    await mkdir(parent, { recursive: true, mode: 0o700 });
    const handle = await open(file, 'a+', 0o600);
    let fresh: boolean;
    try {
      fresh = (await handle.stat()).size === 0;
      // A line cut off by a crash must not damage the next line.
      const before = (await endsInBreak(handle)) ? '' : '\n';
      await handle.appendFile(`${before}${line.replaceAll(/[\r\n]/g, ' ')}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (fresh) await syncFolder(parent);
  };

  return {
    append: (path, line) =>
      turns.run(async () => {
        try {
          return ok(await append(place(path), line));
        } catch (failure) {
          return unwritable(failure);
        }
      }),

    tail: (path, bytes) =>
      turns.run(async () => {
        try {
          const handle = await open(place(path), 'r');
          try {
            const { size } = await handle.stat();
            const from = Math.max(0, size - bytes);
            const content = Buffer.alloc(size - from);
            await handle.read(content, 0, content.length, from);
            const text = content.toString('utf8');
            // A tail begins in the middle of a line.
            const whole = from === 0;
            const lines = (whole ? text : text.slice(text.indexOf('\n') + 1)).split('\n');
            return ok({ lines: lines.filter((line) => line !== ''), whole });
          } finally {
            await handle.close();
          }
        } catch (failure) {
          return codeOf(failure) === 'ENOENT' ? ok({ lines: [], whole: true }) : unreadable(failure);
        }
      }),

    names: async (path) => {
      try {
        const files = await readdir(join(folder, ...path.map(fileName)));
        return ok(
          files
            .filter((file) => file.endsWith(suffix))
            .map(nameOf)
            .toSorted(),
        );
      } catch (failure) {
        return codeOf(failure) === 'ENOENT' ? ok([]) : unreadable(failure);
      }
    },

    remove: (path) =>
      turns.run(async () => {
        try {
          await unlink(place(path));
          return ok(undefined);
        } catch (failure) {
          return codeOf(failure) === 'ENOENT' ? ok(undefined) : unwritable(failure);
        }
      }),
  };
};
