import { describe, expect, it, test } from 'vitest';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { isExcepted } from './proxy-exceptions.ts';
import { environmentProxies, systemProxies } from './proxy.ts';
import { speaksToProxies } from './outbound-agents.ts';

const vendor = new URL('https://api.vendor.example/v1');

describe('a proxy of the environment', () => {
  const find = (env: Readonly<Record<string, string>>, url = vendor) => environmentProxies(env).find(url);

  it.each([
    ['http://proxy.corp:3128', 'http://proxy.corp:3128/', 'proxy.corp:3128'],
    ['proxy.corp:3128', 'http://proxy.corp:3128/', 'proxy.corp:3128'],
    ['localhost:3128', 'http://localhost:3128/', 'localhost:3128'],
    ['10.1.2.3', 'http://10.1.2.3/', '10.1.2.3:80'],
    [' https://proxy.corp ', 'https://proxy.corp/', 'proxy.corp:443'],
    ['fleet:s%40cret@proxy.corp:8080', 'http://fleet:s%40cret@proxy.corp:8080/', 'proxy.corp:8080'],
  ])('%s is %s', async (value, url, name) => {
    expect(await find({ HTTPS_PROXY: value })).toEqual({ ok: true, value: { url, name, from: 'HTTPS_PROXY' } });
  });

  it.each([
    ['socks5://fleet:hunter2@proxy.corp:1080', 'proxy.corp:1080 is a SOCKS proxy'],
    ['ftp://fleet:hunter2@proxy.corp', 'scheme ftp:'],
    ['http://fleet:hunter2@', 'no address'],
    ['fleet:hunter2@proxy corp', 'no address'],
    ['http://fleet:%zzhunter2@proxy.corp', 'no address'],
    ['http://', 'no address'],
    ['http://proxy.corp:port', 'no address'],
  ])('%s is named as what it is, without its password', async (value, words) => {
    const found = await find({ HTTPS_PROXY: value });
    expect(found).toMatchObject({
      ok: false,
      error: { kind: 'unreachable', hint: expect.stringContaining('HTTPS_PROXY') },
    });
    expect(found).toMatchObject({ error: { message: expect.stringContaining(words) } });
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  test('is named in small letters first, and an empty variable names none', async () => {
    const both = { https_proxy: 'small.corp:1', HTTPS_PROXY: 'large.corp:1' };
    expect(await find(both)).toMatchObject({ value: { name: 'small.corp:1' } });
    expect(await find({ ...both, https_proxy: '' })).toMatchObject({ value: { name: 'large.corp:1' } });
    expect(await find({ HTTPS_PROXY: '  ', HTTP_PROXY: 'plain.corp:1' })).toEqual({ ok: true, value: undefined });
  });

  test('never stands before this computer', async () => {
    for (const host of ['localhost', 'api.localhost', '127.0.0.1', '127.8.9.10', '[::1]', '[0:0:0:0:0:0:0:1]'])
      expect(await find({ HTTPS_PROXY: 'proxy.corp:1' }, new URL(`https://${host}:8443/`)), host).toMatchObject({
        value: undefined,
      });
  });

  it.each([
    ['*', true],
    ['vendor.example', true],
    ['.vendor.example', true],
    ['*.vendor.example', true],
    ['other.example, API.VENDOR.EXAMPLE', true],
    ['api.vendor.example:443', true],
    ['api.vendor.example:8443', false],
    ['endor.example', false],
    ['vendor.example.org', false],
    ['', false],
  ])('with NO_PROXY=%s is passed by: %s', async (noProxy, passed) => {
    const found = await find({ HTTPS_PROXY: 'proxy.corp:1', NO_PROXY: noProxy });
    expect(found).toMatchObject({ ok: true, value: passed ? undefined : { name: 'proxy.corp:1' } });
  });

  it.each([
    ['10.0.0.0/8', '10.20.30.40', true],
    ['10.0.0.0/8', '11.20.30.40', false],
    ['10.0.0.1-10.0.0.9', '10.0.0.5', true],
    ['10.0.0.1-10.0.0.9', '10.0.0.10', false],
    ['10.0.0.5', '10.0.0.5', true],
    ['10.0.0.0/99', '10.0.0.5', false],
    ['fd00::/8', '[fd12::1]', true],
    ['fd12::1', '[fd12::1]', true],
    ['[fd12::1]:443', '[fd12::1]', true],
    ['fd12::2', '[fd12::1]', false],
  ])('with NO_PROXY=%s and the address %s is passed by: %s', (noProxy, host, passed) => {
    expect(isExcepted(new URL(`https://${host}/`), noProxy)).toBe(passed);
  });
});

describe('a proxy of the system', () => {
  const rig = (env: Readonly<Record<string, string>> = {}) => {
    const clock = new VirtualClock();
    const asked: string[] = [];
    let answer: string | Promise<string> = 'DIRECT';
    const proxies = systemProxies(
      async (url) => {
        asked.push(url);
        return answer;
      },
      env,
      clock,
    );
    return {
      clock,
      asked,
      proxies,
      says: (list: string | Promise<string>) => {
        answer = list;
        proxies.forget();
      },
    };
  };

  it.each([
    ['DIRECT', undefined],
    ['', undefined],
    ['PROXY proxy.corp:8080', 'proxy.corp:8080'],
    ['HTTPS proxy.corp:443;DIRECT', 'proxy.corp:443'],
    ['SOCKS5 socks.corp:1080; PROXY proxy.corp:8080', 'proxy.corp:8080'],
    ['SOCKS socks.corp:1080;DIRECT', undefined],
  ])('is read from %j', async (list, name) => {
    const { proxies, says } = rig();
    says(list);
    expect(await proxies.find(vendor)).toMatchObject({ ok: true, value: name === undefined ? undefined : { name } });
  });

  test('that is SOCKS alone is named', async () => {
    const { proxies, says } = rig();
    says('SOCKS5 socks.corp:1080');
    expect(await proxies.find(vendor)).toMatchObject({
      ok: false,
      error: { kind: 'unreachable', message: expect.stringMatching(/this system names.*socks\.corp:1080 is a SOCKS/) },
    });
  });

  test('is asked for once in a while, and again on another network, never for this computer', async () => {
    const { proxies, says, asked, clock } = rig();
    says('PROXY proxy.corp:8080');
    await proxies.find(vendor);
    await proxies.find(new URL('wss://api.vendor.example/events'));
    await proxies.find(new URL('https://api.vendor.example/v2'));
    expect(asked).toEqual(['https://api.vendor.example/']);
    await clock.advance(31_000);
    await proxies.find(vendor);
    expect(asked).toHaveLength(2);
    proxies.forget();
    await proxies.find(vendor);
    expect(asked).toHaveLength(3);
    expect(await proxies.find(new URL('https://127.0.0.1:1/'))).toEqual({ ok: true, value: undefined });
    expect(asked).toHaveLength(3);
  });

  test('that takes no connection is passed by where another way is named, and tried where none is', async () => {
    const { proxies, says, clock } = rig();
    says('PROXY one.corp:1; PROXY two.corp:2');
    const first = await proxies.find(vendor);
    if (!first.ok || first.value === undefined) throw new Error('no proxy');
    proxies.down(first.value);
    const second = await proxies.find(vendor);
    expect(second).toMatchObject({ value: { name: 'two.corp:2' } });
    if (second.ok && second.value !== undefined) proxies.down(second.value);
    expect(await proxies.find(vendor)).toMatchObject({ value: { name: 'one.corp:1' } });
    await clock.advance(5 * 60_000 + 1);
    expect(await proxies.find(vendor)).toMatchObject({ value: { name: 'one.corp:1' } });
  });

  test('gets its user name and password from the environment, whose proxy counts where the system names none', async () => {
    const { proxies, says } = rig({ HTTPS_PROXY: 'http://fleet:secret@proxy.corp:8080' });
    says('PROXY proxy.corp:8080');
    expect(await proxies.find(vendor)).toMatchObject({ value: { url: 'http://fleet:secret@proxy.corp:8080/' } });
    says('PROXY other.corp:8080');
    expect(await proxies.find(vendor)).toMatchObject({ value: { url: 'http://other.corp:8080/' } });
    says('DIRECT');
    expect(await proxies.find(vendor)).toMatchObject({ value: { from: 'HTTPS_PROXY' } });
  });

  test('that is not told in time is a timeout, and asked for again', async () => {
    const { proxies, says, clock, asked } = rig();
    says(new Promise(() => undefined));
    const waiting = proxies.find(vendor);
    await Promise.resolve();
    await clock.advance(10_001);
    expect(await waiting).toMatchObject({ ok: false, error: { kind: 'timeout' } });
    says('DIRECT');
    expect(await proxies.find(vendor)).toEqual({ ok: true, value: undefined });
    expect(asked).toHaveLength(2);
  });
});

test('Node takes a proxy from 22.21 and 24.5 on', () => {
  expect(['22.20.0', '22.21.0', '23.11.1', '24.0.0', '24.5.0', '26.0.0'].map(speaksToProxies)).toEqual([
    false,
    true,
    false,
    false,
    true,
    true,
  ]);
});
