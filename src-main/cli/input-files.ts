import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { z } from 'zod';
import { fail, ok, type Result } from '../core/base/errors.ts';
import type { Operation } from '../vendors/vendor.ts';
import { plain } from './terminal.ts';

/** The maximum size of a file, bytes: it is sent to the process with the accounts in one message, in base64. */
const maxFileBytes = 4_500_000;

/** What becomes of a file's content: `{name, base64}`, base64 alone, or text. */
type FileForm = 'named' | 'base64' | 'text';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** From the JSON Schema of the field: `contentEncoding` means bytes, `contentMediaType` alone means text. */
const fileForm = (schema: unknown): FileForm | undefined => {
  if (!isObject(schema)) return undefined;
  const { anyOf, properties } = schema;
  const variants: readonly unknown[] = Array.isArray(anyOf) ? anyOf : [schema];
  if (
    variants.some(
      (variant) => isObject(variant) && isObject(variant['properties']) && 'base64' in variant['properties'],
    )
  )
    return 'named';
  if (properties !== undefined) return undefined;
  if (variants.some((variant) => isObject(variant) && variant['contentEncoding'] === 'base64')) return 'base64';
  return typeof schema['contentMediaType'] === 'string' ? 'text' : undefined;
};

/** Matches `{"path": "a.sh"}` and nothing else. */
const pathIn = (value: unknown): string | undefined =>
  isObject(value) && Object.keys(value).length === 1 && typeof value['path'] === 'string' ? value['path'] : undefined;

const notRead = (path: string, code: string): Result<never> => {
  const shown = plain(path);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return fail('not-found', `There is no file ${shown}.`, 'A path is taken from the folder this command runs in.');
    case 'EISDIR':
      return fail('invalid-input', `${shown} is a folder.`, 'Name one file.');
    case 'EACCES':
    case 'EPERM':
      return fail(
        'invalid-input',
        `${shown} may not be read by this user.`,
        'Change its rights, or name another file.',
      );
    default:
      return fail('invalid-input', `${shown} cannot be read (${code}).`, 'Name another file.');
  }
};

const readBytes = async (path: string): Promise<Result<Buffer>> => {
  let file: FileHandle | undefined;
  try {
    // Checked before opening: opening a named pipe would wait.
    const stats = await stat(resolve(path));
    if (stats.isDirectory()) return notRead(path, 'EISDIR');
    if (!stats.isFile()) return fail('invalid-input', `${plain(path)} is not a file.`, 'Name a file on a disk.');
    file = await open(resolve(path), 'r');
    // Reads one byte more than allowed: the file may grow meanwhile.
    const buffer = Buffer.alloc(Math.min(stats.size, maxFileBytes) + 1);
    let length = 0;
    for (let read = 1; read > 0 && length < buffer.length; length += read)
      ({ bytesRead: read } = await file.read(buffer, length, buffer.length - length));
    if (length <= maxFileBytes) return ok(buffer.subarray(0, length));
    return fail(
      'invalid-input',
      `${plain(path)} is too large: ${Math.max(stats.size, length)} bytes.`,
      `Quayside sends files of at most ${maxFileBytes} bytes.`,
    );
  } catch (error) {
    return notRead(path, error instanceof Error && 'code' in error ? String(error.code) : 'unknown');
  } finally {
    await file?.close();
  }
};

const contentOf = async (path: string, form: FileForm): Promise<Result<unknown>> => {
  const bytes = await readBytes(path);
  if (!bytes.ok) return bytes;
  const base64 = bytes.value.toString('base64');
  if (form === 'named') return ok({ name: basename(path), base64 });
  if (form === 'base64') return ok(base64);
  try {
    return ok(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.value));
  } catch {
    return fail('invalid-input', `${plain(path)} is not text in UTF-8.`, 'This operation sends text alone.');
  }
};

/**
 * Replaces `{"path": "a.sh"}` in an operation's input by the content of the file, in the fields that take a file. Paths
 * are relative to the folder of this process. Errors: not-found, invalid-input (a folder, too large, unreadable, not
 * text).
 */
export const withFiles = async (operation: Operation, input: unknown): Promise<Result<unknown>> => {
  if (!isObject(input)) return ok(input);
  const { properties } = z.toJSONSchema(operation.input, { io: 'input', unrepresentable: 'any' });
  const filled: Record<string, unknown> = { ...input };
  for (const [name, value] of Object.entries(input)) {
    const path = pathIn(value);
    const form = path === undefined ? undefined : fileForm(properties?.[name]);
    if (path === undefined || form === undefined) continue;
    const content = await contentOf(path, form);
    if (!content.ok) return content;
    filled[name] = content.value;
  }
  return ok(filled);
};
