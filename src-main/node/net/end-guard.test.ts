import { expect, it } from 'vitest';
import { EndGuard, isOutside } from './end-guard.ts';

const own = new Set(['127.0.0.1', '192.168.7.20', '2001:db8:0:7::20', 'fe80::1']);

it.each([
  '127.0.0.1',
  '127.1.2.3',
  '0.0.0.0',
  '0.1.2.3',
  '169.254.169.254',
  '::',
  '::1',
  '0:0:0:0:0:0:0:1',
  '::7f00:1',
  '::127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:169.254.169.254',
  'fe80::1',
  'febf::1%eth0',
  // Its own, in each spelling.
  '192.168.7.20',
  '::ffff:192.168.7.20',
  '::ffff:c0a8:714',
  '2001:db8:0:7::20',
  '2001:0db8:0000:0007:0000:0000:0000:0020',
  // No literal address at all.
  '127.1',
  '2130706433',
  '',
])('%s does not lead out of this computer', (address) => {
  expect(isOutside(address, own)).toBe(false);
});

it.each(['192.168.7.21', '10.0.0.1', '203.0.113.4', '::ffff:203.0.113.4', '2001:db8:0:7::21', 'fd00::1', '64:ff9b::1'])(
  '%s leads out of it',
  (address) => {
    expect(isOutside(address, own)).toBe(true);
  },
);

const looked = (target: { host: string; port: number; outside?: boolean }, ports: readonly number[], all: boolean) =>
  new Promise<string>((resolve) => {
    new EndGuard(target, (port) => ports.includes(port)).lookup(target.host, { all }, (error, found) => {
      resolve(error?.code ?? JSON.stringify(found));
    });
  });

it.each(['localhost', '127.1', '2130706433', '0x7f.1', '0'])(
  'the name %s is judged by what it stands for, when it is dialled',
  async (host) => {
    expect(await looked({ host, port: 1, outside: true }, [], true)).toBe('ENDS_HERE');
    expect(await looked({ host, port: 1, outside: true }, [], false)).toBe('ENDS_HERE');
    expect(await looked({ host, port: 1 }, [], true)).toMatch(/127\.0\.0\.1|0\.0\.0\.0|::1/);
    // Nor may a vendor on this computer lead a forward into one of ours.
    expect(await looked({ host, port: 1 }, [1], true)).toBe('ENDS_HERE');
  },
);
