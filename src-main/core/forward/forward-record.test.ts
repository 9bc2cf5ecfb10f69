import { expect, test } from 'vitest';
import { forwardRecordsFormat } from './forward-record.ts';

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
  expect(forwardRecordsFormat.parse({ forwards: [...bad, record, second] })).toEqual({ forwards: [record, second] });
});

test('no two forwards share an id, a port or a service', () => {
  const repeats = [
    { ...record, port: 33_001, serviceId: 'http:80' },
    { ...record, id: 'f2', serviceId: 'http:80' },
    { ...record, id: 'f2', port: 33_001 },
  ];
  expect(forwardRecordsFormat.parse({ forwards: [record, ...repeats] })).toEqual({ forwards: [record] });
});

test('what is no such document is refused whole, so that it is set aside and not overwritten', () => {
  for (const value of [undefined, null, [], 'x', {}, { forwards: {} }])
    expect(forwardRecordsFormat.parse(value)).toBeUndefined();
});

test('a share whose sources cannot be read is none, and no two devices keep one address', () => {
  const base = { deviceKey: 'a/1', serviceKind: 'ssh', listening: true };
  const read = forwardRecordsFormat.parse({
    forwards: [
      { ...base, id: 'f1', serviceId: 'ssh:22', port: 1, share: ['10.0.0.0/8', 'all'], limits: { maxDials: 3, x: 1 } },
      { ...base, id: 'f2', serviceId: 'ssh:23', port: 2, share: ['all'], limits: 'no' },
    ],
    addresses: { 'a/1': '127.64.0.1', 'a/2': '127.64.0.1', 'a/3': '10.0.0.1', 'a/4': '127.0.0.1' },
  });
  expect(read?.forwards).toMatchObject([{ share: ['10.0.0.0/8'], limits: { maxDials: 3 } }, { id: 'f2' }]);
  expect(read?.forwards[0]?.limits).toEqual({ maxDials: 3 });
  expect(read?.forwards[1]).not.toHaveProperty('share');
  expect(read?.addresses).toEqual({ 'a/1': '127.64.0.1' });
});
