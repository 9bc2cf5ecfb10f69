import { createHmac, timingSafeEqual } from 'node:crypto';
import type { RecordedRequest } from '../simulator.ts';

/** The access key that is accepted. */
export interface SimulatedAccessKey {
  readonly id: string;
  /** Base64. */
  readonly secret: string;
}

/** Farther off than this and a Date header counts for nothing, in milliseconds. */
const maxSkewMs = 5 * 60_000;

const isSignature = (secret: string, text: string, signature: string): boolean => {
  const expected = createHmac('sha256', Buffer.from(secret, 'base64')).update(text).digest();
  const given = Buffer.from(signature, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
};

const targetOf = ({ path, query }: Pick<RecordedRequest, 'path' | 'query'>): string => {
  const search = new URLSearchParams(query).toString();
  return search === '' ? path : `${path}?${search}`;
};

const checkDraft = (request: RecordedRequest, key: SimulatedAccessKey, authorization: string): boolean => {
  const parameters = Object.fromEntries(
    [...authorization.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  );
  const names = (parameters['headers'] ?? '').split(' ');
  if (parameters['keyId'] !== key.id || parameters['algorithm'] !== 'hmac-sha256') return false;
  if (!['(request-target)', 'host', 'date'].every((name) => names.includes(name))) return false;
  const lines: string[] = [];
  for (const name of names) {
    const value =
      name === '(request-target)' ? `${request.method.toLowerCase()} ${targetOf(request)}` : request.headers[name];
    if (value === undefined) return false;
    lines.push(`${name}: ${value}`);
  }
  return isSignature(key.secret, lines.join('\n'), parameters['signature'] ?? '');
};

const checkMessage = (request: RecordedRequest, key: SimulatedAccessKey, origin: string): boolean => {
  const input = /^remoteit=(\(([^)]*)\)(.*))$/.exec(request.headers['signature-input'] ?? '');
  const signature = /^remoteit=:([^:]*):$/.exec(request.headers['signature'] ?? '')?.[1];
  if (input === null || signature === undefined) return false;
  const [, whole = '', list = '', parameters = ''] = input;
  if (!parameters.includes(`keyid="${key.id}"`) || !parameters.includes('alg="hmac-sha256"')) return false;
  const names = [...list.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name);
  if (!['@method', '@authority', '@target-uri', 'date'].every((name) => names.includes(name))) return false;
  const values: Readonly<Record<string, string | undefined>> = {
    ...request.headers,
    '@method': request.method,
    '@authority': request.headers['host'],
    '@target-uri': origin + targetOf(request),
  };
  const lines: string[] = [];
  for (const name of names) {
    const value = values[name];
    if (value === undefined) return false;
    lines.push(`"${name}": ${value}`);
  }
  lines.push(`"@signature-params": ${whole}`);
  return isSignature(key.secret, lines.join('\n'), signature);
};

/**
 * Whether a request is signed with the access key, in either dialect, not too long ago by `now` (epoch milliseconds).
 * `absent` where it is not signed at all. `origin` is the scheme and host the request came to.
 */
export const checkSignature = (
  request: RecordedRequest,
  key: SimulatedAccessKey,
  origin: string,
  now: number,
): 'good' | 'bad' | 'absent' => {
  const authorization = request.headers['authorization'] ?? '';
  const draft = authorization.startsWith('Signature ');
  if (!draft && request.headers['signature-input'] === undefined) return 'absent';
  const at = Date.parse(request.headers['date'] ?? '');
  if (Number.isNaN(at) || Math.abs(now - at) > maxSkewMs) return 'bad';
  const good = draft ? checkDraft(request, key, authorization) : checkMessage(request, key, origin);
  return good ? 'good' : 'bad';
};
