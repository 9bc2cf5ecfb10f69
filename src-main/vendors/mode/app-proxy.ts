import type { Service } from '../../core/fleet/device.ts';
import { fail, ok } from '../../core/base/errors.ts';
import type { Result } from '../../core/base/errors.ts';
import type { ForwardedRequest, UpstreamRequest } from '../../core/forward/web-forwarder.ts';
import type { VendorContext } from '../vendor.ts';

/** MODE-21 to MODE-25: no other method is passed on. */
const methods: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * Headers of one connection only, those that would name the local port, and cookies: a browser sends those of every
 * port of 127.0.0.1, Quayside's own among them. Those of the application are in `WebCookies`.
 */
const kept = (name: string): boolean =>
  !/^(?:connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|host|authorization|cookie|origin|referer|expect)$/.test(
    name,
  );

/** Whether a path, decoded as a server might, has a segment that leads out of the application. */
const leadsElsewhere = (path: string): boolean => {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return true;
  }
  return decoded
    .replaceAll('\\', '/')
    .split('/')
    .some((segment) => segment === '.' || segment === '..');
};

/** What is offered on each device of an account that names a path of its project's App Proxy. */
export const appProxyService: Service = { id: 'http:app-proxy', kind: 'http', name: 'App Proxy', route: 'http' };

/**
 * The request that a local one becomes: the top of the local port is the account's path below the device's `appProxy`,
 * so that an application finds what it calls by an absolute path. With the account's key.
 */
export const modeUpstream = (
  session: VendorContext,
  deviceId: string,
  request: ForwardedRequest,
): Result<UpstreamRequest> => {
  const method = request.method.toUpperCase();
  if (!methods.has(method))
    return fail(
      'unsupported',
      `MODE does not pass ${method} requests on to devices.`,
      'Use GET, POST, PUT, PATCH or DELETE.',
    );
  const [path = '/', ...query] = request.target.split('?');
  if (!path.startsWith('/') || deviceId === '' || leadsElsewhere(path) || leadsElsewhere(deviceId))
    return fail('invalid-input', 'This path leads out of the device.', 'Ask for a path below the local address.');
  const source = session.fields['appProxyPath'];
  if (source === undefined)
    return fail(
      'unsupported',
      'The account names no path of the App Proxy.',
      'Enter one of the source paths of the project’s App Proxy settings in the account’s settings.',
    );
  const below = source.split('/').map(encodeURIComponent).join('/');
  const prefix = `${session.baseUrl.replace(/\/+$/, '')}/devices/${encodeURIComponent(deviceId)}/appProxy/${below}`;
  // A source path is matched as it is, so nothing is added to it for the top.
  const rest = path === '/' ? '' : path;
  const key = session.secrets['apiKey'] ?? '';
  return ok({
    method,
    url: new URL(prefix + rest + (query.length === 0 ? '' : `?${query.join('?')}`)).href,
    prefix,
    headers: {
      ...Object.fromEntries(Object.entries(request.headers).filter(([name]) => kept(name.toLowerCase()))),
      authorization: `ModeCloud ${key}`,
    },
    secrets: [key],
  });
};
