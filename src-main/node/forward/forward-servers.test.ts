import { expect, it } from 'vitest';
import { AllowList } from './forward-servers.ts';

it('whoever is let in by IPv6 lets nobody in by IPv4, and the other way round', () => {
  for (const all of ['::/0', '::ffff:0:0/96', '::ffff:192.0.2.0/120']) {
    expect(new AllowList([all]).admits('192.0.2.7')).toBe(false);
  }
  expect(new AllowList(['::/0']).admits('2001:db8::1')).toBe(true);
  expect(new AllowList(['0.0.0.0/0']).admits('2001:db8::1')).toBe(false);
  const some = new AllowList(['192.0.2.0/24', '2001:db8::/32', 'nonsense']);
  expect(['192.0.2.7', '198.51.100.7', '2001:db8::7', '2001:db9::7', ''].map((from) => some.admits(from))).toEqual([
    true,
    false,
    true,
    false,
    false,
  ]);
});
