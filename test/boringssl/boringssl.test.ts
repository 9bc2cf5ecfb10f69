import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { boringSslRuntime } from '../../build/boringssl.mjs';
import {
  deriveKey,
  newKeyParameters,
  parseVault,
  sealVault,
  unsealVault,
} from '../../src-main/node/vault/file-vault-format.ts';
import { makeAuthority } from '../support/company-network.ts';
import { startSshd, type Sshd } from '../support/sshd.ts';
import type { CryptoResult, CryptoTask } from './driver.ts';

const passphrase = 'correct horse battery';
const secrets = { token: 'tök€n', other: 'x'.repeat(3000) };
const challenge = [...Array.from({ length: 16 }, (_, at) => at * 7)];
const cleanups: (() => unknown)[] = [];
let sshd: Sshd;
let onOpenSsl: CryptoResult;
let onBoringSsl: CryptoResult;

/** What a runtime makes of a task. */
const driven = async (program: string, task: CryptoTask): Promise<CryptoResult> => {
  const child = spawn(program, [join(import.meta.dirname, 'driver.ts')], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(task));
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  await once(child, 'close');
  return JSON.parse(out) as CryptoResult;
};

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quayside-boringssl-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  sshd = await startSshd();
  cleanups.push(() => sshd.dispose());
  const made = makeAuthority('localhost');
  const server = createServer({ key: made.key, cert: made.certificate }, (_request, response) =>
    response.end('over TLS'),
  );
  server.listen(0, 'localhost');
  await once(server, 'listening');
  cleanups.push(() => server.close());
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, made.authority);
  const task: CryptoTask = {
    ssh: { port: sshd.port, user: sshd.user, keyFile: sshd.clientKey },
    https: { port: (server.address() as AddressInfo).port, caFile },
    vault: {
      passphrase,
      sealed: sealVault(new Map(Object.entries(secrets)), await deriveKey(passphrase, newKeyParameters())),
    },
    vnc: { password: 'secret', challenge },
  };
  onOpenSsl = await driven(process.execPath, task);
  onBoringSsl = await driven(boringSslRuntime(), task);
}, 60_000);

afterAll(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

test('SSH: the handshake with a real sshd, a key, and SFTP', async () => {
  expect(onBoringSsl.ssh).toEqual((await readdir('/')).toSorted());
  expect(onBoringSsl.ssh).toEqual(onOpenSsl.ssh);
});

test('TLS: an authority of one’s own is trusted where it is named, and nowhere else', () => {
  expect(onBoringSsl.https).toBe('over TLS');
  expect(onBoringSsl.httpsUntrusted).not.toBe('over TLS');
  expect(onOpenSsl).toMatchObject({ https: 'over TLS' });
});

test('the vault’s file: each opens what the other has sealed', async () => {
  expect(onBoringSsl.unsealed).toEqual(secrets);
  const file = parseVault(onBoringSsl.sealed);
  if (!file.ok) throw new Error(file.error.message);
  const opened = unsealVault(file.value, await deriveKey(passphrase, file.value.parameters));
  expect(opened.ok && Object.fromEntries(opened.value)).toEqual(secrets);
});

test('VNC: the same answer to the same challenge', () => {
  expect(onBoringSsl.vnc).toHaveLength(16);
  expect(onBoringSsl.vnc).toEqual(onOpenSsl.vnc);
});
