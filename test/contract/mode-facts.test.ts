import { afterEach, expect, it } from 'vitest';
import { deviceView } from '../../src-main/bridge/views/views.ts';
import { Simulator } from '../../src-main/simulators/simulator.ts';
import type { RecordedRequest, SimulatedAnswer } from '../../src-main/simulators/simulator.ts';
import { mode } from '../../src-main/vendors/mode/connector.ts';
import { collect, openSession } from '../support/vendor-session.ts';

/** What MODE's published samples tell of a device reaches the window. */

/** "The Device object" of the document, with the values of its own samples of "Update device info" and MODE-20. */
const device = `[{
"id": 34346,
"projectId": 1265,
"deviceClass": "smart_light",
"name": "light",
"tag": "bedroom_light",
"homeId": 9,
"claimExpirationTime": "2019-09-18T22:19:39Z",
"claimTime": "2019-09-18T22:19:39Z",
"isConnected": false,
"lastConnectTime": "2019-09-18T22:31:20.678Z",
"lastDisconnectTime": "2019-09-18T22:34:19.314Z",
"apiKey": "v1.ZHwzNDM0Ng==.8293847182.ec7bad61175db09bb42e2a8650f1bfe0e3kiekdj998d",
"claimCode": "f5106924ce0f943d",
"channel": "stable",
"bundleInstalled": "5e0e93edf8379d390de5417d",
"bundleInstallTime": "2019-09-18T22:20:00Z",
"creationTime": "2015-04-21T00:16:22.381Z"
}]`;
/** "The Home object": https://dev.tinkermode.com/platform/api/homes, with its property `deactivated`. */
const homes = `[{
  "id":9,
  "projectId":11,
  "creationTime":"2015-04-21T00:16:22.381Z",
  "name":"My Home",
  "deactivated": true
}]`;

class PublishedAnswers extends Simulator {
  readonly #devices: string;

  constructor(devices: string) {
    super();
    this.#devices = devices;
  }

  protected override answer({ path, query }: RecordedRequest): SimulatedAnswer {
    const first = (query['skip'] ?? '0') === '0';
    const body =
      path === '/auth'
        ? '{"type": "project key", "projectKeyName": "fleet", "projectId": 1265}'
        : first
          ? { '/homes': homes, '/devices': this.#devices }[path]
          : '[]';
    return {
      status: body === undefined ? 404 : 200,
      headers: { 'content-type': 'application/json' },
      body: body ?? '',
    };
  }

  protected override refusal(): SimulatedAnswer {
    return { status: 401 };
  }

  protected override change(): void {
    throw new Error('what is published has no state');
  }
}

let ended: (() => Promise<void>) | undefined;

afterEach(async () => {
  await ended?.();
});

const viewOf = async (devices: string) => {
  const server = new PublishedAnswers(devices);
  await server.listen();
  const session = openSession(mode, { baseUrl: server.origin, secrets: { apiKey: 'key-alone' } });
  ended = async () => {
    session.dispose();
    await server.dispose();
  };
  const pages = await collect(session.connector.listDevices(new AbortController().signal));
  const [record] = pages.flatMap((page) => (page.ok ? page.value.devices : []));
  if (record === undefined) throw new Error(`nothing was listed: ${JSON.stringify(pages)}`);
  return deviceView(
    { ...record, key: `a/${record.id}`, accountId: 'a', vendor: 'mode' },
    { services: [], customIds: new Set(), favourite: false },
  );
};

it('the Device object and its home are in the view, its key and claim code are not', async () => {
  const view = await viewOf(device);
  expect(view).toMatchObject({
    id: '34346',
    name: 'light',
    description: 'smart_light',
    groups: ['My Home'],
    tags: ['bedroom_light'],
    presence: { state: 'offline', lastOnlineAt: Date.UTC(2019, 8, 18, 22, 34, 19, 314) },
  });
  expect(JSON.parse(JSON.stringify(view.facts))).toEqual({
    platform: 'smart_light',
    firmware: '5e0e93edf8379d390de5417d',
    firmwareInstalledAt: Date.UTC(2019, 8, 18, 22, 20),
    channel: 'stable',
    offlineSince: Date.UTC(2019, 8, 18, 22, 34, 19, 314),
    lastConnectedAt: Date.UTC(2019, 8, 18, 22, 31, 20, 678),
    createdAt: Date.UTC(2015, 3, 21, 0, 16, 22, 381),
    claimedAt: Date.UTC(2019, 8, 18, 22, 19, 39),
    claimExpiresAt: Date.UTC(2019, 8, 18, 22, 19, 39),
    attributes: { projectId: '1265', homeId: '9', 'home deactivated': 'true' },
  });
  expect(JSON.stringify(view)).not.toMatch(/8293847182|f5106924/);
});

it('of a device that is connected it is told since when', async () => {
  const view = await viewOf(device.replace('"isConnected": false', '"isConnected": true'));
  expect(view.facts).toMatchObject({ onlineSince: Date.UTC(2019, 8, 18, 22, 31, 20, 678) });
  expect(view.facts?.offlineSince).toBeUndefined();
});
