import { chromium } from '@playwright/test';
import type { Browser as Chromium } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ReemoSimulator, simulatedReemoId, simulatedSignalId } from '../../src-main/simulators/reemo/reemo.ts';
import { cliMs, HeadlessRig } from '../support/headless-rig.ts';
import type { RigAccount } from '../support/headless-rig.ts';

/** Reemo from the account to a session in its own tab, through a browser's socket and on the command line. */

const secretKey = 'sk_live_integration-4711';
const id = simulatedReemoId(3);
let simulator: ReemoSimulator;
let rig: HeadlessRig;
let account: RigAccount;
let chrome: Chromium;

beforeAll(async () => {
  chrome = await chromium.launch({
    executablePath: process.env['QUAYSIDE_CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
});

afterAll(() => chrome.close());

beforeEach(async () => {
  simulator = new ReemoSimulator({ secretKey, devices: 60 });
  await simulator.listen();
  simulator.setOnline(id, true);
  rig = await HeadlessRig.make();
  account = {
    vendor: 'reemo',
    label: 'Desks',
    baseUrl: simulator.baseUrl,
    fields: { clientScript: simulator.clientScript },
    secrets: { secretKey },
  };
});

afterEach(async () => {
  await rig.dispose();
  await simulator.dispose();
});

/** Opens a page's address as a browser would, and fetches its object. */
const take = async (address: string) => {
  const page = await fetch(address);
  const html = await page.text();
  const ticket = /name="ticket" content="([^"]+)"/.exec(html)?.[1] ?? '';
  const { origin } = new URL(address);
  const ask = (what: string, headers: Record<string, string> = { origin }) =>
    fetch(`${origin}/s/${ticket}/${what}`, { method: 'POST', headers, body: 'null' });
  return { page, html, origin, ticket, ask };
};

describe('in the headless host', () => {
  test('computers are listed and told apart, and each session gets an object of its own', async () => {
    const browser = await rig.browser();
    const accountId = await browser.add(account);
    await expect.poll(() => browser.devices.size, { timeout: 10_000 }).toBe(60);
    expect(new Set(simulator.requestsTo('/computers').map(({ query }) => query['page']))).toEqual(
      new Set([undefined, '2', '3']),
    );
    const deviceKey = `${accountId}/${id}`;
    expect(browser.devices.get(deviceKey)?.presence.state).toBe('online');

    const open = async (): Promise<string> => {
      const opened = await browser.client.request('launch.open', { deviceKey, serviceId: 'web-session' });
      if (!opened.ok) throw new Error(opened.error.message);
      return opened.value.address ?? '';
    };
    const address = await open();
    expect(new URL(address).origin).not.toBe(browser.origin);
    const first = await take(address);
    expect(first.page.status).toBe(200);
    expect(first.page.headers.get('set-cookie')).toBeNull();
    expect(first.page.headers.get('cache-control')).toBe('no-store');
    const policy = first.page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`script-src 'self' ${new URL(simulator.clientScript).origin}`);
    expect(policy).not.toContain(browser.origin);
    // Once, to its own page alone.
    expect((await first.ask('object', { origin: browser.origin })).status).toBe(403);
    expect((await first.ask('object', {})).status).toBe(403);
    const object = (await (await first.ask('object')).json()) as { signal: { token: string }; name: string };
    expect(object.name).toBe(browser.devices.get(deviceKey)?.name);
    expect(first.html + address).not.toContain(object.signal.token);
    expect((await first.ask('object')).status).toBe(410);
    expect((await fetch(address)).status).toBe(410);

    // Another try is another page and another object; so is another session.
    const again = (await (await first.ask('again')).json()) as { address: string };
    const second = await take(first.origin + again.address);
    const other = (await (await second.ask('object')).json()) as typeof object;
    const third = await take(await open());
    const last = (await (await third.ask('object')).json()) as typeof object;
    expect(new Set([object, other, last].map(({ signal }) => signal.token)).size).toBe(3);
    expect(simulator.requestsTo('/connect')).toHaveLength(3);
    expect((await first.ask('again')).status).toBe(410);

    // A name that leads here from elsewhere.
    const rebound = await fetch(`${first.origin.replace('127.0.0.1', 'localhost')}/session.js`);
    expect(rebound.status).toBe(403);

    simulator.setOnline(id, false);
    await browser.client.request('accounts.refresh', { accountId });
    await expect.poll(() => browser.devices.get(deviceKey)?.presence.state).toBe('offline');
    const refused = await browser.client.request('webSession.open', { deviceKey });
    expect(refused).toMatchObject({ ok: false, error: { kind: 'device-offline' } });
    const actions = await browser.client.request('actions.list', { deviceKey });
    expect(actions).toMatchObject({ ok: false, error: { kind: 'unsupported' } });

    const tokens = [object, other, last].map(({ signal }) => signal.token);
    expect(await rig.endAndScan([secretKey, ...tokens])).toEqual([]);
  });

  test('the tab runs the vendor’s client, and tries again with a fresh object', async () => {
    const browser = await rig.browser();
    const accountId = await browser.add(account);
    const deviceKey = `${accountId}/${id}`;
    await expect.poll(() => browser.devices.has(deviceKey), { timeout: 10_000 }).toBe(true);
    const page = await chrome.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    rig.onEnd(() => page.close());
    const opened = await browser.client.request('webSession.open', { deviceKey });
    if (!opened.ok) throw new Error(opened.error.message);
    await page.goto(opened.value.address ?? '');
    await expect.poll(() => page.getByRole('status').textContent()).toBe('Connected through Reemo.');
    expect(simulator.sessions).toEqual([id]);
    expect(complaints).toEqual([]);

    // The tokens of this try are dead before the client gets to use them.
    const late = await browser.client.request('webSession.open', { deviceKey });
    if (!late.ok) throw new Error(late.error.message);
    await page.route(
      simulator.clientScript,
      async (route) => {
        const body = JSON.stringify({ expireTokens: true });
        await fetch(`${simulator.origin}/__simulator/state`, { method: 'POST', body });
        await route.continue();
      },
      { times: 1 },
    );
    await page.goto(late.value.address ?? '');
    await expect.poll(() => page.getByRole('status').textContent()).toContain('gave no session');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => page.getByRole('status').textContent()).toBe('Connected through Reemo.');
    expect(simulator.sessions).toEqual([id, id]);

    // What the script's host does not serve cannot be loaded, and nothing else can be asked.
    const reached = await page.evaluate(
      (address) =>
        fetch(address).then(
          () => 'reached',
          () => 'refused',
        ),
      `${browser.origin}/`,
    );
    expect(reached).toBe('refused');
    expect(await page.evaluate(() => document.cookie)).toBe('');
    await page.close();
    await expect.poll(() => simulator.requestsTo('/connect').length).toBe(3);
  });

  test('what the page’s policy refuses stands in the tab, and a client without destroy leaves in peace', async () => {
    const browser = await rig.browser();
    const accountId = await browser.add(account);
    const deviceKey = `${accountId}/${id}`;
    await expect.poll(() => browser.devices.has(deviceKey), { timeout: 10_000 }).toBe(true);
    const page = await chrome.newPage();
    const failures: string[] = [];
    page.on('pageerror', (error) => failures.push(error.message));
    rig.onEnd(() => page.close());
    const show = async (body: string): Promise<void> => {
      await page.route(simulator.clientScript, (route) => route.fulfill({ contentType: 'text/javascript', body }), {
        times: 1,
      });
      const opened = await browser.client.request('webSession.open', { deviceKey });
      if (!opened.ok) throw new Error(opened.error.message);
      await page.goto(opened.value.address ?? '');
    };
    const client = (connect: string): string =>
      `window.Reemo = { WebClient: class { on() {} init() {} async connect() { ${connect} } } };`;

    // A client that compiles what it runs is stopped as soon as it is loaded.
    await show(`try { new Function('return 1')(); } catch {} ${client('')}`);
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('running code that it does not allow');

    await show(client(`await fetch('https://sig1.acme.example/').catch(() => undefined);`));
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('sig1.acme.example');
    expect(await page.getByRole('alert').textContent()).toContain('“Servers of the web client”');
    await page.goto('about:blank');

    await show(client(''));
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset['state'])).toBeUndefined();
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.goto('about:blank');
    expect(failures).toEqual([]);
  });

  test('an error of the vendor stands in the tab, with a way to try again', async () => {
    const browser = await rig.browser();
    const accountId = await browser.add(account);
    const deviceKey = `${accountId}/${id}`;
    await expect.poll(() => browser.devices.has(deviceKey), { timeout: 10_000 }).toBe(true);
    const opened = await browser.client.request('webSession.open', { deviceKey });
    if (!opened.ok) throw new Error(opened.error.message);
    const first = await take(opened.value.address ?? '');
    const again = (await (await first.ask('again')).json()) as { address: string };
    simulator.setOnline(id, false);
    const second = await take(first.origin + again.address);
    expect(second.page.status).toBe(502);
    expect(second.html).toContain('offline');
    expect(second.page.headers.get('content-security-policy')).toContain(`script-src 'self';`);
    simulator.setOnline(id, true);
    const third = await take(
      first.origin + ((await (await second.ask('again')).json()) as { address: string }).address,
    );
    expect(third.page.status).toBe(200);
  });
});

describe('on the command line', () => {
  test('an account is added, computers listed, and a session is given out once', { timeout: cliMs }, async () => {
    expect(await rig.addByCli(account)).toMatchObject({ code: 0, stderr: '' });
    const listed = await rig.run(['devices', '--timeout', '100', '--json']);
    const rows = JSON.parse(listed.stdout) as { id: string; presence: { state: string } }[];
    expect(rows).toHaveLength(60);
    expect(rows.find((row) => row.id === id)).toMatchObject({
      presence: { state: 'online' },
      internalAddress: simulator.computer(id)?.ip,
      facts: { attributes: { _id: simulatedSignalId(3) } },
    });

    const tokens: string[] = [];
    for (const _try of [1, 2]) {
      const session = rig.start(['session', id, '--json']);
      const { address, device } = JSON.parse(await session.firstLine()) as { address: string; device: string };
      expect(device).toBe(id);
      const { ask } = await take(address);
      const object = (await (await ask('object')).json()) as { signal: { token: string } };
      expect(simulator.useToken(object.signal.token)).toBe('accepted');
      tokens.push(object.signal.token);
      session.signal('SIGINT');
      expect(await session.ended()).toBe(0);
    }
    expect(new Set(tokens).size).toBe(2);

    simulator.setOnline(id, false);
    const offline = await rig.run(['session', id, '--json']);
    expect(offline.code).toBe(1);
    expect(JSON.parse(offline.stderr)).toMatchObject({ error: { kind: 'device-offline' } });
    expect((await rig.run(['session', 'nobody', '--json'])).code).toBe(3);
    expect((await rig.run(['session'])).code).toBe(2);
    expect((await rig.run(['action', id, '--list', '--json'])).code).toBe(1);

    const refused = await rig.run(['api', 'reemo', 'deleteComputer', '--input', JSON.stringify({ id }), '--json']);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('confirmation-required') });
    const call = ['api', 'reemo', 'deleteComputer', '--input', JSON.stringify({ id }), '--json', '--yes'];
    expect(await rig.run(call)).toMatchObject({ code: 0 });
    expect(simulator.computer(id)).toBeUndefined();
    const hidden = await rig.run([
      'api',
      'reemo',
      'connectComputer',
      '--input',
      JSON.stringify({ id: rows.find((row) => row.presence.state === 'online' && row.id !== id)?.id }),
    ]);
    expect(hidden).toMatchObject({ code: 0, stdout: expect.stringContaining('[secret]') });
    expect(await rig.endAndScan([secretKey, ...tokens])).toEqual([]);
  });
});
