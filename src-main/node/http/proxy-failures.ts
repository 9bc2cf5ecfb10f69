import { fail, type Failure } from '../../core/base/errors.ts';
import type { Proxy } from './proxy.ts';

/** The meaning of a proxy's refusal (RFC 9110, section 15); without a status it answered no HTTP, or nothing. */
const refusal = (status: number | undefined): string => {
  if (status === undefined || !Number.isInteger(status)) return 'answered as no proxy does';
  if (status === 407) return 'wants a user name and a password (407)';
  if (status === 502 || status === 503 || status === 504) return `could not reach it (${status})`;
  return `did not let the connection through (${status})`;
};

/**
 * The error of a connection through a proxy, with the proxy's name and the source of its setting. `cause` describes
 * what failed at the proxy itself.
 */
export const describeProxyFailure = (
  host: string,
  proxy: Proxy,
  code: string,
  status: number | undefined,
  cause: string | undefined,
): Failure => {
  const system = proxy.from === 'this system';
  const what =
    code === 'ERR_PROXY_TUNNEL'
      ? refusal(status)
      : cause === undefined
        ? 'passed on something that is not TLS'
        : code === 'ECONNRESET' || code === 'EPIPE'
          ? 'cut the connection'
          : `could not be reached (${cause})`;
  const signIn = system
    ? `Set HTTPS_PROXY to http://user:password@${proxy.name} where Quayside is started.`
    : `Write the user name and the password into ${proxy.from}: http://user:password@${proxy.name}`;
  const where = system ? 'the network settings of this system' : proxy.from;
  return fail(
    'unreachable',
    `${host} could not be reached: the proxy ${proxy.name} ${what}.`,
    status === 407 ? signIn : `Check the proxy in ${where}, or except the host from it (NO_PROXY).`,
  );
};
