import { expect, test } from 'vitest';
import { certificateFault, readCertificate, readPublicLine } from './certificate.ts';

// Made with ssh-keygen of OpenSSH 9.2; `ssh-keygen -L` says the same of them.
const user =
  'ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAILpoy7cxo2TBHqUiTRUIybAu6wkP9FZeDpZuj2C7iVbJAAAAIPnG2vg6cq+5zQvPLT1ionvmEQoJEu/o9hlViKgpOGEZAAAAAAAAAAAAAAABAAAAAm1lAAAADwAAAAJwaQAAAAVhZG1pbgAAAABpVbkAAAAAAGs27IAAAAAAAAAAggAAABVwZXJtaXQtWDExLWZvcndhcmRpbmcAAAAAAAAAF3Blcm1pdC1hZ2VudC1mb3J3YXJkaW5nAAAAAAAAABZwZXJtaXQtcG9ydC1mb3J3YXJkaW5nAAAAAAAAAApwZXJtaXQtcHR5AAAAAAAAAA5wZXJtaXQtdXNlci1yYwAAAAAAAAAAAAAAMwAAAAtzc2gtZWQyNTUxOQAAACAyg1enIQUp28u0Y9145RKpzxjZg7YE8DT8F1333LMv6QAAAFMAAAALc3NoLWVkMjU1MTkAAABArVPEzUPnt0mvYzcFV9LNsnLHrCL7DEXlqwWPM8+NX8CHGGrqxMlegjah2oKRy6YDVexgz7mR95vAPUvw72xSCA==';
const host =
  'ecdsa-sha2-nistp256-cert-v01@openssh.com AAAAKGVjZHNhLXNoYTItbmlzdHAyNTYtY2VydC12MDFAb3BlbnNzaC5jb20AAAAggo/SnzbIe2K0bCeF/t2Fd+bMQhX6PEfES0xFGcXgAOoAAAAIbmlzdHAyNTYAAABBBAmtTMjbhSQIcnIXvkWVl3p3EZjTiFVhb5fTufwzYmehUeDaWRpQSEBfMhJwNe783IRUQfP9BzJScBu9vLEcm04AAAAAAAAAAAAAAAIAAAABaAAAAAAAAAAAAAAAAP//////////AAAAAAAAAAAAAAAAAAAAMwAAAAtzc2gtZWQyNTUxOQAAACAyg1enIQUp28u0Y9145RKpzxjZg7YE8DT8F1333LMv6QAAAFMAAAALc3NoLWVkMjU1MTkAAABAShpBL+6NfrieFBnUWKizfBiToOijuQZnBSx1HdJi4r+Zm54Ppvq950v4lzVetO/n6vgd4flvPwse/zPgIPg7BA==';
const plain = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPnG2vg6cq+5zQvPLT1ionvmEQoJEu/o9hlViKgpOGEZ';

const read = (line: string) => readCertificate(readPublicLine(line) ?? new Uint8Array(0));

test('a user’s certificate is read: its key, its users and its time', () => {
  expect(read(user)).toEqual({
    keyType: 'ssh-ed25519',
    key: readPublicLine(plain),
    kind: 'user',
    principals: ['pi', 'admin'],
    validAfter: Date.UTC(2026, 0, 1),
    validBefore: Date.UTC(2027, 0, 1),
  });
});

test('a host’s certificate without an end and names is for all of them, for ever', () => {
  expect(read(host)).toMatchObject({
    keyType: 'ecdsa-sha2-nistp256',
    kind: 'host',
    principals: [],
    validAfter: undefined,
    validBefore: undefined,
  });
});

test('what is no certificate, or only part of one, is none', () => {
  expect(read(plain)).toBeUndefined();
  const blob = readPublicLine(user) ?? new Uint8Array(0);
  for (let length = 0; length < 150; length += 1) expect(readCertificate(blob.subarray(0, length))).toBeUndefined();
  expect(readPublicLine('ssh-rsa AAAA')).toBeUndefined();
  expect(readPublicLine(`# ${plain}`)).toBeUndefined();
  expect(readPublicLine(plain.replace('ssh-ed25519', 'ssh-rsa'))).toBeUndefined();
});

test('why a device cannot take a certificate is said, and nothing where it may', () => {
  const certificate = read(user);
  const other = read(host);
  if (certificate === undefined || other === undefined) throw new Error('no certificate');
  const within = Date.UTC(2026, 5, 1);
  expect(certificateFault(certificate, 'pi', within)).toBeUndefined();
  expect(certificateFault(certificate, 'root', within)).toContain('for pi, admin');
  expect(certificateFault(certificate, 'pi', Date.UTC(2027, 0, 1))).toContain('ended on 2027-01-01 00:00 UTC');
  expect(certificateFault(certificate, 'pi', Date.UTC(2025, 0, 1))).toContain('begins on 2026-01-01 00:00 UTC');
  expect(certificateFault(other, 'pi', within)).toContain('for a host');
  expect(certificateFault({ ...other, kind: 'user' }, 'anybody', 0)).toBeUndefined();
});
