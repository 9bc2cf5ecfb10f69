import { z } from 'zod';
import { mapOf, parsedBy } from '../../core/base/stored-schemas.ts';
import type { Result } from '../../core/base/errors.ts';
import type { Account } from '../../core/fleet/account.ts';
import { normaliseLabel } from '../../core/fleet/account-label.ts';
import { normaliseBaseUrl } from '../../core/fleet/account-url.ts';
import type { DocumentFormat } from '../../core/base/document.ts';

type Vendors = readonly { readonly id: string }[];

const normalised = (normalise: (text: string) => Result<string>) =>
  z.string().transform((text, issues) => {
    const result = normalise(text);
    if (!result.ok) issues.addIssue(result.error.message);
    return result.ok ? result.value : z.NEVER;
  });

/**
 * All accounts or none: an unreadable entry would be lost with the next write, and its secrets with it, so the whole
 * file is set aside instead.
 */
const accountsSchema = (vendors: Vendors) =>
  z
    .array(
      z.object({
        id: z.string().regex(/^[a-z0-9-]+$/),
        vendor: z.string().refine((vendor) => vendors.some(({ id }) => id === vendor)),
        label: normalised(normaliseLabel),
        baseUrl: normalised(normaliseBaseUrl),
        fields: mapOf(z.string()).catch({}),
      }),
    )
    .refine((accounts) => new Set(accounts.map(({ id }) => id)).size === accounts.length);

/** The format of `accounts.json`. It holds no secrets. An account of an unknown vendor cannot be read. */
export const accountsFormat = (vendors: Vendors): DocumentFormat<readonly Account[]> => ({
  version: 1,
  migrations: [],
  parse: parsedBy(accountsSchema(vendors)),
  fallback: [],
});
