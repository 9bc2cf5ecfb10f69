import { afterEach, expect, it } from 'vitest';
import { deviceView } from '../../src-main/bridge/views/views.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { remoteIot } from '../../src-main/vendors/remoteiot/connector.ts';
import { collect, openSession } from '../support/vendor-session.ts';
import { remoteIotSamples } from './samples/remoteiot.ts';

/** What RemoteIoT's published samples tell of a device reaches the window. */

let ended: (() => Promise<void>) | undefined;

afterEach(async () => {
  await ended?.();
  ended = undefined;
});

it('the samples of the list and of the status become one device, with nothing left out', async () => {
  const simulator = new RemoteIotSimulator({ token: 'json_web_token', devices: 0 });
  await simulator.listen();
  for (const number of ['RIOT-01', 'RIOT-04']) {
    const [sample] = remoteIotSamples.samples[number] ?? [];
    const body = sample?.answer.body ?? '';
    simulator.fault({ kind: 'status', status: 200, body, path: new URL(sample?.request.url ?? '').pathname });
  }
  const session = openSession(remoteIot, { ...remoteIotSamples.account, baseUrl: simulator.baseUrl });
  ended = async () => {
    session.dispose();
    await simulator.dispose();
  };
  const pages = await collect(session.connector.listDevices(new AbortController().signal));
  const [device] = pages.flatMap((page) => (page.ok ? page.value.devices : []));
  if (device === undefined) throw new Error('no device was listed');
  const key = `acme/${device.id}`;
  const extras = { services: [], customIds: new Set<string>(), favourite: false };
  const view = deviceView({ ...device, key, accountId: 'acme', vendor: 'remoteiot' }, extras);
  expect(view).toMatchObject({
    id: '0000000088888888',
    name: 'Raspberry pi 001',
    description: 'Device Description',
    groups: ['Group01'],
    externalAddress: expect.stringMatching(/^10\.10\.10\./),
    internalAddress: '192.168.0.101',
    mac: '88:88:88:88:88:88',
    serial: '0000000012345678',
    presence: { state: 'online', lastOnlineAt: Date.UTC(2020, 0, 1) },
  });
});
