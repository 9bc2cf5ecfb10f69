import { z } from 'zod';
import { fail, ok } from '../../core/base/errors.ts';
import type { AppError } from '../../core/base/errors.ts';
import type { HttpAnswer } from '../../core/base/http.ts';
import { classifyByStatus } from '../classify-answer.ts';
import type { VendorWire } from '../execute.ts';
import type { CredentialForm, Operation, VendorContext } from '../vendor.ts';

export const vendorName = 'Remotix';
/** Newer packages of the application have another name; whether those still have the API is not documented. */
const application = `${vendorName} (Acronis Cyber Protect Connect in newer versions)`;
/** Host and port are the application's own choice: the document names none. */
export const baseUrlHint = `http://127.0.0.1: and the port that the settings of ${vendorName} show`;

/** A form leaves what was not filled in as an empty text: that is the same as absent. */
const withoutEmpty = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).filter(([, field]) => typeof field !== 'string' || field.trim() !== ''))
    : value;

const withoutAbsent = (fields: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined));

/** What the vault holds for an account: nothing, or the value of a header. */
export const remotixSecrets = z.preprocess(
  withoutEmpty,
  z
    .strictObject({
      headerValue: z
        .string()
        .trim()
        .regex(/^[\x20-\x7e]+$/, 'expected one line of plain characters')
        .optional(),
    })
    .transform(withoutAbsent),
);

/** Headers that belong to HTTP itself: they would change the request. */
const ownHeaders = /^(?:host|connection|content-.*|transfer-encoding|expect|upgrade|te|trailer|keep-alive|proxy-.*)$/i;

/** Settings of an account beyond that. */
export const remotixFields = z.preprocess(
  withoutEmpty,
  z
    .strictObject({
      headerName: z
        .string()
        .trim()
        .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, 'expected the name of a header, such as Authorization')
        .refine((name) => !ownHeaders.test(name), 'expected the name of another header')
        .optional(),
    })
    .transform(withoutAbsent),
);

export const remotixCredentialForms: readonly CredentialForm[] = [
  {
    id: 'local',
    title: 'Remotix on this computer',
    why: `${application} describes no sign-in. Turn on its HTTP API in its settings and enter the address as base URL.`,
    fields: [
      {
        name: 'headerName',
        label: 'Header name',
        help: 'Only where your Remotix asks for a header; leave empty otherwise.',
        secret: false,
        required: false,
        placeholder: 'Authorization',
      },
      {
        name: 'headerValue',
        label: 'Header value',
        help: 'What Remotix expects in that header; leave empty otherwise.',
        secret: true,
        required: false,
      },
    ],
  },
];

const isPage = (answer: HttpAnswer): boolean => /^\s*</.test(answer.text);

/** Another program on this port, or an application whose API is off: neither knows these paths. */
const notTheApi = (answer: HttpAnswer): AppError =>
  fail(
    'wrong-url',
    `Something answers at this address, but not the HTTP API of ${vendorName} (HTTP ${answer.status}${isPage(answer) ? ', a web page' : ''}): the API is off, or the address belongs to another program.`,
    `Turn on the HTTP API in the settings of ${application}, 6.2.5 or later, and check the base URL. It usually looks like ${baseUrlHint}.`,
  ).error;

/** Remotix's reading: 4xx is an error, and a path without an id exists wherever the API does. */
const classify = (
  answer: HttpAnswer,
  operation: Pick<Operation, 'path'>,
  secrets: readonly string[],
): AppError | undefined => {
  // Also where the answer is not read: a web page instead of it means that nothing was done.
  const error = classifyByStatus(answer, {
    vendorName,
    baseUrlHint,
    credential: 'header value',
    answer: 'json',
    secrets,
  });
  if (error === undefined) return undefined;
  const fixedPath = !operation.path.includes('{');
  return error.kind === 'wrong-url' || (error.kind === 'not-found' && fixedPath) ? notTheApi(answer) : error;
};

/** Nothing was sent: there is no Remotix, or it does not listen. */
export const notRunning = (error: AppError): AppError => ({
  ...error,
  message: `${vendorName} is not running or its HTTP API is off. ${error.message}`,
  hint: `Start ${application}, turn on the HTTP API in its settings (6.2.5 or later), and check the base URL of the account.`,
});

/** How Remotix is spoken to: on this computer, with a header only where the user names one. */
export const remotixWire = (session: VendorContext): VendorWire => {
  const { headerName } = session.fields;
  const { headerValue } = session.secrets;
  return {
    vendorName,
    rateLimitGroup: {
      account: session.accountId,
      concurrency: 4,
      budget: `remotix:${session.accountId}`,
      // An application on this computer, asked once for each group: no vendor to be spared.
      requestsPerMinute: 6000,
    },
    maxBytes: 64 * 1024 * 1024,
    authorize: async () => {
      if (headerValue === undefined) return ok({ headers: {}, secrets: [] });
      if (headerName === undefined)
        return fail(
          'invalid-input',
          'This account has a header value but no header name.',
          'Enter the name of the header in the account’s settings, or remove the value.',
        );
      return ok({ headers: { [headerName.toLowerCase()]: headerValue }, secrets: [headerValue] });
    },
    classify,
  };
};
