import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, test } from 'vitest';
import { makeCertificate } from '../../../test/support/company-network.ts';
import { CompanyCertificates, readCertificates } from './company-certificates.ts';

const folder = mkdtempSync(join(tmpdir(), 'quayside-certificates-'));
afterAll(() => rmSync(folder, { recursive: true }));
const { key, certificate } = makeCertificate('company.example');
const file = (text: string): string => {
  const path = join(folder, 'file');
  writeFileSync(path, text, 'latin1');
  return path;
};

test('all certificates of a file are read, whatever stands between them', () => {
  const bag = `subject=CN = company.example\r\n${certificate.replaceAll('\n', '\r\n')}\n# another\n${certificate}`;
  expect(readCertificates(file(bag))).toMatchObject({ ok: true, value: { length: 2 } });
});

it.each([
  ['nothing in it', () => file(''), 'holds no certificate in PEM form'],
  [
    'DER',
    () => file(Buffer.from(certificate.split('\n').slice(1, -2).join(''), 'base64').toString('latin1')),
    'holds no certificate in PEM form',
  ],
  ['a key', () => file(key), 'holds a private key'],
  ['a key beside the certificate', () => file(certificate + key), 'holds a private key'],
  [
    'a broken certificate',
    () => file(certificate + certificate.replace(/^MI/m, 'AA')),
    'holds a certificate that cannot be read (number 2)',
  ],
  ['no file', () => join(folder, 'gone'), 'is not there'],
  ['a folder', () => folder, 'cannot be read'],
  ['a path from elsewhere', () => 'company.pem', 'is not named with its whole path'],
])('a file with %s is refused in words', (_what, path, words) => {
  expect(readCertificates(path())).toMatchObject({
    ok: false,
    error: { kind: 'invalid-input', message: expect.stringContaining(words) },
  });
});

test('a file of the environment that cannot be used is told in the hint of the failure it leads to', () => {
  const certificates = new CompanyCertificates({ QUAYSIDE_CA_FILE: join(folder, 'gone') });
  expect(certificates.hint).toContain(`${join(folder, 'gone')}, is not there`);
});
