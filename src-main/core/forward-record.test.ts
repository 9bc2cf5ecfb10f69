import { expect, test } from 'vitest';
import { parseForwardRecords } from './forward-record.ts';

const record = {
  id: 'f1',
  deviceKey: 'acme/one',
  serviceId: 'ssh:22',
  serviceKind: 'ssh',
  port: 33_000,
  listening: true,
};

test('a record that cannot be read is dropped alone', () => {
  const second = { ...record, id: 'f2', serviceId: 'http:80', serviceKind: 'http', port: 33_001, listening: false };
  const bad = [null, 7, {}, { ...record, port: 0 }, { ...record, port: 70_000 }, { ...record, serviceKind: 'telnet' }];
  expect(parseForwardRecords({ forwards: [...bad, record, second] })).toEqual({ forwards: [record, second] });
});

test('no two forwards share an id, a port or a service', () => {
  const repeats = [
    { ...record, port: 33_001, serviceId: 'http:80' },
    { ...record, id: 'f2', serviceId: 'http:80' },
    { ...record, id: 'f2', port: 33_001 },
  ];
  expect(parseForwardRecords({ forwards: [record, ...repeats] })).toEqual({ forwards: [record] });
});

test('what is no such document is refused whole, so that it is set aside and not overwritten', () => {
  for (const value of [undefined, null, [], 'x', {}, { forwards: {} }])
    expect(parseForwardRecords(value)).toBeUndefined();
});
