import type { AppError, ErrorKind } from '../core/base/errors.ts';
import { parseForeignJson } from '../core/text/lenient-json.ts';
import type { HttpAnswer } from '../core/base/http.ts';
import type { AnswerForm } from './vendor.ts';
import { defined } from '../core/base/defined.ts';

/** The context for describing a vendor's refusal. */
export interface ClassifyContext {
  readonly vendorName: string;
  /** As in `Vendor.baseUrlHint`: what the URL usually looks like. */
  readonly baseUrlHint: string;
  /** The name of the credential, as the vendor calls it: "API token", "access key". */
  readonly credential: string;
  /** How the answer would be read; if the body is not read, it may be anything. */
  readonly answer: AnswerForm;
  /** Masked in the vendor's message. */
  readonly secrets: readonly string[];
  /** Statuses that mean something else at this vendor than in HTTP. */
  readonly statusKinds?: Readonly<Record<number, ErrorKind>>;
}

/** The clock difference from which signatures and tokens fail, milliseconds. */
const skewLimitMs = 5 * 60_000;
const maxVendorMessageLength = 200;
/** Fields in which vendors give their reason, best first. */
const reasonFields = ['reason', 'message', 'error_description', 'error', 'detail', 'title'];

const statusKind = (status: number): ErrorKind => {
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
    case 410:
      return 'not-found';
    case 405:
      return 'wrong-url';
    case 408:
      return 'timeout';
    case 409:
      return 'conflict';
    case 429:
      return 'rate-limited';
    default:
      if (status >= 500) return 'vendor-unavailable';
      return status >= 400 ? 'invalid-input' : 'wrong-url';
  }
};

/** Whether the body is a web page rather than data. */
const isHtml = (answer: HttpAnswer): boolean =>
  /^\s*<(?:!doctype|html|head|body)\b/i.test(answer.text.slice(0, 500)) ||
  ((answer.headers['content-type'] ?? '').includes('text/html') && answer.text.trimStart().startsWith('<'));

/** Milliseconds by which this computer's clock is ahead of the vendor's; undefined without a Date header. */
const clockSkewMs = (answer: HttpAnswer): number | undefined => {
  const at = Date.parse(answer.headers['date'] ?? '');
  return Number.isNaN(at) ? undefined : answer.receivedAt - at;
};

/** `text` without the secrets, tags and control characters, on one line, at most 200 characters. */
const tidyVendorText = (text: string, secrets: readonly string[]): string => {
  let tidy = text.slice(0, 20_000);
  for (const secret of secrets) {
    if (secret.length === 0) continue;
    for (const form of new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])) {
      tidy = tidy.replaceAll(form, '[removed]');
    }
  }
  tidy = tidy
    .replaceAll(/\b(Bearer|Basic|ModeCloud|Signature)\s+[^\s"'<>]+/gi, '$1 [removed]')
    .replaceAll(/<(script|style)\b[^>]*>[\s\S]*?(<\/\1>|$)/gi, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/[<>]/g, ' ')
    // Control and direction characters could rewrite a terminal line or reorder the text around them.
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  return tidy.length > maxVendorMessageLength ? `${tidy.slice(0, maxVendorMessageLength - 1)}…` : tidy;
};

/** The part of a refusal, in characters, in which it gives its reason. */
const maxRefusalLength = 65_536;

/** The vendor's own reason in the body of a refusal, cleaned; undefined if there is none. */
const vendorMessage = (answer: HttpAnswer, secrets: readonly string[]): string | undefined => {
  let text = answer.text.slice(0, maxRefusalLength);
  const body = parseForeignJson(text);
  if (typeof body === 'string') text = body;
  else if (typeof body === 'object' && body !== null) {
    const fields = body as Readonly<Record<string, unknown>>;
    const reason = reasonFields.map((name) => fields[name]).find((value) => typeof value === 'string' && value !== '');
    if (typeof reason === 'string') text = reason;
  } else if (isHtml(answer)) text = /<title[^>]*>([\s\S]*?)<\/title>/i.exec(text)?.[1] ?? text;
  const tidy = tidyVendorText(text, secrets);
  return tidy === '' ? undefined : tidy;
};

const minutes = (ms: number): string => `${Math.round(Math.abs(ms) / 60_000)} min`;

/** The sentences for a refusal of `kind`. */
const words = (kind: ErrorKind, answer: HttpAnswer, context: ClassifyContext): Pick<AppError, 'message' | 'hint'> => {
  const { vendorName, credential, baseUrlHint } = context;
  const status = `HTTP ${answer.status}`;
  switch (kind) {
    case 'unauthorized':
      return {
        message: `${vendorName} does not accept this account's ${credential} (${status}).`,
        hint: `Get a current ${credential} from ${vendorName} and enter it in the account's settings.`,
      };
    case 'clock-skew': {
      const skew = clockSkewMs(answer) ?? 0;
      return {
        message: `${vendorName} refused the ${credential}, and this computer's clock is ${minutes(skew)} ${skew > 0 ? 'ahead of' : 'behind'} the vendor's.`,
        hint: `Set this computer's clock, then test the account again. If the clock is right, replace the ${credential}.`,
      };
    }
    case 'forbidden':
      return {
        message: `${vendorName} does not allow this with this account's ${credential} (${status}).`,
        hint: `Use a ${credential} with more rights, or ask the owner of the ${vendorName} account.`,
      };
    case 'rate-limited':
      return {
        message: `${vendorName} is limiting requests from this address (${status}).`,
        hint: 'Quayside slows down by itself. If it stays so, choose a longer poll interval in the settings.',
      };
    case 'not-found':
      return {
        message: `${vendorName} does not know what was asked for (${status}).`,
        hint: 'It may have been deleted or renamed. Refresh the list and try again.',
      };
    case 'wrong-url':
      return {
        message: `What answers at this address is not the ${vendorName} API (${status}${isHtml(answer) ? ', a web page' : ''}).`,
        hint: `Check the base URL of the account. It usually looks like ${baseUrlHint}.`,
      };
    case 'vendor-unavailable':
      return {
        message: `${vendorName} has a problem of its own (${status}).`,
        hint: 'Quayside tries again by itself. If it lasts, see the vendor’s status page.',
      };
    case 'timeout':
      return { message: `${vendorName} gave up waiting for the request (${status}).`, hint: 'Try again.' };
    case 'conflict':
      return {
        message: `${vendorName} refused because this is in use or changed meanwhile (${status}).`,
        hint: 'Refresh, look at the present state, then try again.',
      };
    case 'device-offline':
      return {
        message: `${vendorName} says that the device is offline (${status}).`,
        hint: 'Try again when it is online.',
      };
    default:
      return {
        message: `${vendorName} refused the request (${status}).`,
        hint: 'Check the values that were entered.',
      };
  }
};

/** Kinds that a status of 500 and above never means, whatever the body says: they blame the user or the account. */
const blame: ReadonlySet<ErrorKind> = new Set([
  'invalid-input',
  'unauthorized',
  'forbidden',
  'not-found',
  'conflict',
  'wrong-url',
]);

const kindOf = (meant: ErrorKind, answer: HttpAnswer): ErrorKind => {
  if (answer.status >= 500 && blame.has(meant)) return 'vendor-unavailable';
  return meant === 'unauthorized' && Math.abs(clockSkewMs(answer) ?? 0) > skewLimitMs ? 'clock-skew' : meant;
};

/**
 * An error of `kind` for this answer, with the vendor's own message. A status of 500 and above is the vendor's problem;
 * a refused key while the clocks differ by more than five minutes is a clock skew. The client adds Retry-After.
 */
export const answerError = (meant: ErrorKind, answer: HttpAnswer, context: ClassifyContext): AppError => {
  const kind = kindOf(meant, answer);
  const said = vendorMessage(answer, context.secrets);
  return {
    kind,
    ...words(kind, answer, context),
    ...defined({ vendorMessage: said }),
  };
};

/**
 * The meaning of an HTTP status for most vendors: undefined for a good answer. A web page instead of data is a wrong
 * URL; a refused key while the clocks differ by more than five minutes is a clock skew.
 */
export const classifyByStatus = (answer: HttpAnswer, context: ClassifyContext): AppError | undefined => {
  if (answer.status >= 200 && answer.status < 300) {
    const dataExpected = context.answer === 'json' || context.answer === 'csv';
    return dataExpected && isHtml(answer) ? answerError('wrong-url', answer, context) : undefined;
  }
  let kind = context.statusKinds?.[answer.status] ?? statusKind(answer.status);
  if ((kind === 'not-found' || kind === 'invalid-input') && isHtml(answer)) kind = 'wrong-url';
  return answerError(kind, answer, context);
};
