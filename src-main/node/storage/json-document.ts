import { access, readFile, unlink } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { moreDescriptors, outOfDescriptors } from '../../core/forward/forward-errors.ts';
import { fail, ok } from '../../core/base/errors.ts';
import type { Failure, Result } from '../../core/base/errors.ts';
import { migrate } from '../../core/base/migrate.ts';
import type { Document, DocumentFolder, DocumentFormat } from '../../core/base/document.ts';
import { SerialQueue } from '../../core/base/serial-queue.ts';
import { atomicWrite, removeLeftovers, replaceFile } from './atomic-write.ts';

export interface JsonDocumentOptions<T> extends DocumentFormat<T> {
  readonly path: string;
  /** Epoch milliseconds, for the name of a file set aside. */
  readonly now?: () => number;
}

/**
 * A versioned JSON document in one file, as `{"version": 1, "value": …}`. Each read goes to the disk. Reads and writes
 * run one after another; the last of several writes wins. Errors of both: file-corrupt if the file could not be parsed
 * (it was renamed to NAME.broken-TIME.json, once), comes from a newer Quayside, or cannot be read; internal if it
 * cannot be written.
 */
export const jsonDocument = <T>(options: JsonDocumentOptions<T>): Document<T> => new JsonFile(options);

export interface JsonFolderOptions<T> extends DocumentFormat<T> {
  readonly folder: string;
  readonly now?: () => number;
}

/** JSON documents of one format in one folder: `NAME.json`. */
export const jsonFolder = <T>(options: JsonFolderOptions<T>): DocumentFolder<T> => {
  const { folder, ...format } = options;
  const files = new Map<string, JsonFile<T>>();
  const file = (name: string): JsonFile<T> => {
    // Names come from parsed account ids; any other name could lead out of the folder.
    if (!/^[a-z0-9-]+$/.test(name)) throw new Error('a document name is made of letters, digits and dashes');
    const known = files.get(name) ?? new JsonFile<T>({ ...format, path: join(folder, `${name}.json`) });
    files.set(name, known);
    return known;
  };
  return { document: file, remove: (name) => file(name).remove() };
};

type Content<T> =
  | { readonly kind: 'absent' }
  | { readonly kind: 'good'; readonly value: T }
  | { readonly kind: 'broken' }
  | { readonly kind: 'newer' };

class JsonFile<T> implements Document<T> {
  readonly #turns = new SerialQueue();
  readonly #options: JsonDocumentOptions<T>;
  readonly #name: string;
  /** Whether the file on disk is known to be replaceable. */
  #replaceable = false;

  constructor(options: JsonDocumentOptions<T>) {
    if (options.migrations.length !== options.version - 1) {
      throw new Error(`version ${options.version} needs ${options.version - 1} migrations`);
    }
    this.#options = options;
    this.#name = basename(options.path);
  }

  read(): Promise<Result<T>> {
    return this.#turns.run(() => this.#read());
  }

  write(value: T): Promise<Result<void>> {
    return this.#turns.run(() => this.#write(value));
  }

  remove(): Promise<Result<void>> {
    return this.#turns.run(() => this.#remove());
  }

  async #read(): Promise<Result<T>> {
    if (!this.#replaceable) await removeLeftovers(this.#options.path);
    let text: string | undefined;
    try {
      text = await readFile(this.#options.path, 'utf8');
    } catch (failure) {
      if (codeOf(failure) !== 'ENOENT') return this.#unreadable(failure);
    }
    const content = text === undefined ? ({ kind: 'absent' } as const) : this.#parse(text);
    switch (content.kind) {
      case 'absent':
        this.#replaceable = true;
        return ok(this.#options.fallback);
      case 'good':
        this.#replaceable = true;
        return ok(content.value);
      case 'newer':
        this.#replaceable = false;
        return fail(
          'file-corrupt',
          `${this.#name} was written by a newer Quayside.`,
          'Update Quayside. Until then the file is left as it is and changes to it are not kept.',
        );
      case 'broken':
        this.#replaceable = false;
        return this.#setAside();
      default:
        return content satisfies never;
    }
  }

  async #write(value: T): Promise<Result<void>> {
    if (!this.#replaceable) {
      const read = await this.#read();
      if (!read.ok) return read;
    }
    try {
      await atomicWrite(this.#options.path, this.#pieces(value));
      return ok(undefined);
    } catch (failure) {
      return this.#unwritable(failure);
    }
  }

  async #remove(): Promise<Result<void>> {
    try {
      await unlink(this.#options.path);
    } catch (failure) {
      if (codeOf(failure) !== 'ENOENT') return this.#unwritable(failure);
    }
    return ok(undefined);
  }

  *#pieces(value: T): Iterable<string> {
    yield `{"version":${this.#options.version},"value":`;
    if (this.#options.chunks === undefined) yield JSON.stringify(value, undefined, 2);
    else yield* this.#options.chunks(value);
    yield '}\n';
  }

  #parse(text: string): Content<T> {
    try {
      const envelope: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
      if (typeof envelope !== 'object' || envelope === null || !('version' in envelope) || !('value' in envelope)) {
        return { kind: 'broken' };
      }
      const { version, value: stored } = envelope;
      if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) return { kind: 'broken' };
      if (version > this.#options.version) return { kind: 'newer' };
      const value = this.#options.parse(migrate(stored, version, this.#options.migrations));
      return value === undefined ? { kind: 'broken' } : { kind: 'good', value };
    } catch {
      // Not JSON, or a migration met a value that is not of its version.
      return { kind: 'broken' };
    }
  }

  async #setAside(): Promise<Failure> {
    const { path, now = Date.now } = this.#options;
    const stamp = new Date(now()).toISOString().replaceAll(/[-:.]/g, '');
    const extension = extname(path);
    const stem = basename(path, extension);
    let name = `${stem}.broken-${stamp}${extension}`;
    for (let n = 2; await exists(join(dirname(path), name)); n += 1) name = `${stem}.broken-${stamp}-${n}${extension}`;
    try {
      await replaceFile(path, join(dirname(path), name));
    } catch (failure) {
      return this.#unreadable(failure);
    }
    return fail(
      'file-corrupt',
      `${this.#name} could not be understood. It has been set aside as ${name}, and Quayside starts without it.`,
      'If you changed the file by hand, compare the two and bring over what you need.',
    );
  }

  #unreadable(failure: unknown): Failure {
    return fail(
      'file-corrupt',
      `${this.#name} could not be read: ${reasonOf(failure)}.`,
      isOutOfDescriptors(failure)
        ? moreDescriptors
        : 'Give your user the right to read and write the profile folder. The file is left as it is.',
    );
  }

  #unwritable(failure: unknown): Failure {
    return fail(
      'internal',
      `${this.#name} could not be written: ${reasonOf(failure)}.`,
      isOutOfDescriptors(failure)
        ? moreDescriptors
        : 'Check the free space and the rights of the profile folder, then try again.',
    );
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const codeOf = (failure: unknown): string =>
  failure instanceof Error && 'code' in failure && typeof failure.code === 'string' ? failure.code : '';

const isOutOfDescriptors = (failure: unknown): boolean => ['EMFILE', 'ENFILE'].includes(codeOf(failure));

const reasons: Readonly<Record<string, string>> = {
  EMFILE: outOfDescriptors,
  ENFILE: outOfDescriptors,
  EACCES: 'access was denied',
  EPERM: 'access was denied',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EISDIR: 'there is a folder of that name',
  ENOTDIR: 'a part of its path is not a folder',
};

const reasonOf = (failure: unknown): string => reasons[codeOf(failure)] ?? (codeOf(failure) || 'for an unknown reason');
