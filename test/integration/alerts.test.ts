import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { channelPair } from '../../src-main/cli/channel-pair.ts';
import { composeCore } from '../../src-main/compose/compose-core.ts';
import type { Core } from '../../src-main/compose/core.ts';
import { parseCsv } from '../../src-main/core/text/csv.ts';
import { locate } from '../../src-main/compose/locations.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { FrameClient, type Answer } from '../../src-preload/contract/client.ts';
import type { IncidentView } from '../../src-preload/contract/alert.ts';
import { ScreenNotifier } from '../support/alert-rig.ts';
import { startCliFromSource } from '../support/cli-process.ts';
import { fastClock } from '../support/fast-clock.ts';

/** The simulated vendor over HTTP, the real core with its files, a client of the bridge, and somebody at the screen. */

const token = 'eyJhbGciOiJIUzI1NiJ9.alerts-end-to-end-token';
const hour = 3_600_000;

let folder = '';
let simulator: RemoteIotSimulator;
let target: Server;
const running: { core: Core; client: FrameClient }[] = [];

const valueOf = <T>(answer: Answer<T>): T => {
  if (!answer.ok) throw new Error(`${answer.error.kind}: ${answer.error.message}`);
  return answer.value;
};

const start = async () => {
  // A minute in one and a half seconds: graces and gathering are waited for, the rest is real.
  const clock = fastClock(40);
  const screen = new ScreenNotifier(() => clock.now());
  const composed = await composeCore({
    profile: join(folder, 'profile'),
    vault: 'memory',
    host: 'headless',
    longLived: true,
    forwardWorker: locate().forwardWorker,
    notifier: screen,
    clock,
  });
  if (!composed.ok) throw new Error(composed.error.message);
  const core = composed.value;
  await core.start();
  const pair = channelPair();
  core.bridge.connect(pair.host);
  const client = new FrameClient(pair.client);
  const incidents = new Map<string, IncidentView>();
  client.subscribe((event) => {
    if (event.type === 'rows' && event.collection === 'incidents')
      for (const row of event.rows as IncidentView[]) incidents.set(row.id, row);
    if (event.type === 'changes') {
      for (const { collection, upsert } of event.changes)
        if (collection === 'incidents') for (const row of upsert as IncidentView[]) incidents.set(row.id, row);
    }
  });
  const whole = { core, client, screen, clock, incidents };
  running.push(whole);
  return whole;
};

const stop = async (): Promise<void> => {
  for (const { core, client } of running.splice(0)) {
    client.close();
    await core.dispose();
  }
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quayside-alerts-'));
  target = createServer((socket) => socket.end('hello'));
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
  const address = target.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  simulator = new RemoteIotSimulator({ token, devices: 60, target: () => ({ host: '127.0.0.1', port }) });
  await simulator.listen();
  for (const unitId of simulator.unitIds) simulator.setOnline(unitId, true);
});

afterEach(async () => {
  await stop();
  await simulator.dispose();
  target.close();
  await rm(folder, { recursive: true, force: true });
});

test('devices that are turned off are one notice, rows of the history and lines of its CSV', async () => {
  const { core, client, screen, clock, incidents } = await start();
  const { ticket } = valueOf(await client.request('secrets.hand', { secrets: { token } }));
  const account = valueOf(
    await client.request('accounts.add', { vendor: 'remoteiot', label: 'Acme', baseUrl: simulator.baseUrl, ticket }),
  );
  valueOf(await client.request('accounts.refresh', { accountId: account.id }));
  expect(core.inventory.devices.size).toBe(60);

  // The connection and the call a user makes are history too.
  const device = [...core.inventory.devices.values()].find(({ presence }) => presence.state === 'online');
  const service = core.inventory.servicesOf(device?.key ?? '')[0];
  const forward = valueOf(
    await client.request('forwards.open', { deviceKey: device?.key ?? '', serviceId: service?.id ?? '' }),
  );
  const socket = connect(forward.port, '127.0.0.1');
  socket.resume();
  await once(socket, 'close');
  valueOf(
    await client.request('operations.call', {
      accountId: account.id,
      operation: 'AddGroup',
      input: { Group: 'Spare parts' },
      confirmed: false,
    }),
  );

  const group = [...core.inventory.devices.values()][0]?.groups[0] ?? '';
  const lost = [...core.inventory.devices.values()].filter(({ groups }) => groups.includes(group));
  expect(lost.length).toBeGreaterThan(2);
  const lostKeys = new Set(lost.map(({ key }) => key));
  for (const { id } of lost) simulator.setOnline(id, false);
  valueOf(await client.request('accounts.refresh', { accountId: account.id }));
  await expect
    .poll(() => screen.titles, { timeout: 30_000 })
    .toEqual([`All ${lost.length} devices in ${group} went offline`]);
  await expect
    .poll(() => [...incidents.values()], { timeout: 10_000 })
    .toMatchObject([{ scope: 'group', group, lost: lost.length, offline: lost.length, total: lost.length }]);

  for (const { id } of lost) simulator.setOnline(id, true);
  valueOf(await client.request('accounts.refresh', { accountId: account.id }));
  await expect
    .poll(() => screen.log.at(-1)?.notice.title, { timeout: 30_000 })
    .toBe(`All ${lost.length} devices in ${group} are back`);
  expect(screen.shown).toHaveLength(1);
  await expect.poll(() => [...incidents.values()][0]?.resolvedAt, { timeout: 10_000 }).toBeDefined();

  const of = async (input: { kinds?: ('offline' | 'online' | 'incident' | 'resolved')[]; text?: string }) =>
    valueOf(await client.request('history.query', input)).entries;
  expect(new Set((await of({ kinds: ['offline'] })).map(({ deviceKey }) => deviceKey))).toEqual(lostKeys);
  expect(await of({ kinds: ['online'] })).toHaveLength(lost.length);
  expect((await of({ kinds: ['incident', 'resolved'] })).map(({ kind }) => kind)).toEqual(['resolved', 'incident']);
  expect(await of({ text: `${lost[0]?.name ?? ''} offline` })).not.toEqual([]);
  const kinds = new Set((await of({})).map(({ kind }) => kind));
  for (const kind of ['connected', 'disconnected', 'operation'] as const) expect(kinds).toContain(kind);

  let csv = '';
  let cursor: string | undefined;
  do {
    const piece = valueOf(await client.request('history.export', cursor === undefined ? {} : { cursor }));
    csv += piece.csv;
    cursor = piece.next;
  } while (cursor !== undefined);
  const rows = parseCsv(csv);
  expect(new Set(rows.filter(({ kind }) => kind === 'offline').map(({ device: key }) => key))).toEqual(lostKeys);
  expect(rows.every(({ account: label }) => label === 'Acme' || label === '')).toBe(true);

  const now = clock.now();
  const key = lost[0]?.key ?? '';
  const uptime = valueOf(
    await client.request('history.uptime', { deviceKey: key, since: now - hour, until: now + hour }),
  );
  expect(uptime.outages).toHaveLength(1);
  expect(uptime.offlineMs).toBeGreaterThan(0);
  expect(uptime.onlineMs).toBeGreaterThan(0);
  const { buckets } = valueOf(
    await client.request('history.timeline', { since: now - hour, until: now + hour, bucket: 'hour' }),
  );
  expect(Math.max(...buckets.map(({ watched }) => watched))).toBeGreaterThan(0);

  await stop();
  for (const name of await readdir(join(folder, 'profile'))) {
    if (name.startsWith('history') || name.startsWith('alerts'))
      expect((await readFile(join(folder, 'profile', name))).includes(token)).toBe(false);
  }
  // The command line reads the same history when nothing runs.
  const cli = startCliFromSource(
    ['--profile', join(folder, 'profile'), '--vault', 'file', 'activity', 'went', '--json'],
    {
      stdin: '',
      env: { QUAYSIDE_VAULT_PASSPHRASE: 'not needed' },
    },
  );
  expect([await cli.ended(), cli.stderr()]).toEqual([0, '']);
  const told = JSON.parse(cli.stdout()) as { kind: string; deviceKey?: string }[];
  expect(new Set(told.filter(({ kind }) => kind === 'offline').map(({ deviceKey }) => deviceKey))).toEqual(lostKeys);
  const again = await start();
  expect(valueOf(await again.client.request('history.query', { kinds: ['offline'] })).entries).toHaveLength(
    lost.length,
  );
}, 90_000);

test('choices made over the bridge are on disk after a restart', async () => {
  const { client } = await start();
  const changed = valueOf(
    await client.request('alerts.change', {
      graceMs: 120_000,
      rules: [{ target: { kind: 'tag', tag: 'spare' }, notify: 'none' }],
      quietHours: { on: true, from: 1320, until: 420, days: [1, 2, 3, 4, 5] },
    }),
  );
  expect(changed).toMatchObject({ graceMs: 120_000, notify: 'all', historyDays: 90 });
  valueOf(await client.request('alerts.mute', { target: { kind: 'everything' }, on: true }));
  expect(await client.request('alerts.mute', { incidentId: 'none' })).toMatchObject({ error: { kind: 'not-found' } });
  expect(await client.request('alerts.tellWhenBack', { deviceKey: 'a/b', on: true })).toMatchObject({
    error: { kind: 'not-found' },
  });
  expect(await client.request('history.timeline', { since: 0, until: 4e12, bucket: 'hour' })).toMatchObject({
    error: { kind: 'invalid-input' },
  });
  valueOf(await client.request('alerts.snooze', { forMs: 4 * hour }));
  await stop();
  const again = await start();
  expect(valueOf(await again.client.request('alerts.get', {}))).toMatchObject({
    graceMs: 120_000,
    rules: [{ target: { kind: 'tag', tag: 'spare' }, notify: 'none' }],
    mutes: [{ target: { kind: 'everything' } }],
    quietHours: { on: true, days: [1, 2, 3, 4, 5] },
    pausedUntil: expect.any(Number) as number,
  });
});
