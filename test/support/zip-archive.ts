import { crc32 } from 'node:zlib';

/** A file of an archive; `mode` as in a Unix file system. */
export interface ArchivedFile {
  readonly name: string;
  readonly content: Uint8Array;
  readonly mode: number;
}

const signed = (signature: number, fields: readonly (readonly [bytes: 2 | 4, value: number])[]): Buffer => {
  const header = Buffer.alloc(4 + fields.reduce((sum, [bytes]) => sum + bytes, 0));
  header.writeUInt32LE(signature);
  let at = 4;
  for (const [bytes, value] of fields) at = header.writeUIntLE(value, at, bytes);
  return header;
};

/** An archive of files that are stored as they are (APPNOTE.TXT 4.3: local headers, central directory, its end). */
export const zipArchive = (files: readonly ArchivedFile[]): Buffer => {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, mode } of files) {
    const size = content.length;
    const common = [
      [2, 20],
      [2, 0],
      [2, 0],
      [4, 0],
      [4, crc32(content)],
      [4, size],
      [4, size],
      [2, Buffer.byteLength(name)],
      [2, 0],
    ] as const;
    const local = [signed(0x04034b50, common), Buffer.from(name), content];
    // Made on Unix (3), so that the upper half of the external attributes is the mode of a regular file.
    const attributes = [
      [2, 0],
      [2, 0],
      [2, 0],
      [4, ((0o100000 | mode) << 16) >>> 0],
      [4, offset],
    ] as const;
    directory.push(signed(0x02014b50, [[2, (3 << 8) | 20], ...common, ...attributes]), Buffer.from(name));
    bodies.push(...local.map((part) => Buffer.from(part)));
    offset += local.reduce((sum, part) => sum + part.length, 0);
  }
  const central = Buffer.concat(directory);
  const end = signed(0x06054b50, [
    [2, 0],
    [2, 0],
    [2, files.length],
    [2, files.length],
    [4, central.length],
    [4, offset],
    [2, 0],
  ]);
  return Buffer.concat([...bodies, central, end]);
};
