import { z } from 'zod';
import { fail, ok } from '../../core/base/errors.ts';
import { classifyByStatus } from '../classify-answer.ts';
import type { VendorWire } from '../execute.ts';
import type { CredentialForm, VendorContext } from '../vendor.ts';
import { readServers } from './session-servers.ts';
import { isLoopbackHost } from '../../core/base/loopback.ts';

export const vendorName = 'Reemo';
export const baseUrlHint = 'https://restapi.reemo.io/v1';
export const defaultClientScript = 'https://static.reemo.io/reemo.min.js';

/** What the vault holds for an account. The key is sent as it is: what was pasted in front of it is dropped. */
export const reemoSecrets = z.strictObject({
  secretKey: z
    .string()
    .trim()
    .transform((key) => key.replace(/^Authorization:\s*/i, '').replace(/^Bearer\s+/i, ''))
    .pipe(
      z
        .string()
        .min(1)
        .regex(/^[\x21-\x7e]+$/, 'expected a key without spaces'),
    ),
});

/** A script that a session's window loads: HTTPS, or this computer. */
const scriptAddress = z
  .string()
  .trim()
  .refine((text) => {
    const url = URL.parse(text);
    if (url === null || url.username !== '' || url.password !== '') return false;
    return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
  }, 'expected an address that starts with https://');

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, 'expected a whole number')
    .refine((value) => Number(value) >= least && Number(value) <= most, `expected ${least} to ${most}`);

/** A name as it stands in a query; also `$skip` and `page[number]`. */
const parameterName = z
  .string()
  .trim()
  .regex(/^[\w$.[\]-]{1,60}$/, 'expected the name of a parameter, such as page');

/** The value of `pageParameter` for a Reemo that lists all computers at once. */
export const noPages = 'none';

/** A form leaves what was not filled in as an empty text: that is the same as absent. */
const withoutEmpty = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).filter(([, field]) => field !== ''))
    : value;

/** Settings of an account beyond its key. */
export const reemoFields = z.preprocess(
  withoutEmpty,
  z
    .strictObject({
      clientScript: scriptAddress.optional(),
      clientServers: z
        .string()
        .trim()
        .max(1000)
        .refine(
          (text) => readServers(text) !== undefined,
          'expected hosts such as *.example.com or signal.example.com:8443',
        )
        .optional(),
      requestsPerMinute: wholeNumber(1, 6000).optional(),
      pageParameter: parameterName.optional(),
      offsetParameter: parameterName.optional(),
      pageSize: z
        .string()
        .trim()
        .regex(/^[\w$.[\]-]{1,60}=[1-9]\d{0,4}$/, 'expected a parameter and a number, such as limit=100')
        .optional(),
    })
    .transform((fields): Readonly<Record<string, string>> =>
      Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    ),
);

export const reemoCredentialForms: readonly CredentialForm[] = [
  {
    id: 'secretKey',
    title: 'Secret key',
    why: 'The only key Reemo has. It is an administrator key: it opens every computer of the account.',
    fields: [
      {
        name: 'secretKey',
        label: 'Secret key',
        help: 'In the Reemo Portal. Keep it to yourself: there is no key with fewer rights.',
        secret: true,
        required: true,
      },
      {
        name: 'clientScript',
        label: 'Address of the web client',
        help: 'Only for a private or on-premise Reemo; leave empty otherwise.',
        secret: false,
        required: false,
        placeholder: defaultClientScript,
      },
      {
        name: 'clientServers',
        label: 'Servers of the web client',
        help: 'Hosts of a private Reemo that a session may connect to; a session that is stopped names the one it misses.',
        secret: false,
        required: false,
        placeholder: '*.example.com',
      },
      {
        name: 'requestsPerMinute',
        label: 'Requests a minute',
        help: 'Reemo publishes no limit. Lower it if Reemo limits you.',
        secret: false,
        required: false,
        placeholder: '600',
      },
      {
        name: 'pageParameter',
        label: 'Page parameter',
        help: `The API reference names it under “List all computers”. ${noPages}: all computers come at once.`,
        secret: false,
        required: false,
        placeholder: 'page',
      },
      {
        name: 'offsetParameter',
        label: 'Offset parameter',
        help: 'In its place where Reemo counts computers instead of pages, such as skip.',
        secret: false,
        required: false,
      },
      {
        name: 'pageSize',
        label: 'Page size',
        help: 'The parameter for it and its value, such as limit=100.',
        secret: false,
        required: false,
      },
    ],
  },
];

/** How Reemo is spoken to: the key as it is in `Authorization`, and a budget of its own for each account. */
export const reemoWire = (session: VendorContext): VendorWire => {
  const key = session.secrets['secretKey'] ?? '';
  return {
    vendorName,
    rateLimitGroup: {
      account: session.accountId,
      concurrency: 4,
      budget: `reemo:${session.accountId}`,
      requestsPerMinute: Number(session.fields['requestsPerMinute'] ?? 600),
    },
    maxBytes: 64 * 1024 * 1024,
    authorize: async () => ok({ headers: { authorization: key }, secrets: [key] }),
    classify: (answer, operation, secrets) => {
      const error = classifyByStatus(answer, {
        vendorName,
        baseUrlHint,
        credential: 'secret key',
        // A web page is no answer, whether it would have been read or not.
        answer: 'json',
        secrets,
      });
      // This path exists on every Reemo server, so what does not know it is something else.
      if (error?.kind !== 'not-found' || operation.path.includes('{')) return error;
      return fail(
        'wrong-url',
        `What answers at this address is not the ${vendorName} API: it does not know the path.`,
        `Check the base URL of the account. It usually looks like ${baseUrlHint}.`,
      ).error;
    },
  };
};
