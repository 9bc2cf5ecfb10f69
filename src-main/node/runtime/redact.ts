import { isSecretName, withoutSecretParameters } from '../../core/base/secret-names.ts';

/** The text in place of a secret. */
const blot = '[redacted]';

/** A shorter registered secret would mask ordinary words. */
const minRegisteredLength = 6;

/** Secrets of one request are masked from this length on: its messages are short and about that request. */
const minGivenLength = 3;

/** Texts are cut to this length before patterns are applied: nobody reads more, and the time stays bounded. */
const maxTextLength = 32_768;

// Repetitions followed by another are bounded, so that no text makes a pattern slow.
const patterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g, blot],
  // A digit or great length distinguishes a credential from a word: "Bearer authentication" stays readable.
  [/\b(Bearer|Basic|ModeCloud|Token)\s+(?:(?=[^\s"']*\d)[\w.~+/=:-]{6,}|[\w.~+/=:-]{24,})/gi, `$1 ${blot}`],
  [/\bsk_[\w-]{6,}/g, blot],
  [/\beyJ[\w-]{5,4000}\.[\w-]{5,}(?:\.[\w-]*)?/g, blot],
  [/\b(signature=")[^"]+/gi, `$1${blot}`],
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@:]{0,200}:[^\s/@]{1,500}@/gi, `$1${blot}@`],
];

/** The part of a base64 text that depends only on the secret, whatever stands before and after it. */
const base64Forms = (secret: string): string[] => {
  const bytes = Buffer.from(secret, 'utf8');
  const forms = [bytes.toString('base64').replace(/=+$/, '')];
  for (const before of [1, 2]) {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    forms.push(text.slice(before + 1));
  }
  // The last character depends on what follows the secret.
  return forms.flatMap((form) => [form, form.slice(0, -1)]).filter((form) => form.length >= minRegisteredLength);
};

/** A secret in every form in which it appears in URLs, headers, JSON and dumps. */
const formsOf = (secret: string, shortest: number): string[] => {
  const whole = secret.trim();
  if (whole.length < shortest) return [];
  const lines = whole.includes('\n') ? whole.split(/\r?\n/).filter((line) => line.trim().length >= 16) : [];
  const encoded = base64Forms(whole);
  const forms = [
    whole,
    ...lines,
    encodeURIComponent(whole.toWellFormed()),
    new URLSearchParams([['', whole]]).toString().slice(1),
    JSON.stringify(whole).slice(1, -1),
    Buffer.from(whole, 'utf8').toString('hex'),
    ...encoded,
    ...encoded.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
  ];
  return [...new Set(forms)].filter((form) => form.length >= shortest);
};

const blotForms = (text: string, forms: readonly string[]): string => {
  let clean = text;
  for (const form of forms) if (clean.includes(form)) clean = clean.replaceAll(form, blot);
  return clean;
};

const longestFirst = (forms: Iterable<string>): string[] => [...forms].sort((a, b) => b.length - a.length);

const blotPatterns = (text: string): string => {
  let clean = text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text;
  for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
  return withoutSecretParameters(clean, blot);
};

/** `text` without the given secrets (in any form) and without anything that looks like one. */
export const redactSecrets = (text: string, secrets: readonly string[]): string =>
  blotPatterns(blotForms(text, longestFirst(secrets.flatMap((secret) => formsOf(secret, minGivenLength)))));

/** Keeps secrets out of everything that leaves the process. */
export interface Redactor {
  /** Masks `secret` from now on; values under 6 characters are ignored. The returned function forgets it. */
  register(secret: string): () => void;
  text(value: string): string;
  /** A copy for JSON: fields named like secrets, known secrets and secret-looking texts are masked. */
  value(value: unknown): unknown;
}

const maxDepth = 6;
const maxEntries = 100;

/** A redactor with only the patterns and field names. */
export const createRedactor = (): Redactor => {
  const registered = new Map<string, number>();
  let forms: readonly string[] = [];
  const refresh = (): void => {
    forms = longestFirst(new Set([...registered.keys()].flatMap((secret) => formsOf(secret, minRegisteredLength))));
  };
  const text = (value: string): string => blotPatterns(blotForms(value, forms));

  const error = (failure: Error, depth: number): unknown => ({
    name: text(failure.name),
    message: text(failure.message),
    ...('code' in failure && typeof failure.code === 'string' ? { code: text(failure.code) } : {}),
    ...(failure.stack === undefined ? {} : { stack: text(failure.stack) }),
    ...(failure.cause === undefined ? {} : { cause: copy(failure.cause, depth + 1) }),
  });

  const field = (name: string, value: unknown, depth: number): unknown => {
    if (value === undefined || value === null || typeof value === 'boolean') return value;
    return isSecretName(name) ? blot : copy(value, depth);
  };

  const copy = (value: unknown, depth: number): unknown => {
    if (typeof value === 'string') return text(value);
    if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
    if (typeof value === 'boolean' || value === null || value === undefined) return value;
    if (typeof value === 'bigint') return value.toString();
    if (typeof value !== 'object') return `[${typeof value}]`;
    if (depth >= maxDepth) return '[too deep]';
    if (value instanceof Error) return error(value, depth);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
    if (value instanceof URL) return text(value.href);
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (value instanceof Set) return copy([...value].slice(0, maxEntries), depth);
    if (Array.isArray(value)) return value.slice(0, maxEntries).map((entry) => copy(entry, depth + 1));
    const entries: Iterable<[unknown, unknown]> =
      value instanceof Map || value instanceof Headers ? value : Object.entries(value);
    const result: [string, unknown][] = [];
    for (const [name, entry] of entries) {
      if (result.length >= maxEntries) break;
      result.push([text(String(name)), field(String(name), entry, depth + 1)]);
    }
    return Object.fromEntries(result);
  };

  return {
    register: (secret) => {
      if (secret.trim().length < minRegisteredLength) return () => undefined;
      registered.set(secret, (registered.get(secret) ?? 0) + 1);
      refresh();
      let active = true;
      return () => {
        if (!active) return;
        active = false;
        const left = (registered.get(secret) ?? 1) - 1;
        if (left === 0) registered.delete(secret);
        else registered.set(secret, left);
        refresh();
      };
    },
    text,
    value: (value) => copy(value, 0),
  };
};
