import type { Account } from '../../core/fleet/account.ts';
import { cancelled, ok, type Result } from '../../core/base/errors.ts';
import { placeholder, type RequestPreview } from '../../core/operation/operation-commands.ts';
import type { Clock, Random } from '../../core/base/clock.ts';
import type { HttpAnswer } from '../../core/base/http.ts';
import type { Log } from '../../core/base/log.ts';
import type { Operation, Vendor } from '../../vendors/vendor.ts';
import { defined } from '../../core/base/defined.ts';

/** A request with placeholders, and what a person has to know about repeating it elsewhere. */
export interface PreviewedRequest {
  readonly request: RequestPreview;
  readonly note?: string;
}

const silent: Log = { write: () => undefined, child: () => silent };

/** Valid for every sign-in that may precede the call; nobody else reads it. */
const signedIn = (token: string): HttpAnswer => {
  const text = JSON.stringify({ status: 'true', token, auth_token: token, data: {} });
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    text,
    bytes: new TextEncoder().encode(text),
    receivedAt: 0,
  };
};

/** A signing key must be a real key; the signature is replaced afterwards. */
const signingKeys: ReadonlySet<string> = new Set(['secretAccessKey']);
const someKey = 'cGxhY2Vob2xkZXI=';

/**
 * The request that a call would send: the vendor's own connector builds it, with placeholders for the account's secrets
 * and a client that sends nothing. Errors: invalid-input, as the call itself would answer.
 */
export const previewRequest = async (
  options: {
    readonly vendor: Vendor;
    readonly account: Account;
    /** Names of the account's secrets. */
    readonly secretNames: readonly string[];
    readonly clock: Clock;
    readonly random: Random;
  },
  operation: Operation,
  input: unknown,
  signal: AbortSignal,
): Promise<Result<PreviewedRequest>> => {
  const { vendor, account, secretNames, clock, random } = options;
  const named = (name: string): string => placeholder(`${vendor.id} ${name}`);
  // A call may sign in first; the last request is the call itself.
  let last: RequestPreview | undefined;
  const connector = vendor.open({
    accountId: account.id,
    baseUrl: account.baseUrl,
    fields: account.fields,
    secrets: Object.fromEntries(secretNames.map((name) => [name, signingKeys.has(name) ? someKey : named(name)])),
    http: {
      request: async ({ method, url, headers, body }) => {
        last = { method, url, headers, ...defined({ body }) };
        return ok(signedIn(named('token')));
      },
    },
    sockets: {
      open: async ({ url, headers }) => {
        last = { method: 'GET', url, headers };
        return cancelled();
      },
    },
    clock,
    random,
    log: silent,
  });
  const called = await connector.call(operation, input, signal);
  if (last === undefined) return called.ok ? cancelled() : called;
  const request: RequestPreview = last;
  let signed = false;
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => {
      const unsigned = value.replaceAll(/(signature="|sig1=:)[^":]+/gi, (_all, start: string) => {
        signed = true;
        return start + named('signature');
      });
      return [name, unsigned];
    }),
  );
  return ok({
    request: { ...request, headers },
    ...(signed ? { note: `${vendor.name} wants a new signature and date with every request.` } : {}),
  });
};
