import { describe, expect, it } from 'vitest';
import { deviceFacts, parseDeviceFacts, sameDeviceFacts } from './device-facts.ts';

describe('facts of a device', () => {
  it('leave out what the vendor did not tell', () => {
    expect(deviceFacts({ platform: 'Linux', os: '', owner: null, permissions: [], attributes: {} })).toEqual({
      platform: 'Linux',
    });
    expect(deviceFacts({ platform: '', attributes: {} })).toBeUndefined();
  });

  it('come back from the disk as they were', () => {
    const facts = {
      platform: 'Raspberry Pi',
      createdAt: 1_700_000_000_000,
      availability: 99.5,
      permissions: ['VIEW', 'CONNECT'],
      attributes: { rack: 'B4' },
    };
    expect(parseDeviceFacts(JSON.parse(JSON.stringify(facts)))).toEqual(facts);
  });

  it('leave out a stored value of another form, and keep the rest', () => {
    expect(
      parseDeviceFacts({
        platform: 7,
        createdAt: 'yesterday',
        availability: Number.NaN,
        permissions: ['VIEW', 3],
        attributes: { rack: 'B4', depth: 7 },
        unheardOf: 'x',
      }),
    ).toEqual({ permissions: ['VIEW'], attributes: { rack: 'B4' } });
    for (const value of [undefined, null, 'text', [], 4]) expect(parseDeviceFacts(value)).toBeUndefined();
  });

  it('are the same when every value is, in lists and records too', () => {
    const facts = { owner: 'ada', permissions: ['VIEW'], attributes: { rack: 'B4' } };
    expect(sameDeviceFacts(facts, structuredClone(facts))).toBe(true);
    expect(sameDeviceFacts(facts, undefined)).toBe(false);
    expect(sameDeviceFacts(facts, { ...facts, owner: 'bob' })).toBe(false);
    expect(sameDeviceFacts(facts, { ...facts, permissions: ['VIEW', 'ADMIN'] })).toBe(false);
    expect(sameDeviceFacts(facts, { ...facts, attributes: { rack: 'B5' } })).toBe(false);
    expect(sameDeviceFacts(facts, { ...facts, attributes: { shelf: 'B4' } })).toBe(false);
    expect(sameDeviceFacts(facts, { ...facts, city: 'Lyon' })).toBe(false);
  });
});
