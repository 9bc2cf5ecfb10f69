import { expect, test } from 'vitest';
import { candidatePorts, isLoopback } from './forward-ports.ts';

test('ports come from 33000 up, without those taken, and from the next range once that is full', () => {
  const first = candidatePorts(new Set([33_000, 33_002]));
  expect([first.next().value, first.next().value, first.next().value]).toEqual([33_001, 33_003, 33_004]);
  const full = new Set(Array.from({ length: 1_000 }, (_, index) => 33_000 + index));
  expect(candidatePorts(full).next().value).toBe(34_000);
});

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
