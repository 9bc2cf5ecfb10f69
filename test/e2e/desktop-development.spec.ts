import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { createServer } from 'vite';
import { freePort } from '../support/ports.ts';
import { startDesktopApp } from './desktop-app.ts';

test('in development the window comes from the dev server, and changes as its sources do', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quayside-development-'));
  const style = join(folder, 'style.css');
  await writeFile(join(folder, 'index.html'), '<script type="module" src="/main.js"></script><p id="text"></p>');
  await writeFile(
    join(folder, 'main.js'),
    `import './style.css';\ndocument.querySelector('#text').textContent = \`The \${'window'}\`;\n`,
  );
  await writeFile(style, '#text { color: rgb(0, 0, 255) }');
  const port = await freePort();
  const server = await createServer({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    cacheDir: join(folder, 'cache'),
    server: {
      host: '127.0.0.1',
      port,
      strictPort: true,
      // As electron.vite.config.ts has it: the page has an origin without a port.
      hmr: { protocol: 'ws', host: '127.0.0.1', clientPort: port },
    },
  });
  await server.listen();
  const app = await startDesktopApp({
    profile: join(folder, 'profile'),
    env: { ELECTRON_RENDERER_URL: `http://127.0.0.1:${port}` },
  });
  try {
    const page = await app.page('window');
    const text = page.locator('#text');
    await expect(text).toHaveText('The window');
    // The stand-in does not ask before a page connects to this computer; Electron does.
    expect(
      await app.evaluate(({ app: electron }) => electron.commandLine.getSwitchValue('disable-features')),
    ).toContain('LocalNetworkAccessChecks');
    await expect(text).toHaveCSS('color', 'rgb(0, 0, 255)');
    await page.evaluate(() => Object.assign(globalThis, { kept: true }));
    await writeFile(style, '#text { color: rgb(255, 0, 0) }');
    await expect(text).toHaveCSS('color', 'rgb(255, 0, 0)');
    // It was changed in place, not loaded again.
    expect(await page.evaluate(() => 'kept' in globalThis)).toBe(true);
  } finally {
    await app.dispose();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
});
