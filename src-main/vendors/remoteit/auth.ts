import { cancelled, fail, ok } from '../../core/base/errors.ts';
import type { Result } from '../../core/base/errors.ts';
import { execute } from '../execute.ts';
import type { Authorization, OutgoingRequest, VendorWire } from '../execute.ts';
import type { Operation, VendorContext } from '../vendor.ts';
import { classifyRemoteIt } from './classify-remoteit.ts';
import { login, restConnect } from './rest-operations.ts';
import { connect } from './graphql-operations.ts';
import { connectWithinMs } from './operation-parts.ts';
import { draftSignature, messageSignature } from './signing.ts';
import type { AccessKey, SignedRequest } from './signing.ts';
import { defined } from '../../core/base/defined.ts';

export const vendorName = 'remote.it';
export const baseUrlHint = 'https://api.remote.it';
export const defaultBaseUrl = 'https://api.remote.it';
const documentedGraphQlPath = '/graphql/v1';

/** Milliseconds before its end at which a session token is renewed. */
const renewEarlyMs = 60_000;

/** Whether the account speaks v27 alone. */
export const isRestOnly = (session: Pick<VendorContext, 'secrets'>): boolean =>
  session.secrets['accessKeyId'] === undefined;

/** The access key of the account, where it has one. */
export const accessKeyOf = (session: Pick<VendorContext, 'secrets'>): AccessKey | undefined => {
  const { accessKeyId, secretAccessKey } = session.secrets;
  return accessKeyId === undefined || secretAccessKey === undefined
    ? undefined
    : { id: accessKeyId, secret: secretAccessKey };
};

/** What the user entered to sign in, in words. */
export const credentialOf = (session: Pick<VendorContext, 'secrets'>): string => {
  if (session.secrets['accessKeyId'] !== undefined) return 'access key';
  return session.secrets['password'] === undefined ? 'developer key and session token' : 'developer key and password';
};

const isRest = (operation: Operation): boolean => operation.path.startsWith('/apv/');

/** A session token and when it ends, epoch milliseconds. */
interface SessionToken {
  readonly token: string;
  readonly endsAt: number | undefined;
}

/** The session token of an account: the one that was entered, or one fetched by signing in with the password. */
class TokenSource {
  readonly #session: VendorContext;
  readonly #loginWire: VendorWire;
  #held: SessionToken | undefined;
  #login: Promise<Result<SessionToken>> | undefined;

  constructor(session: VendorContext, loginWire: VendorWire) {
    this.#session = session;
    this.#loginWire = loginWire;
    const { token } = session.secrets;
    if (token !== undefined) this.#held = { token, endsAt: undefined };
  }

  async get(signal: AbortSignal): Promise<Result<string>> {
    const held = this.#held;
    if (held !== undefined && (held.endsAt === undefined || held.endsAt - renewEarlyMs > this.#session.clock.now()))
      return ok(held.token);
    const fresh = await this.#signIn(signal);
    return fresh.ok ? ok(fresh.value.token) : fresh;
  }

  /** Signs in again; false if no token was in use, where there is no password, or where it is refused. */
  async renew(signal: AbortSignal): Promise<boolean> {
    if (this.#session.secrets['password'] === undefined) return false;
    // Without a token the sign-in itself was refused.
    if (this.#held === undefined && this.#login === undefined) return false;
    this.#held = undefined;
    return (await this.#signIn(signal)).ok;
  }

  /** Requests that need a token at the same time share one sign-in; cancelling one does not end it for the others. */
  async #signIn(signal: AbortSignal): Promise<Result<SessionToken>> {
    for (;;) {
      const running = this.#login;
      if (running === undefined) break;
      const shared = await running;
      if (signal.aborted) return cancelled();
      if (shared.ok || shared.error.kind !== 'cancelled') return shared;
    }
    const own = this.#ask(signal);
    this.#login = own;
    const result = await own;
    if (result.ok) this.#held = result.value;
    this.#login = undefined;
    return result;
  }

  async #ask(signal: AbortSignal): Promise<Result<SessionToken>> {
    const { username = '', password = '' } = this.#session.secrets;
    const answer = await execute(this.#session, this.#loginWire, login, { username, password }, signal);
    if (!answer.ok) return answer;
    const { token, auth_expiration: endsAt } = answer.value;
    return ok({ token, endsAt: endsAt === undefined ? undefined : endsAt * 1000 });
  }
}

const signed = (request: OutgoingRequest, date: string): SignedRequest => {
  const { method, url, body } = request;
  return {
    method,
    url,
    date,
    ...(body?.kind === 'text' ? { body: { text: body.text, contentType: body.contentType } } : {}),
  };
};

/** The headers that sign a request with the account's access key, dated now by this computer's clock. */
export const signRequest = (
  session: VendorContext,
  key: AccessKey,
  request: OutgoingRequest,
): Promise<Readonly<Record<string, string>>> => {
  const now = session.clock.now();
  const parts = signed(request, new Date(now).toUTCString());
  return session.fields['signature'] === 'rfc9421' ? messageSignature(key, parts, now) : draftSignature(key, parts);
};

const needsDeveloperKey = (operation: Operation): Result<never> =>
  fail(
    'unsupported',
    `${operation.id} belongs to remote.it's older REST API, which asks for a developer key besides the access key.`,
    'Enter the developer key in the account’s settings.',
  );

/** How remote.it is spoken to: each request signed with the access key, or the developer key with a session token. */
export const remoteItWire = (session: VendorContext): VendorWire => {
  const { developerKey } = session.secrets;
  const key = accessKeyOf(session);
  const developer = defined({ developerkey: developerKey });
  const graphQlPath = session.fields['graphqlPath'] ?? documentedGraphQlPath;
  const warned = new Set<string>();
  const credential = credentialOf(session);

  const base: Omit<VendorWire, 'authorize' | 'renew'> = {
    vendorName,
    rateLimitGroup: {
      account: session.accountId,
      concurrency: 4,
      budget: `remoteit:${session.accountId}`,
      requestsPerMinute: Number(session.fields['requestsPerMinute'] ?? 300),
    },
    maxBytes: 32 * 1024 * 1024,
    timeouts: (operation) =>
      operation.id === connect.id || operation.id === restConnect.id ? { responseMs: connectWithinMs } : undefined,
    address: (url, operation) => {
      const address = new URL(url);
      if (!isRest(operation)) address.pathname = address.pathname.replace(documentedGraphQlPath, graphQlPath);
      return address;
    },
    classify: (answer, operation, secrets) => {
      const warning = answer.headers['x-r3-warning']?.slice(0, 200);
      if (warning !== undefined && !warned.has(warning)) {
        warned.add(warning);
        session.log.write('warn', 'remoteit-warning', { warning });
      }
      return classifyRemoteIt(answer, {
        vendorName,
        baseUrlHint,
        credential,
        answer: operation.answer,
        secrets,
      });
    },
  };

  const loginWire: VendorWire = { ...base, authorize: async () => ok({ headers: developer, secrets: [] }) };
  const tokens = new TokenSource(session, loginWire);
  const authorize = async (
    request: OutgoingRequest,
    operation: Operation,
    signal: AbortSignal,
  ): Promise<Result<Authorization>> => {
    if (isRest(operation) && developerKey === undefined) return needsDeveloperKey(operation);
    if (operation.id === login.id) return loginWire.authorize(request, operation, signal);
    if (key !== undefined) {
      const headers = await signRequest(session, key, request);
      const signatures = [headers['authorization'], headers['signature']].flatMap((header) => header ?? []);
      return ok({ headers: isRest(operation) ? { ...developer, ...headers } : headers, secrets: signatures });
    }
    const token = await tokens.get(signal);
    if (!token.ok) return token;
    return ok({ headers: { ...developer, token: token.value }, secrets: [token.value] });
  };
  return { ...base, authorize, renew: (signal) => tokens.renew(signal) };
};
