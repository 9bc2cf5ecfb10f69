import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import ssh2, { type ClientChannel } from 'ssh2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startDemoSsh } from '../../src-main/demo-ssh.ts';
import { startDemoVendors } from '../../src-main/demo-vendors.ts';
import type { DemoVendor } from '../../src-main/demo-vendors.ts';
import type { VendorId } from '../../src-main/core/device.ts';
import type { DeviceView } from '../../src-preload/contract/views.ts';
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
  await startDemoVendors(devices, { ssh, trouble: false }, (vendor) => {
    rig.onEnd(() => vendor.dispose());
    vendors.push(vendor);
  });
  const browser = await rig.browser();
  for (const { account } of vendors) await browser.add(account);
  return browser;
};

/** What a command on the device behind a local port prints. */
const runOverSsh = async (port: number, command: string): Promise<string> => {
  const client = new ssh2.Client();
  client.connect({ host: '127.0.0.1', port, username: 'demo', password: 'any' });
  await once(client, 'ready');
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

  test('any number of devices is divided among the vendors', async () => {
    const browser = await start(7);
    await expect.poll(() => browser.devices.size, { timeout: 15_000 }).toBe(7);
  });
});
