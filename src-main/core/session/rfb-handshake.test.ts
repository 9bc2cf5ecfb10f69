import { describe, expect, it } from 'vitest';
import type { ByteChannel } from './byte-channel.ts';
import { greetRfb, screenFront } from './rfb-handshake.ts';

const ascii = (text: string): number[] => Array.from(text, (char) => char.charCodeAt(0));
const reason = (text: string): number[] => [0, 0, 0, text.length, ...ascii(text)];
const challenge = Array.from({ length: 16 }, (_, at) => at);
const answer = Uint8Array.from(challenge, (byte) => 255 - byte);
const respond = (given: Uint8Array): Uint8Array => given.map((byte) => 255 - byte);

/** A channel on which the far end has said all it will say, byte by byte. */
const scripted = (said: readonly number[]) => {
  const written: number[] = [];
  let tell: (bytes: Uint8Array) => void = () => undefined;
  const channel: ByteChannel = {
    write: (bytes) => {
      written.push(...bytes);
      return true;
    },
    onDrain: () => undefined,
    onData: (listener) => {
      tell = listener;
      for (const byte of said) listener(Uint8Array.of(byte));
    },
    onEnd: (listener) => listener(undefined),
    pause: () => undefined,
    resume: () => undefined,
    close: () => undefined,
  };
  return { channel, written, tell: (bytes: readonly number[]) => tell(Uint8Array.from(bytes)) };
};

describe('greeting a VNC server', () => {
  it.each([
    ['3.8 without a password', [...ascii('RFB 003.008\n'), 2, 1, 2, 0, 0, 0, 0], [...ascii('RFB 003.008\n'), 1]],
    ['3.7 without a password', [...ascii('RFB 003.007\n'), 1, 1], [...ascii('RFB 003.007\n'), 1]],
    ['3.3 without a password', [...ascii('RFB 003.003\n'), 0, 0, 0, 1], ascii('RFB 003.003\n')],
    ['Apple, which says 3.889', [...ascii('RFB 003.889\n'), 1, 1, 0, 0, 0, 0], [...ascii('RFB 003.008\n'), 1]],
    [
      '3.8 with a password',
      [...ascii('RFB 003.008\n'), 2, 19, 2, ...challenge, 0, 0, 0, 0],
      [...ascii('RFB 003.008\n'), 2, ...answer],
    ],
    [
      '3.3 with a password',
      [...ascii('RFB 003.003\n'), 0, 0, 0, 2, ...challenge, 0, 0, 0, 0],
      [...ascii('RFB 003.003\n'), ...answer],
    ],
  ])('opens one of %s, and hands on what comes after', async (_name, said, expected) => {
    const { channel, written } = scripted([...said, 7, 8, 9]);
    const greeted = await greetRfb(channel, respond);
    expect(greeted).toMatchObject({ ok: true, value: { outcome: 'open' } });
    expect(written).toEqual(expected);
    const after: number[] = [];
    if (greeted.ok && greeted.value.outcome === 'open') greeted.value.channel.onData((bytes) => after.push(...bytes));
    expect(after).toEqual([7, 8, 9]);
  });

  it.each([
    ['a wrong password', [2, 1, 2], [...challenge, 0, 0, 0, 1, ...reason('Nope')], 'Nope'],
    ['a wrong password, hung up on', [2, 1, 2], challenge, ''],
  ])('tells %s', async (_name, types, rest, words) => {
    const said = [...ascii('RFB 003.008\n'), 1, types[2] ?? 0, ...rest];
    expect(await greetRfb(scripted(said).channel, respond)).toEqual({
      ok: true,
      value: { outcome: 'refused', reason: words },
    });
  });

  it('asks for a password that is needed and not there before it answers anything', async () => {
    const { channel, written } = scripted([...ascii('RFB 003.008\n'), 1, 2, ...challenge]);
    expect(await greetRfb(channel, undefined)).toEqual({ ok: true, value: { outcome: 'refused', reason: '' } });
    expect(written).toEqual(ascii('RFB 003.008\n'));
  });

  it.each([
    ['what is no VNC server', ascii('SSH-2.0-OpenSSH_9'), 'bad-response'],
    ['a silent one', [], 'unreachable'],
    ['one that wants what we do not speak', [...ascii('RFB 003.008\n'), 2, 19, 30], 'unsupported'],
    ['one that turns us away', [...ascii('RFB 003.008\n'), 0, ...reason('Too many attempts')], 'forbidden'],
  ])('names %s', async (_name, said, kind) => {
    expect(await greetRfb(scripted(said).channel, respond)).toMatchObject({ ok: false, error: { kind } });
  });
});

describe('a sign-in that Quayside does not have', () => {
  // Numbers of the IANA registry and the rfbproto document.
  it.each([
    ['a Raspberry Pi with RealVNC', [5, 6, 13, 133], 'RealVNC’s own', 'set its Authentication to “VNC password”'],
    ['TigerVNC with RA2_256 alone', [129, 130], 'RA2', 'your own VNC program'],
    ['a Mac', [30, 33, 36, 35], 'Apple’s own', '“VNC viewers may control screen with password”'],
    ['TigerVNC with TLS alone', [19], 'VeNCrypt', 'VncAuth'],
    ['UltraVNC with MS-Logon', [17, 113], 'MS-Logon II', '“Require MS Logon” off'],
    ['TightVNC', [16], 'TightVNC’s own', 'Open it in your own VNC program.'],
    ['a hypervisor of Xen', [22], 'Xen’s own', 'Open it in your own VNC program.'],
    ['what nobody has registered', [99], 'type 99', 'Open it in your own VNC program.'],
  ])('of %s is named, with what helps', async (_server, types, name, hint) => {
    const greeted = await greetRfb(scripted([...ascii('RFB 003.008\n'), types.length, ...types]).channel, respond);
    expect(greeted).toMatchObject({
      ok: false,
      error: {
        kind: 'unsupported',
        message: expect.stringContaining(name) as string,
        hint: expect.stringContaining(hint) as string,
      },
    });
  });
});

describe('the front for a viewer', () => {
  it('wants no password, and passes on what follows, however the bytes are cut', () => {
    const client = [...ascii('RFB 003.008\n'), 1, 1, 5, 6];
    for (const cut of [1, 3, 12, 13, 14, client.length]) {
      const far = scripted([]);
      const front = screenFront(far.channel);
      const heard: number[] = [];
      front.onData((bytes) => heard.push(...bytes));
      for (let at = 0; at < client.length; at += cut) front.write(Uint8Array.from(client.slice(at, at + cut)));
      expect(heard).toEqual([...ascii('RFB 003.008\n'), 1, 1, 0, 0, 0, 0]);
      expect(far.written).toEqual([1, 5, 6]);
      far.tell([42]);
      expect(heard.at(-1)).toBe(42);
    }
  });
});
