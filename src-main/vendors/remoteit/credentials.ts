import { z } from 'zod';
import { plainIssue } from '../../core/base/plain-issue.ts';
import type { CredentialForm, FormField } from '../vendor.ts';
import { isBase64 } from './signing.ts';

/** What an account needs: its secrets, its settings, and the forms that ask for them. */

const printable = z
  .string()
  .trim()
  .min(1)
  .regex(/^[\x21-\x7e]+$/, 'expected letters, digits and signs without spaces');

/** A form leaves what was not filled in as an empty text: that is the same as absent. */
const withoutEmpty = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).filter(([, field]) => field !== ''))
    : value;

const filled = (fields: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined));

const accessKey = z
  .strictObject({
    accessKeyId: printable.refine((id) => !/["\\]/.test(id), 'expected an access key id'),
    secretAccessKey: printable.refine(isBase64, 'expected the secret as remote.it showed it, in base64'),
    developerKey: printable.optional(),
  })
  .transform(filled);
const session = z.strictObject({ developerKey: printable, token: printable });
const password = z.strictObject({
  developerKey: printable,
  username: z.string().trim().min(1),
  password: z.string().min(1),
});

/** The way of signing in that was meant, so that what is wrong can be named. */
const wayOf = (given: Readonly<Record<string, unknown>>): z.ZodType<Readonly<Record<string, string>>> => {
  if ('token' in given) return session;
  return 'username' in given || 'password' in given ? password : accessKey;
};

/** What the vault holds for an account: an access key, a session token, or a password. */
export const remoteItSecrets = z.preprocess(
  withoutEmpty,
  z.looseObject({}).transform((given, context): Readonly<Record<string, string>> => {
    const read = wayOf(given).safeParse(given);
    if (read.success) return read.data;
    for (const issue of read.error.issues)
      context.addIssue({ code: 'custom', path: [...issue.path], message: plainIssue(issue), input: issue.input });
    return z.NEVER;
  }),
);

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, 'expected a whole number')
    .refine((value) => Number(value) >= least && Number(value) <= most, `expected ${least} to ${most}`);

/** How requests are signed with an access key. */
export const signatureDialects = ['draft', 'rfc9421'] as const;

/** Lets the first address that connects through, and no other. */
export const latch = '255.255.255.255';

/** Settings of an account that are not secret. */
export const remoteItFields = z.preprocess(
  withoutEmpty,
  z
    .strictObject({
      signature: z.enum(signatureDialects).optional(),
      graphqlPath: z
        .string()
        .trim()
        .regex(/^(?:\/[\w.~-]+)+$/, 'expected a path such as /graphql/v1')
        .refine((path) => !/\/\.{1,2}(?:\/|$)/.test(path), 'expected a path such as /graphql/v1')
        .optional(),
      eventsUrl: z
        .url({ protocol: /^wss?$/ })
        .trim()
        .optional(),
      organisation: z.string().trim().min(1).max(200).optional(),
      hostIP: z.ipv4('expected an address such as 203.0.113.7').optional(),
      pageSize: wholeNumber(1, 1000).optional(),
      requestsPerMinute: wholeNumber(1, 6000).optional(),
    })
    .transform(filled),
);

const secret = (name: string, label: string, help: string, required = true): FormField => ({
  name,
  label,
  help,
  secret: true,
  required,
});
const setting = (name: string, label: string, help: string, placeholder: string): FormField => ({
  name,
  label,
  help,
  secret: false,
  required: false,
  placeholder,
});

const common: readonly FormField[] = [
  setting(
    'hostIP',
    'Allow tunnels from this address only',
    'Your public address. Empty means the first address that connects; 0.0.0.0 means anybody.',
    latch,
  ),
  setting(
    'requestsPerMinute',
    'Requests a minute',
    'remote.it publishes no limit. Lower it if remote.it limits you.',
    '300',
  ),
];

export const remoteItCredentialForms: readonly CredentialForm[] = [
  {
    id: 'accessKey',
    title: 'Access key',
    why: 'Recommended: it works with two-factor sign-in, no password is stored, and you can revoke it at any time.',
    fields: [
      secret('accessKeyId', 'Access key id', 'In your remote.it account, under “Access Keys”.'),
      secret('secretAccessKey', 'Secret access key', 'Shown once, when the access key is made.'),
      secret('developerKey', 'Developer key', 'Needed for operations of the older REST API only.', false),
      {
        name: 'signature',
        label: 'Signature',
        help: 'How requests are signed. Leave it at draft unless remote.it asks for RFC 9421.',
        secret: false,
        required: false,
        options: signatureDialects,
      },
      setting(
        'graphqlPath',
        'GraphQL path',
        'Where the API is below the base URL: /api/graphql at cloud.remote.it.',
        '/graphql/v1',
      ),
      setting(
        'eventsUrl',
        'Events',
        'Address of the event stream; empty means the usual one. remote.it does not say whether it takes access keys: where it does not, changes are seen at the next poll.',
        'wss://ws.remote.it/v1',
      ),
      setting('organisation', 'Organisation id', 'Shows the devices of this organisation instead of your own.', ''),
      setting('pageSize', 'Devices in one page', 'At most 1000.', '500'),
      ...common,
    ],
  },
  {
    id: 'token',
    title: 'Session token',
    why: 'For the older REST API. A session token ends after a while and has to be entered anew; an access key does not.',
    fields: [
      secret('developerKey', 'Developer key', 'In your remote.it account, under “Settings”.'),
      secret('token', 'Session token', 'What the login call of the REST API answered.'),
      ...common,
    ],
  },
  {
    id: 'password',
    title: 'Password',
    why: 'For the older REST API. Does not work with two-factor sign-in, and your password is kept in the vault.',
    fields: [
      secret('developerKey', 'Developer key', 'In your remote.it account, under “Settings”.'),
      secret('username', 'User name', 'The email address of your remote.it account.'),
      secret('password', 'Password', 'The password of your remote.it account.'),
      ...common,
    ],
  },
];
