import { z } from 'zod';
import { ok } from '../../core/base/errors.ts';
import type { AppError, ErrorKind } from '../../core/base/errors.ts';
import { parseForeignJson } from '../../core/text/lenient-json.ts';
import type { HttpAnswer } from '../../core/base/http.ts';
import { classifyByStatus } from '../classify-answer.ts';
import type { OutgoingRequest, VendorWire } from '../execute.ts';
import type { CredentialForm, Operation, VendorContext } from '../vendor.ts';

export const vendorName = 'MODE';
export const baseUrlHint = 'https://api.tinkermode.com';
export const keyKinds = ['project', 'user', 'device'] as const;
export type KeyKind = (typeof keyKinds)[number];

/** What the vault holds for an account. A pasted "ModeCloud" in front of the key is dropped. */
export const modeSecrets = z.strictObject({
  apiKey: z
    .string()
    .trim()
    .transform((key) => key.replace(/^(?:Authorization:\s*)?ModeCloud\s+/i, ''))
    .pipe(
      z
        .string()
        .min(1)
        .regex(/^[\x21-\x7e]+$/, 'expected a key without spaces'),
    ),
});

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, 'expected a whole number')
    .refine((value) => Number(value) >= least && Number(value) <= most, `expected ${least} to ${most}`);

const id = z
  .string()
  .trim()
  .regex(/^[\w-]{1,64}$/, 'expected an id such as 1265');

/** A path of the project's App Proxy settings, without the slashes around it. */
const sourcePath = z
  .string()
  .trim()
  .transform((path) => path.replaceAll(/^\/+|\/+$/g, ''))
  .pipe(
    z
      .string()
      .max(200)
      .regex(/^[^\s/?#\\]+(?:\/[^\s/?#\\]+)*$/, 'expected a path such as app/ui')
      .refine((path) => path.split('/').every((part) => part !== '.' && part !== '..'), 'expected a path without dots'),
  );

/** A form leaves what was not filled in as an empty text: that is the same as absent. */
const withoutEmpty = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).filter(([, field]) => field !== ''))
    : value;

/** Settings of an account beyond its key. The vendor publishes no limits, so both numbers can be set. */
export const modeFields = z.preprocess(
  withoutEmpty,
  z
    .strictObject({
      keyKind: z.enum(keyKinds).default('project'),
      projectId: id.optional(),
      homeId: id.optional(),
      appProxyPath: sourcePath.optional(),
      requestsPerMinute: wholeNumber(1, 6000).optional(),
      pageLimit: wholeNumber(1, 1000).optional(),
    })
    .transform((fields): Readonly<Record<string, string>> =>
      Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    ),
);

export const modeCredentialForms: readonly CredentialForm[] = [
  {
    id: 'apiKey',
    title: 'API key',
    why: 'A project key is recommended: it sees the whole project. A user key adds live presence, but ends with its session.',
    fields: [
      {
        name: 'apiKey',
        label: 'API key',
        help: 'In the MODE console, under “API Keys” of the project. For a user, the token of the session.',
        secret: true,
        required: true,
      },
      {
        name: 'keyKind',
        label: 'Kind of key',
        help: 'Whose key it is. A device key shows its own device only.',
        secret: false,
        required: false,
        options: keyKinds,
      },
      {
        name: 'projectId',
        label: 'Project id',
        help: 'Left empty, MODE says which project the key belongs to. With a user key, shows the whole project instead of the user’s homes.',
        secret: false,
        required: false,
        placeholder: '1265',
      },
      {
        name: 'homeId',
        label: 'Home id',
        help: 'Shows the devices of this home only.',
        secret: false,
        required: false,
        placeholder: '1701',
      },
      {
        name: 'appProxyPath',
        label: 'App Proxy path',
        help: 'A source path of the project’s App Proxy settings for devices. With it, each device has its application as a service.',
        secret: false,
        required: false,
        placeholder: 'ui',
      },
      {
        name: 'requestsPerMinute',
        label: 'Requests a minute',
        help: 'MODE publishes no limit. Lower it if MODE limits you.',
        secret: false,
        required: false,
        placeholder: '600',
      },
      {
        name: 'pageLimit',
        label: 'Devices in one page',
        help: 'At most 1000.',
        secret: false,
        required: false,
        placeholder: '100',
      },
    ],
  },
];

/** Reasons that tell more than the status they come with. */
const reasonKinds: Readonly<Record<string, ErrorKind>> = {
  DEVICE_OFFLINE: 'device-offline',
  BLOCKING_LOG_REQUEST: 'conflict',
  UNAUTHENTICATED_CLIENT: 'unauthorized',
  AUTHORIZATION_REQUIRED: 'unauthorized',
  MEMBERS_ONLY: 'unauthorized',
};

/** The `reason` of MODE's error body, in capitals; undefined if there is none. */
const reasonOf = (answer: HttpAnswer): string | undefined => {
  const body = parseForeignJson(answer.text);
  const reason = typeof body === 'object' && body !== null && 'reason' in body ? body.reason : undefined;
  return typeof reason === 'string' && reason.trim() !== '' ? reason.trim().toUpperCase() : undefined;
};

/** What the application behind the proxy answered: its refusals say nothing about this account. */
const applicationError = (error: AppError, status: number): AppError => {
  // Its 401 is not about MODE's key.
  const kind: ErrorKind = ['unauthorized', 'clock-skew'].includes(error.kind)
    ? 'forbidden'
    : error.kind === 'wrong-url'
      ? 'not-found'
      : error.kind;
  return {
    ...error,
    kind,
    message: `The application behind the proxy answered HTTP ${status}.`,
    hint: 'Check the path and the body, and the App Proxy settings of the project in the MODE console.',
  };
};

/** MODE's own reading of an answer: `reason` first, then the status. 403 is a lack of rights, never throttling. */
export const classifyMode = (
  answer: HttpAnswer,
  operation: Pick<Operation, 'answer' | 'path'>,
  secrets: readonly string[],
): AppError | undefined => {
  const reason = reasonOf(answer);
  const kind = reason === undefined ? undefined : reasonKinds[reason];
  const error = classifyByStatus(answer, {
    vendorName,
    baseUrlHint,
    credential: 'API key',
    answer: operation.answer,
    secrets,
    ...(kind === undefined ? {} : { statusKinds: { [answer.status]: kind } }),
  });
  const proxied = operation.path.includes('/appProxy/') && reason === undefined;
  return error !== undefined && proxied && answer.status !== 429 ? applicationError(error, answer.status) : error;
};

/** A provisioning token speaks for itself: the device hardware that holds one has no key yet. */
const provisionsItself = (request: OutgoingRequest): boolean =>
  request.body?.kind === 'form' && request.body.fields['token'] !== undefined;

/** How MODE is spoken to: a fixed key, and a budget of its own for each account. */
export const modeWire = (session: VendorContext): VendorWire => {
  const key = session.secrets['apiKey'] ?? '';
  return {
    vendorName,
    rateLimitGroup: {
      account: session.accountId,
      concurrency: 4,
      budget: `mode:${session.accountId}`,
      requestsPerMinute: Number(session.fields['requestsPerMinute'] ?? 600),
    },
    maxBytes: 16 * 1024 * 1024,
    authorize: async (request) =>
      ok(
        provisionsItself(request)
          ? { headers: {}, secrets: [key] }
          : { headers: { authorization: `ModeCloud ${key}` }, secrets: [key] },
      ),
    classify: classifyMode,
  };
};
