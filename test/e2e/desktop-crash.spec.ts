import { connect } from 'node:net';
import { once } from 'node:events';
import { addFleet, clickTray, expect, test } from './desktop-stage.ts';
import type { DesktopApp } from './desktop-app.ts';

test.describe.configure({ timeout: 90_000 });

/** What the window's page says, whichever process it runs in by now; nothing while there is none. */
const textOf = (app: DesktopApp): Promise<string> =>
  app.evaluate(async ({ BrowserWindow }) => {
    const window = BrowserWindow.getAllWindows().find(({ webContents }) => !webContents.getURL().includes('?palette'));
    const text: unknown = await window?.webContents.executeJavaScript('document.body.innerText').catch(() => '');
    return typeof text === 'string' ? text : '';
  });

const crash = (app: DesktopApp): Promise<void> =>
  app.evaluate(({ BrowserWindow }) => {
    for (const { webContents } of BrowserWindow.getAllWindows())
      if (!webContents.getURL().includes('?palette')) webContents.forcefullyCrashRenderer();
  });

/** What a server says first through a forward. */
const greeting = async (port: number): Promise<string> => {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    return bytes.toString();
  } finally {
    socket.destroy();
  }
};

test('a page that crashes comes back by itself and forwards go on; one that keeps crashing says so', async ({
  start,
  stage,
}) => {
  const app = await start();
  const { key, name } = await addFleet(app, stage);
  await expect.poll(() => textOf(app)).toContain('Acme');
  const client = await app.client();
  const found = await client.request('devices.query', { query: name });
  const device = found.ok ? found.value.devices.find((candidate) => candidate.key === key) : undefined;
  const serviceId = device?.services.find(({ kind }) => kind === 'ssh')?.id ?? '';
  const opened = await client.request('forwards.open', { deviceKey: key, serviceId });
  expect(opened).toMatchObject({ ok: true });
  const port = opened.ok ? opened.value.port : 0;
  expect(await greeting(port)).toMatch(/^SSH-2\.0-/);

  for (let round = 0; round < 3; round += 1) {
    await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()
        .find(({ webContents }) => !webContents.getURL().includes('?palette'))
        ?.webContents.executeJavaScript("document.body.append('before the crash')"),
    );
    await expect.poll(() => textOf(app)).toContain('before the crash');
    await crash(app);
    // A new page: what was written into the one before is gone, the devices are there.
    await expect
      .poll(
        async () => {
          const text = await textOf(app);
          return text.includes('Acme') && !text.includes('before the crash');
        },
        { timeout: 20_000 },
      )
      .toBe(true);
    expect(await greeting(port)).toMatch(/^SSH-2\.0-/);
  }
  await crash(app);
  await expect.poll(() => textOf(app), { timeout: 20_000 }).toContain('This window keeps failing');
  expect(await greeting(port)).toMatch(/^SSH-2\.0-/);
  // What it advises works: opened again it is a new window.
  await clickTray(app, 'Open Quayside');
  await expect.poll(() => textOf(app), { timeout: 20_000 }).toContain('Acme');
});

test('a window whose port to main is closed opens another one by itself', async ({ start, stage }) => {
  const app = await start({ args: ['--hidden'] });
  await addFleet(app, stage);
  await app.evaluate(({ ipcMain }) => {
    const ports: Electron.MessagePortMain[] = [];
    Reflect.set(globalThis, 'portsOfPages', ports);
    ipcMain.on('quayside:open', ({ ports: [port] }) => void (port !== undefined && ports.push(port)));
  });
  await clickTray(app, 'Open Quayside');
  await expect.poll(() => textOf(app)).toContain('Acme');
  await app.evaluate(() => {
    for (const port of (Reflect.get(globalThis, 'portsOfPages') as Electron.MessagePortMain[]).splice(0)) port.close();
  });
  const client = await app.client();
  expect(await client.request('settings.change', { theme: 'dark' })).toMatchObject({ ok: true });
  const page = await app.page('window');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark', { timeout: 20_000 });
});
