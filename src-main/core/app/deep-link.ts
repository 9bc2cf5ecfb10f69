import { serviceKinds } from '../fleet/device.ts';
import type { ServiceKind } from '../fleet/device.ts';

/**
 * What a `quayside:` link asks for. A link comes from anywhere: it shows something, and what it would connect to is
 * asked for in the window first.
 */
export type DeepLink =
  | { readonly kind: 'window' }
  | { readonly kind: 'search'; readonly query: string }
  | { readonly kind: 'device'; readonly deviceKey: string }
  | { readonly kind: 'connect'; readonly deviceKey: string; readonly service?: ServiceKind };

/** The scheme of our links, as it is registered with the system. */
export const deepLinkScheme = 'quayside';

const maxLength = 2048;
const prefix = `${deepLinkScheme}:`;

const plain = (text: string, most: number): string | undefined =>
  text !== '' && text.length <= most && !/[\p{Cc}\u2028\u2029]/u.test(text) ? text : undefined;

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

/** The parameters, where each is known and given once. */
const parameters = (url: URL, known: readonly string[]): ReadonlyMap<string, string> | undefined => {
  const entries = [...url.searchParams];
  const names = new Set(entries.map(([name]) => name));
  return names.size === entries.length && [...names].every((name) => known.includes(name))
    ? new Map(entries)
    : undefined;
};

/** `/ACCOUNT/ID`, each part encoded on its own: ids may hold slashes. */
const deviceKeyOf = (url: URL): string | undefined => {
  const [empty, account, id, ...rest] = url.pathname.split('/');
  if (empty !== '' || account === undefined || id === undefined || rest.length > 0) return undefined;
  const device = plain(decoded(id) ?? '', 400);
  return /^[a-z0-9-]{1,80}$/.test(account) && device !== undefined ? `${account}/${device}` : undefined;
};

/**
 * Reads a link once; undefined for whatever is not exactly one of ours:
 * `quayside://open`, `quayside://search?q=QUERY`, `quayside://device/ACCOUNT/ID`, `quayside://connect/ACCOUNT/ID?service=ssh`.
 */
export const parseDeepLink = (text: string): DeepLink | undefined => {
  if (text.length > maxLength || !text.toLowerCase().startsWith(`${prefix}//`)) return undefined;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return undefined;
  }
  if (url.protocol !== prefix || url.username !== '' || url.password !== '' || url.port !== '' || url.hash !== '')
    return undefined;
  const bare = url.pathname === '' || url.pathname === '/';
  switch (url.hostname) {
    case 'open':
      return bare && url.search === '' ? { kind: 'window' } : undefined;
    case 'search': {
      const query = plain(parameters(url, ['q'])?.get('q') ?? '', 1024);
      return bare && query !== undefined ? { kind: 'search', query } : undefined;
    }
    case 'device': {
      const deviceKey = deviceKeyOf(url);
      return deviceKey !== undefined && url.search === '' ? { kind: 'device', deviceKey } : undefined;
    }
    case 'connect': {
      const deviceKey = deviceKeyOf(url);
      const given = parameters(url, ['service']);
      if (deviceKey === undefined || given === undefined) return undefined;
      if (given.size === 0) return { kind: 'connect', deviceKey };
      const service = serviceKinds.find((kind) => kind === given.get('service'));
      return service === undefined ? undefined : { kind: 'connect', deviceKey, service };
    }
    default:
      return undefined;
  }
};

/** The link of a device, as `parseDeepLink` reads it. */
export const deviceLink = (accountId: string, id: string): string =>
  `${prefix}//device/${accountId}/${encodeURIComponent(id)}`;

/**
 * The link among the arguments of a launch. More than one, or one that is not ours, is none: a browser passes exactly
 * one, and what else stands there is somebody's trick.
 */
export const deepLinkIn = (args: readonly string[]): DeepLink | undefined => {
  const links = args.filter((argument) => argument.toLowerCase().startsWith(prefix));
  const [link] = links;
  return link === undefined || links.length > 1 ? undefined : parseDeepLink(link);
};
