import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { simulatedUnitId } from '../../src-main/simulators/remoteiot/devices.ts';
import { startCli } from '../support/app-process.ts';
import { expect, test, token } from './stage.ts';

/** What other servers of this computer and devices behind forwards get to see of a browser that is let in. */

/** Tries, as a page, each way to send something to the window's port; and would sign it out, if a cookie could. */
const hostilePage = (origin: string): string => `<!doctype html><title>Device</title>
<img src="${origin}/"><iframe src="${origin}/"></iframe>
<script>
const tried = [];
for (const mode of ['cors', 'no-cors']) tried.push(fetch('${origin}/bridge', { mode, credentials: 'include' }).then((a) => a.text()).catch(() => 'refused'));
tried.push(new Promise((done) => {
  const socket = new WebSocket('${origin.replace('http', 'ws')}/bridge', ['quayside', 'guess']);
  socket.onopen = () => done('open');
  socket.onerror = () => done('refused');
}));
Promise.all(tried).then((answers) => { document.title = 'tried ' + JSON.stringify([...answers, localStorage.length, document.cookie]); });
</script>`;

test('no page but ours, nor a device or another server, gets anything that lets its reader in', async ({
  page,
  context,
  stage,
}) => {
  const seen: IncomingMessage[] = [];
  let ours = '';
  const start = async (): Promise<Server> => {
    const server = createServer((request, response) => {
      seen.push(request);
      const port = new URL(ours).port;
      response.setHeader('set-cookie', [`quayside_${port}=stolen; Path=/`, 'quayside.key=stolen; Path=/']);
      response.setHeader('content-type', 'text/html');
      response.end(hostilePage(ours));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  };
  const portOf = (server: Server): number => (server.address() as AddressInfo).port;
  const device = await start();
  const other = await start();
  const id = simulatedUnitId(2);
  const vendor = new RemoteIotSimulator({
    token,
    devices: 5,
    target: () => ({ host: '127.0.0.1', port: portOf(device) }),
  });
  await vendor.listen();
  vendor.setOnline(id, true);
  await stage.addAccount('remoteiot', 'Acme', vendor.baseUrl, { token });

  const { url } = await stage.serve();
  ours = new URL(url).origin;
  await page.goto(url);
  const row = page.getByRole('row').nth(1);
  await expect(row).toBeVisible();
  // Neither the used link nor the key is left where it is shown or sent on.
  expect(page.url()).toBe(`${ours}/`);
  expect(await context.cookies()).toEqual([]);
  const key = await page.evaluate(() => localStorage.getItem('quayside.key') ?? '');
  expect(key).toMatch(/^[\w-]{43}$/);

  const forward = startCli(['forward', id, '--json'], { profile: stage.profile, vault: 'file', env: stage.env });
  const [, forwardPort = ''] = await forward.waitFor(/"port":\s*(\d+)/);
  for (const port of [forwardPort, String(portOf(other))]) {
    const visited = await context.newPage();
    await visited.goto(`http://127.0.0.1:${port}/`);
    await expect(visited).toHaveTitle(/^tried/);
    const [read, blind, socket, stored] = JSON.parse((await visited.title()).slice(6)) as unknown[];
    // What `no-cors` answers is opaque; its text is empty to the page.
    expect([read, socket, stored]).toEqual(['refused', 'refused', 0]);
    expect(['', 'refused']).toContain(blind);
    await visited.close();
  }
  expect(seen.length).toBeGreaterThanOrEqual(2);
  // All that such a server can read: addresses and headers. None opens the bridge, however it is put.
  const carried = seen.map(({ url: asked, rawHeaders }) => JSON.stringify([asked, rawHeaders])).join('\n');
  expect(carried).not.toContain(key);
  const words = new Set(seen.flatMap(({ rawHeaders }) => rawHeaders.flatMap((value) => value.split(/[;,= ]+/))));
  for (const word of [...words].filter((text) => /^[\w-]+$/.test(text))) {
    const outcome = await new Promise<string>((resolve) => {
      const socket = new WebSocket(
        `${ours.replace('http', 'ws')}/bridge`,
        ['quayside', word === 'quayside' ? 'x' : word],
        {
          headers: { origin: ours, cookie: `quayside_${new URL(ours).port}=${word}` },
        },
      );
      socket.on('open', () => resolve(`open with ${word}`));
      socket.on('error', () => resolve('refused'));
    });
    expect(outcome).toBe('refused');
  }

  // Nor could their cookies sign the window out: a reload, a second tab and the page of sessions are let in.
  await page.reload();
  await expect(row).toBeVisible();
  const second = await context.newPage();
  await second.goto(ours);
  await expect(second.getByRole('row').nth(1)).toBeVisible();
  await second.goto(`${ours}/?session`);
  await expect(second.getByLabel('New link')).toHaveCount(0);
  await second.close();

  expect(await forward.stop()).toBe(0);
  await vendor.dispose();
  for (const server of [device, other]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
