import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostKeyFingerprint, HostKeyReader } from '../../src-main/core/ssh/host-key.ts';
import { sniff } from '../../src-main/core/forward/sniff-service.ts';
import { startSshd } from '../support/sshd.ts';
import type { AddressInfo } from 'node:net';
import type { Sshd } from '../support/sshd.ts';

const run = promisify(execFile);
const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

describe('the host key of a real sshd, read from what passes', () => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(async () => {
    await sshd.dispose();
  });

  it.each([
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group14-sha256',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group-exchange-sha256',
    'sntrup761x25519-sha512@openssh.com',
  ])('is found with %s', async (kex) => {
    const reader = new HostKeyReader();
    let first: Buffer | undefined;
    const relay = createServer((near) => {
      const far = connect({ host: '127.0.0.1', port: sshd.port });
      far.on('data', (bytes: Buffer) => {
        first ??= Buffer.from(bytes);
        reader.feed(bytes);
      });
      for (const socket of [near, far]) socket.on('error', () => [near, far].forEach((end) => end.destroy()));
      near.pipe(far).pipe(near);
    }).listen(0, '127.0.0.1');
    await once(relay, 'listening');
    const { port } = relay.address() as AddressInfo;
    const options = [`KexAlgorithms=${kex}`, 'StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null'];
    const words = ['BatchMode=yes', 'IdentitiesOnly=yes', ...options].flatMap((option) => ['-o', option]);
    const ssh = run('ssh', ['-F', 'none', '-p', String(port), '-i', sshd.clientKey, ...words, '127.0.0.1', 'true']);
    await ssh;
    const closed = once(relay, 'close');
    relay.close();
    await closed;

    expect(sniff(first ?? Buffer.alloc(0))).toBe('ssh');
    const { progress } = reader;
    if (progress.state !== 'found') throw new Error(`no key: ${JSON.stringify(progress)}`);
    const [type = '', blob = ''] = (await sshd.hostPublicKey()).split(' ');
    expect(progress.key.type).toBe(type);
    expect(Buffer.from(progress.key.blob).toString('base64')).toBe(blob);
    expect(progress.key.banner).toMatch(/^SSH-2\.0-OpenSSH/);
    expect(hostKeyFingerprint(progress.key, sha256)).toBe(
      `SHA256:${createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64').replace(/=$/, '')}`,
    );
  });
});
