import { describe, expect, it } from 'vitest';
import { forgetHostKeys, judgeHostKey, hostKeyPinsFormat, pinHostKey } from './host-key-pins.ts';
import type { HostKeyPin } from './host-key-pins.ts';

const print = (letter: string): string => `SHA256:${letter.repeat(43)}`;
const pin = (alias: string, letter: string, type = 'ssh-ed25519'): HostKeyPin => ({
  alias,
  type,
  fingerprint: print(letter),
  firstSeenAt: 1,
});
const seen = (alias: string, letter: string, type = 'ssh-ed25519') => pin(alias, letter, type);

describe('judging a host key', () => {
  const pins = [pin('mode.home.a', 'A'), pin('mode.home.b', 'B'), pin('mode.home.a', 'R', 'ssh-rsa')];

  it.each([
    ['a device without pins', seen('mode.home.c', 'C'), { kind: 'first-seen', sharedWith: [] }],
    ['the pinned key', seen('mode.home.a', 'A'), { kind: 'same', pinned: pins[0], sharedWith: [] }],
    ['another key of the same type', seen('mode.home.a', 'X'), { kind: 'changed', pinned: pins[0], sharedWith: [] }],
    [
      'a key of a type never seen there',
      seen('mode.home.b', 'Z', 'ecdsa-sha2-nistp256'),
      { kind: 'other-type', pinned: pins[1], sharedWith: [] },
    ],
    ['a clone', seen('mode.home.c', 'A'), { kind: 'first-seen', sharedWith: ['mode.home.a'] }],
    [
      'a device that came to have the key of another',
      seen('mode.home.b', 'A'),
      { kind: 'changed', pinned: pins[1], sharedWith: ['mode.home.a'] },
    ],
    ['the same device on another port', seen('mode.home.a.2222', 'A'), { kind: 'first-seen', sharedWith: [] }],
  ])('tells %s', (_name, key, verdict) => {
    expect(judgeHostKey(pins, key)).toEqual(verdict);
  });

  it('pins one key of each type, and forgets a device with all its ports', () => {
    const replaced = pinHostKey(pins, pin('mode.home.a', 'N'));
    expect(judgeHostKey(replaced, seen('mode.home.a', 'N')).kind).toBe('same');
    expect(replaced).toHaveLength(3);
    const left = forgetHostKeys([...replaced, pin('mode.home.a.2222', 'A')], 'mode.home.a');
    expect(left.map(({ alias }) => alias)).toEqual(['mode.home.b']);
  });

  it('reads what was stored and drops what is no pin', () => {
    expect(hostKeyPinsFormat.parse([pins[0], null, { alias: 'x' }, { ...pins[0], fingerprint: 'MD5:aa' }])).toEqual([
      pins[0],
    ]);
    const allowed = { ...pins[0], outdated: ['ssh-rsa'] };
    expect(hostKeyPinsFormat.parse([allowed, { ...allowed, outdated: 'all' }])).toEqual([allowed, pins[0]]);
    expect(hostKeyPinsFormat.parse({})).toBeUndefined();
  });
});
