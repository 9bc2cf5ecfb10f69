import { fail } from '../../core/base/errors.ts';
import type { Failure } from '../../core/base/errors.ts';
import type { TransportFailure } from './http-client-fetch.ts';
import { describeProxyFailure } from './proxy-failures.ts';

const certificateCodes: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  CERT_REVOKED: 'its certificate was revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an authority this computer does not trust',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate comes from an authority this computer does not trust',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate comes from an authority this computer does not trust',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate cannot be verified',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  HOSTNAME_MISMATCH: 'its certificate is for another name',
};

const networkCodes: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name is unknown',
  EAI_AGAIN: 'the name could not be looked up',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'this computer has no network',
  ENETDOWN: 'this computer has no network',
  EADDRNOTAVAIL: 'this computer has no network',
  ETIMEDOUT: 'the connection timed out',
  EACCES: 'a firewall on this computer refused the connection',
  EPERM: 'a firewall on this computer refused the connection',
};

const waitHint = 'Wait a moment and try again; if it stays, check the network and the status page of the vendor.';

/** Failures that another try does not fix. */
export const isPermanent = (failure: TransportFailure): boolean =>
  failure.reason === 'no-outlet' ||
  (failure.code !== undefined &&
    (failure.code in certificateCodes ||
      isTls(failure.code) ||
      (failure.code === 'ERR_PROXY_TUNNEL' && !isTransient(failure.status))));

/** Whether a proxy's answer means a temporary problem. */
const isTransient = (status: number | undefined): boolean => status !== undefined && status >= 500;

const isTls = (code: string): boolean => /^ERR_SSL|^ERR_TLS|^EPROTO$/.test(code);

const seconds = (ms: number): string => `${Math.max(1, Math.round(ms / 1000))} s`;

const cutOff = (host: string): Failure =>
  fail('bad-response', `The answer of ${host} was cut off before its end.`, waitHint);

/** The error of a failed connection, with the host's name and the cause in plain words. */
export const describeTransportFailure = (
  failure: TransportFailure,
  host: string,
  limits: { readonly connectMs: number; readonly responseMs: number; readonly maxBytes: number },
  certificateHint: string,
): Failure => {
  if (failure.problem !== undefined) return { ok: false, error: failure.problem };
  if (failure.reason === 'too-large') {
    const size =
      limits.maxBytes >= 1024 ** 2 ? `${Math.floor(limits.maxBytes / 1024 ** 2)} MiB` : `${limits.maxBytes} bytes`;
    return fail(
      'bad-response',
      `The answer of ${host} is too large: more than ${size}.`,
      'Ask for less at a time, or check that the base URL is right.',
    );
  }
  if (failure.reason === 'too-slow') {
    return fail('timeout', `The answer of ${host} came too slowly and was given up.`, waitHint);
  }
  if (failure.reason === 'timeout') {
    const by = failure.proxy === undefined ? '' : ` by way of the proxy ${failure.proxy.name}`;
    return failure.phase === 'connect'
      ? fail(
          'timeout',
          `${host} did not take the connection${by} within ${seconds(limits.connectMs)}.`,
          'Check the network, any firewall, and the base URL of the account.',
        )
      : fail('timeout', `${host} did not answer within ${seconds(limits.responseMs)}.`, waitHint);
  }
  if (failure.phase === 'body') return cutOff(host);
  const code = failure.code ?? '';
  const certificate = certificateCodes[code];
  if (certificate !== undefined) {
    const clock = code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID';
    return fail(
      'unreachable',
      `${host} could not be trusted: ${certificate}.`,
      clock
        ? 'Check the clock of this computer; if it is right, the vendor must renew the certificate.'
        : certificateHint,
    );
  }
  if (failure.phase === 'connect' && failure.proxy !== undefined)
    return describeProxyFailure(host, failure.proxy, code, failure.status, networkCodes[code]);
  if (isTls(code)) {
    return fail(
      'unreachable',
      `${host} could not be reached: it does not speak TLS the way HTTPS needs.`,
      'Check that the base URL names the right host and port.',
    );
  }
  if (code.startsWith('HPE_')) {
    return fail(
      'bad-response',
      `${host} answered something that is not HTTP.`,
      'Check that the base URL names the right host and port.',
    );
  }
  const cause =
    networkCodes[code] ?? (failure.phase === 'connect' ? 'the connection failed' : 'the connection was cut');
  return fail(
    'unreachable',
    failure.phase === 'connect' ? `${host} could not be reached: ${cause}.` : `${host} gave no answer: ${cause}.`,
    code === 'ENOTFOUND' ? 'Check the network and the base URL of the account.' : waitHint,
    code === 'ECONNREFUSED' ? { refused: true } : {},
  );
};
