import { fail, ok, type Failure, type Result } from '../../core/base/errors.ts';
import type { Clock } from '../../core/base/clock.ts';
import { isExcepted } from './proxy-exceptions.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A proxy of a company's network that tunnels HTTPS and WebSockets. */
export interface Proxy {
  /** For the dialer only. The address may contain a user name and a password, so it is neither shown nor logged. */
  readonly url: string;
  /** Host and port, for people. */
  readonly name: string;
  /** The source of the setting: a variable of the environment, or the system. */
  readonly from: string;
}

/** Finds the proxy for an address. */
export interface Proxies {
  /**
   * Undefined: the address is reached directly. Errors: unreachable (a proxy is named that cannot be used), timeout.
   */
  find(url: URL): Promise<Result<Proxy | undefined>>;
  /** Reports that a proxy does not accept connections: another named one is used for a while. */
  down(proxy: Proxy): void;
  /** Drops cached answers, because the network changed. */
  forget(): void;
}

const hintFor = (from: string): string =>
  from === systemName
    ? 'Choose an HTTP proxy in the network settings of this system, or set HTTPS_PROXY.'
    : `Write ${from} as http://host:port, or remove it.`;

const systemName = 'this system';

const unusable = (from: string, what: string): Failure =>
  fail('unreachable', `The proxy that ${from} names cannot be used: ${what}.`, hintFor(from));

const canBeDecoded = (text: string): boolean => {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
};

/** The proxy named by `from`: an address with or without a scheme. An unreadable one is not quoted. */
const readProxy = (value: string, from: string): Result<Proxy> => {
  const url = URL.parse(value.includes('://') ? value.trim() : `http://${value.trim()}`);
  if (url === null || url.hostname === '' || !canBeDecoded(url.username + url.password))
    return unusable(from, 'it is no address with a host and a port');
  const name = `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`;
  if (url.protocol.startsWith('socks'))
    return unusable(from, `${url.host} is a SOCKS proxy, and Quayside speaks to HTTP proxies only`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return unusable(from, `Quayside does not know the scheme ${url.protocol.slice(0, 20)}`);
  return ok({ url: url.href, name, from });
};

/** The proxy of the environment: HTTPS_PROXY with the exceptions in NO_PROXY, lower case first, as usual. */
const fromEnvironment = (env: Environment, url: URL): Result<Proxy | undefined> => {
  const from = ['https_proxy', 'HTTPS_PROXY'].find((name) => (env[name] ?? '').trim() !== '');
  if (from === undefined || isExcepted(url, env['no_proxy'] || env['NO_PROXY'] || '')) return ok(undefined);
  return readProxy(env[from] ?? '', from);
};

/** Proxies from the environment. HTTP_PROXY is ignored: only this computer is called without TLS. */
export const environmentProxies = (env: Environment): Proxies => ({
  find: async (url) => fromEnvironment(env, url),
  down: () => undefined,
  forget: () => undefined,
});

/** Milliseconds for which an answer of the system is cached. */
const freshMs = 30_000;
/** Milliseconds for which a proxy that did not accept a connection is skipped, as in Chromium. */
const downMs = 5 * 60_000;
/** Milliseconds the system may take; it may have to fetch a script first. */
const askMs = 10_000;

/** The address to ask the system for: as in a browser, a WebSocket uses the proxy of its server's pages. */
const originOf = (url: URL): string => `${url.origin.replace(/^ws/, 'http')}/`;

/** One entry of a list as Chromium writes it: `PROXY host:port`, `HTTPS host:port`, `SOCKS5 host:port` or `DIRECT`. */
const readEntry = (entry: string): Result<Proxy | undefined> => {
  const [kind = '', host = ''] = entry.split(/\s+/);
  const schemes: Readonly<Record<string, string>> = { PROXY: 'http', HTTP: 'http', HTTPS: 'https' };
  if (kind.toUpperCase() === 'DIRECT') return ok(undefined);
  return readProxy(`${schemes[kind.toUpperCase()] ?? kind.toLowerCase()}://${host}`, systemName);
};

/**
 * Proxies from the system's settings, including scripts. The system gives no passwords: if the environment names the
 * same proxy, its user name and password are used, and if the system names none, the environment's proxy is.
 */
export const systemProxies = (resolve: (url: string) => Promise<string>, env: Environment, clock: Clock): Proxies => {
  const asked = new Map<string, { readonly at: number; readonly list: Promise<Result<string>> }>();
  const down = new Map<string, number>();

  const ask = (url: URL): Promise<Result<string>> =>
    new Promise((settle) => {
      const cancel = clock.after(askMs, () =>
        settle(
          fail(
            'timeout',
            `This system did not say in time by which proxy ${url.host} is reached.`,
            'Check the proxy in the network settings of this system, and the script it may name.',
          ),
        ),
      );
      const answer = (result: Result<string>): void => {
        cancel();
        settle(result);
      };
      // If the system cannot be asked, there is no proxy.
      resolve(originOf(url)).then(
        (list) => answer(ok(list)),
        () => answer(ok('DIRECT')),
      );
    });

  const choose = (list: string, url: URL): Result<Proxy | undefined> => {
    const entries = list.split(';').map((entry) => entry.trim());
    const read = entries.filter((entry) => entry !== '').map(readEntry);
    const usable = read.flatMap((entry) => (entry.ok ? [entry.value] : []));
    const isUp = (proxy: Proxy | undefined): boolean =>
      proxy === undefined || (down.get(proxy.url) ?? -Infinity) < clock.monotonic();
    const found = usable.some(isUp) ? usable.find(isUp) : usable[0];
    if (found === undefined) return usable.length === 0 && read[0] !== undefined ? read[0] : fromEnvironment(env, url);
    const same = fromEnvironment(env, url);
    return ok(same.ok && same.value?.name === found.name ? same.value : found);
  };

  return {
    find: async (url) => {
      if (isExcepted(url, '')) return ok(undefined);
      const now = clock.monotonic();
      let known = asked.get(originOf(url));
      if (known === undefined || now - known.at > freshMs) {
        known = { at: now, list: ask(url) };
        asked.set(originOf(url), known);
      }
      const list = await known.list;
      if (!list.ok) asked.delete(originOf(url));
      return list.ok ? choose(list.value, url) : list;
    },
    down: (proxy) => void down.set(proxy.url, clock.monotonic() + downMs),
    forget: () => {
      asked.clear();
      down.clear();
    },
  };
};
