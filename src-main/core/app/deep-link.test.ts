import { describe, expect, it } from 'vitest';
import { deepLinkIn, deviceLink, parseDeepLink } from './deep-link.ts';

describe('parseDeepLink', () => {
  it.each([
    ['quayside://open', { kind: 'window' }],
    ['QUAYSIDE://open/', { kind: 'window' }],
    ['quayside://search?q=is%3Aoffline%20tag%3A%22a%20b%22', { kind: 'search', query: 'is:offline tag:"a b"' }],
    ['quayside://device/acme-1/80%3A00%2F1', { kind: 'device', deviceKey: 'acme-1/80:00/1' }],
    ['quayside://connect/acme/7', { kind: 'connect', deviceKey: 'acme/7' }],
    ['quayside://connect/acme/7?service=vnc', { kind: 'connect', deviceKey: 'acme/7', service: 'vnc' }],
  ])('reads %s', (text, link) => {
    expect(parseDeepLink(text)).toEqual(link);
  });

  it.each([
    '',
    'quayside:',
    'quayside:open',
    'quayside://',
    'https://open',
    'quayside://run?cmd=calc',
    'quayside://open?x=1',
    'quayside://open#x',
    'quayside://user:pw@open',
    'quayside://open:80',
    'quayside://search',
    'quayside://search?q=',
    'quayside://search?q=a&q=b',
    'quayside://search?q=a%00b',
    'quayside://device/acme',
    'quayside://device/acme/1/2',
    'quayside://device/../1',
    'quayside://device/Ac me/1',
    'quayside://device/acme/%E0%A4',
    'quayside://device/acme/a%0Ab',
    'quayside://device/acme/7?service=ssh',
    'quayside://connect/acme/7?service=shell',
    'quayside://connect/acme/7?service=ssh&user=root',
    `quayside://search?q=${'a'.repeat(3000)}`,
  ])('refuses %s', (text) => {
    expect(parseDeepLink(text)).toBeUndefined();
  });

  it('reads the link of a device back, whatever its id', () => {
    for (const id of ['1', 'a/b', '80:00:00', 'ä %?#', 'a..b'])
      expect(parseDeepLink(deviceLink('acme', id))).toEqual({ kind: 'device', deviceKey: `acme/${id}` });
  });
});

describe('deepLinkIn', () => {
  it('finds exactly one link among the arguments', () => {
    expect(deepLinkIn(['/usr/bin/quayside', '--hidden', 'quayside://open'])).toEqual({ kind: 'window' });
    expect(deepLinkIn(['quayside://open', 'quayside://open'])).toBeUndefined();
    expect(deepLinkIn(['--profile', 'x'])).toBeUndefined();
  });
});
