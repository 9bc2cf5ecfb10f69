import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostKeyFingerprint, HostKeyReader } from './host-key.ts';

const text = (line: string): Buffer => Buffer.from(line, 'latin1');
const string = (bytes: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
const packet = (type: number, ...parts: readonly Buffer[]): Buffer => {
  const payload = Buffer.concat([Buffer.of(type), ...parts]);
  const padding = 8 - ((5 + payload.length) % 8) + 8;
  const head = Buffer.alloc(5);
  head.writeUInt32BE(payload.length + padding + 1);
  head[4] = padding;
  return Buffer.concat([head, payload, Buffer.alloc(padding)]);
};
const key = (type: string, size = 32): Buffer => Buffer.concat([string(text(type)), string(Buffer.alloc(size, 7))]);

const banner = text('SSH-2.0-OpenSSH_10.0p2 Debian-7\r\n');
const kexInit = packet(20, Buffer.alloc(16, 1), string(text('mlkem768x25519-sha256')), Buffer.alloc(20));
const newKeys = packet(21);
const reply = (type: number, blob: Buffer): Buffer =>
  packet(type, string(blob), string(Buffer.alloc(1120, 9)), string(Buffer.alloc(83)));
const prime = Buffer.concat([Buffer.of(0), Buffer.alloc(384, 0xff)]);

const read = (...pieces: readonly Buffer[]) => {
  const reader = new HostKeyReader();
  for (const piece of pieces) reader.feed(piece);
  return reader.progress;
};

describe('the reader of host keys', () => {
  it.each([
    ['the reply of a hybrid', [banner, kexInit, reply(31, key('ssh-ed25519')), newKeys], 'ssh-ed25519'],
    [
      'the reply of a group exchange, after its group',
      [banner, kexInit, packet(31, string(prime), string(Buffer.of(2))), reply(33, key('rsa-sha2-512', 400))],
      'rsa-sha2-512',
    ],
    ['lines before the identification', [text('Keep out\n'), banner, kexInit, reply(31, key('ssh-rsa'))], 'ssh-rsa'],
    [
      'what may be ignored',
      [banner, packet(4, Buffer.alloc(9)), kexInit, packet(2, Buffer.alloc(4)), reply(31, key('x@y.example'))],
      'x@y.example',
    ],
    ['a server that also speaks 1.5', [text('SSH-1.99-old\n'), kexInit, reply(31, key('ssh-dss'))], 'ssh-dss'],
  ])('finds the key in %s', (_name, pieces, type) => {
    const progress = read(...pieces);
    expect(progress).toMatchObject({ state: 'found', key: { type } });
    expect(progress.state === 'found' && progress.key.banner).toMatch(/^SSH-[^\r\n]+$/);
  });

  it.each([
    ['a web server', [text('HTTP/1.1 400 Bad Request\r\n\r\n'.repeat(400))], 'too-long'],
    ['a TLS server', [Buffer.of(0x16, 3, 3, 0, 80)], 'not-ssh'],
    ['SSH of the first version', [text('SSH-1.5-ancient\n')], 'no-key'],
    ['new keys before any reply', [banner, kexInit, newKeys], 'no-key'],
    ['a disconnect', [banner, packet(1, Buffer.alloc(12))], 'no-key'],
    ['a reply without a key', [banner, kexInit, reply(33, Buffer.alloc(40))], 'no-key'],
    ['a first packet of another kind', [banner, packet(50)], 'not-ssh'],
    ['a packet longer than OpenSSH takes', [banner, Buffer.of(0x7f, 0xff, 0xff, 0xff, 4)], 'too-long'],
    ['a packet that is all padding', [banner, Buffer.of(0, 0, 0, 12, 255, 20, ...Buffer.alloc(20))], 'no-key'],
    ['packets without end', [banner, ...Array.from({ length: 40 }, () => kexInit)], 'no-key'],
    ['a banner without end', [text('SSH-2.0-'), Buffer.alloc(9000, 0x61)], 'too-long'],
  ])('gives up at %s', (_name, pieces, why) => {
    expect(read(...pieces)).toEqual({ state: 'none', why });
  });

  it('finds the same in whatever pieces the bytes arrive', () => {
    const whole = Buffer.concat([
      banner,
      kexInit,
      packet(31, string(prime), string(Buffer.of(2))),
      reply(33, key('ssh-ed25519')),
      newKeys,
      Buffer.alloc(200, 3),
    ]);
    const expected = read(whole);
    expect(expected.state).toBe('found');
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: whole.length }), { maxLength: 40 }), (cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
        expect(read(...places.slice(1).map((to, at) => whole.subarray(places[at], to)))).toEqual(expected);
      }),
      { seed: 20261121, numRuns: 300 },
    );
  });

  it('never throws, whatever arrives, and keeps an answer', () => {
    const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    const piece = fc.oneof(noise, fc.constantFrom(banner, kexInit, newKeys, reply(31, key('ssh-ed25519'))));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const reader = new HostKeyReader();
        for (const bytes of pieces) {
          const before = reader.progress;
          const after = reader.feed(bytes);
          if (before.state !== 'reading') expect(after).toBe(before);
        }
      }),
      { seed: 20261121, numRuns: 1000 },
    );
  });

  it('prints the fingerprint as OpenSSH does', () => {
    const blob = Buffer.from('AAAAC3NzaC1lZDI1NTE5AAAAIJjNzGpluQofHzlj4+Tm677i2K8Y9rjx4nwHc1m9/Ub4', 'base64');
    expect(hostKeyFingerprint({ blob }, (bytes) => createHash('sha256').update(bytes).digest())).toBe(
      'SHA256:QpE0ePpRhFyyO2101NOP5SHlz3VjQLbnfUSrvA2LIMw',
    );
  });
});
