import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { controlPaths } from '../../src-main/node/control/control-socket-path.ts';
import { connectControlSocket } from '../../src-main/node/control/control-socket.ts';
import { ModeSimulator } from '../../src-main/simulators/mode/mode.ts';
import { ReemoSimulator } from '../../src-main/simulators/reemo/reemo.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { ownAddresses } from '../../src-main/node/net/own-addresses.ts';
import { tellAttack } from '../support/attack-stage.ts';
import { echo, startFarEnd } from '../support/forward-rig.ts';
import { LiveConnection, startLiveHost } from '../support/live-host.ts';
import { listenersOf } from '../support/process-tree.ts';

/** Floods on every listener of a host that may have few descriptors. */

/** An IPv4 address by which the network knows this computer. */
const networkAddress = [...ownAddresses()].find((address) => /^\d+\./.test(address) && !address.startsWith('127.'));

/** Seconds of each flood; more where somebody wants to know for sure. */
const floodMs = Number(process.env['QUAYSIDE_FLOOD_SECONDS'] ?? 2) * 1000;
const token = 'flood-token-5c77';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** Clients of one listener, `atOnce` of them: whoever is closed by the host comes again. */
class Flood {
  readonly #sockets = new Set<Socket>();
  readonly #where: NetConnectOpts;
  readonly #words: readonly string[];
  #isOver = false;
  opened = 0;
  closedByHost = 0;

  constructor(where: NetConnectOpts, atOnce: number, ...words: readonly string[]) {
    this.#where = where;
    this.#words = words;
    for (let n = 0; n < atOnce; n += 1) this.#come();
  }

  get open(): number {
    return this.#sockets.size;
  }

  /** Nobody comes again. */
  end(): void {
    this.#isOver = true;
  }

  leave(): void {
    this.#isOver = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  #come(): void {
    const socket = connect(this.#where);
    this.#sockets.add(socket);
    socket.on('connect', () => {
      this.opened += 1;
      const words = this.#words[this.opened % Math.max(1, this.#words.length)];
      if (words !== undefined) socket.write(words);
    });
    socket.on('error', () => undefined);
    socket.resume();
    socket.on('close', () => {
      this.#sockets.delete(socket);
      if (this.#isOver) return;
      this.closedByHost += 1;
      // Not in the same turn: a listener that refuses at once would be asked thousands of times a second.
      setTimeout(() => this.#isOver || this.#come(), 200);
    });
  }
}

/** Requests that never get to their end: one in its head, one in its body. */
const halves = (port: number): readonly string[] => {
  const own = `127.0.0.1:${port}`;
  return [
    'GET / HTTP/1.1\r\nHost: half',
    `POST / HTTP/1.1\r\nHost: ${own}\r\nOrigin: http://${own}\r\nContent-Length: 9\r\n\r\nhalf`,
  ];
};

/** Accounts of three vendors: a tunnel, requests that are passed on, and a session's page are listened for. */
const startVendors = async () => {
  const far = await startFarEnd(echo);
  closing.push(() => far.dispose());
  const target = () => ({ host: '127.0.0.1', port: far.port });
  const tunnels = new RemoteIotSimulator({ token, devices: 10, target });
  const web = new ModeSimulator({ devices: 3, user: { key: token, homes: 'project' } });
  const sessions = new ReemoSimulator({ secretKey: token, devices: 3 });
  for (const vendor of [tunnels, web, sessions]) {
    await vendor.listen();
    closing.push(() => vendor.dispose());
  }
  const modeFields = { keyKind: 'user', projectId: '1265', appProxyPath: 'app' };
  return [
    { vendor: 'remoteiot', baseUrl: tunnels.baseUrl, fields: {}, secrets: { token } },
    { vendor: 'mode', baseUrl: web.baseUrl, fields: modeFields, secrets: { apiKey: token } },
    {
      vendor: 'reemo',
      baseUrl: sessions.baseUrl,
      fields: { clientScript: sessions.clientScript },
      secrets: { secretKey: token },
    },
  ] as const;
};

test.each([128, 256, 1024])(
  'with %i descriptors and floods on all its listeners it lives, says why it refuses, and serves again',
  { timeout: 90_000 + floodMs },
  async (descriptors) => {
    const folder = await mkdtemp(join(tmpdir(), 'quayside-flood-'));
    closing.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const vendors = await startVendors();
    const host = await startLiveHost({ folder, descriptors });
    closing.push(() => host.kill());
    const page = await host.page();
    closing.push(() => page.leave());
    const { client } = page;
    await page.ask(client.request('settings.change', { deviceAddresses: true }));
    for (const { secrets, ...account } of vendors) {
      const { ticket } = await page.ask(client.request('secrets.hand', { secrets }));
      await page.ask(client.request('accounts.add', { label: account.vendor, ...account, ticket }));
    }
    const online = async (vendor: string) =>
      (await page.ask(client.request('devices.query', { query: `is:online vendor:${vendor}` }))).devices;
    for (const { vendor } of vendors)
      await expect.poll(async () => (await online(vendor)).length, { timeout: 10_000 }).toBeGreaterThan(0);
    type Device = Awaited<ReturnType<typeof online>>[number];
    const [[first, second], [webDevice], [desk]] = await Promise.all([
      online('remoteiot'),
      online('mode'),
      online('reemo'),
    ]);
    const open = (device: Device | undefined, serviceId = device?.services[0]?.id ?? '') =>
      page.ask(client.request('forwards.open', { deviceKey: device?.key ?? '', serviceId }));
    const forward = await open(first);
    if (networkAddress !== undefined)
      await page.ask(client.request('forwards.share', { forwardId: forward.id, allow: [`${networkAddress}/32`] }));
    const web = await open(webDevice, 'http:app-proxy');
    const askDevice = async () => (await fetch(`http://127.0.0.1:${web.port}/a`)).status;
    expect(await askDevice()).toBe(200);
    await page.ask(client.request('webSession.open', { deviceKey: desk?.key ?? '' }));
    const kept = new LiveConnection(forward.port);
    closing.push(() => kept.close());
    await kept.echo();

    const webPort = Number(/127\.0\.0\.1:(\d+)/.exec(host.output())?.[1]);
    const paths = await controlPaths(join(folder, 'profile'));
    if (!paths.ok) throw new Error(paths.error.message);
    // What the system says it listens on, so that no listener is forgotten here: window, forward, its device's own
    // address, the network, web forward and what stands behind it, and the page of a session.
    const listeners = listenersOf(host.pid);
    expect(new Set(listeners.map(({ port }) => port))).toContain(webPort);
    expect(listeners.length).toBeGreaterThanOrEqual(networkAddress === undefined ? 6 : 7);
    const isForward = (port: number): boolean => [forward.port, forward.deviceEndpoint?.port].includes(port);
    const atOnce = Math.min(descriptors, 400);
    const floods: Record<string, Flood> = { control: new Flood({ path: paths.value.socket }, atOnce) };
    for (const { host: address, port } of listeners)
      floods[`${address}:${port}`] = new Flood(
        // The system knows a client by the address it calls; the network's are let in by it.
        { host: address, port, ...(address === networkAddress ? { localAddress: address } : {}) },
        atOnce,
        ...(isForward(port) ? [] : halves(port)),
      );
    closing.push(() => Object.values(floods).forEach((flood) => flood.leave()));
    const until = performance.now() + floodMs;
    do {
      // Whoever was there before is served as before.
      await kept.echo();
      expect((await client.request('vendors.list', {})).ok).toBe(true);
      expect(host.isAlive).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 100));
    } while (performance.now() < until);

    const told = async () => (await page.ask(client.request('forwards.list', {}))).find(({ id }) => id === forward.id);
    await expect.poll(async () => (await told())?.refusedBecause).toContain('lets Quayside have');
    expect((await told())?.refused).toBeGreaterThan(0);
    for (const [name, flood] of Object.entries(floods)) expect([name, flood.closedByHost > 0]).toEqual([name, true]);

    // Half a request is given up by the host itself; the others have to go.
    const window = floods[`127.0.0.1:${webPort}`];
    window?.end();
    for (const flood of Object.values(floods)) if (flood !== window) flood.leave();
    if (descriptors === 1024) await expect.poll(() => window?.open, { timeout: 20_000 }).toBe(0);
    else window?.leave();

    await expect.poll(async () => (await fetch(`http://127.0.0.1:${webPort}/`)).status).toBeGreaterThan(0);
    await expect.poll(askDevice).toBe(200);
    const fresh = await open(second);
    const connection = new LiveConnection(fresh.port);
    closing.push(() => connection.close());
    await connection.echo();
    await kept.echo();
    await expect
      .poll(async () => {
        const command = await connectControlSocket(paths.value.socket);
        command?.socket.close();
        return command?.hello.host;
      })
      .toBe('headless');
    expect(host.isAlive).toBe(true);
    const all = Object.values(floods);
    tellAttack(`floods with ${descriptors} descriptors`, {
      seconds: floodMs / 1000,
      listeners: all.length,
      opened: all.reduce((sum, { opened }) => sum + opened, 0),
      closedByHost: all.reduce((sum, { closedByHost }) => sum + closedByHost, 0),
      refusedByForward: (await told())?.refused,
    });
  },
);
