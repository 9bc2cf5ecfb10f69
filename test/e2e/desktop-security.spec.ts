import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import type {} from '../../src-renderer/state/open-channel.ts';
import { electronBinary, type DesktopApp } from './desktop-app.ts';
import { addFleet, expect, test } from './desktop-stage.ts';

test.describe.configure({ timeout: 90_000 });

declare global {
  interface Window {
    /** Frames of main that a page which must get none has heard. */
    heardFrames?: number;
    /** Whether main closed the port it was offered. */
    isRefused?: boolean;
  }
}

/** Whether main has answered a client that may ask: what it was asked before has been dealt with then. */
const isAnswered = async (app: DesktopApp): Promise<boolean> =>
  (await (await app.client()).request('accounts.list', {})).ok;

/** Somebody else's page on this computer, with every request that reached it. */
const startForeignPage = async (): Promise<{ url: string; asked: string[]; dispose(): Promise<void> }> => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>foreign</title><h1>foreign</h1>');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked,
    dispose: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};

/** Whether the bridge still answers the window: it was not disturbed, and all that was sent before has arrived. */
const isServed = (page: Page): Promise<boolean> =>
  page.evaluate(async () => {
    const response = await fetch('/');
    return response.ok && document.querySelector('[data-ready=true]') !== null;
  });

test('the page has one door to main and nothing else', async ({ start }) => {
  const app = await start();
  const page = await app.page('window');
  const seen = await page.evaluate(() => ({
    door: Object.keys(window.quayside ?? {}).sort(),
    node: [
      typeof Reflect.get(window, 'require'),
      typeof Reflect.get(window, 'process'),
      typeof Reflect.get(window, 'module'),
    ],
    secure: window.isSecureContext,
  }));
  expect(seen).toEqual({
    door: ['open'],
    node: ['undefined', 'undefined', 'undefined'],
    secure: true,
  });
  const preferences = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
  expect(preferences).toBeGreaterThan(0);
});

test('the page stays where it is: no navigation, no window, no file, no permission', async ({ start }) => {
  const foreign = await startForeignPage();
  try {
    const app = await start();
    const page = await app.page('window');
    const home = page.url();
    await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
    for (const address of [foreign.url, 'file:///etc/passwd', 'data:text/html,<h1>x</h1>'])
      await page.evaluate((target) => {
        const link = document.createElement('a');
        link.href = target;
        document.body.append(link);
        link.click();
        link.remove();
      }, address);
    expect(await isServed(page)).toBe(true);
    expect(page.url()).toBe(home);

    // Quick connect is loaded in the background meanwhile.
    const pages = (): number => app.windows().filter((known) => !known.url().includes('?palette')).length;
    expect(pages()).toBe(1);
    for (const address of [foreign.url, 'file:///etc/passwd', 'https://example.com/', 'https://remoteiot.com/docs'])
      await page.evaluate((target) => void window.open(target), address);
    expect(await isServed(page)).toBe(true);
    await expect.poll(pages).toBe(1);
    // Only what is on the list is handed to the browser of the user.
    await expect.poll(() => app.evaluate(() => globalThis.recorded.external)).toEqual(['https://remoteiot.com/docs']);

    const denied = await page.evaluate(
      () =>
        new Promise<number>((resolve) =>
          navigator.geolocation.getCurrentPosition(
            () => resolve(0),
            (error) => resolve(error.code),
          ),
        ),
    );
    expect(denied).toBe(1);
    expect(await page.evaluate(() => Notification.requestPermission())).not.toBe('granted');
    expect(foreign.asked).toEqual([]);
  } finally {
    await foreign.dispose();
  }
});

test('the scheme gives out the files of the window and nothing beside them', async ({ start }) => {
  const app = await start();
  const page = await app.page('window');
  const statuses = await page.evaluate(async () => {
    const paths = [
      '/',
      '/../package.json',
      '/%2e%2e/package.json',
      '/%2e%2e%2fpackage.json',
      '/..%2f..%2fpackage.json',
      '/assets/%2e%2e/%2e%2e/main/index.js',
      '/..%5c..%5cpackage.json',
      '/%00/index.html',
      '/%E0%A4',
      '//etc/passwd',
      '/etc/passwd',
      '/index.html/../../preload/index.cjs',
    ];
    const found: Record<string, number> = {};
    for (const path of paths) found[path] = (await fetch(path).catch(() => ({ status: 0 }))).status;
    found['POST /'] = (await fetch('/', { method: 'POST' }).catch(() => ({ status: 0 }))).status;
    return found;
  });
  const { '/': index, 'POST /': post, ...others } = statuses;
  expect([index, post]).toEqual([200, 403]);
  expect(Object.entries(others).filter(([, status]) => status === 200)).toEqual([]);
  const policy = await page.evaluate(async () => (await fetch('/')).headers.get('content-security-policy'));
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
});

test('a sub-frame and a foreign page get no bridge, whatever they send', async ({ start, stage }) => {
  const foreign = await startForeignPage();
  try {
    const app = await start();
    const page = await app.page('window');
    await addFleet(app, stage);
    await page.evaluate(() => document.body.append(document.createElement('iframe')));
    await expect.poll(() => page.frames().length).toBe(2);
    const [, frame] = page.frames();
    await frame?.evaluate(() => {
      const { port1, port2 } = new MessageChannel();
      window.heardFrames = 0;
      port1.onmessage = () => (window.heardFrames = (window.heardFrames ?? 0) + 1);
      port1.addEventListener('close', () => (window.isRefused = true));
      port1.start();
      window.postMessage(['electron-stand-in-attempt', 'quayside:open'], '*', [port2]);
      port1.postMessage({ type: 'subscribe' });
      port1.postMessage({ type: 'request', id: 1, name: 'accounts.list', input: {} });
    });
    // In the stand-in a sub-frame can try to speak to main; in Electron none without a preload can.
    if (electronBinary() === undefined) await expect.poll(() => frame?.evaluate(() => window.isRefused)).toBe(true);
    expect(await isAnswered(app)).toBe(true);
    expect(await isServed(page)).toBe(true);
    const heard = await frame?.evaluate(() => ({
      frames: window.heardFrames,
      door: window.quayside !== undefined,
    }));
    expect(heard).toEqual({ frames: 0, door: false });

    // A window of a foreign page with our own preload: what a mistake of ours, or a trick, would make.
    const other = await app.evaluate(async ({ BrowserWindow }, url) => {
      const [ours] = BrowserWindow.getAllWindows();
      const preload = (
        ours?.webContents as unknown as { getLastWebPreferences?: () => { preload?: string } }
      )?.getLastWebPreferences?.()?.preload;
      const window = new BrowserWindow({
        show: false,
        webPreferences: { sandbox: true, ...(preload === undefined ? {} : { preload }) },
      });
      await window.loadURL(url);
      return preload !== undefined;
    }, foreign.url);
    expect(other).toBe(true);
    await expect.poll(() => app.windows().some((known) => known.url() === foreign.url)).toBe(true);
    const stranger = app.windows().find((known) => known.url() === foreign.url);
    await stranger?.evaluate(() => {
      window.heardFrames = 0;
      window.addEventListener('message', ({ ports: [port] }) => {
        if (port === undefined) return;
        port.addEventListener('message', () => (window.heardFrames = (window.heardFrames ?? 0) + 1));
        port.addEventListener('close', () => (window.isRefused = true));
        port.start();
        port.postMessage({ type: 'subscribe' });
        port.postMessage({ type: 'request', id: 1, name: 'accounts.list', input: {} });
      });
      window.quayside?.open();
    });
    await expect.poll(() => stranger?.evaluate(() => window.isRefused)).toBe(true);
    expect(await isAnswered(app)).toBe(true);
    expect(await isServed(page)).toBe(true);
    const told = await stranger?.evaluate(() => ({
      frames: window.heardFrames,
      door: window.quayside !== undefined,
    }));
    expect(told).toEqual({ frames: 0, door: true });
    expect(await isServed(page)).toBe(true);
  } finally {
    await foreign.dispose();
  }
});

test('junk over the real door: all refused, nothing thrown, and the window goes on', async ({ start, stage }) => {
  const app = await start();
  const page = await app.page('window');
  const { name } = await addFleet(app, stage);
  await page.evaluate(async () => {
    const port = new Promise<MessagePort>((resolve) =>
      window.addEventListener('message', ({ ports: [handed] }) => handed !== undefined && resolve(handed), {
        once: true,
      }),
    );
    window.quayside?.open();
    const door = await port;
    const junk: unknown[] = [
      null,
      7,
      'x'.repeat(100_000),
      [],
      {},
      { type: 'request' },
      { type: 'request', id: -1, name: 'accounts.list', input: {} },
      { type: 'request', id: 5e8, name: '__proto__', input: {} },
      { type: 'request', id: 5e8 + 1, name: 'constructor', input: { __proto__: null } },
      { type: 'request', id: 5e8 + 2, name: 'forwards.open', input: { deviceKey: '../..', serviceId: '\u0000' } },
      { type: 'request', id: 5e8 + 3, name: 'settings.change', input: { theme: 'evil', extra: 1 } },
      { type: 'cancel', id: 'x' },
      { type: 'snapshot', rows: [] },
      new Date(),
      [[[[[[[[[[]]]]]]]]]],
    ];
    for (let round = 0; round < 100; round += 1) for (const frame of junk) door.postMessage(frame);
    door.close();
  });
  await page.getByRole('searchbox', { name: 'Search devices' }).fill(name);
  await expect(
    page
      .getByRole('grid', { name: 'Devices' })
      .getByRole('row', { name: new RegExp(name) })
      .first(),
  ).toBeVisible();
  const client = await app.client();
  const listed = await client.request('accounts.list', {});
  expect(listed.ok && listed.value.map(({ label }) => label)).toEqual(['Acme']);
  const diagnostics = await client.request('diagnostics.get', {});
  expect(diagnostics.ok && diagnostics.value.log.filter((line) => line.includes('main.uncaught'))).toEqual([]);
  expect(await app.evaluate(() => globalThis.recorded.dialogs)).toEqual([]);
  // Chromium's own lines name errors of the session bus (org.freedesktop.DBus.Error…).
  expect(app.output()).not.toMatch(/^(?:Uncaught )?\w*Error\b[:\s]|^\s+at .*\.js:\d/m);
});
