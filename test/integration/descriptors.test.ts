import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { controlPaths } from '../../src-main/node/control-socket-path.ts';
import { connectControlSocket } from '../../src-main/node/control-socket.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot.ts';
import { echo, startFarEnd } from '../support/forward-rig.ts';
import { LiveConnection, startLiveHost } from '../support/live-host.ts';

/** Floods on every listener of a host that may have few descriptors. */

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
  readonly #words: string;
  #isOver = false;
  opened = 0;
  closedByHost = 0;

  constructor(where: NetConnectOpts, atOnce: number, words: string) {
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
      if (this.#words !== '') socket.write(this.#words);
    });
    socket.on('error', () => undefined);
    socket.resume();
    socket.on('close', () => {
      this.#sockets.delete(socket);
      if (this.#isOver) return;
      this.closedByHost += 1;
      // Not in the same turn: a listener that refuses at once would be asked thousands of times a second.
      setTimeout(() => this.#isOver || this.#come(), 20);
    });
  }
}

test.each([128, 256, 1024])(
  'with %i descriptors and floods on all its listeners it lives, says why it refuses, and serves again',
  { timeout: 60_000 + floodMs },
  async (descriptors) => {
    const folder = await mkdtemp(join(tmpdir(), 'quayside-flood-'));
    closing.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const far = await startFarEnd(echo);
    closing.push(() => far.dispose());
    const vendor = new RemoteIotSimulator({
      token,
      devices: 10,
      target: () => ({ host: '127.0.0.1', port: far.port }),
    });
    await vendor.listen();
    closing.push(() => vendor.dispose());
    const host = await startLiveHost({ folder, descriptors });
    closing.push(() => host.kill());
    const page = await host.page();
    closing.push(() => page.leave());
    const { client } = page;
    const { ticket } = await page.ask(client.request('secrets.hand', { secrets: { token } }));
    const account = { vendor: 'remoteiot', label: 'Acme', baseUrl: vendor.baseUrl, fields: {}, ticket } as const;
    await page.ask(client.request('accounts.add', account));
    const online = () => page.ask(client.request('devices.query', { query: 'is:online' }));
    await expect.poll(async () => (await online()).devices.length, { timeout: 10_000 }).toBeGreaterThan(1);
    const [first, second] = (await online()).devices;
    const open = (device: typeof first) =>
      page.ask(
        client.request('forwards.open', { deviceKey: device?.key ?? '', serviceId: device?.services[0]?.id ?? '' }),
      );
    const forward = await open(first);
    const kept = new LiveConnection(forward.port);
    closing.push(() => kept.close());
    await kept.echo();

    const webPort = Number(/127\.0\.0\.1:(\d+)/.exec(host.output())?.[1]);
    const paths = await controlPaths(join(folder, 'profile'));
    if (!paths.ok) throw new Error(paths.error.message);
    const atOnce = Math.min(descriptors, 700);
    const floods = {
      forward: new Flood({ host: '127.0.0.1', port: forward.port }, atOnce, ''),
      web: new Flood({ host: '127.0.0.1', port: webPort }, atOnce, 'GET / HTTP/1.1\r\nHost: half'),
      control: new Flood({ path: paths.value.socket }, atOnce, ''),
    };
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
    expect(floods.web.closedByHost).toBeGreaterThan(0);
    expect(floods.control.closedByHost).toBeGreaterThan(0);

    // Half a request is given up by the host itself; the others have to go.
    floods.web.end();
    floods.forward.leave();
    floods.control.leave();
    if (descriptors === 1024) await expect.poll(() => floods.web.open, { timeout: 20_000 }).toBe(0);
    else floods.web.leave();

    await expect.poll(async () => (await fetch(`http://127.0.0.1:${webPort}/`)).status).toBeGreaterThan(0);
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
    if (process.env['QUAYSIDE_FLOOD_SECONDS'] !== undefined)
      console.log(
        descriptors,
        Object.entries(floods).map(([name, { opened, closedByHost }]) => ({ name, opened, closedByHost })),
        { refused: (await told())?.refused },
      );
  },
);
