/**
 * An RDP server with TLS shows its certificate right after the first two messages ([MS-RDPBCGR] 2.2.1.1 and 2.2.1.2), before
 * anybody signs in. So it can be compared with the pinned one before a program is started.
 */

/** What an RDP server showed when it was asked for TLS. */
export type RdpCertificate =
  /** SHA-256 of the certificate, as `SHA256:` and base64 like the fingerprint of a host key. */
  | { readonly state: 'shown'; readonly fingerprint: string }
  /** It speaks without TLS only. */
  | { readonly state: 'none' };

/** Whether the server goes on with TLS; `more`: it has not said all of it; undefined: this is no RDP server. */
export const readRdpAnswer = (bytes: Uint8Array): 'tls' | 'plain' | 'more' | undefined => {
  const start = [3, 0, 0];
  if (start.some((byte, at) => at < bytes.length && bytes[at] !== byte)) return undefined;
  const length = bytes[3];
  if (length === undefined || bytes.length < length) return 'more';
  if (((bytes[5] ?? 0) & 0xf0) !== 0xd0) return undefined;
  // RDP_NEG_RSP (2) with the protocol chosen: 0 is RDP's own encryption. A failure (3), or no answer to the offer, comes from a
  // server that knows nothing else.
  return bytes[11] === 2 && bytes[15] !== undefined && bytes[15] !== 0 ? 'tls' : 'plain';
};

/** A fingerprint as `openssl x509 -fingerprint -sha256` and FreeRDP write it: pairs of hexadecimal digits with colons. */
export const certificateDigits = (fingerprint: string): string =>
  Array.from(atob(fingerprint.replace(/^SHA256:/, '')), (char) => char.charCodeAt(0).toString(16).padStart(2, '0'))
    .join(':')
    .toUpperCase();
