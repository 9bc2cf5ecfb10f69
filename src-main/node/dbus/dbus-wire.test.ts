import { expect, test } from 'vitest';
import { decodeMessage, encodeMessage, type DBusMessage, type DBusValue } from './dbus-wire.ts';

const there = (signature: string, ...body: readonly DBusValue[]): readonly DBusValue[] => {
  const message: DBusMessage = {
    type: 'call',
    serial: 7,
    path: '/a/b',
    interface: 'org.example.A',
    member: 'Do',
    destination: ':1.5',
    signature,
    body,
  };
  const read = decodeMessage(encodeMessage(message));
  expect(read?.message).toMatchObject({ type: 'call', serial: 7, path: '/a/b', member: 'Do', destination: ':1.5' });
  return read?.message.body ?? [];
};

test('every type arrives as it was sent, whatever stands before it', () => {
  const body: readonly DBusValue[] = [
    ...[255, true, -2, 65_535, -70_000, 4_000_000_000, -5n, 2n ** 63n, 0.25],
    ...['Gerät_ü 😀', '/org/example', 'a{sv}'],
    { signature: 'ai', value: [1, 2, 3] },
    Uint8Array.of(1, 2, 3),
    [
      [1, 'one'],
      [2, 'two'],
    ],
    [['key', { signature: '(yx)', value: [9, 10n] }]],
    [],
  ];
  expect(there('ybnqiuxtdsogvaya(is)a{sv}a(xs)', ...body)).toEqual(body);
});

test('a picture larger than any buffer arrives whole', () => {
  const picture = Uint8Array.from({ length: 40_000 }, (_, index) => index % 251);
  expect(there('sa(iiay)', 'before', [[100, 100, picture]])).toEqual(['before', [[100, 100, picture]]]);
});

test('a text can neither end early nor break the bus', () => {
  expect(there('s', 'a\0b')).toEqual(['ab']);
  expect(there('s', 'half \ud83d')).toEqual(['half \ufffd']);
});

test('messages are cut where they end, and a part of one waits for the rest', () => {
  const one = encodeMessage({ type: 'signal', serial: 1, member: 'A', signature: 's', body: ['x'] });
  const two = encodeMessage({ type: 'error', serial: 2, replySerial: 9, errorName: 'e.F', signature: '', body: [] });
  for (let length = 0; length < one.length; length += 1) expect(decodeMessage(one.subarray(0, length))).toBeUndefined();
  const first = decodeMessage(Buffer.concat([one, two]));
  expect(first?.length).toBe(one.length);
  expect(decodeMessage(two)?.message).toMatchObject({ type: 'error', replySerial: 9, errorName: 'e.F' });
});

test('reads the other order of bytes', () => {
  // As dbus-daemon on a big-endian computer would pass it on: a signal, serial 1, `u` 258.
  const header = Buffer.from([
    ...[0x42, 4, 0, 1, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 7],
    ...[8, 1, 0x67, 0, 1, 0x75, 0, 0, 0, 0, 1, 2],
  ]);
  expect(decodeMessage(header)?.message).toMatchObject({ type: 'signal', serial: 1, signature: 'u', body: [258] });
});

test('what is no message is refused, not waited for', () => {
  expect(() => decodeMessage(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toThrow(RangeError);
  const long = encodeMessage({ type: 'signal', serial: 1, signature: '', body: [] });
  long.writeUInt32LE(0x7f_ff_ff_ff, 4);
  expect(() => decodeMessage(long)).toThrow(RangeError);
  expect(() => encodeMessage({ type: 'signal', serial: 1, signature: 'u', body: ['text'] })).toThrow(TypeError);
});
