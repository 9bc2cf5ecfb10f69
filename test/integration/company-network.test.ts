import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RemoteItSimulator } from '../../src-main/simulators/remoteit/remoteit.ts';
import type { AccountView } from '../../src-preload/contract/account.ts';
import type { AppView } from '../../src-preload/contract/app.ts';
import { makeAuthority, startCompanyProxy, startTinyproxy, startTls } from '../support/company-network.ts';
import { startLiveHost, type LiveHost, type LivePage } from '../support/live-host.ts';
import { remoteItSecrets, startRemoteIt } from '../support/remoteit-account.ts';

/**
 * A host of its own in the network of a company: the vendor, HTTP and WebSocket, answers with a certificate that the
 * company's own authority made.
 */

const far = 'api.vendor.example';
const made = makeAuthority('localhost', far);
let folder: string;
let authority: string;
let simulator: RemoteItSimulator;
let added = 0;
let tls: Awaited<ReturnType<typeof startTls>>;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  simulator = await startRemoteIt();
  tls = await startTls(made, new URL(simulator.baseUrl));
});

afterAll(async () => {
  tls.dispose();
  await simulator.dispose();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quayside-company-'));
  authority = join(folder, 'company.pem');
  await writeFile(authority, made.authority);
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  await rm(folder, { recursive: true, force: true });
});

const host = async (env: Readonly<Record<string, string>> = {}): Promise<{ live: LiveHost; page: LivePage }> => {
  const live = await startLiveHost({ folder, env });
  cleanups.push(() => live.interrupt());
  const page = await live.page();
  cleanups.push(() => page.leave());
  return { live, page };
};

/** Adds the vendor's account under a name. Answers what the window shows of it once it was listed, or could not be. */
const add = async ({ client, ask }: LivePage, name = 'localhost'): Promise<AccountView> => {
  const { ticket } = await ask(client.request('secrets.hand', { secrets: remoteItSecrets.password }));
  const at = new URL(simulator.eventsUrl);
  const { id } = await ask(
    client.request('accounts.add', {
      vendor: 'remoteit',
      label: `Plants ${(added += 1)}`,
      baseUrl: `https://${name}:${tls.port}`,
      fields: { eventsUrl: `wss://${name}:${tls.port}${at.pathname}` },
      ticket,
    }),
  );
  let found: AccountView | undefined;
  const settled = async (): Promise<boolean> => {
    found = (await ask(client.request('accounts.list', {}))).find((account) => account.id === id);
    return found !== undefined && (found.error !== undefined || found.deviceCount > 0);
  };
  await expect.poll(settled, { timeout: 20_000 }).toBe(true);
  return found!;
};

/** How many hosts hear the vendor's events by WebSocket. */
const listeners = () => expect.poll(() => simulator.events.listeners, { timeout: 20_000 });

describe('A certificate of the company', () => {
  test('is refused before anybody vouches for it, and trusted at once when the settings name its authority', async () => {
    const { page } = await host();
    expect(await add(page)).toMatchObject({
      error: {
        kind: 'unreachable',
        message: expect.stringMatching(/could not be trusted/),
        hint: expect.stringMatching(/Settings, Connections.*QUAYSIDE_CA_FILE/),
      },
    });
    await page.ask(page.client.request('settings.change', { certificateFile: authority }));
    expect(await add(page)).toMatchObject({ deviceCount: 5 });
    await listeners().toBe(1);
  });

  test.each([
    ['SSL_CERT_FILE', 'the system’s store'],
    ['QUAYSIDE_CA_FILE', 'the environment'],
    ['NODE_EXTRA_CA_CERTS', 'Node'],
  ])('is trusted where %s names its authority (%s)', async (variable) => {
    const { page } = await host({ [variable]: authority });
    expect(await add(page)).toMatchObject({ deviceCount: 5 });
    await listeners().toBe(1);
  });

  test('with a file that is gone the start goes on, and says so', async () => {
    const { live, page } = await host();
    await page.ask(page.client.request('settings.change', { certificateFile: authority }));
    await page.leave();
    await live.interrupt();
    await rm(authority);
    const again = await host();
    const notices = await new Promise<readonly { readonly text: string }[]>((resolve) =>
      again.page.client.subscribe((event) => {
        if (event.type === 'rows' && event.collection === 'app')
          resolve((event.rows as readonly AppView[])[0]?.notices ?? []);
      }),
    );
    expect(notices).toMatchObject([{ text: `The file of additional certificates, ${authority}, is not there.` }]);
    expect(await add(again.page)).toMatchObject({ error: { hint: expect.stringContaining(authority) } });
  });

  test('a file that cannot be used is refused and changes nothing', async () => {
    const { page } = await host();
    await page.ask(page.client.request('settings.change', { certificateFile: authority }));
    const key = join(folder, 'key.pem');
    await writeFile(key, made.authority + made.key);
    expect(await page.client.request('settings.change', { certificateFile: key })).toMatchObject({
      ok: false,
      error: { kind: 'invalid-input', message: `The file of additional certificates, ${key}, holds a private key.` },
    });
    expect(await add(page)).toMatchObject({ deviceCount: 5 });
  });
});

describe('The proxy of the company', () => {
  test('a real one carries HTTP and WebSocket, with the password of the environment, which is logged nowhere', async () => {
    const door = await startCompanyProxy();
    cleanups.push(() => door.dispose());
    const proxy = await startTinyproxy(new URL(door.url).host);
    cleanups.push(() => proxy.dispose());
    const url = `http://${proxy.user}:${proxy.password}@${proxy.host}`;
    const { live, page } = await host({ HTTPS_PROXY: url, QUAYSIDE_CA_FILE: authority });
    expect(await add(page, far)).toMatchObject({ deviceCount: 5 });
    await listeners().toBe(1);
    expect(new Set(door.asked.map((asked) => asked.split(' ').at(-1)))).toEqual(new Set([`${far}:${tls.port}`]));
    expect(door.asked.length).toBeGreaterThanOrEqual(2);
    expect(live.output()).not.toContain(proxy.password);
    const logs = join(folder, 'profile/logs');
    for (const name of await readdir(logs))
      expect(await readFile(join(logs, name), 'utf8')).not.toContain(proxy.password);
  });

  test.each([
    [
      'without the password',
      (at: string) => `http://${at}`,
      /the proxy 127\.0\.0\.1:\d+ wants a user name and a password \(407\)/,
    ],
    ['as SOCKS', (at: string) => `socks5://fleet:tiny-secret-81@${at}`, /127\.0\.0\.1:\d+ is a SOCKS proxy/],
    ['as nonsense', () => 'http://fleet:tiny-secret-81@', /HTTPS_PROXY names cannot be used: it is no address/],
  ])('named %s fails with one sentence that names it', async (_how, name, words) => {
    const proxy = await startTinyproxy('127.0.0.1:9');
    cleanups.push(() => proxy.dispose());
    const { page } = await host({ HTTPS_PROXY: name(proxy.host), QUAYSIDE_CA_FILE: authority });
    const answer = await add(page, far);
    expect(answer).toMatchObject({ error: { kind: 'unreachable', message: expect.stringMatching(words) } });
    expect(JSON.stringify(answer)).not.toContain('tiny-secret');
    // This computer is reached without it.
    expect(await add(page)).toMatchObject({ deviceCount: 5 });
  });
});
