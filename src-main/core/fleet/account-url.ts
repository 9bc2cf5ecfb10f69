import { fail, ok } from '../base/errors.ts';
import type { Failure, Result } from '../base/errors.ts';
import { isLoopbackHost } from '../base/loopback.ts';

const refuse = (message: string, hint: string): Failure => fail('invalid-input', message, hint);

/**
 * Whether a vendor's base URL is on this computer: a simulator or a local gateway, whose tunnels may end on this
 * computer, too.
 */
export const isLocalBaseUrl = (baseUrl: string): boolean => isLoopbackHost(URL.parse(baseUrl)?.hostname ?? '');

/**
 * The normalised base URL of an account: scheme, host, unusual port, path without a trailing slash. HTTPS only, plain
 * HTTP only for this computer (simulators, local gateways). Errors: invalid-input; the message never repeats the text,
 * which may hold a password.
 */
export const normaliseBaseUrl = (text: string): Result<string> => {
  const trimmed = text.trim();
  if (trimmed === '') {
    return refuse('The base URL is empty.', 'Enter an address such as https://example.com/api.');
  }
  // `URL` drops tabs and line ends and turns backslashes into slashes, so the user would get a different address.
  if (/[\s\\\p{Cc}]/u.test(trimmed)) {
    return refuse('The base URL holds a space or a backslash.', 'Remove it; an address has neither.');
  }
  const url = /^https?:\/\//i.test(trimmed) ? URL.parse(trimmed) : null;
  if (url === null) {
    return refuse('The base URL is not a web address.', 'Enter a full address that starts with https://.');
  }
  if (url.username !== '' || url.password !== '' || authorityOf(trimmed).includes('@')) {
    return refuse('The base URL holds a user name or a password.', 'Leave them out; secrets go into the other fields.');
  }
  if (trimmed.includes('?') || trimmed.includes('#')) {
    return refuse('The base URL holds a query or a fragment.', 'Remove everything from the ? or # on.');
  }
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    return refuse(
      'The base URL uses plain HTTP, which would send your key unencrypted.',
      'Use https://. Plain http:// is allowed only for localhost, 127.0.0.1 and [::1].',
    );
  }
  return ok(`${url.origin}${url.pathname.replace(/\/+$/, '')}`);
};

const authorityOf = (text: string): string => text.replace(/^https?:\/\//i, '').split(/[/?#]/)[0] ?? '';
