import { z } from 'zod';
import { ok } from '../../core/base/errors.ts';
import type { ErrorKind } from '../../core/base/errors.ts';
import { classifyByStatus } from '../classify-answer.ts';
import type { VendorWire } from '../execute.ts';
import type { CredentialForm, VendorContext } from '../vendor.ts';

export const vendorName = 'RemoteIoT';
export const baseUrlHint = 'https://remoteiot.com/portal/api';

/** What the vault holds for an account. A pasted "Bearer" in front of the token is dropped. */
export const remoteIotSecrets = z.strictObject({
  token: z
    .string()
    .trim()
    .transform((token) => token.replace(/^Bearer\s+/i, ''))
    .pipe(
      z
        .string()
        .min(1)
        .regex(/^[\x21-\x7e]+$/, 'expected a token without spaces'),
    ),
});

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, 'expected a whole number')
    .refine((value) => Number(value) >= least && Number(value) <= most, `expected ${least} to ${most}`);

/** A form leaves what was not filled in as an empty text: that is the same as absent. */
const withoutEmpty = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).filter(([, field]) => field !== ''))
    : value;

/** Settings of an account beyond its token. The vendor publishes no limits, so both numbers can be set. */
export const remoteIotFields = z.preprocess(
  withoutEmpty,
  z
    .strictObject({
      requestsPerMinute: wholeNumber(1, 6000).optional(),
      statusBatch: wholeNumber(1, 1000).optional(),
      limitingAccessIP: z.string().trim().optional(),
      proxyHost: z.string().trim().optional(),
    })
    .transform((fields): Readonly<Record<string, string>> =>
      Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    ),
);

export const remoteIotCredentialForms: readonly CredentialForm[] = [
  {
    id: 'token',
    title: 'API token',
    why: 'The only key RemoteIoT has. It needs a Business or Enterprise account.',
    fields: [
      {
        name: 'token',
        label: 'API token',
        help: 'In the RemoteIoT portal, on the page “API access”.',
        secret: true,
        required: true,
      },
      {
        name: 'limitingAccessIP',
        label: 'Allow tunnels from this address only',
        help: 'Your public address. Enterprise accounts only; leave empty otherwise.',
        secret: false,
        required: false,
        placeholder: '203.0.113.7',
      },
      {
        name: 'proxyHost',
        label: 'Proxy host',
        help: 'The global proxy to use. Enterprise accounts only; leave empty otherwise.',
        secret: false,
        required: false,
      },
      {
        name: 'requestsPerMinute',
        label: 'Requests a minute',
        help: 'All RemoteIoT accounts on this computer share them. Lower it if RemoteIoT limits you.',
        secret: false,
        required: false,
        placeholder: '300',
      },
      {
        name: 'statusBatch',
        label: 'Devices in one status request',
        help: 'At most 1000.',
        secret: false,
        required: false,
        placeholder: '1000',
      },
    ],
  },
];

/** RemoteIoT's own meaning: 403 says "too many requests from the same client IP", only 401 is about the token. */
const statusKinds: Readonly<Record<number, ErrorKind>> = { 403: 'rate-limited' };

/** The document names no answer for an account without the plan that the API needs. */
const limitedOrNoPlan = {
  message: `${vendorName} refused the request (HTTP 403): it limits requests from this address, or the account has no plan with API access.`,
  hint: 'Quayside tries again by itself. If it stays so, look in the RemoteIoT portal whether the account is Business or Enterprise.',
};

/** How RemoteIoT is spoken to: a fixed token, and one budget for all its accounts, because it counts by address. */
export const remoteIotWire = (session: VendorContext): VendorWire => {
  const token = session.secrets['token'] ?? '';
  /** Whether this account was ever let in: before, a 403 may be about its plan, whatever the document says. */
  let wasLetIn = false;
  return {
    vendorName,
    rateLimitGroup: {
      account: session.accountId,
      concurrency: 4,
      budget: 'remoteiot',
      requestsPerMinute: Number(session.fields['requestsPerMinute'] ?? 300),
    },
    // A whole fleet comes in one array, without pages: some 300 bytes a device.
    maxBytes: 64 * 1024 * 1024,
    authorize: async () => ok({ headers: { authorization: `Bearer ${token}` }, secrets: [token] }),
    classify: (answer, operation, secrets) => {
      const error = classifyByStatus(answer, {
        vendorName,
        baseUrlHint,
        credential: 'API token',
        answer: operation.answer,
        secrets,
        statusKinds,
      });
      wasLetIn ||= error === undefined;
      return error?.kind === 'rate-limited' && !wasLetIn ? { ...error, ...limitedOrNoPlan } : error;
    },
  };
};
