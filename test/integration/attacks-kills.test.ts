import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { seededRandom } from '../../src-main/simulators/fleet.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { attackSize, tellAttack } from '../support/attack-stage.ts';
import { startCliFromSource } from '../support/cli-process.ts';
import { startLiveHost, type LivePage } from '../support/live-host.ts';

/** `kill -9` in the middle of changes: what was acknowledged is there, and nothing is broken or left behind. */

const token = 'a-token-of-the-kills-test-3c';
const passphrase = 'a passphrase of the test';
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

const stage = async () => {
  // As profiles of people are called.
  const folder = await mkdtemp(join(tmpdir(), 'quayside kills ü-'));
  ends.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const vendor = new RemoteIotSimulator({ token, devices: 5 });
  await vendor.listen();
  ends.push(() => vendor.dispose());
  return { folder, vendor };
};

/** Files that were set aside, and what a write leaves that never got to its end; `pid` may be writing just now. */
const oddFiles = async (profile: string, pid?: number): Promise<readonly string[]> =>
  (await readdir(profile, { recursive: true })).filter(
    (name) => /\.broken-|\.tmp$/.test(name) && (pid === undefined || !name.includes(`.${pid}.`)),
  );

/** One thing that is changed again and again: what was acknowledged last, and what is under way. */
interface Changed {
  readonly change: (page: LivePage, value: number) => Promise<{ readonly ok: boolean }>;
  readonly read: (page: LivePage) => Promise<number | undefined>;
  acknowledged: number;
  underWay: number;
}

test(
  'a host that is killed in the middle of changes has lost none that it acknowledged',
  { timeout: 1_800_000 },
  async () => {
    const { folder, vendor } = await stage();
    const profile = join(folder, 'profile');
    const random = seededRandom(20_261_130);
    let host = await startLiveHost({ folder });
    ends.push(() => host.kill());
    let page = await host.page();
    const { ticket } = await page.ask(page.client.request('secrets.hand', { secrets: { token } }));
    const account = { vendor: 'remoteiot', label: 'Acme 0', baseUrl: vendor.baseUrl, fields: {}, ticket } as const;
    const { id: accountId } = await page.ask(page.client.request('accounts.add', account));
    const listed = () => page.ask(page.client.request('devices.query', { query: '' }));
    await expect.poll(async () => (await listed()).devices.length, { timeout: 10_000 }).toBe(5);
    const [device] = (await listed()).devices;
    const opening = { deviceKey: device?.key ?? '', serviceId: device?.services[0]?.id ?? '' };
    const { id: forwardId, port } = await page.ask(page.client.request('forwards.open', opening));
    const forward = async (from: LivePage) =>
      (await from.ask(from.client.request('forwards.list', {}))).find(({ id }) => id === forwardId);

    const things: readonly Changed[] = [
      {
        change: (to, value) => to.client.request('accounts.update', { accountId, label: `Acme ${value}` }),
        read: async (from) => {
          const [kept] = await from.ask(from.client.request('accounts.list', {}));
          return Number(kept?.label.split(' ')[1]);
        },
        acknowledged: 0,
        underWay: 0,
      },
      {
        change: (to, value) => to.client.request('settings.change', { idleTimeoutMs: 60_000 + value }),
        // Nothing is changed by asking for no change.
        read: async (from) => (await from.ask(from.client.request('settings.change', {}))).idleTimeoutMs - 60_000,
        acknowledged: 840_000,
        underWay: 840_000,
      },
      {
        change: (to, value) => to.client.request('forwards.limit', { forwardId, maxConnections: 1 + value }),
        read: async (from) => ((await forward(from))?.limits?.maxConnections ?? 0) - 1,
        acknowledged: 11_999,
        underWay: 11_999,
      },
    ];
    let changes = 0;
    let value = 0;
    let lost = 0;
    const restartMs: number[] = [];
    for (let kill = 0; kill < attackSize.kills; kill += 1) {
      const last = 3 + Math.floor(random() * 12);
      for (let n = 0; n < last; n += 1) {
        const thing = things[Math.floor(random() * things.length)];
        if (thing === undefined) continue;
        value += 1;
        thing.underWay = value;
        expect(await thing.change(page, value)).toMatchObject({ ok: true });
        thing.acknowledged = value;
        changes += 1;
      }
      // One more of each is under way when it dies, at another moment of the write each time.
      for (const thing of things) {
        value += 1;
        thing.underWay = value;
        void thing.change(page, value);
      }
      const turns = Math.floor(random() * 200);
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      await host.kill();

      const started = performance.now();
      host = await startLiveHost({ folder });
      restartMs.push(performance.now() - started);
      page = await host.page();
      for (const thing of things) {
        const found = await thing.read(page);
        if (found !== thing.acknowledged && found !== thing.underWay) lost += 1;
        expect([thing.acknowledged, thing.underWay]).toContain(found);
        thing.acknowledged = found ?? 0;
      }
      expect((await forward(page))?.port).toBe(port);
      await expect.poll(async () => (await listed()).devices.length, { timeout: 10_000 }).toBe(5);
      expect(await oddFiles(profile, host.pid)).toEqual([]);
    }
    const sorted = restartMs.toSorted((a, b) => a - b);
    tellAttack('kill -9 of the host', {
      kills: attackSize.kills,
      changes,
      lost,
      restartMs: [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)].map((ms) => Math.round(ms ?? 0)),
    });
  },
);

test(
  'a command that is killed while it adds an account leaves it whole or not at all',
  { timeout: 1_800_000 },
  async () => {
    const { folder, vendor } = await stage();
    const random = seededRandom(20_261_201);
    const profile = join(folder, 'profile');
    const start = (args: readonly string[], stdin = '') =>
      startCliFromSource(['--profile', profile, '--vault', 'file', ...args], {
        stdin,
        env: { HOME: folder, QUAYSIDE_VAULT_PASSPHRASE: passphrase },
      });
    let killed = 0;
    const ended: string[] = [];
    const add = async (label: string, killAfterMs?: number): Promise<void> => {
      const args = ['accounts', 'add', 'remoteiot', '--label', label, '--base-url', vendor.baseUrl];
      const cli = start(args, JSON.stringify({ token }));
      const end = cli.ended();
      const timer = killAfterMs === undefined ? undefined : setTimeout(() => cli.signal('SIGKILL'), killAfterMs);
      const code = await end;
      clearTimeout(timer);
      if (code === 0) ended.push(label);
      else killed += 1;
    };
    const began = performance.now();
    await add('whole');
    const wholeMs = performance.now() - began;
    for (let n = 0; n < Math.ceil(attackSize.kills / 4); n += 1) await add(`n${n}`, wholeMs * (0.2 + random() * 0.6));
    // Each that is there is listed with its own key: one without would be told of.
    const devices = start(['devices', '--json', '--timeout', '300']);
    expect([await devices.ended(), devices.stderr()]).toEqual([0, '']);
    const rows = JSON.parse(devices.stdout()) as { account: string }[];
    const labels = [...new Set(rows.map(({ account }) => account))];
    expect(labels).toEqual(expect.arrayContaining(ended));
    expect(rows).toHaveLength(5 * labels.length);
    expect(await oddFiles(profile)).toEqual([]);
    tellAttack('kill -9 of a command', { killed, ended: ended.length, accounts: labels.length });
  },
);
