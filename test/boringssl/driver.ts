import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { createSshClient } from '../../src-main/node/ssh/ssh-client.ts';
import { vncResponse } from '../../src-main/node/net/vnc-response.ts';
import {
  deriveKey,
  newKeyParameters,
  parseVault,
  sealVault,
  unsealVault,
} from '../../src-main/node/vault/file-vault-format.ts';

/** What the driver is to do, as one line of standard input. */
export interface CryptoTask {
  readonly ssh: { readonly port: number; readonly user: string; readonly keyFile: string };
  readonly https: { readonly port: number; readonly caFile: string };
  readonly vault: { readonly passphrase: string; readonly sealed: string };
  readonly vnc: { readonly password: string; readonly challenge: readonly number[] };
}

/** What came of it, as one line of standard output. A text is what went wrong. */
export interface CryptoResult {
  /** The files at the root of the device over SFTP, or what went wrong. */
  readonly ssh: readonly string[] | string;
  /** The body over TLS, or the error without the right certificate's trust. */
  readonly https: string;
  readonly httpsUntrusted: string;
  /** The secrets of the given vault. */
  readonly unsealed: Readonly<Record<string, string>> | string;
  /** The same secrets sealed by this runtime under a new salt. */
  readonly sealed: string;
  readonly vnc: readonly number[];
}

const overSsh = async ({ port, user, keyFile }: CryptoTask['ssh']): Promise<readonly string[] | string> => {
  const client = createSshClient({ env: {}, platform: 'linux' });
  const signal = AbortSignal.timeout(20_000);
  const pem = readFileSync(keyFile, 'utf8');
  const dialled = await client.dial(
    {
      host: '127.0.0.1',
      port,
      user,
      next: async ({ type }) => (type === 'connected' ? { type: 'key', pem } : undefined),
      banner: () => undefined,
      outdated: [],
      knownKeyTypes: [],
      checkKey: async () => true,
    },
    signal,
  );
  if (!dialled.ok) return dialled.error.message;
  if (dialled.value.outcome !== 'open') return dialled.value.outcome;
  const files = await dialled.value.connection.files();
  const listed = files.ok ? await files.value.list('/') : files;
  dialled.value.connection.close();
  return listed.ok ? listed.value.map(({ name }) => name).toSorted() : listed.error.message;
};

const overTls = (port: number, ca: string | undefined): Promise<string> =>
  new Promise((resolve) => {
    const asked = request({ host: 'localhost', port, ...(ca === undefined ? {} : { ca }) }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => (text += part));
      answer.on('end', () => resolve(text));
    });
    asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    asked.end();
  });

const run = async (task: CryptoTask): Promise<CryptoResult> => {
  const file = parseVault(task.vault.sealed);
  const key = file.ok ? await deriveKey(task.vault.passphrase, file.value.parameters) : undefined;
  const opened = file.ok && key !== undefined ? unsealVault(file.value, key) : undefined;
  const secrets = opened?.ok === true ? opened.value : new Map<string, string>();
  const own = await deriveKey(task.vault.passphrase, newKeyParameters());
  return {
    ssh: await overSsh(task.ssh),
    https: await overTls(task.https.port, readFileSync(task.https.caFile, 'utf8')),
    httpsUntrusted: await overTls(task.https.port, undefined),
    unsealed: opened?.ok === true ? Object.fromEntries(secrets) : 'it was not opened',
    sealed: sealVault(secrets, own),
    vnc: [...vncResponse(task.vnc.password, Uint8Array.from(task.vnc.challenge))],
  };
};

const task = JSON.parse(readFileSync(0, 'utf8')) as CryptoTask;
process.stdout.write(`${JSON.stringify(await run(task))}\n`);
process.exit();
