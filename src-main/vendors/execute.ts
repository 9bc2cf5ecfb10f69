import { z } from 'zod';
import { parseCsv } from '../core/text/csv.ts';
import { cancelled, fail, ok } from '../core/base/errors.ts';
import type { AppError, Result } from '../core/base/errors.ts';
import { parseLenientJson } from '../core/text/lenient-json.ts';
import { plainIssue } from '../core/base/plain-issue.ts';
import type { HttpAnswer, HttpBody, RateLimitGroup, HttpRequest } from '../core/base/http.ts';
import { collectMessages } from './collect-messages.ts';
import type { Collecting, Operation, VendorContext, WireParts } from './vendor.ts';
import { defined } from '../core/base/defined.ts';

/** A request before it is signed. */
export interface OutgoingRequest {
  readonly method: string;
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON is encoded already, so a signature covers exactly the bytes that are sent. */
  readonly body?: HttpBody;
  /** See `HttpRequest`. */
  readonly omitLength?: boolean;
}

/** The credentials of a request. */
export interface Authorization {
  readonly headers: Readonly<Record<string, string>>;
  /** Every secret in `headers`, to be masked in messages. */
  readonly secrets: readonly string[];
}

/** How to talk to one vendor with one account; created by its connector, once per session. */
export interface VendorWire {
  readonly vendorName: string;
  readonly rateLimitGroup: RateLimitGroup;
  /** The maximum size of an answer, bytes. */
  readonly maxBytes?: number;
  /** For operations that need longer than the client's default. */
  timeouts?(operation: Operation): HttpRequest['timeouts'];
  /** For accounts that reach an operation at another path than the documented one; `url` is the documented one. */
  address?(url: URL, operation: Operation): URL;
  /** Headers for this request: a fixed key, a signature over it, or a session token fetched by logging in. */
  authorize(request: OutgoingRequest, operation: Operation, signal: AbortSignal): Promise<Result<Authorization>>;
  /** After `unauthorized`: gets a new session token. True if the call should be tried again. */
  renew?(signal: AbortSignal): Promise<boolean>;
  /** The vendor's judgement of an answer: an error, or undefined if it is good. */
  classify(answer: HttpAnswer, operation: Operation, secrets: readonly string[]): AppError | undefined;
}

const pathName = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (name, key) => (typeof key === 'number' ? `${name}[${key}]` : `${name}${name === '' ? '' : '.'}${String(key)}`),
    '',
  );

/** Describes what is wrong with a value, in at most three places, without quoting it. */
const describeIssues = (error: z.ZodError, whole: string): string => {
  const described = error.issues.slice(0, 3).map((issue) => {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => pathName([...issue.path, key])) : [];
    if (keys.length > 0) return `${keys.join(', ')}: unknown`;
    return `${pathName(issue.path) || whole}: ${plainIssue(issue)}`;
  });
  return described.join('; ') + (error.issues.length > 3 ? ` and ${error.issues.length - 3} more` : '');
};

const badInput = (operation: Operation, what: string): Result<never> =>
  fail(
    'invalid-input',
    `The input of ${operation.id} is not right: ${what}.`,
    'Correct the named field and try again.',
  );

const badAnswer = (wire: VendorWire, operation: Operation, what: string): Result<never> =>
  fail(
    'bad-response',
    `${wire.vendorName} answered ${operation.id} in a form Quayside does not understand: ${what}.`,
    'Try again. If it stays so, the vendor may have changed its API: look for a newer Quayside.',
  );

/**
 * Fills `{name}` (one encoded segment) and `{+name}` (a path, each segment encoded); `[_{name}]` is left out if the
 * name has no value. Undefined if another value is missing, empty, or `.` or `..`, which would lead to another
 * endpoint.
 */
export const fillPath = (template: string, values: Readonly<Record<string, string>> = {}): string | undefined => {
  let bad = false;
  const segment = (value: string): string => {
    if (value === '' || value === '.' || value === '..') bad = true;
    return encodeURIComponent(value);
  };
  const chosen = template.replaceAll(/\[([^[\]{]*\{(\w+)\})\]/g, (_all, part: string, name: string) =>
    Object.hasOwn(values, name) ? part : '',
  );
  const path = chosen.replaceAll(/\{(\+?)(\w+)\}/g, (_all, plus: string, name: string) => {
    const value = Object.hasOwn(values, name) ? (values[name] ?? '') : '';
    return plus === '' ? segment(value) : value.replace(/^\//, '').split('/').map(segment).join('/');
  });
  return bad ? undefined : path;
};

/** The content types to ask for; an answer of any type is read. */
const accepted: Readonly<Record<Operation['answer'], string>> = {
  json: 'application/json',
  // The only content of such an answer is an error.
  nothing: 'application/json',
  csv: '*/*',
  text: '*/*',
  any: '*/*',
};

const outgoing = (
  session: VendorContext,
  wire: VendorWire,
  operation: Operation,
  parts: WireParts,
): OutgoingRequest | undefined => {
  const path = fillPath(operation.path, parts.path);
  if (path === undefined) return undefined;
  const documented = new URL(session.baseUrl.replace(/\/+$/, '') + path);
  const url = wire.address?.(documented, operation) ?? documented;
  for (const [name, value] of Object.entries(parts.query ?? {}))
    if (value !== undefined) url.searchParams.set(name, value);
  const headers: Record<string, string> = { accept: accepted[operation.answer] };
  for (const [name, value] of Object.entries(parts.headers ?? {})) headers[name.toLowerCase()] = value;
  const { body } = parts;
  const bytes: HttpBody | undefined =
    body?.kind === 'json' ? { kind: 'text', text: JSON.stringify(body.value), contentType: 'application/json' } : body;
  const { omitLength } = parts;
  return {
    method: operation.method,
    url,
    headers,
    ...defined({ body: bytes, omitLength }),
  };
};

/** Every text in `value`, at any depth. */
const textsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return value === '' ? [] : [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};

/** Secrets in the input: the operation's secret fields, at any depth. */
const inputSecrets = (operation: Operation, input: unknown): readonly string[] => {
  if (operation.secretFields.length === 0 || typeof input !== 'object' || input === null) return [];
  return Object.entries(input).flatMap(([name, value]) =>
    operation.secretFields.includes(name) ? textsIn(value) : inputSecrets(operation, value),
  );
};

/** A body, read as the answer's form says; see `AnswerForm`. */
const readAny = (answer: HttpAnswer): unknown => {
  if (answer.bytes.length === 0) return undefined;
  const contentType = answer.headers['content-type'] ?? '';
  if (/\bjson\b/i.test(contentType)) {
    const json = parseLenientJson(answer.text);
    return json.ok ? json.value : answer.text;
  }
  if (contentType === '' || /^text\/|\b(?:xml|javascript|x-www-form-urlencoded)\b/i.test(contentType))
    return answer.text;
  return { contentType, base64: btoa(answer.bytes.reduce((text, byte) => text + String.fromCharCode(byte), '')) };
};

const read = (session: VendorContext, wire: VendorWire, operation: Operation, answer: HttpAnswer): Result<unknown> => {
  switch (operation.answer) {
    case 'nothing':
      return ok(undefined);
    case 'text':
      return ok(answer.text);
    case 'any':
      return ok(readAny(answer));
    case 'csv':
      return ok(parseCsv(answer.text));
    case 'json': {
      // An endpoint may answer with an empty body; its output schema says whether that is good.
      if (answer.text.trim() === '') return ok(undefined);
      const json = parseLenientJson(answer.text);
      if (!json.ok) return badAnswer(wire, operation, `not JSON (${answer.bytes.length} bytes)`);
      if (json.repaired)
        session.log.write('warn', 'vendor-json-repaired', { operation: operation.id, bytes: answer.bytes.length });
      return ok(json.value);
    }
    default:
      return operation.answer satisfies never;
  }
};

/** The request with its credentials, and every secret in it. */
const authorized = async (
  session: VendorContext,
  wire: VendorWire,
  operation: Operation,
  request: OutgoingRequest,
  secrets: readonly string[],
  signal: AbortSignal,
): Promise<Result<Authorization>> => {
  const authorization = await wire.authorize(request, operation, signal);
  if (!authorization.ok) return authorization;
  if (signal.aborted) return cancelled();
  const all = [...Object.values(session.secrets), ...authorization.value.secrets, ...secrets];
  return ok({
    headers: { ...request.headers, ...authorization.value.headers },
    secrets: all.filter((secret) => secret !== ''),
  });
};

const send = async (
  session: VendorContext,
  wire: VendorWire,
  operation: Operation,
  request: OutgoingRequest,
  given: readonly string[],
  signal: AbortSignal,
): Promise<Result<unknown>> => {
  const signed = await authorized(session, wire, operation, request, given, signal);
  if (!signed.ok) return signed;
  const { headers, secrets } = signed.value;
  const timeouts = wire.timeouts?.(operation);
  const answer = await session.http.request({
    rateLimitGroup: wire.rateLimitGroup,
    method: request.method,
    url: request.url.href,
    headers,
    ...defined({ body: request.body, omitLength: request.omitLength }),
    secrets,
    repeatable: operation.repeatable,
    ...defined({ timeouts, maxBytes: wire.maxBytes }),
    classify: (candidate) => wire.classify(candidate, operation, secrets),
    signal,
  });
  return answer.ok ? read(session, wire, operation, answer.value) : answer;
};

const listen = async (
  session: VendorContext,
  wire: VendorWire,
  operation: Operation,
  request: OutgoingRequest,
  given: readonly string[],
  collecting: Collecting,
  signal: AbortSignal,
): Promise<Result<unknown>> => {
  const signed = await authorized(session, wire, operation, request, given, signal);
  if (!signed.ok) return signed;
  const { headers, secrets } = signed.value;
  const url = new URL(request.url);
  url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
  const classify = (answer: HttpAnswer): AppError | undefined => wire.classify(answer, operation, secrets);
  return collectMessages(session, { url: url.href, headers, secrets, classify, signal }, collecting);
};

/**
 * Runs one operation: parses the input, builds and authorizes the request, sends it within the account's rate-limit
 * group, and reads the answer. Errors: invalid-input (naming the field), bad-response (naming what was wrong, never a
 * value), cancelled, and those of the client, `authorize` and `classify`.
 */
export const execute = async <I extends z.ZodType, O extends z.ZodType>(
  session: VendorContext,
  wire: VendorWire,
  operation: Operation<I, O>,
  input: unknown,
  signal: AbortSignal,
): Promise<Result<z.output<O>>> => {
  if (signal.aborted) return cancelled();
  const parsed = operation.input.safeParse(input ?? {});
  if (!parsed.success) return badInput(operation, describeIssues(parsed.error, 'the input'));
  const parts = operation.wire(parsed.data);
  const request = outgoing(session, wire, operation, parts);
  if (request === undefined) return badInput(operation, 'a part of the path is empty or cannot be sent');
  const secrets = inputSecrets(operation, parsed.data);
  const ask = (): Promise<Result<unknown>> =>
    parts.upgrade === undefined
      ? send(session, wire, operation, request, secrets, signal)
      : listen(session, wire, operation, request, secrets, parts.upgrade, signal);

  let value = await ask();
  // The request was refused before it had an effect, so even a write may be sent again; once, never in a loop.
  if (!value.ok && value.error.kind === 'unauthorized' && wire.renew !== undefined) {
    if (await wire.renew(signal)) value = await ask();
    // Then it is unknown whether the key is still good.
    else if (signal.aborted) return cancelled('a new session');
  }
  if (!value.ok) return value;
  const output = operation.output.safeParse(value.value);
  return output.success
    ? ok(output.data)
    : badAnswer(
        wire,
        operation,
        value.value === undefined ? 'an empty answer' : describeIssues(output.error, 'the answer'),
      );
};
