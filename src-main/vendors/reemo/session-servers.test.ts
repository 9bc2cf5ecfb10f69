import { describe, expect, it } from 'vitest';
import { readServers, sessionServers } from './session-servers.ts';

describe('the servers of a session', () => {
  it.each([
    ['https://static.reemo.io/reemo.min.js', ['*.reemo.io']],
    ['https://static.customer.reemo.io/reemo.min.js', ['*.reemo.io']],
    ['https://static.acme-desks.com/reemo.min.js', ['*.acme-desks.com']],
    ['https://static.acme.co.uk/reemo.min.js', ['*.acme.co.uk']],
    // Everybody's, or not surely one's own.
    ['https://acme.co.uk/reemo.min.js', []],
    ['https://acme.com.au/reemo.min.js', []],
    ['https://acme.github.io/reemo.min.js', []],
    ['https://d111111abcdef8.cloudfront.net/reemo.min.js', []],
    ['https://bucket.s3.eu-west-1.amazonaws.com/reemo.min.js', []],
    ['https://acme-desks.com/reemo.min.js', []],
    ['https://notreemo.io/reemo.min.js', []],
    ['https://static.reemo.io.evil.example/reemo.min.js', ['*.reemo.io.evil.example']],
    ['https://192.0.2.7/reemo.min.js', []],
    ['https://[2001:db8::1]/reemo.min.js', []],
    ['http://localhost:8080/reemo.min.js', []],
    ['nonsense', []],
  ])('of %s are those of its own domain: %j', (script, servers) => expect(sessionServers(script)).toEqual(servers));

  it('are those of the setting besides', () => {
    expect(sessionServers('https://acme.co.uk/x.js', ' *.acme.co.uk, signal.acme.net:8443 desk ')).toEqual([
      '*.acme.co.uk',
      'signal.acme.net:8443',
      'desk',
    ]);
  });

  it.each([
    '*',
    '*.com',
    'https://a.example',
    'a.example;script-src',
    "'unsafe-inline'",
    'a.example/x',
    'a.example:port',
  ])('are never %s', (text) => expect(readServers(text)).toBeUndefined());
});
