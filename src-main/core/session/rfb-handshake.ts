import type { ByteChannel } from './byte-channel.ts';
import { ByteReader } from './byte-channel.ts';
import { fail, ok, type Result } from '../base/errors.ts';

/**
 * The first part of RFB (RFC 6143, 7.1), spoken by us with the server so that a password never reaches a window; the
 * window then speaks with `screenFront`, which wants none.
 */

const security = { none: 1, vnc: 2 } as const;
const versionBytes = 12;
const challengeBytes = 16;
/** Bytes of a reason a server may give. */
const maxReasonLength = 2048;

/** A sign-in that we do not speak: its name, and what to change where the device runs to have VNC's own beside it. */
interface OtherSecurity {
  readonly name: string;
  readonly allow?: string;
}
const realVnc = {
  name: 'RealVNC’s own, with encryption (RA2)',
  allow: 'or set its Authentication to “VNC password” in the options of RealVNC Server',
};
const apple = {
  name: 'Apple’s own, with the user name and password of the Mac',
  allow: 'or allow “VNC viewers may control screen with password” in the settings of the Mac, Sharing',
};
const overTls = { allow: 'or let the server take VncAuth, too (SecurityTypes of TigerVNC)' };

/** Numbers of the registry of the RFB protocol (IANA, Remote Framebuffer Security Types) and of the rfbproto document. */
const otherSecurity = (type: number): OtherSecurity => {
  if (type >= 30 && type <= 36) return apple;
  switch (type) {
    case 7:
    case 8:
      return { name: 'Windows’ own (SSPI)' };
    case 16:
      return { name: 'TightVNC’s own' };
    case 17:
      return { name: 'UltraVNC’s own' };
    case 18:
      return { name: 'TLS', ...overTls };
    case 19:
      return { name: 'VeNCrypt', ...overTls };
    case 20:
      return { name: 'SASL' };
    case 22:
      return { name: 'Xen’s own (xvp)' };
    case 113:
      return {
        name: 'UltraVNC’s own, with a Windows account (MS-Logon II)',
        allow: 'or turn “Require MS Logon” off in the properties of UltraVNC Server',
      };
    default:
      return (type >= 3 && type <= 15) || type >= 128 ? realVnc : { name: `type ${type}` };
  }
};

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
const uint32 = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);

export type RfbGreeted =
  /** The handshake is over; the next message on the channel is ClientInit. */
  | { readonly outcome: 'open'; readonly channel: ByteChannel }
  /** The password was wrong, or one is needed and there was none. */
  | { readonly outcome: 'refused'; readonly reason: string };

const cutOff = fail('unreachable', 'The VNC server ended the connection.', 'Reconnect in a moment.');
const notVnc = fail('bad-response', 'What answers there is no VNC server.', 'Check the port of the service.');

const readReason = async (reader: ByteReader): Promise<string> => {
  const head = await reader.read(4);
  if (head === undefined) return '';
  const bytes = await reader.read(Math.min(uint32(head), maxReasonLength));
  return bytes === undefined
    ? ''
    : text(bytes)
        .replaceAll(/[^\x20-\x7e]/g, ' ')
        .trim();
};

const refusal = (reason: string): Result<never> =>
  fail(
    'forbidden',
    reason === '' ? 'The VNC server refused the connection.' : `The VNC server refused: “${reason}”.`,
    'Wait a little if it was tried often; else ask whoever runs the device.',
  );

/**
 * Greets a VNC server. `respond` answers its challenge, undefined if there is no password. Errors: bad-response,
 * unsupported, forbidden, unreachable.
 */
export const greetRfb = async (
  channel: ByteChannel,
  respond: ((challenge: Uint8Array) => Uint8Array) | undefined,
): Promise<Result<RfbGreeted>> => {
  const reader = new ByteReader(channel);
  const hello = await reader.read(versionBytes);
  if (hello === undefined) return cutOff;
  const found = /^RFB (\d{3})\.(\d{3})\n$/.exec(text(hello));
  if (found === null) return notVnc;
  const offered = Number(found[1]) * 1000 + Number(found[2]);
  const minor = offered >= 3008 ? 8 : offered === 3007 ? 7 : 3;
  channel.write(ascii(`RFB 003.00${minor}\n`));

  let types: readonly number[];
  if (minor === 3) {
    const type = await reader.read(4);
    if (type === undefined) return cutOff;
    types = [uint32(type)];
    if (types[0] === 0) return refusal(await readReason(reader));
  } else {
    const count = (await reader.read(1))?.[0];
    if (count === undefined) return cutOff;
    if (count === 0) return refusal(await readReason(reader));
    const listed = await reader.read(count);
    if (listed === undefined) return cutOff;
    types = [...listed];
  }
  const type = [security.none, security.vnc].find((ours) => types.includes(ours));
  if (type === undefined) {
    const theirs = types.map(otherSecurity);
    const named = [...new Set(theirs.map(({ name }) => name))].join('; ');
    const allow = theirs.find((other) => other.allow !== undefined)?.allow;
    return fail(
      'unsupported',
      `This VNC server wants a sign-in that Quayside’s screen does not have: ${named}.`,
      `Open it in your own VNC program${allow === undefined ? '' : `, ${allow}`}.`,
    );
  }
  if (type === security.vnc && respond === undefined) return ok({ outcome: 'refused', reason: '' });
  if (minor !== 3) channel.write(Uint8Array.of(type));
  if (type === security.vnc) {
    const challenge = await reader.read(challengeBytes);
    if (challenge === undefined || respond === undefined) return cutOff;
    channel.write(respond(challenge));
  }
  // Before 3.8 a server that wants nothing says nothing.
  if (type === security.vnc || minor === 8) {
    const result = await reader.read(4);
    if (result === undefined) return type === security.vnc ? ok({ outcome: 'refused', reason: '' }) : cutOff;
    if (uint32(result) !== 0) {
      const reason = minor === 8 ? await readReason(reader) : '';
      return type === security.vnc ? ok({ outcome: 'refused', reason }) : refusal(reason);
    }
  }
  return ok({ outcome: 'open', channel: reader.rest() });
};

/** The same channel for a viewer: it is greeted as by a server that wants no password, then it has the channel. */
export const screenFront = (channel: ByteChannel): ByteChannel => {
  let wanted = versionBytes + 1;
  let received = 0;
  let emit: (bytes: Uint8Array) => void = () => undefined;
  return {
    ...channel,
    write: (bytes) => {
      if (wanted === 0) return channel.write(bytes);
      const own = Math.min(wanted, bytes.length);
      const before = received;
      received += own;
      wanted -= own;
      if (before < versionBytes && received >= versionBytes) emit(Uint8Array.of(1, security.none));
      if (wanted > 0) return true;
      emit(Uint8Array.of(0, 0, 0, 0));
      return own === bytes.length ? true : channel.write(bytes.subarray(own));
    },
    onData: (listener) => {
      emit = listener;
      listener(ascii('RFB 003.008\n'));
      channel.onData(listener);
    },
  };
};
