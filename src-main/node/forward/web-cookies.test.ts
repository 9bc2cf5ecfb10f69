import { describe, expect, it } from 'vitest';
import { createWebCookies } from './web-cookies.ts';

const start = Date.UTC(2026, 10, 20, 12, 0, 0);

const rig = () => {
  let now = start;
  const cookies = createWebCookies({ now: () => now });
  const later = (ms: number): void => {
    now += ms;
  };
  return { cookies, later };
};

/** What is sent back to a path after these were set by `/app/login`. */
const after = (path: string, ...set: string[]): string => {
  const { cookies } = rig();
  cookies.take('/app/login?x=1', set, '');
  return cookies.header(path);
};

describe('the cookies of an application', () => {
  // RFC 6265, section 3.1.
  it('are sent back as in the examples of the RFC', () => {
    expect(after('/', 'SID=31d4d96e407aad42; Path=/; Domain=example.com')).toBe('SID=31d4d96e407aad42');
    const two = ['SID=31d4d96e407aad42; Path=/; Secure; HttpOnly', 'lang=en-US; Path=/; Domain=example.com'];
    expect(after('/', ...two)).toBe('SID=31d4d96e407aad42; lang=en-US');
    expect(after('/', ...two, 'lang=; Expires=Sun, 06 Nov 1994 08:49:37 GMT; Path=/')).toBe('SID=31d4d96e407aad42');
  });

  it.each([
    ['a=1', '/app/next', 'a=1'],
    ['a=1', '/app', 'a=1'],
    ['a=1', '/apple', ''],
    ['a=1; Path=/app/', '/app', ''],
    ['a=1; Path=/app/', '/app/x', 'a=1'],
    ['a=1; Path=relative', '/app/x', 'a=1'],
    ['a=b=c%20d; Path=/', '/', 'a=b=c%20d'],
    ['a="x y"; Path=/', '/', 'a="x y"'],
    ['a=1; Path=/; Max-Age=0', '/', ''],
    ['a=1; Path=/; Max-Age=60; Expires=Sun, 06 Nov 1994 08:49:37 GMT', '/', 'a=1'],
    ['a=1; Path=/; Expires=never', '/', 'a=1'],
    ['=1; Path=/', '/', ''],
  ])('%s is for %s: %s', (set, path, header) => expect(after(path, set)).toBe(header));

  it('with the longer path come first, a later one takes the place of an earlier', () => {
    expect(after('/app/x', 'a=1; Path=/', 'a=2; Path=/app', 'b=3; Path=/', 'a=4; Path=/')).toBe('a=2; a=4; b=3');
  });

  it('end when they say so', () => {
    const { cookies, later } = rig();
    cookies.take('/', ['a=1; Max-Age=60', 'b=2; Expires=Fri, 20 Nov 2026 12:02:00 GMT'], '');
    expect(cookies.header('/')).toBe('a=1; b=2');
    later(60_000);
    expect(cookies.header('/')).toBe('b=2');
    later(60_000);
    expect(cookies.header('/')).toBe('');
  });

  it('for a path of the vendor are for what it is here', () => {
    const { cookies } = rig();
    cookies.take(
      '/',
      ['a=1; Path=/devices/1/appProxy/ui', 'b=2; Path=/devices/1/appProxy/ui/x'],
      '/devices/1/appProxy/ui',
    );
    expect(cookies.header('/')).toBe('a=1');
    expect(cookies.header('/x/y')).toBe('b=2; a=1');
  });

  it('are a few, of a sensible length', () => {
    const { cookies } = rig();
    cookies.take(
      '/',
      Array.from({ length: 60 }, (_, index) => `c${index}=1`),
      '',
    );
    cookies.take('/', [`big=${'x'.repeat(5000)}`], '');
    expect(cookies.header('/').split('; ')).toHaveLength(50);
    expect(cookies.header('/')).toContain('c59=1');
  });
});
