import { describe, expect, it, test } from 'vitest';
import { certificateDigits, readRdpAnswer } from './rdp-certificate.ts';

const answer = (...negotiation: readonly number[]): Uint8Array =>
  Uint8Array.of(3, 0, 0, 11 + negotiation.length, 6 + negotiation.length, 0xd0, 0, 0, 0x12, 0x34, 0, ...negotiation);

describe('the answer of an RDP server to the offer of TLS', () => {
  // Values of [MS-RDPBCGR] 2.2.1.2.1 and 2.2.1.2.2.
  it.each([
    ['TLS', answer(2, 0, 8, 0, 1, 0, 0, 0), 'tls'],
    ['CredSSP, which begins with TLS', answer(2, 0x1f, 8, 0, 2, 0, 0, 0), 'tls'],
    ['its own encryption', answer(2, 0, 8, 0, 0, 0, 0, 0), 'plain'],
    ['SSL_NOT_ALLOWED_BY_SERVER', answer(3, 0, 8, 0, 2, 0, 0, 0), 'plain'],
    ['nothing of it, as servers before Windows Vista', answer(), 'plain'],
    ['half of it', answer(2, 0, 8, 0, 1, 0, 0, 0).subarray(0, 12), 'more'],
    ['nothing yet', new Uint8Array(), 'more'],
    ['SSH', new TextEncoder().encode('SSH-2.0-OpenSSH_9.2'), undefined],
    ['another message of X.224', Uint8Array.of(3, 0, 0, 11, 6, 0x80, 0, 0, 0, 0, 0), undefined],
  ])('%s', (_what, bytes, said) => {
    expect(readRdpAnswer(bytes)).toBe(said);
  });
});

test('a fingerprint is written as OpenSSL writes it', () => {
  expect(certificateDigits('SHA256:AP8QIA')).toBe('00:FF:10:20');
});
