import { createCipheriv } from 'node:crypto';

const mirror = (byte: number): number => {
  let mirrored = 0;
  for (let bit = 0; bit < 8; bit += 1) if ((byte & (1 << bit)) !== 0) mirrored |= 0x80 >> bit;
  return mirrored;
};

/**
 * The answer of VNC's authentication to a challenge of 16 bytes: both halves encrypted with DES under the first eight
 * bytes of the password, each byte with its bits reversed (RFC 6143, 7.2.2, and its errata).
 */
export const vncResponse = (password: string, challenge: Uint8Array): Uint8Array => {
  const key = Buffer.alloc(8);
  Buffer.from(password, 'utf8')
    .subarray(0, 8)
    .forEach((byte, at) => {
      key[at] = mirror(byte);
    });
  // Triple DES with three equal keys is DES, which OpenSSL no longer offers; each block is encrypted separately.
  const block = (part: Uint8Array): Buffer =>
    createCipheriv('des-ede3-cbc', Buffer.concat([key, key, key]), Buffer.alloc(8))
      .setAutoPadding(false)
      .update(part);
  return Buffer.concat([block(challenge.subarray(0, 8)), block(challenge.subarray(8, 16))]);
};
