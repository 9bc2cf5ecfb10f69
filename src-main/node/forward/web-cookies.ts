import { parseSetCookie } from 'set-cookie-parser';
import type { Clock } from '../../core/base/clock.ts';
import type { WebCookies } from '../../core/forward/web-forwarder.ts';

interface KeptCookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  /** Epoch milliseconds; until the forward ends where absent. */
  readonly expiresAt: number | undefined;
}

/** The minimum limits of RFC 6265, section 6.1, for one domain, and for one cookie in characters. */
const maxCookies = 50;
const maxCookieLength = 4096;

const pathOf = (target: string): string => target.split(/[?#]/, 1)[0] ?? '/';

/** RFC 6265, section 5.1.4. */
const defaultPath = (target: string): string => {
  const path = pathOf(target);
  const end = path.lastIndexOf('/');
  return end <= 0 ? '/' : path.slice(0, end);
};

const covers = (cookiePath: string, path: string): boolean =>
  path === cookiePath || (path.startsWith(cookiePath) && (cookiePath.endsWith('/') || path[cookiePath.length] === '/'));

/**
 * The cookies of one application: RFC 6265 for a single host over a secure channel, so that `Domain`, `Secure` and
 * `SameSite` do not matter.
 */
export const createWebCookies = (clock: Pick<Clock, 'now'>): WebCookies => {
  /** By path and name, oldest first. */
  const kept = new Map<string, KeptCookie>();

  return {
    header: (target) => {
      const now = clock.now();
      const path = pathOf(target);
      return [...kept.values()]
        .filter((cookie) => covers(cookie.path, path) && (cookie.expiresAt === undefined || cookie.expiresAt > now))
        .toSorted((a, b) => b.path.length - a.path.length)
        .map(({ name, value }) => `${name}=${value}`)
        .join('; ');
    },
    take: (target, setCookies, prefix) => {
      const now = clock.now();
      for (const cookie of parseSetCookie(setCookies, { decodeValues: false, silent: true, split: false })) {
        if (cookie.name === '' || cookie.name.length + cookie.value.length > maxCookieLength) continue;
        const given = cookie.path?.startsWith('/') === true ? cookie.path : undefined;
        const local =
          given !== undefined && prefix !== '' && covers(prefix, given) ? given.slice(prefix.length) : given;
        const path = local === undefined ? defaultPath(target) : local === '' ? '/' : local;
        const end = cookie.expires?.getTime();
        const expiresAt =
          cookie.maxAge !== undefined && !Number.isNaN(cookie.maxAge)
            ? now + cookie.maxAge * 1000
            : end === undefined || Number.isNaN(end)
              ? undefined
              : end;
        const key = `${path} ${cookie.name}`;
        if (expiresAt !== undefined && expiresAt <= now) kept.delete(key);
        else kept.set(key, { name: cookie.name, value: cookie.value, path, expiresAt });
      }
      for (const key of kept.keys()) {
        if (kept.size <= maxCookies) break;
        kept.delete(key);
      }
    },
  };
};
