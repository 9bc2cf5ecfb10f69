import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import ssh2, { type ClientChannel } from 'ssh2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeDemoHistory } from '../../src-main/demo/demo-history.ts';
import { startDemoScreen } from '../../src-main/demo/demo-screen.ts';
import { startDemoSsh } from '../../src-main/demo/demo-ssh.ts';
import { startDemoVendors } from '../../src-main/demo/demo-vendors.ts';
import type { DemoVendor } from '../../src-main/demo/demo-vendors.ts';
import type { VendorId } from '../support/vendor-ids.ts';
import { historyStore } from '../../src-main/node/storage/history-store.ts';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import { HeadlessRig } from '../support/headless-rig.ts';
import type { Browser } from '../support/headless-rig.ts';

/** The demo: five accounts side by side, whose devices can really be connected to. */

let rig: HeadlessRig;
let vendors: DemoVendor[];

beforeEach(async () => {
  rig = await HeadlessRig.make();
  vendors = [];
});

afterEach(() => rig.dispose());

const start = async (devices: number): Promise<Browser> => {
  const ssh = await startDemoSsh();
  rig.onEnd(() => ssh.dispose());
  const screen = await startDemoScreen();
  rig.onEnd(() => screen.dispose());
  await startDemoVendors(devices, { ssh, screen, trouble: false }, (vendor) => {
    rig.onEnd(() => vendor.dispose());
    vendors.push(vendor);
  });
  const browser = await rig.browser();
  for (const { account } of vendors) await browser.add(account);
  return browser;
};

const connectSsh = async (port: number): Promise<ssh2.Client> => {
  const client = new ssh2.Client();
  client.connect({ host: '127.0.0.1', port, username: 'demo', password: 'any' });
  await once(client, 'ready');
  return client;
};

/** Reads a stream by so many bytes. */
const readerOf = (socket: Socket) => {
  let held = Buffer.alloc(0);
  socket.on('data', (data) => {
    held = Buffer.concat([held, data]);
    socket.emit('held');
  });
  return async (length: number): Promise<Buffer> => {
    while (held.length < length) await once(socket, 'held');
    const taken = held.subarray(0, length);
    held = held.subarray(length);
    return taken;
  };
};

/** What a command on the device behind a local port prints. */
const runOverSsh = async (port: number, command: string): Promise<string> => {
  const client = await connectSsh(port);
  const channel = await new Promise<ClientChannel>((resolve, reject) => {
    client.exec(command, (error, opened) => (error === undefined ? resolve(opened) : reject(error)));
  });
  const printed = await text(channel);
  client.end();
  return printed.trim();
};

describe('the demo', () => {
  test('has five accounts, 240 devices, and a way into each vendor’s', async () => {
    const browser = await start(240);
    await expect.poll(() => browser.devices.size, { timeout: 15_000 }).toBe(240);
    const all = [...browser.devices.values()];
    expect(new Set(all.map(({ name }) => name)).size).toBe(240);
    const perVendor = Object.groupBy(all, ({ vendor }) => vendor);
    expect(Object.keys(perVendor).toSorted()).toEqual(['mode', 'reemo', 'remoteiot', 'remoteit', 'remotix']);
    const pick = (vendor: VendorId, wanted: (device: DeviceView) => boolean): DeviceView => {
      const found = perVendor[vendor]?.find(wanted);
      if (found === undefined) throw new Error(`no such device of ${vendor}`);
      return found;
    };
    const online = ({ presence }: DeviceView): boolean => presence.state === 'online';
    const { client } = browser;

    for (const vendor of ['remoteit', 'remoteiot'] as const) {
      const device = pick(vendor, online);
      const service = device.services.find(({ kind }) => kind === 'ssh');
      const forward = await client.request('forwards.open', { deviceKey: device.key, serviceId: service?.id ?? '' });
      if (!forward.ok) throw new Error(forward.error.message);
      expect(await runOverSsh(forward.value.port, 'hostname')).toBe(device.name);
    }

    const sensor = pick('mode', online);
    const web = await client.request('forwards.open', { deviceKey: sensor.key, serviceId: 'http:app-proxy' });
    if (!web.ok) throw new Error(web.error.message);
    const local = `http://${web.value.address}:${web.value.port}`;
    expect(await (await fetch(`${local}/`)).text()).toContain(`<h1>${sensor.name}</h1>`);
    // The switch leads back to the page, at the local port.
    const switched = await fetch(`${local}/pump`, { method: 'POST' });
    expect(switched.url).toBe(`${local}/`);
    expect(await switched.text()).toContain('<dd>on</dd>');
    expect(await (await fetch(`${local}/status`)).json()).toMatchObject({ pump: true });

    const computer = pick('remotix', ({ services }) => services.length === 0);
    const listed = await client.request('actions.list', { deviceKey: computer.key });
    if (!listed.ok) throw new Error(listed.error.message);
    const [first] = listed.value.actions;
    expect(await client.request('actions.run', { deviceKey: computer.key, actionId: first?.id ?? '' })).toMatchObject({
      ok: true,
    });

    const desk = pick('reemo', online);
    const session = await client.request('launch.open', { deviceKey: desk.key, serviceId: 'web-session' });
    if (!session.ok) throw new Error(session.error.message);
    expect(await (await fetch(session.value.address ?? '')).text()).toContain(`<h1>${desk.name}</h1>`);

    expect(await rig.endAndScan(vendors.flatMap(({ account }) => Object.values(account.secrets)))).toEqual([]);
  });

  test('shows files and a screen on its devices, and a week of what happened', async () => {
    const browser = await start(60);
    await expect.poll(() => browser.devices.size, { timeout: 15_000 }).toBe(60);
    const devices = [...browser.devices.values()];
    const openPort = async (vendor: VendorId, kind: 'ssh' | 'vnc'): Promise<{ port: number; name: string }> => {
      const device = devices.find(
        (each) =>
          each.vendor === vendor &&
          each.presence.state === 'online' &&
          each.services.some((service) => service.kind === kind),
      );
      const service = device?.services.find((each) => each.kind === kind);
      const forward = await browser.client.request('forwards.open', {
        deviceKey: device?.key ?? '',
        serviceId: service?.id ?? '',
      });
      if (!forward.ok) throw new Error(forward.error.message);
      return { port: forward.value.port, name: device?.name ?? '' };
    };

    for (const vendor of ['remoteit', 'remoteiot'] as const) {
      const { port, name } = await openPort(vendor, 'ssh');
      const client = await connectSsh(port);
      const sftp = await promisify(client.sftp.bind(client))();
      const list = async (path: string): Promise<readonly string[]> =>
        (await promisify(sftp.readdir.bind(sftp))(path)).map(({ filename }) => filename).toSorted();
      expect(await list('.')).toEqual(['backups', 'config.json', 'logs', 'readme.txt']);
      const written = Buffer.from('from this computer');
      await new Promise<void>((resolve, reject) =>
        sftp.writeFile('logs/new.txt', written, (error) => (error ? reject(error) : resolve())),
      );
      await promisify(sftp.rename.bind(sftp))('/home/demo/logs/new.txt', '/home/demo/kept.txt');
      expect(await promisify<string, Buffer>(sftp.readFile.bind(sftp))('kept.txt')).toEqual(written);
      expect(String(await promisify<string, Buffer>(sftp.readFile.bind(sftp))('/etc/hostname'))).toBe(`${name}\n`);
      client.end();
    }

    const { port, name } = await openPort('remoteiot', 'vnc');
    const socket = connect(port, '127.0.0.1');
    const read = readerOf(socket);
    expect(String(await read(12))).toBe('RFB 003.008\n');
    socket.write('RFB 003.008\n');
    expect([...(await read(2))]).toEqual([1, 1]);
    socket.write(Buffer.from([1]));
    expect((await read(4)).readUInt32BE()).toBe(0);
    socket.write(Buffer.from([1]));
    const init = await read(24);
    const [wide, high] = [init.readUInt16BE(0), init.readUInt16BE(2)];
    expect(String(await read(init.readUInt32BE(20)))).toBe(`${name} (demo)`);
    const request = (incremental: number): Buffer => {
      const message = Buffer.from([3, incremental, 0, 0, 0, 0, 0, 0, 0, 0]);
      message.writeUInt16BE(wide, 6);
      message.writeUInt16BE(high, 8);
      return message;
    };
    socket.write(request(0));
    await read(16);
    const picture = await read(wide * high * 4);
    // Bars from white to dark: red, green and blue in the order that was told.
    expect(picture.readUInt32LE(0)).toBe(0xffffff);
    expect(new Set(picture).size).toBeGreaterThan(8);
    const change = async (): Promise<Buffer> => {
      socket.write(request(1));
      const head = await read(16);
      return read(head.readUInt16BE(8) * head.readUInt16BE(10) * 4);
    };
    const first = await change();
    expect((await change()).equals(first), 'the clock moves').toBe(false);
    socket.destroy();

    const now = Date.now();
    const past = [...browser.accounts.values()].map(({ id, label }) => ({
      accountId: id,
      label,
      devices: vendors.find(({ account }) => account.label === label)?.devices ?? [],
    }));
    // What it tells of is there, under the same name.
    for (const { accountId, devices: told } of past)
      for (const device of told) expect(browser.devices.get(`${accountId}/${device.id}`)?.name).toBe(device.name);
    const store = historyStore({
      path: join(rig.folder, 'profile', 'history.db'),
      onProblem: ({ message }) => expect.unreachable(message),
    });
    await writeDemoHistory(store, past, now);
    const incidents = await browser.client.request('history.query', { kinds: ['incident'], limit: 100 });
    if (!incidents.ok) throw new Error(incidents.error.message);
    const days = new Set(incidents.value.entries.map(({ at }) => Math.floor((now - at) / 86_400_000)));
    expect([...days].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    for (const { at } of incidents.value.entries) expect(at).toBeLessThan(now);
  });

  test('any number of devices is divided among the vendors', async () => {
    const browser = await start(7);
    await expect.poll(() => browser.devices.size, { timeout: 15_000 }).toBe(7);
  });
});
