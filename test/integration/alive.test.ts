import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startAliveRig, type AliveRig } from '../support/alive-rig.ts';
import type { LivePage, LiveSession } from '../support/live-host.ts';

/** What ends a session while somebody is asked whether this is the device. */
const ways: Readonly<Record<string, (rig: AliveRig, page: LivePage, session: LiveSession) => unknown>> = {
  'the session is closed': (_rig, _page, session) => session.close(),
  'the tab is closed': (_rig, page) => page.client.close(),
  'the page is reloaded': (_rig, page) => page.leave(),
  'the tunnel dies': ({ way }) => way.cut(),
  'the server has waited long enough': () => undefined,
};

test('a session that ends at the question of its host key, in any of five ways, leaves the others and the forwards alive', async () => {
  await using rig = await startAliveRig({ graceSeconds: 2 });
  for (const [name, end] of Object.entries(ways)) {
    rig.way.open();
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
  await using rig = await startAliveRig({ wounds: true });
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
