import { once } from 'node:events';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startIsolationRig, type IsolationRig } from '../support/isolation-rig.ts';
import type { LivePage, LiveSession } from '../support/live-host.ts';

/** What ends a session while somebody is asked whether this is the device. */
const ways: Readonly<Record<string, (rig: IsolationRig, page: LivePage, session: LiveSession) => unknown>> = {
  'the session is closed': (_rig, _page, session) => session.close(),
  'the tab is closed': (_rig, page) => page.client.close(),
  'the page is reloaded': (_rig, page) => page.leave(),
  'the tunnel dies': ({ relay }) => relay.cut(),
  'the server has waited long enough': () => undefined,
};

test('a session that ends at the question of its host key, in any of five ways, leaves the others and the forwards alive', async () => {
  await using rig = await startIsolationRig({ graceSeconds: 2 });
  for (const [name, end] of Object.entries(ways)) {
    rig.relay.open();
    const page = await rig.host.page();
    const session = page.open('terminal', rig.victim);
    const { ask, question } = await session.event('ask');
    expect(question.type, name).toBe('host-key');
    await end(rig, page, session);
    // Where the session still has a window, it says that it is over; an answer then is one too many.
    const isHeard = name === 'the tunnel dies' || name === 'the server has waited long enough';
    if (isHeard) expect((await session.event('end')).error?.kind, name).toBe('unreachable');
    session.answer(ask, { type: 'host-key', accept: false });
    await rig.othersGoOn();
    await page.leave();
    await rig.othersGoOn();
    expect(rig.host.isAlive, `${name}\n${rig.host.output()}`).toBe(true);
  }
  // Nothing was caught at the last moment either.
  expect(rig.host.output()).not.toContain('went wrong');
});

test('errors nobody expected are told in the window and on the terminal; the sixth within a minute ends the host with a report', async () => {
  await using rig = await startIsolationRig({ faults: true });
  const { host, page } = rig;
  const told: string[] = [];
  page.client.subscribe((event) => {
    if (event.type === 'changes') told.push(JSON.stringify(event.changes));
  });
  const strike = async (): Promise<void> => {
    await host.order({ type: 'arm', place: 'ws', at: 1 });
    const struck = await host.page();
    await struck.client.request('forwards.list', {});
    await struck.leave();
  };
  for (let errors = 1; errors <= 5; errors += 1) await strike();
  await rig.othersGoOn();
  await expect.poll(() => told.join()).toContain('Something in Quayside went wrong.');
  expect(host.output()).toContain('Something in Quayside went wrong.');
  await host.order({ type: 'arm', place: 'ws', at: 1 });
  void host.page().catch(() => undefined);
  expect(await host.ended).toBe(1);
  expect(host.output()).toContain('keeps going wrong, so it ends.\nPlease report it with this file: ');
  const folder = join(rig.folder, 'profile/reports');
  const [name = ''] = await readdir(folder);
  expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  const report = await readFile(join(folder, name), 'utf8');
  expect((JSON.parse(report) as { exceptions: unknown[] }).exceptions).toHaveLength(6);
  // Where it happened stands there, not what was said: that may quote a secret.
  expect(report).toContain('websocket-host.ts');
  expect(report).not.toContain('wanted by the test');
});

/** An upload that is on its way: some of it has arrived. */
const beginUpload = async (
  rig: IsolationRig,
  name: string,
): Promise<{ readonly page: LivePage; readonly folder: string; readonly files: LiveSession }> => {
  const folder = join(rig.folder, name);
  await mkdir(folder);
  const page = await rig.host.page();
  const files = page.open('files', rig.victim);
  const first = await Promise.race([files.event('ask'), files.event('ready')]);
  if (first.kind === 'ask') files.answer(first.ask, { type: 'host-key', accept: true });
  await files.event('ready');
  files.call(1, { op: 'upload', path: join(folder, 'firmware.bin'), size: 10_000_000, stream: 900 });
  files.bytes(900, new Uint8Array(60_000));
  await files.event('progress');
  expect(await readdir(folder)).toEqual([expect.stringMatching(/\.part$/)]);
  return { page, folder, files };
};

test('an upload whose tab is closed, or whose host is ended, leaves nothing half done on the device', async () => {
  await using rig = await startIsolationRig();
  const closed = await beginUpload(rig, 'closed');
  await closed.page.leave();
  await expect.poll(() => readdir(closed.folder)).toEqual([]);
  const ended = await beginUpload(rig, 'ended');
  expect(await rig.host.interrupt()).toBe(0);
  expect(await readdir(ended.folder)).toEqual([]);
});

test('what is left of an upload whose tunnel died is taken away when the device is back', async () => {
  await using rig = await startIsolationRig();
  const { page, folder, files } = await beginUpload(rig, 'cut');
  rig.relay.cut();
  expect((await files.event('end')).error?.kind).toBe('unreachable');
  expect(await readdir(folder)).toEqual([expect.stringMatching(/\.part$/)]);
  rig.relay.open();
  // As its tab does by itself: the first tries may still meet the way that was cut.
  let again = page.open('files', rig.victim);
  while ((await Promise.race([again.event('ready'), again.event('end')])).kind === 'end')
    again = page.open('files', rig.victim);
  await expect.poll(() => readdir(folder)).toEqual([]);
  again.call(2, { op: 'upload', path: join(folder, 'firmware.bin'), size: 5, stream: 901 });
  again.bytes(901, new Uint8Array([1, 2, 3, 4, 5]));
  await again.event('result');
  expect(await readdir(folder)).toEqual(['firmware.bin']);
  await page.leave();
});

test('one Ctrl-C ends the host, whatever is open: a session, a question, an agent and a vendor that never answer', async () => {
  await using rig = await startIsolationRig();
  const socket = join(rig.folder, 'mute-agent');
  const asked = Promise.withResolvers<undefined>();
  const agent = createServer((client) => {
    client.on('error', () => undefined);
    client.once('data', () => asked.resolve(undefined));
  }).listen(socket);
  await once(agent, 'listening');
  await using second = await startIsolationRig({ agent: socket });
  // Its agent says nothing, so this session connects for ever.
  const connecting = second.page.open('terminal', second.victim);
  connecting.answer((await connecting.event('ask')).ask, { type: 'host-key', accept: true });
  await asked.promise;
  const question = rig.page.open('terminal', rig.victim);
  await question.event('ask');
  for (const { vendor, page, host } of [rig, second]) {
    vendor.faults.add({ kind: 'silent', count: 1 });
    vendor.faults.add({ kind: 'silent' });
    void page.client.request('accounts.refresh', {});
    // It has been asked, and says nothing, now and for ever.
    await expect.poll(() => vendor.faults.list()).toHaveLength(1);
    expect(await host.interrupt(), host.output()).toBe(0);
  }
  agent.close();
});
