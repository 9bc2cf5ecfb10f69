import { fail, ok } from '../base/errors.ts';
import type { Result } from '../base/errors.ts';
import type { Random } from '../base/clock.ts';

const maxLength = 80;

/** The label to store: trimmed, 1 to 80 characters on one line. Errors: invalid-input. */
export const normaliseLabel = (text: string): Result<string> => {
  const label = text.trim().normalize('NFC');
  if (label === '') return fail('invalid-input', 'The label is empty.', 'Give the account a name of your own.');
  if (label.length > maxLength || /\p{Cc}/u.test(label)) {
    return fail(
      'invalid-input',
      'The label is too long or holds line ends.',
      `Use up to ${maxLength} characters on one line.`,
    );
  }
  return ok(label);
};

/** The key by which labels are compared. */
export const labelKey = (label: string): string => label.trim().normalize('NFC').toLowerCase();

/** A new account id: readable as the name of a folder, and never used before. */
export const makeAccountId = (label: string, isTaken: (id: string) => boolean, random: Random): string => {
  const slug = label
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 32)
    .replace(/^-+|-+$/g, '');
  for (let n = 0; ; n += 1) {
    const tail = Array.from({ length: 6 + n }, () => Math.min(35, Math.floor(random() * 36)).toString(36)).join('');
    const id = `${slug === '' ? 'account' : slug}-${tail}`;
    if (!isTaken(id)) return id;
  }
};
