import { describe, expect, it } from 'vitest';
import type { ForwardView } from '../../src-preload/contract/forward.ts';
import {
  age,
  ago,
  bytes,
  count,
  duration,
  forwardWords,
  middle,
  millis,
  plural,
  presenceSentence,
  seen,
} from './format.ts';

const now = new Date(2026, 10, 21, 12, 0, 0).getTime();
const minutes = (value: number): number => now - value * 60_000;

describe('words for numbers and times', () => {
  it.each([
    [0, 'now'],
    [0.9, 'now'],
    [4, '4 min'],
    [59, '59 min'],
    [60 * 3, '3 h'],
    [60 * 24 * 2, '2 d'],
    [60 * 24 * 30, '22 Oct'],
    [60 * 24 * 400, '17 Oct 2025'],
  ])('an age of %d minutes is %j', (past, words) => {
    expect(age(minutes(past), now)).toBe(words);
  });

  it('never shows a time ahead of this computer’s clock as negative', () => {
    expect(age(now + 90_000, now)).toBe('now');
    expect(ago(now + 90_000, now)).toBe('just now');
  });

  it('sets off thousands and agrees in number', () => {
    expect([count(0), count(999), count(3204), count(1_234_567)]).toEqual(['0', '999', '3,204', '1,234,567']);
    expect([plural(1, 'device'), plural(3204, 'device')]).toEqual(['1 device', '3,204 devices']);
  });

  it('gives every number a unit', () => {
    expect([bytes(0), bytes(999), bytes(48_213), bytes(2_918_204), bytes(412e9)]).toEqual([
      '0 B',
      '999 B',
      '48.2 kB',
      '2.9 MB',
      '412 GB',
    ]);
    expect([millis(0.42), millis(212.4), millis(1432)]).toEqual(['0.4 ms', '212 ms', '1.4 s']);
    expect([duration(40_000), duration(150_000), duration(5 * 3_600_000)]).toEqual(['40 s', '3 min', '5 h']);
  });

  it('leaves out the middle of an id and keeps both ends', () => {
    expect(middle('short', 10)).toBe('short');
    expect(middle('80:1f:02:aa:bb:cc:dd:ee', 11)).toBe('80:1f…dd:ee');
    expect(middle('0123456789', 7)).toHaveLength(7);
  });

  it('tells the age of presence by what is known of it', () => {
    const source = 'vendor-list' as const;
    expect(seen({ state: 'online', observedAt: minutes(0), source }, now)).toBe('now');
    expect(seen({ state: 'online', observedAt: minutes(13), source }, now)).toBe('13 min');
    expect(seen({ state: 'offline', observedAt: minutes(0), lastOnlineAt: minutes(240), source }, now)).toBe('4 h');
    expect(seen({ state: 'unknown', observedAt: minutes(0), source: 'none' }, now)).toBe('unknown');
    expect(
      presenceSentence({ state: 'offline', observedAt: minutes(2), lastOnlineAt: minutes(240), source }, now),
    ).toBe('Last online 4 h ago · checked 2 min ago, from the vendor’s list');
  });

  it('says the state of a forward in words', () => {
    const forward = { state: 'open', connections: 2 } as ForwardView;
    expect(forwardWords(forward)).toBe('open (2)');
    expect(
      forwardWords({ ...forward, state: 'failed', error: { kind: 'device-offline', message: '', hint: '' } }),
    ).toBe('failed (device offline)');
  });
});
