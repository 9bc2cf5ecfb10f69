import { expect, test } from 'vitest';
import { deviceAddress, isDeviceAddress } from './device-address.ts';
import { isLoopback } from '../base/loopback.ts';

test('a device has the same address every time, and no two share one', () => {
  const taken = new Set<string>();
  for (let device = 0; device < 5_000; device += 1) {
    const address = deviceAddress(`acme/${device}`, taken);
    expect(isLoopback(address) && isDeviceAddress(address), address).toBe(true);
    expect(taken.has(address)).toBe(false);
    taken.add(address);
  }
  expect(deviceAddress('acme/one', new Set())).toBe(deviceAddress('acme/one', new Set()));
  const first = deviceAddress('acme/one', new Set());
  expect(deviceAddress('acme/one', new Set([first]))).not.toBe(first);
});

test.each(['127.0.0.1', '127.64.0.0', '127.64.0.255', '127.128.0.1', '10.64.0.1', '127.64.1', '127.64.0.1.1', 'x'])(
  '%s is no device address',
  (text) => {
    expect(isDeviceAddress(text)).toBe(false);
  },
);
