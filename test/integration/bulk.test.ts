import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeFleet } from '../../src-main/simulators/fleet.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { simulatedConnectionUid } from '../../src-main/simulators/remotix/book.ts';
import { RemotixSimulator } from '../../src-main/simulators/remotix/remotix.ts';
import type { BulkItemView, BulkPlanView, BulkRunView } from '../../src-preload/contract/bulk.ts';
import type { RequestInput } from '../../src-preload/contract/requests.ts';
import { HeadlessRig, type Browser } from '../support/headless-rig.ts';

/** Actions on many devices, from a browser's socket to the wire of two vendors. */

const token = 'eyJhbGciOiJIUzI1NiJ9.bulk-token-4711';
let remoteIot: RemoteIotSimulator;
let remotix: RemotixSimulator;
let rig: HeadlessRig;
let browser: Browser;

beforeEach(async () => {
  remoteIot = new RemoteIotSimulator({ token, devices: 60 });
  await remoteIot.listen();
  const fleet = makeFleet(40, 0).map((device) => ({ ...device, online: true, kind: 'kiosk' as const }));
  remotix = new RemotixSimulator({ devices: fleet });
  await remotix.listen();
  rig = await HeadlessRig.make();
  browser = await rig.browser();
  await browser.add({ vendor: 'remoteiot', label: 'Gateways', baseUrl: remoteIot.baseUrl, secrets: { token } });
  await browser.add({ vendor: 'remotix', label: 'Desks', baseUrl: remotix.baseUrl, secrets: {} });
  await expect.poll(() => browser.devices.size, { timeout: 10_000 }).toBe(100);
});

afterEach(async () => {
  await rig.dispose();
  await remoteIot.dispose();
  await remotix.dispose();
});

const valueOf = <T>(
  answer: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown },
): T => {
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  return answer.value;
};

const preview = async (
  deviceKeys: readonly string[],
  action: RequestInput<'bulk.preview'>['action'],
): Promise<BulkPlanView> =>
  valueOf(await browser.client.request('bulk.preview', { deviceKeys: [...deviceKeys], action }));

/** Follows a run as the window does. */
const ended = async (
  runId: string,
): Promise<{ readonly run: BulkRunView; readonly items: readonly BulkItemView[] }> => {
  const items: BulkItemView[] = [];
  for (let version = 0; ;) {
    const status = valueOf(await browser.client.request('bulk.status', { runId, version }));
    for (const item of status.items) items[item.index] = item;
    if (status.run.state === 'ended') return { run: status.run, items };
    version = status.run.version;
  }
};

test('a custom field is read, changed and left alone where it is right already', async () => {
  const keys = [...browser.devices.values()].filter(({ vendor }) => vendor === 'remoteiot').map(({ key }) => key);
  const action = { kind: 'custom-field', field: 'Rack', value: '{group} {n:02}' } as const;
  const plan = await preview(keys.slice(0, 5), action);
  expect(plan.rows.map(({ before }) => before)).toEqual(['', '', '', '', '']);
  const run = valueOf(await browser.client.request('bulk.start', { planId: plan.planId }));
  expect((await ended(run.id)).run).toMatchObject({ done: 5, failed: 0 });
  const again = await preview(keys.slice(0, 6), action);
  expect(again.rows).toHaveLength(1);
  expect(again.leftOut.map(({ reason }) => reason)).toContain('The field has this value already.');
  expect(remoteIot.requestsTo('/UpdateCustomField')).toHaveLength(5);
});

test('a job whose answer is lost is not known, and is never sent again', async () => {
  const keys = [...browser.devices.values()].filter(({ vendor }) => vendor === 'remoteiot').map(({ key }) => key);
  const plan = await preview(keys.slice(0, 8), { kind: 'job', name: 'Update', command: 'true' });
  expect(plan.danger).toBe('destroys');
  remoteIot.fault({ kind: 'reset-after', path: '/submitjob', count: 1 });
  const refused = await browser.client.request('bulk.start', { planId: plan.planId, count: 7 });
  expect(refused.ok ? '' : refused.error.kind).toBe('confirmation-required');
  const run = valueOf(await browser.client.request('bulk.start', { planId: plan.planId, count: 8 }));
  expect((await ended(run.id)).run).toMatchObject({ done: 7, uncertain: 1, retryable: 0 });
  const retried = await browser.client.request('bulk.retry', { runId: run.id });
  expect(retried.ok ? '' : retried.error.kind).toBe('conflict');
  expect(remoteIot.requestsTo('/submitjob')).toHaveLength(8);
});

test('devices of two vendors are renamed at both; passwords are made, sent, and seen nowhere else', async () => {
  const connection = simulatedConnectionUid(3);
  const [gateway] = [...browser.devices.values()].filter(({ vendor }) => vendor === 'remoteiot');
  const desk = [...browser.devices.values()].find(({ id }) => id === connection);
  if (gateway === undefined || desk === undefined) throw new Error('The fleets lack a device.');
  const both = [gateway.key, desk.key];
  const rename = await preview(both, { kind: 'rename', pattern: 'both-{n}', first: 1 });
  const renamed = valueOf(await browser.client.request('bulk.start', { planId: rename.planId }));
  expect((await ended(renamed.id)).run.done).toBe(2);
  expect(remoteIot.deviceName(gateway.id)).toBe('both-1');
  await expect.poll(() => browser.devices.get(desk.key)?.name).toBe('both-2');

  const rotate = await preview(both, { kind: 'password', protocol: 'rdp', user: 'admin', generate: true });
  expect(rotate.rows.map(({ deviceKey }) => deviceKey)).toEqual([desk.key]);
  expect(rotate.leftOut[0]?.reason).toContain('RemoteIoT');
  const rotated = valueOf(await browser.client.request('bulk.start', { planId: rotate.planId, count: 1 }));
  expect((await ended(rotated.id)).run.done).toBe(1);
  const [sent] = remotix.requestsTo(`/connection/${connection}/credentials`);
  const body = JSON.parse(sent?.body.toString() ?? '') as Readonly<Record<string, string>>;
  expect(body).toEqual({ 'rdp.username': 'admin', 'rdp.password': expect.stringMatching(/^\S{24}$/) as unknown });
  const password = body['rdp.password'] ?? '';
  const report = valueOf(await browser.client.request('bulk.report', { runId: rotated.id, format: 'json' }));
  expect(report.text).not.toContain(password);
  expect(await rig.endAndScan([password, token])).toEqual([]);
});
