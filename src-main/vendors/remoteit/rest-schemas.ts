import { z } from 'zod';
import { readRows } from '../read-rows.ts';
import { asFlag, asHost, asNumber, asPort, asText, itemsOf, membersOf, present } from './values.ts';
import type { Members } from './values.ts';
import { defined } from '../../core/base/defined.ts';

/**
 * The shapes of v27. `status` is the text "true"; numbers are texts; what is absent may be `[null]`. Unknown keys are
 * kept.
 */

const done = z
  .unknown()
  .refine((status) => asFlag(status) === true, 'expected "true"')
  .transform(() => 'true' as const);
const text = z.unknown().transform(asText).optional();

/** Success is `status` alone: the id came as `connectionid` in the document and as `id` in a captured answer. */
export const stopAnswer = z.looseObject({ status: done, connectionid: text, id: text });

export const nameAnswer = z.looseObject({ status: done });

/** A login answers with many keys, some as good as the password: only what is needed is kept. */
export const loginAnswer = z
  .looseObject({ status: done, token: z.unknown().transform(asText).pipe(z.string()) })
  .transform(({ status, token, ...more }) => {
    const expiration = asNumber(more['auth_expiration']);
    const guid = asText(more['guid']);
    return {
      status,
      token,
      ...defined({ auth_expiration: expiration, guid }),
    };
  });

/** A row of the list: a service, with what could be read of it. */
export interface RestRow extends Members {
  readonly deviceaddress?: string;
}

const rowTexts = [
  'deviceaddress',
  'devicealias',
  'devicestate',
  'devicetype',
  'servicetitle',
  'devicelastip',
  'lastinternalip',
  'lastcontacted',
  'ownerusername',
  'createdate',
  'georegion',
  'shared',
  'hardwareid',
] as const;

const readRow = (value: unknown): RestRow => {
  const { ...row } = membersOf(value) as Record<string, unknown>;
  for (const name of rowTexts) {
    const read = asText(row[name]);
    if (read === undefined) delete row[name];
    else row[name] = read;
  }
  return row;
};

export const listAnswer = z.looseObject({
  status: done,
  devices: z.unknown().transform((value, context) => readRows(itemsOf(value), readRow, context)),
});

/** Where a v27 connection is reached. */
export interface RestConnection {
  readonly connectionid: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly reverseProxy: boolean;
  /** Seconds. */
  readonly expiresIn: number | undefined;
  readonly connectionOverridden: boolean;
  readonly previousConnection: string | undefined;
}

/** `http://proxy18.rt3.io:37488`, written so even for SSH; a web proxy has no port and is one by https alone. */
const proxyUrl = (value: unknown): { readonly host?: string; readonly port?: number; readonly web: boolean } => {
  const url = URL.parse(asText(value) ?? '');
  const host = url === null ? undefined : asHost(url.hostname);
  if (url === null || host === undefined) return { web: false };
  const port = asPort(url.port);
  return { host, ...defined({ port }), web: port === undefined && url.protocol === 'https:' };
};

/** The answer of `/device/connect`: `proxyserver` and `proxyport` first, then the URLs. */
export const connectAnswer = z
  .looseObject({ status: done, connection: z.looseObject({}) })
  .transform((answer, context): typeof answer & { readonly connection: RestConnection } => {
    const { connection } = answer;
    const url = [connection['proxy'], connection['proxyURL']].map(proxyUrl).find((one) => one.host !== undefined);
    const host = asHost(connection['proxyserver']) ?? url?.host;
    const port = asPort(connection['proxyport']) ?? asPort(connection['proxyServerPort']) ?? url?.port;
    const connectionid = asText(connection['connectionid']) ?? asText(answer['connectionid']);
    const reverseProxy = asFlag(connection['reverseProxy']) ?? (port === undefined && url?.web === true);
    if (connectionid === undefined)
      context.addIssue({ code: 'custom', path: ['connection', 'connectionid'], message: 'expected an id' });
    if (host === undefined)
      context.addIssue({ code: 'custom', path: ['connection', 'proxyserver'], message: 'expected a host name' });
    if (port === undefined && !reverseProxy)
      context.addIssue({ code: 'custom', path: ['connection', 'proxyport'], message: 'expected a port' });
    return {
      ...answer,
      connection: {
        ...connection,
        connectionid: connectionid ?? '',
        host: host ?? '',
        port,
        reverseProxy,
        expiresIn: asNumber(connection['expirationsec']) ?? asNumber(connection['proxyExpirationSec']),
        connectionOverridden: asFlag(present(connection['connectionOverridden'])) === true,
        previousConnection: asText(connection['previousConnection']),
      },
    };
  });
