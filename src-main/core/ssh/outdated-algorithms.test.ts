import { expect, test } from 'vitest';
import { judgeSshOffer, outdatedOptions, readSshOffer, type SshOffer } from './outdated-algorithms.ts';

const ours: SshOffer = {
  kex: ['curve25519-sha256'],
  hostKey: ['ssh-ed25519'],
  cipher: ['aes128-gcm@openssh.com', 'aes128-ctr'],
  mac: ['hmac-sha2-256'],
};

const list = (text: string): Buffer => Buffer.concat([Buffer.from([0, 0, 0, text.length]), Buffer.from(text)]);
/** A server's greeting and its SSH_MSG_KEXINIT, by RFC 4253. */
const offerOf = (...lists: readonly string[]): Buffer => {
  const payload = Buffer.concat([Buffer.from([20]), Buffer.alloc(16, 7), ...lists.map(list), Buffer.alloc(5)]);
  const head = Buffer.from([0, 0, 0, payload.length + 5, 4]);
  return Buffer.concat([Buffer.from('Hello\r\nSSH-2.0-old\r\n'), head, payload, Buffer.alloc(4)]);
};

test('the offer is read once it is whole, after any lines that greet', () => {
  const bytes = offerOf('diffie-hellman-group1-sha1', 'ssh-rsa,ssh-dss', '3des-cbc', 'aes128-cbc', 'hmac-md5', 'none');
  const whole = {
    kex: ['diffie-hellman-group1-sha1'],
    hostKey: ['ssh-rsa', 'ssh-dss'],
    cipher: ['3des-cbc'],
    mac: ['hmac-md5'],
  };
  expect(readSshOffer(bytes)).toEqual(whole);
  for (let length = 0; length < bytes.length - 40; length += 1)
    expect(readSshOffer(bytes.subarray(0, length))).toBeUndefined();
  expect(readSshOffer(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))).toBeUndefined();
});

test('only what is missing has to be allowed, and the best of it', () => {
  const judge = (offer: Partial<SshOffer>) => judgeSshOffer({ ...ours, ...offer }, ours);
  expect(judge({})).toEqual({ needed: [], missing: [] });
  expect(judge({ kex: ['diffie-hellman-group1-sha1', 'diffie-hellman-group14-sha1'] })).toEqual({
    needed: ['diffie-hellman-group14-sha1'],
    missing: [],
  });
  // A cipher that authenticates needs no MAC.
  expect(judge({ mac: ['hmac-md5'] })).toEqual({ needed: [], missing: [] });
  expect(judge({ cipher: ['aes128-ctr'], mac: ['hmac-md5'] })).toEqual({ needed: ['hmac-md5'], missing: [] });
  expect(judge({ hostKey: ['ssh-dss'] })).toEqual({ needed: [], missing: ['ssh-dss'] });
});

test('OpenSSH is told each kind by its own option, and nothing where nothing is allowed', () => {
  expect(outdatedOptions([], undefined)).toEqual([]);
  expect(outdatedOptions(['3des-cbc', 'aes128-cbc', 'ssh-rsa', 'unknown'], undefined)).toEqual([
    'HostKeyAlgorithms=+ssh-rsa',
    'PubkeyAcceptedKeyTypes=+ssh-rsa',
    'Ciphers=+aes128-cbc,3des-cbc',
  ]);
});
