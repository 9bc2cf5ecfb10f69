import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  randomBytes,
  scrypt,
  timingSafeEqual,
} from 'node:crypto';
import { fail, ok } from '../../core/base/errors.ts';
import type { Failure, Result } from '../../core/base/errors.ts';

/**
 * The encrypted vault file: JSON with a header (format, key derivation, nonce), a check value of the key, the
 * encrypted map of secrets and a checksum over all of it. The checksum tells damage from a wrong passphrase.
 */

export interface KeyParameters {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
}

/** What a passphrase and a salt give: one half encrypts, the other only proves that the passphrase is right. */
export interface VaultKey {
  readonly parameters: KeyParameters;
  readonly encryption: Buffer;
  readonly check: Buffer;
}

export interface VaultFile {
  readonly parameters: KeyParameters;
  readonly nonce: Buffer;
  readonly check: Buffer;
  /** Ciphertext, then the 16 bytes of the authentication tag. */
  readonly data: Buffer;
}

const format = 'quayside-vault';
const version = 1;
const tagBytes = 16;

/** Memory one derivation may take, bytes: a file made by somebody else must not exhaust this computer. */
const maxMemory = 1024 ** 3;

export const corruptVault = (why: string): Failure =>
  fail(
    'vault-corrupt',
    `The vault file is damaged: ${why}.`,
    'Restore it from a backup, or move it away and enter the secrets of your accounts again.',
  );

/** Fresh parameters for a new file: scrypt with 128 MiB, about half a second. */
export const newKeyParameters = (): KeyParameters => ({ N: 2 ** 17, r: 8, p: 1, salt: randomBytes(32) });

/** Derives the key; takes about half a second in a thread of its own. */
export const deriveKey = (passphrase: string, parameters: KeyParameters): Promise<VaultKey> =>
  new Promise((resolve, reject) => {
    const { N, r, p, salt } = parameters;
    scrypt(passphrase.normalize('NFKC'), salt, 64, { N, r, p, maxmem: 128 * N * r * p + 1024 ** 2 }, (error, bytes) => {
      if (error instanceof Error) return reject(error);
      const check = createHmac('sha256', bytes.subarray(32)).update('quayside vault key check').digest();
      resolve({ parameters, encryption: bytes.subarray(0, 32), check });
    });
  });

/** Whether `key` was derived with these parameters. */
export const fits = (key: VaultKey, parameters: KeyParameters): boolean => {
  const own = key.parameters;
  return own.N === parameters.N && own.r === parameters.r && own.p === parameters.p && own.salt.equals(parameters.salt);
};

/** Whether the file was written with this key. */
export const opens = (key: VaultKey, file: VaultFile): boolean =>
  file.check.length === key.check.length && timingSafeEqual(file.check, key.check);

const header = ({ N, r, p, salt }: KeyParameters, nonce: Buffer, check: Buffer): object => ({
  format,
  version,
  kdf: { name: 'scrypt', N, r, p, salt: salt.toString('base64') },
  cipher: { name: 'aes-256-gcm', nonce: nonce.toString('base64') },
  check: check.toString('base64'),
});

const checksum = (head: object, data: string): string =>
  createHash('sha256').update(JSON.stringify(head)).update(data).digest('base64');

/** The text of a vault file holding `secrets`. */
export const sealVault = (secrets: ReadonlyMap<string, string>, key: VaultKey): string => {
  const nonce = randomBytes(12);
  const head = header(key.parameters, nonce, key.check);
  const cipher = createCipheriv('aes-256-gcm', key.encryption, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(JSON.stringify(head), 'utf8'));
  const plain = Buffer.from(JSON.stringify(Object.fromEntries(secrets)), 'utf8');
  const data = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64');
  return `${JSON.stringify({ ...head, data, checksum: checksum(head, data) }, undefined, 2)}\n`;
};

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});

const bytesOf = (value: unknown): Buffer =>
  typeof value === 'string' ? Buffer.from(value, 'base64') : Buffer.alloc(0);

const parameterProblem = ({ N, r, p, salt }: KeyParameters): string | undefined => {
  const whole = [N, r, p].every((value) => Number.isSafeInteger(value) && value > 0);
  if (!whole || (N & (N - 1)) !== 0) return 'its key parameters are no numbers that make sense';
  if (N < 2 ** 14 || r < 8 || salt.length < 16) return 'its key parameters are too weak to be ours';
  if (128 * N * r * p > maxMemory || p > 16 || salt.length > 64) return 'its key parameters would take too much memory';
  return undefined;
};

/** Reads the text of a vault file without a key. Error: vault-corrupt. */
export const parseVault = (text: string): Result<VaultFile> => {
  let document: Fields;
  try {
    document = fieldsOf(JSON.parse(text));
  } catch {
    return corruptVault('it is not complete');
  }
  if (document['format'] !== format) return corruptVault('it is not a vault of Quayside');
  if (document['version'] !== version) return corruptVault('it was written by a newer Quayside');
  const kdf = fieldsOf(document['kdf']);
  const cipher = fieldsOf(document['cipher']);
  if (kdf['name'] !== 'scrypt' || cipher['name'] !== 'aes-256-gcm') return corruptVault('its encryption is unknown');
  const parameters = { N: Number(kdf['N']), r: Number(kdf['r']), p: Number(kdf['p']), salt: bytesOf(kdf['salt']) };
  const problem = parameterProblem(parameters);
  if (problem !== undefined) return corruptVault(problem);
  const nonce = bytesOf(cipher['nonce']);
  const check = bytesOf(document['check']);
  const data = document['data'];
  if (nonce.length !== 12 || check.length !== 32 || typeof data !== 'string')
    return corruptVault('parts of it are missing');
  if (document['checksum'] !== checksum(header(parameters, nonce, check), data)) {
    return corruptVault('its contents do not match their checksum');
  }
  return ok({ parameters, nonce, check, data: bytesOf(data) });
};

/** The secrets of a file that `opens` with `key`. Error: vault-corrupt. */
export const unsealVault = (file: VaultFile, key: VaultKey): Result<Map<string, string>> => {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.encryption, file.nonce, { authTagLength: tagBytes });
    decipher.setAAD(Buffer.from(JSON.stringify(header(file.parameters, file.nonce, file.check)), 'utf8'));
    decipher.setAuthTag(file.data.subarray(-tagBytes));
    const plain = Buffer.concat([decipher.update(file.data.subarray(0, -tagBytes)), decipher.final()]);
    const entries = Object.entries(fieldsOf(JSON.parse(plain.toString('utf8'))));
    return ok(new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string')));
  } catch {
    return corruptVault('its contents were changed');
  }
};
