import { expect, test } from 'vitest';
import { parseAddressBlock } from './address-block.ts';

test.each([
  ['192.168.1.0/24', { family: 'ipv4', address: '192.168.1.0', prefix: 24 }],
  [' 10.0.0.7 ', { family: 'ipv4', address: '10.0.0.7', prefix: 32 }],
  ['0.0.0.0/0', { family: 'ipv4', address: '0.0.0.0', prefix: 0 }],
  ['fe80::/10', { family: 'ipv6', address: 'fe80::', prefix: 10 }],
  ['::1', { family: 'ipv6', address: '::1', prefix: 128 }],
  ['::ffff:10.0.0.1', { family: 'ipv6', address: '::ffff:10.0.0.1', prefix: 128 }],
  ['2001:db8:1:2:3:4:5:6', { family: 'ipv6', address: '2001:db8:1:2:3:4:5:6', prefix: 128 }],
])('%s is a block', (text, block) => {
  expect(parseAddressBlock(text)).toEqual(block);
});

test.each([
  '',
  'example.com',
  '10.0.0',
  '10.0.0.256',
  '010.0.0.1',
  '10.0.0.0/33',
  '10.0.0.0/',
  '10.0.0.0/8/8',
  '10.0.0.0/-1',
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '::1%lo',
  '::g',
])('%s is none', (text) => {
  expect(parseAddressBlock(text)).toBeUndefined();
});
