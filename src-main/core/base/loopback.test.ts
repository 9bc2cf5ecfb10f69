import { expect, test } from 'vitest';
import { isLoopback, isLoopbackHost } from './loopback.ts';

test('only literal addresses of this computer are loopback', () => {
  for (const address of ['127.0.0.1', '127.255.255.254', '127.3.2.1', '::1'])
    expect(isLoopback(address), address).toBe(true);
  const others = [
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '128.0.0.1',
    '127.0.0.256',
    '127.1',
    '127.0.0.01',
    '127.0.0.1 ',
    'localhost',
    '::ffff:127.0.0.1',
    '',
  ];
  for (const address of others) expect(isLoopback(address), address).toBe(false);
});

test('the host of a URL is this computer as localhost or by its address', () => {
  for (const url of ['http://localhost', 'http://127.0.0.1:80', 'http://127.1', 'ws://[::1]:9/x', 'http://127.255.0.9'])
    expect(isLoopbackHost(new URL(url).hostname), url).toBe(true);
  for (const url of [
    'http://localhost.example',
    'http://127.0.0.1.example',
    'http://[::2]',
    'http://0.0.0.0',
    'http://a.localhost',
  ])
    expect(isLoopbackHost(new URL(url).hostname), url).toBe(false);
});
