import { createCipheriv } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileHandle } from 'node:fs/promises';

/** The key every VNC program has: 23, 82, 107, 6, 35, 78, 88, 7, each byte with its bits in reverse. */
const vncKey = Buffer.from('e84ad660c4721ae0', 'hex');

/**
 * A password as VNC programs keep it in files: its first eight bytes, encrypted with DES under a key everybody
 * knows. That hides it from a glance and from nothing else, hence the nameless file around it.
 */
export const obfuscateVncPassword = (password: string): Uint8Array => {
  const block = Buffer.alloc(8);
  // VNC passwords are bytes; the tools that set them take Latin letters as one byte each.
  block.write(password, /[^\0-\xff]/.test(password) ? 'utf8' : 'latin1');
  // Triple DES with three equal keys is DES, which OpenSSL no longer offers alone; one block needs no chaining.
  const cipher = createCipheriv('des-ede3-cbc', Buffer.concat([vncKey, vncKey, vncKey]), Buffer.alloc(8));
  cipher.setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
};

/**
 * An open file that holds `bytes`, that only its owner may read, and whose name is gone already: it lives as long as
 * somebody has it open. In memory where the system has such a folder (`runtimeFolder`, from XDG_RUNTIME_DIR). The
 * caller closes it. Throws what the file system throws; not for Windows, which has no nameless files.
 */
export const openSecretFile = async (bytes: Uint8Array, runtimeFolder?: string): Promise<FileHandle> => {
  const folders = [runtimeFolder, tmpdir()].filter((folder) => folder !== undefined && folder.startsWith('/'));
  let last: unknown;
  for (const parent of folders) {
    try {
      return await openNameless(join(String(parent), 'quayside-'), bytes);
    } catch (failure) {
      last = failure;
    }
  }
  throw last;
};

const openNameless = async (prefix: string, bytes: Uint8Array): Promise<FileHandle> => {
  const folder = await mkdtemp(prefix);
  const file = join(folder, 'secret');
  let writing: FileHandle | undefined;
  try {
    writing = await open(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    // A second handle, at the beginning and for reading only: macOS hands children this very one.
    const reading = await open(file, constants.O_RDONLY);
    // Nameless before it holds anything.
    await rm(folder, { recursive: true, force: true });
    await writing.writeFile(bytes);
    return reading;
  } finally {
    await writing?.close();
    await rm(folder, { recursive: true, force: true });
  }
};
