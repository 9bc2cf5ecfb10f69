import type { AppError, ErrorKind } from '../../core/base/errors.ts';
import { parseForeignJson } from '../../core/text/lenient-json.ts';
import type { HttpAnswer } from '../../core/base/http.ts';
import { answerError, classifyByStatus } from '../classify-answer.ts';
import type { ClassifyContext } from '../classify-answer.ts';
import { asFlag, asText, itemsOf, membersOf } from './values.ts';
import type { Members } from './values.ts';

/** The bracketed codes that begin a v27 reason; the words after them vary. */
const reasonCodes: Readonly<Record<string, ErrorKind>> = {
  '0102': 'unauthorized',
  '0806': 'not-found',
  '0807': 'conflict',
  '0861': 'not-found',
};
const secondFactors: ReadonlySet<string> = new Set(['SMS_MFA', 'SOFTWARE_TOKEN_MFA', 'MFA_SETUP']);

const readMembers = (answer: HttpAnswer): Members => {
  if (!/^\s*\{/.test(answer.text)) return {};
  return membersOf(parseForeignJson(answer.text));
};

/** Whether a reason says that the service or its device cannot be reached now. */
const isInactive = (reason: string): boolean => /\binactive\b|\bnot active\b|\boffline\b/i.test(reason);

/**
 * Whether errors are about fields of items of a list alone, each of which is null then: the rest of the data is good. An
 * error's path names the item by a number: GraphQL specification, section 7.1.2.
 */
const isAboutItems = (errors: readonly unknown[], data: unknown): boolean =>
  Object.values(membersOf(data)).some((value) => value !== null) &&
  errors.every((error) => itemsOf(membersOf(error)['path']).some((part) => typeof part === 'number'));

/** The same answer as if the vendor had given its reason in the usual place. */
const saying = (answer: HttpAnswer, message: string): HttpAnswer => ({ ...answer, text: JSON.stringify({ message }) });

/** What failed with a good status, or in the middle of data: the status would only mislead. */
const plain = (error: AppError, answer: HttpAnswer): AppError =>
  answer.status < 300 ? { ...error, message: error.message.replace(` (HTTP ${answer.status})`, '') } : error;

const secondFactorNeeded = (): AppError => ({
  kind: 'unauthorized',
  message: 'This remote.it account signs in with a second factor, so its password alone is not enough.',
  hint: 'Make an access key in your remote.it account, and enter that instead of the password.',
});

/** What a v27 answer with `status: "false"` means: the bracketed code first, then the HTTP status. */
const restKind = (answer: HttpAnswer, reason: string): ErrorKind => {
  const code = /^\s*\[(\d{4})\]/.exec(reason)?.[1];
  const known = code === undefined ? undefined : reasonCodes[code];
  if (known !== undefined) return known;
  if (isInactive(reason)) return 'device-offline';
  if (answer.status === 401 || answer.status === 403) return 'unauthorized';
  // "missing api token" and its like come with HTTP 200 as well.
  return /\b(?:token|missing user|developer ?key|api ?key)\b/i.test(reason) ? 'unauthorized' : 'invalid-input';
};

const graphQlKind = (answer: HttpAnswer, message: string, code: string | undefined): ErrorKind => {
  if (isInactive(message)) return 'device-offline';
  if (code === 'UNAUTHENTICATED' || answer.status === 401 || /\bunauthori[sz]ed\b/i.test(message))
    return 'unauthorized';
  if (answer.status === 429) return 'rate-limited';
  if (code === 'FORBIDDEN') return 'forbidden';
  return 'invalid-input';
};

/**
 * remote.it's own reading of an answer: `status` and `errors` in the body first, because failures come with HTTP 200;
 * then the HTTP status, where 403 means a signature or key that was not accepted.
 */
export const classifyRemoteIt = (answer: HttpAnswer, context: ClassifyContext): AppError | undefined => {
  const members = readMembers(answer);
  const { errors } = members;
  // No word in it is about the request: a gateway's "inactive" or "Unauthorized" is about the vendor's own servers.
  if (answer.status >= 500 && (Array.isArray(errors) || 'status' in members)) {
    const said = asText(membersOf(itemsOf(errors)[0])['message']) ?? asText(members['reason']) ?? '';
    return answerError('vendor-unavailable', saying(answer, said), context);
  }
  if (Array.isArray(errors) && errors.length > 0 && !isAboutItems(errors, members['data'])) {
    const first = membersOf(errors[0]);
    const message = asText(first['message']) ?? '';
    const code = asText(membersOf(first['extensions'])['code']);
    return plain(answerError(graphQlKind(answer, message, code), saying(answer, message), context), answer);
  }
  const data = membersOf(members['data']);
  if ('login' in data && data['login'] === null)
    return plain(answerError('unauthorized', saying(answer, ''), context), answer);
  const status = asText(members['status'])?.toLowerCase();
  if (asFlag(status) === false) {
    if (secondFactors.has(asText(members['code']) ?? '')) return secondFactorNeeded();
    return plain(answerError(restKind(answer, asText(members['reason']) ?? ''), answer, context), answer);
  }
  if (answer.status < 300 && (status === 'pending' || status === 'reset'))
    return plain(answerError('vendor-unavailable', answer, context), answer);
  if (/^\s*"?unauthori[sz]ed\b[\s".]*$/i.test(answer.text.slice(0, 100)))
    return plain(answerError('unauthorized', answer, context), answer);
  return classifyByStatus(answer, { ...context, statusKinds: { 403: 'unauthorized' } });
};
