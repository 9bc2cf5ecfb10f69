import { afterEach, beforeEach, expect, it } from 'vitest';
import { simulatedUnitId } from '../../src-main/simulators/remoteiot/devices.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';

/** What the RemoteIoT simulator refuses, as the document has it, spoken to without our client. */

const token = 'token-of-the-simulator-test';
const UnitId = simulatedUnitId(0);
const json = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
const many = (count: number): readonly unknown[] => Array.from({ length: count }, () => ({ UnitId }));

let simulator: RemoteIotSimulator;
let now: number;

const start = async (options: Partial<ConstructorParameters<typeof RemoteIotSimulator>[0]> = {}): Promise<void> => {
  await simulator.dispose();
  simulator = new RemoteIotSimulator({ token, devices: 3, now: () => now, ...options });
  await simulator.listen();
  simulator.setOnline(UnitId, true);
};

beforeEach(async () => {
  now = Date.UTC(2026, 10, 20);
  simulator = new RemoteIotSimulator({ token, devices: 0 });
  await start();
});

afterEach(() => simulator.dispose());

const post = async (
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = json,
): Promise<number> => {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  return (await fetch(`${simulator.baseUrl}/${path}`, { method: 'POST', headers, ...sent })).status;
};

it.each([
  ['no token', 401, 'ListConnection', undefined, { 'content-type': 'application/json' }],
  ['a token without Bearer', 401, 'ListConnection', undefined, { ...json, authorization: token }],
  ['another content type', 400, 'device', { Group: '' }, { ...json, 'content-type': 'text/plain' }],
  ['a path that it does not have', 404, 'Devices', {}, json],
  ['a remote port as a number', 400, 'DeleteConnection', { UnitId, Port: 18_000 }, json],
  ['a local port as a number', 400, 'connect', { UnitId, LocalPort: 22 }, json],
  ['a parameter that it does not have', 400, 'connect', { UnitId, LocalPort: '22', Localhost: 'x' }, json],
  ['more than 1000 ids of a custom field', 400, 'CustomField', { CustomField: 'C', Unit: many(1001) }, json],
  ['more than 1000 ids of an uptime', 400, 'DeviceUptime', { Unit: many(1001), Hour: 1 }, json],
  ['hours as a text', 400, 'NetworkIn', { Unit: many(1), Hour: '1' }, json],
  ['a tunnel that is not there', 404, 'DeleteConnection', { UnitId, Port: '18000' }, json],
  ['a device that is not there', 404, 'rename', { UnitId: 'ffff', Name: 'x' }, json],
] as const)('%s is answered %i', async (_what, status, path, body, headers) => {
  expect(await post(path, body, headers)).toBe(status);
});

it('reads by GET are not there', async () => {
  expect((await fetch(`${simulator.baseUrl}/device`, { headers: json })).status).toBe(404);
});

it('too many requests in a minute are answered 403, whatever they ask', async () => {
  await start({ requestsPerMinute: 3 });
  const four = [
    await post('ListConnection'),
    await post('ListChart'),
    await post('device', {}),
    await post('device', {}),
  ];
  expect(four).toEqual([200, 200, 200, 403]);
  now += 60_001;
  expect(await post('ListConnection')).toBe(200);
});

it('what is for Enterprise users only is refused to a Business account', async () => {
  await start({ plan: 'business' });
  for (const extra of [{ Permanent: 'true' }, { LimitingAccessIP: '203.0.113.7' }, { LocalHost: '192.168.0.9' }])
    expect(await post('connect', { UnitId, LocalPort: '22', ...extra })).toBe(400);
  expect(await post('connect', { UnitId, LocalPort: '22' })).toBe(200);
});

it('the list holds tunnels of others, a permanent one too, and nothing tells them apart', async () => {
  expect(await post('connect', { UnitId, LocalPort: '22', Permanent: 'true' })).toBe(200);
  const theirs = { unitId: simulatedUnitId(1), localPort: 5900 };
  await fetch(`${simulator.origin}/__simulator/state`, { method: 'POST', body: JSON.stringify({ tunnels: [theirs] }) });
  const answer = await fetch(`${simulator.baseUrl}/ListConnection`, { method: 'POST', headers: json });
  const rows = (await answer.text()).split('},{').map((row) => [...row.matchAll(/"(\w+)":/g)].map(([, name]) => name));
  const fields = ['Name', 'UnitId', 'LocalPort', 'LocalHost', 'Host', 'Port'];
  expect(rows).toEqual([fields, fields]);
  expect(simulator.tunnels.list().map(({ localPort }) => localPort)).toEqual([22, 5900]);
});
