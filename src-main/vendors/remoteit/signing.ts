/**
 * remote.it's two ways of signing a request with an access key, both HMAC-SHA256 with the base64-decoded secret:
 * https://github.com/remoteit/docs/blob/master/developer-tools/authentication.md
 */

/** An access key, its secret still in base64. */
export interface AccessKey {
  readonly id: string;
  readonly secret: string;
}

/** What a signature covers. */
export interface SignedRequest {
  readonly method: string;
  readonly url: URL;
  /** RFC 7231, as in the Date header that is sent with it. */
  readonly date: string;
  /** Absent if the request has no body. */
  readonly body?: { readonly text: string; readonly contentType: string };
}

const decode = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));

const hmac = async (key: AccessKey, text: string): Promise<string> => {
  const secret = await crypto.subtle.importKey('raw', decode(key.secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ]);
  const signature = await crypto.subtle.sign('HMAC', secret, new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(signature)));
};

/**
 * Whether a secret is what remote.it hands out: base64 of at least one byte, in either alphabet. The sample in its
 * documentation has no padding, and the decoders of its own clients ask for none.
 */
export const isBase64 = (text: string): boolean =>
  text.length > 0 && /^(?:[\w+/-]{4})*(?:[\w+/-]{2}(?:==)?|[\w+/-]{3}=?)?$/.test(text);

/**
 * Dialect A, the older draft of HTTP signatures that remote.it's documentation shows. Answers the headers to send: the
 * date and the authorization.
 */
export const draftSignature = async (
  key: AccessKey,
  request: SignedRequest,
): Promise<Readonly<Record<string, string>>> => {
  const { method, url, date, body } = request;
  const lines: readonly (readonly [string, string])[] = [
    ['(request-target)', `${method.toLowerCase()} ${url.pathname}${url.search}`],
    ['host', url.host],
    ['date', date],
    ...(body === undefined
      ? []
      : ([
          ['content-type', body.contentType],
          ['content-length', String(new TextEncoder().encode(body.text).length)],
        ] as const)),
  ];
  const signature = await hmac(key, lines.map(([name, value]) => `${name}: ${value}`).join('\n'));
  const names = lines.map(([name]) => name).join(' ');
  return {
    date,
    authorization: `Signature keyId="${key.id}",algorithm="hmac-sha256",headers="${names}",signature="${signature}"`,
  };
};

/** Seconds that a signature of dialect B is good for. */
const signatureSeconds = 300;

/**
 * Dialect B, HTTP Message Signatures (RFC 9421) under the label `remoteit`; the body is not covered. Parameters, order and
 * lifetime are those of http-message-signatures 1.x, which remote.it's own clients use (src/utils.ts of
 * https://github.com/remoteit/socket-link.js). `createdAt` in epoch milliseconds. Answers the headers to send: the date
 * and the two of the signature.
 */
export const messageSignature = async (
  key: AccessKey,
  request: SignedRequest,
  createdAt: number,
): Promise<Readonly<Record<string, string>>> => {
  const { method, url, date } = request;
  const components: readonly (readonly [string, string])[] = [
    ['@method', method],
    ['@authority', url.host],
    ['@target-uri', url.href],
    ['date', date],
  ];
  const covered = components.map(([name]) => `"${name}"`).join(' ');
  const created = Math.floor(createdAt / 1000);
  const lifetime = `created=${created};expires=${created + signatureSeconds}`;
  const parameters = `(${covered});keyid="${key.id}";alg="hmac-sha256";${lifetime}`;
  const base = [...components.map(([name, value]) => `"${name}": ${value}`), `"@signature-params": ${parameters}`];
  return {
    date,
    'signature-input': `remoteit=${parameters}`,
    signature: `remoteit=:${await hmac(key, base.join('\n'))}:`,
  };
};
