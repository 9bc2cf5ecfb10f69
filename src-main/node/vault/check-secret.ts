import { fail, ok } from '../../core/base/errors.ts';
import type { Result } from '../../core/base/errors.ts';

/** Bytes of one secret: Windows' credential store takes 2,560. */
export const maxSecretBytes = 2500;

/** The checks of every vault, so that a secret can move between them. Error: invalid-input. */
export const checkSecret = (key: string, secret: string): Result<void> => {
  if (key === '' || key.includes('\0')) {
    return fail(
      'invalid-input',
      'The name of a secret is empty or holds a NUL character.',
      'Report this to the makers of Quayside.',
    );
  }
  if (secret === '') return fail('invalid-input', 'The secret is empty.', 'Enter the secret and save again.');
  if (secret.includes('\0')) {
    return fail(
      'invalid-input',
      'The secret holds a NUL character, which key stores cut off.',
      'Copy the secret again from the vendor.',
    );
  }
  if (!secret.isWellFormed() || secret.includes('\uFFFD')) {
    return fail('invalid-input', 'The secret is not valid text.', 'Copy the secret again from the vendor.');
  }
  const bytes = Buffer.byteLength(secret, 'utf8');
  if (bytes > maxSecretBytes) {
    return fail(
      'invalid-input',
      `The secret is ${bytes.toLocaleString('en')} bytes long; the vault takes ${maxSecretBytes.toLocaleString('en')}.`,
      'Use a shorter key, for example Ed25519 in place of RSA.',
    );
  }
  return ok(undefined);
};
