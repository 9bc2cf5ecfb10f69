import { expect, test } from 'vitest';
import { isPrivatePem, readOpenSshPrivate } from './private-key.ts';

const string = (value: string | Uint8Array): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(value));
  return Buffer.concat([length, Buffer.from(value)]);
};
const key = Buffer.concat([string('sk-ssh-ed25519@openssh.com'), string(Buffer.alloc(32, 7)), string('ssh:')]);
/** The form of PROTOCOL.key of OpenSSH; what is encrypted in it is not looked at. */
const bytes = Buffer.concat([
  Buffer.from('openssh-key-v1\0'),
  string('aes256-ctr'),
  string('bcrypt'),
  string(Buffer.alloc(24, 1)),
  Buffer.of(0, 0, 0, 1),
  string(key),
  string(Buffer.alloc(160, 2)),
]);
const pem = (of: Buffer): string => {
  const lines = of.toString('base64').match(/.{1,70}/g) ?? [];
  return [`-----BEGIN ${'OPENSSH'} PRIVATE KEY-----`, ...lines, `-----END ${'OPENSSH'} PRIVATE KEY-----`, ''].join(
    '\n',
  );
};

test('the public key is read out of an encrypted private one', () => {
  expect(Buffer.from(readOpenSshPrivate(pem(bytes)) ?? [])).toEqual(key);
});

test('what is no such key, or part of one, has none', () => {
  for (let length = 0; length < 64; length += 1)
    expect(readOpenSshPrivate(pem(bytes.subarray(0, length)))).toBeUndefined();
  expect(readOpenSshPrivate(pem(Buffer.alloc(200)))).toBeUndefined();
  expect(readOpenSshPrivate('')).toBeUndefined();
});

test('a private key of any form is told from other texts', () => {
  for (const kind of ['OPENSSH ', '', 'ENCRYPTED ', 'EC '])
    expect(isPrivatePem(`-----BEGIN ${kind}PRIVATE KEY-----\n`)).toBe(true);
  expect(isPrivatePem('-----BEGIN CERTIFICATE-----\n')).toBe(false);
});
