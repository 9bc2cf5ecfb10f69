import { expect, it } from 'vitest';
import { interfacesNow, isCutOff } from './own-addresses.ts';

it('interfaces are those told last where the system cannot tell them', () => {
  const told = interfacesNow();
  const again = interfacesNow(() => {
    throw Object.assign(new Error('uv_interface_addresses'), { errno: 24 });
  });
  expect(Object.keys(again)).toEqual(Object.keys(told));
});

it('no socket counts as cut off while this computer’s addresses are not known', () => {
  expect(isCutOff({ localAddress: '192.0.2.2' }, new Set())).toBe(false);
  expect(isCutOff({ localAddress: '192.0.2.2' }, new Set(['127.0.0.1']))).toBe(true);
  expect(isCutOff({ localAddress: '::ffff:192.0.2.2' }, new Set(['192.0.2.2']))).toBe(false);
});
