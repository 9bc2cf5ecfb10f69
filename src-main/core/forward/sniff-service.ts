/**
 * Recognises a service by its first bytes. Servers of SSH and VNC send first; TLS, HTTP and RDP wait for their client,
 * so the caller sends a probe and reads the answer (`services/forward/recognise-service.ts`).
 */

export type SniffedKind = 'ssh' | 'vnc' | 'tls' | 'http' | 'rdp';

/** `more`: these bytes may be the beginning of something, and more are needed. */
export type Sniffed = SniffedKind | 'more' | 'unknown';

/** The number of bytes after which a decision is always made. */
export const sniffBytes = 16;

const text = (bytes: Uint8Array): string => {
  let out = '';
  for (const byte of bytes.subarray(0, 64)) out += String.fromCharCode(byte);
  return out;
};

/** The beginnings of text greetings, and the number of characters that decide. */
const greetings: readonly { readonly kind: SniffedKind; readonly start: string }[] = [
  { kind: 'ssh', start: 'SSH-' },
  { kind: 'vnc', start: 'RFB 00' },
  { kind: 'http', start: 'HTTP/1.' },
  { kind: 'http', start: 'HTTP/2' },
];

/**
 * Recognises the first bytes a server sent: an SSH identification, an RFB version, an HTTP answer, a TLS record
 * (handshake or alert), or the X.224 confirmation of an RDP server (`[MS-RDPBCGR]` 2.2.1.2).
 */
export const sniff = (bytes: Uint8Array): Sniffed => {
  if (bytes.length === 0) return 'more';
  const start = text(bytes);
  for (const greeting of greetings) {
    if (start.startsWith(greeting.start)) return greeting.kind;
    if (greeting.start.startsWith(start)) return 'more';
  }
  const [first, second, third] = bytes;
  // TLS records: alert (21) or handshake (22), version 3.x.
  if (first === 0x15 || first === 0x16) {
    if (second === undefined) return 'more';
    if (second !== 3) return 'unknown';
    if (third === undefined) return 'more';
    return third <= 4 ? 'tls' : 'unknown';
  }
  // TPKT, version 3; the sixth byte is the X.224 code of a connection confirmation.
  if (first === 3) {
    if (second === undefined) return 'more';
    if (second !== 0) return 'unknown';
    const code = bytes[5];
    if (code === undefined) return 'more';
    return (code & 0xf0) === 0xd0 ? 'rdp' : 'unknown';
  }
  return 'unknown';
};

const ascii = (line: string): Uint8Array => Uint8Array.from(line, (char) => char.charCodeAt(0));

/** TPKT, X.224 connection request, RDP_NEG_REQ asking for TLS or CredSSP. */
export const rdpTlsRequest = Uint8Array.of(3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 3, 0, 0, 0);

/**
 * What to send to a silent server, in this order, each on its own connection. The answer to the first may already show
 * another kind: a TLS server answers plain HTTP with an alert or an HTTP error.
 */
export const sniffProbes: readonly { readonly kind: 'rdp' | 'tls' | 'http'; readonly bytes: Uint8Array }[] = [
  { kind: 'rdp', bytes: rdpTlsRequest },
  // A record that no TLS server accepts as a hello: it answers with an alert.
  { kind: 'tls', bytes: Uint8Array.of(0x16, 3, 1, 0, 4, 1, 0, 0, 0) },
  { kind: 'http', bytes: ascii('HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n') },
];

/**
 * Ports of machines that act on anything they receive: printers print it (scanners leave out 9100-9107 for that
 * reason), and controllers must not be experimented with (S7, Modbus, IEC 104, OPC UA, DNP3, EtherNet/IP, BACnet).
 */
const touchy: ReadonlySet<number> = new Set([
  ...[102, 502, 515, 2404, 4840, 20_000, 44_818, 47_808],
  ...Array.from({ length: 8 }, (_, index) => 9_100 + index),
]);

/** Whether a probe may be sent to a silent service at this port of a device. */
export const mayBeProbed = (port: number | undefined): boolean => port === undefined || !touchy.has(port);

/** The kind of service for choosing a launcher; TLS counts as a web server. */
export const launcherKindOf = (kind: SniffedKind): 'ssh' | 'vnc' | 'rdp' | 'http' | 'https' =>
  kind === 'tls' ? 'https' : kind;
