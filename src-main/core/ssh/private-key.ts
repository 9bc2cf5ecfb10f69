import { sshKeyType } from './certificate.ts';

const head = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END OPENSSH PRIVATE KEY-----/;
const magic = 'openssh-key-v1\0';

/**
 * The public key in a private one of OpenSSH's own form, which is in the clear also where the private one is encrypted.
 * Source: PROTOCOL.key of OpenSSH.
 */
export const readOpenSshPrivate = (pem: string): Uint8Array | undefined => {
  const [, base64] = head.exec(pem) ?? [];
  if (base64 === undefined) return undefined;
  try {
    const text = atob(base64.replaceAll(/\s/g, ''));
    if (!text.startsWith(magic)) return undefined;
    const bytes = Uint8Array.from(text, (letter) => letter.codePointAt(0) ?? 0);
    const view = new DataView(bytes.buffer);
    let at = magic.length;
    // The cipher, how the passphrase becomes a key, and what with.
    for (let left = 3; left > 0; left -= 1) at += 4 + view.getUint32(at);
    const start = at + 8;
    const blob = bytes.subarray(start, start + view.getUint32(start - 4));
    return sshKeyType(blob) === undefined ? undefined : blob;
  } catch {
    return undefined;
  }
};

/** Whether a text is a private key of some kind that OpenSSH may read, whatever the library makes of it. */
export const isPrivatePem = (pem: string): boolean => /^-----BEGIN [A-Z ]*PRIVATE KEY-----/m.test(pem);
