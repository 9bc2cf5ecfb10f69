import { once } from 'node:events';
import { connect } from 'node:net';
import { addFleet, expect, test } from './desktop-stage.ts';

test.describe.configure({ timeout: 90_000 });

for (const [system, event] of [
  ['Linux and macOS', 'shutdown'],
  ['Windows', 'query-session-end'],
] as const)
  test(`the system goes down, as ${system} tells it: no tunnel stays open at the vendor`, async ({ start, stage }) => {
    const app = await start();
    await app.page('window');
    const { key, name } = await addFleet(app, stage);
    const client = await app.client();
    const found = await client.request('devices.query', { query: name });
    const device = found.ok ? found.value.devices.find((candidate) => candidate.key === key) : undefined;
    const serviceId = device?.services.find(({ kind }) => kind === 'ssh')?.id ?? '';
    const opened = await client.request('forwards.open', { deviceKey: key, serviceId });
    const socket = connect({ port: opened.ok ? opened.value.port : 0, host: '127.0.0.1' });
    await once(socket, 'data');
    // The end of the application may reset it.
    socket.on('error', () => undefined);
    await expect.poll(() => stage.vendor.tunnels.list().length, { timeout: 20_000 }).toBe(1);
    await app.evaluate(({ BrowserWindow, powerMonitor }, kind) => {
      const told = { preventDefault: () => undefined, reasons: ['shutdown'] };
      setImmediate(() => {
        if (kind === 'shutdown') powerMonitor.emit(kind, told);
        else for (const window of BrowserWindow.getAllWindows()) window.emit(kind, told);
      });
    }, event);
    expect(await app.exited()).toBe(0);
    socket.destroy();
    expect(stage.vendor.tunnels.list()).toEqual([]);
  });

test('where every shortcut is granted and none is given back, the one before opens nothing any more @linux', async ({
  start,
  stage,
}) => {
  const app = await start({ args: ['--hidden'], env: { ...stage.env, XDG_SESSION_TYPE: 'wayland' } });
  const client = await app.client();
  const [before] = await app.evaluate(() => {
    // What the portal would still call.
    Reflect.set(globalThis, 'former', [...globalThis.recorded.shortcuts.values()]);
    return [...globalThis.recorded.shortcuts.keys()];
  });
  expect(await client.request('settings.change', { shortcut: 'Alt+F9' })).toMatchObject({ ok: true });
  await expect
    .poll(() => app.evaluate(({ globalShortcut }, old) => globalShortcut.isRegistered(old), before ?? ''))
    .toBe(false);
  const isShown = (): Promise<boolean> =>
    app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().some(
        (window) => window.webContents.getURL().includes('?palette') && window.isVisible(),
      ),
    );
  await app.evaluate(() => {
    for (const run of Reflect.get(globalThis, 'former') as (() => void)[]) run();
  });
  expect(await isShown()).toBe(false);
  await app.evaluate(() => {
    for (const run of globalThis.recorded.shortcuts.values()) run();
  });
  await expect.poll(isShown).toBe(true);
});

test('a start without a sandbox stays one: nothing takes the switch of an AppImage back @linux', async ({ start }) => {
  const app = await start({ args: ['--hidden', '--no-sandbox'] });
  expect(await app.evaluate(({ app: electron }) => electron.commandLine.hasSwitch('no-sandbox'))).toBe(true);
});

test('a page may post to its scheme, and its words arrive', async ({ start }) => {
  const app = await start();
  const answer = await app.evaluate(async ({ BrowserWindow, session }) => {
    const own = session.fromPartition('posts');
    own.protocol.handle('app', async (request) =>
      request.method === 'POST'
        ? new Response(`${request.headers.get('content-type')} ${await request.text()}`)
        : new Response('<!doctype html><title>posts</title>', { headers: { 'content-type': 'text/html' } }),
    );
    const window = new BrowserWindow({ show: false, webPreferences: { session: own } });
    await window.loadURL('app://posts/');
    return (await window.webContents.executeJavaScript(
      `fetch('/', { method: 'POST', headers: { 'content-type': 'text/x-words' }, body: 'left' }).then((r) => r.text())`,
    )) as string;
  });
  expect(answer).toBe('text/x-words left');
});
