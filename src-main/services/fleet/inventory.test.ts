import { describe, expect, it } from 'vitest';
import { aborted, pages, record, ScriptedConnector, sshService } from '../../../test/support/fake-vendor.ts';
import { account, trackedInventoryRigs } from '../../../test/support/inventory-rig.ts';
import { settle } from '../../../test/support/virtual-clock.ts';
import { accountView } from '../../bridge/views/views.ts';
import type { Service } from '../../core/fleet/device.ts';
import { fail, ok } from '../../core/base/errors.ts';

const forever = new AbortController().signal;

const limited = (retryAfterMs: number) =>
  fail('rate-limited', 'The vendor asks to slow down.', 'Wait.', { retryAfterMs });
const broken = fail('vendor-unavailable', 'The vendor answered 500.', 'Wait.');

const setUp = trackedInventoryRigs();

describe('Inventory', () => {
  it('shows each page as it arrives', async () => {
    const { inventory, connector, clock, changes, names } = setUp();
    const gate = Promise.withResolvers<void>();
    connector('a').listing = async function* () {
      yield ok({ devices: [record('1', clock.now())] });
      await gate.promise;
      yield ok({ devices: [record('2', clock.now())] });
    };
    inventory.start();
    await clock.advance(100);
    expect(names()).toEqual(['a/1']);
    expect(changes.flatMap((change) => change.upsert.map((device) => device.key))).toEqual(['a/1']);
    expect(inventory.health('a')).toMatchObject({ refreshing: true, deviceCount: 1 });
    gate.resolve();
    await settle();
    expect(names()).toEqual(['a/1', 'a/2']);
    expect(inventory.health('a')).toMatchObject({ refreshing: false, lastGoodAt: clock.now() });
    expect(changes.flatMap((change) => change.upsert.map((device) => device.key))).toEqual(['a/1', 'a/2']);
  });

  it('knows when the vendor ends the credentials, as of the last listing, and tells the window', async () => {
    const { inventory, connector } = setUp();
    connector('a').listing = pages([record('1', 1)]);
    connector('a').credentialsExpireAt = 99;
    await inventory.refresh('a', forever);
    expect(accountView(account('a'), inventory.health('a'))).toMatchObject({ credentialsExpireAt: 99 });
    connector('a').credentialsExpireAt = undefined;
    await inventory.refresh('a', forever);
    expect(inventory.health('a')).not.toHaveProperty('credentialsExpireAt');
  });

  it('keeps a device until a complete listing no longer names it', async () => {
    const { inventory, connector, clock, changes, names } = setUp();
    connector('a').listing = pages([record('1', 1), record('2', 1)]);
    await inventory.refresh('a', forever);
    connector('a').listing = pages([record('1', 2)], broken);
    expect(await inventory.refresh('a', forever)).toEqual(broken);
    expect(names()).toEqual(['a/1', 'a/2']);
    connector('a').listing = pages(ok({ devices: [record('1', 2)], incomplete: true, problem: broken.error }));
    await inventory.refresh('a', forever);
    expect(names()).toEqual(['a/1', 'a/2']);
    connector('a').listing = pages([record('1', 3)]);
    await inventory.refresh('a', forever);
    expect(names()).toEqual(['a/1']);
    expect(changes.flatMap((change) => change.remove)).toEqual(['a/2']);
    // Whatever still speaks of it, a forward say, says the name it had; nobody is told a key.
    expect([inventory.nameOf('a/1'), inventory.nameOf('a/2')]).toEqual([record('1', 1).name, record('2', 1).name]);
    expect(inventory.nameOf('a/never')).toBe('a device that was removed');
    expect(clock.now()).toBe(inventory.health('a').lastGoodAt);
  });

  it('keeps the last good fleet with its age while the vendor fails, and clears the reason after', async () => {
    const { inventory, connector, clock, names } = setUp();
    const begin = clock.now();
    connector('a').listing = pages([record('1', begin)]);
    inventory.start();
    await clock.advance(0);
    connector('a').listing = pages(broken);
    await clock.advance(3 * 60_000);
    expect(names()).toEqual(['a/1']);
    expect(inventory.device('a/1')?.presence.observedAt).toBe(begin);
    const failing = inventory.health('a');
    expect(failing).toMatchObject({ error: broken.error, lastGoodAt: begin, failingSince: begin + 60_000 });
    connector('a').listing = pages([record('1', clock.now())]);
    await clock.advance(15 * 60_000);
    expect(inventory.health('a').error).toBeUndefined();
    expect(inventory.health('a').failingSince).toBeUndefined();
    expect(inventory.health('a').lastGoodAt).toBeGreaterThan(begin);
  });

  it('keeps known presence where only the presence could not be had, and says so', async () => {
    const { inventory, connector, clock } = setUp();
    connector('a').listing = pages([record('1', clock.now())]);
    await inventory.refresh('a', forever);
    await clock.advance(1000);
    const silent = {
      ...record('1', clock.now()),
      presence: { state: 'unknown', observedAt: clock.now(), source: 'none' } as const,
    };
    connector('a').listing = pages(ok({ devices: [silent], problem: broken.error }));
    expect(await inventory.refresh('a', forever)).toEqual(broken);
    expect(inventory.device('a/1')?.presence).toMatchObject({ state: 'online', observedAt: clock.now() - 1000 });
    expect(inventory.health('a')).toMatchObject({ error: broken.error, lastGoodAt: clock.now() });
  });

  it('turns an exception of a connector into a failure of that account alone', async () => {
    const { inventory, connector, log, names, clock } = setUp(['a', 'b']);
    connector('a').listing = () => {
      throw new Error('request with token hunter2-hunter2 failed');
    };
    connector('b').listing = pages([record('1', 1)]);
    inventory.start();
    await clock.advance(10);
    expect(inventory.health('a').error?.kind).toBe('internal');
    expect(inventory.health('b').error).toBeUndefined();
    expect(names()).toEqual(['b/1']);
    expect(log.join('\n')).toContain('inventory.exception');
    expect(log.join('\n') + JSON.stringify(inventory.health('a'))).not.toContain('hunter2');
  });

  it('tells why an account could not be opened, and tries again', async () => {
    const { inventory, opening, connector, names, clock } = setUp();
    const locked = fail('vault-locked', 'The keychain is locked.', 'Unlock it.');
    opening.set('a', locked);
    inventory.start();
    await clock.advance(10);
    expect(inventory.health('a').error).toEqual(locked.error);
    opening.delete('a');
    connector('a').listing = pages([record('1', 1)]);
    await clock.advance(70_000);
    expect(names()).toEqual(['a/1']);
  });

  it('joins a poll that is running', async () => {
    const { inventory, connector } = setUp();
    const gate = Promise.withResolvers<void>();
    connector('a').listing = async function* () {
      await gate.promise;
      yield ok({ devices: [] });
    };
    const first = inventory.refresh('a', forever);
    const second = inventory.refresh(undefined, forever);
    await settle();
    gate.resolve();
    expect([await first, await second]).toEqual([ok(undefined), ok(undefined)]);
    expect(connector('a').started).toBe(1);
  });

  it('lets go of a refresh whose caller cancels, and goes on polling', async () => {
    const { inventory, connector, names } = setUp();
    const gate = Promise.withResolvers<void>();
    connector('a').listing = async function* () {
      await gate.promise;
      yield ok({ devices: [record('1', 1)] });
    };
    const controller = new AbortController();
    const refresh = inventory.refresh('a', controller.signal);
    await settle();
    controller.abort();
    expect(await refresh).toMatchObject({ ok: false, error: { kind: 'cancelled' } });
    gate.resolve();
    await settle();
    expect(names()).toEqual(['a/1']);
    expect(await inventory.refresh('nobody', forever)).toMatchObject({ ok: false, error: { kind: 'not-found' } });
  });

  it('polls at the interval and waits as long as the vendor asks', async () => {
    const { inventory, connector, clock } = setUp();
    inventory.start();
    await clock.advance(59_000);
    expect(connector('a').started).toBe(1);
    connector('a').listing = pages(limited(600_000));
    await clock.advance(2000);
    expect(connector('a').started).toBe(2);
    expect(inventory.health('a').nextPollAt).toBeGreaterThanOrEqual(clock.now() - 2000 + 600_000);
    await clock.advance(590_000);
    expect(connector('a').started).toBe(2);
    await clock.advance(60_000);
    expect(connector('a').started).toBe(3);
  });

  it('backs off further with each failure', async () => {
    const { inventory, connector, clock } = setUp();
    connector('a').listing = pages(broken);
    inventory.start();
    await clock.advance(60 * 60_000);
    // 60 polls without back-off; 1, 2, 4, 8, 15, 15, 15 minutes with it.
    expect(connector('a').started).toBeLessThanOrEqual(8);
    expect(connector('a').started).toBeGreaterThanOrEqual(6);
  });

  it('takes on another poll factor at once', async () => {
    const { inventory, connector, clock, changeSettings } = setUp();
    changeSettings({ pollFactor: 60 });
    inventory.start();
    await clock.advance(30 * 60_000);
    expect(connector('a').started).toBe(1);
    changeSettings({ pollFactor: 1 });
    await clock.advance(61_000);
    expect(connector('a').started).toBe(2);
  });

  it('is still while suspended, cancels what runs, and polls again after', async () => {
    const { inventory, connector, clock } = setUp();
    connector('a').listing = async function* (signal) {
      await aborted(signal);
      yield ok({ devices: [record('late', 1)] });
    };
    inventory.start();
    await clock.advance(10);
    inventory.suspend();
    await clock.advance(60 * 60_000);
    expect(connector('a')).toMatchObject({ started: 1, inFlight: 0 });
    expect(inventory.devices.size).toBe(0);
    expect(inventory.health('a')).toEqual({ refreshing: false, deviceCount: 0 });
    connector('a').listing = pages([record('1', 1)]);
    inventory.resume();
    await clock.advance(2000);
    expect(connector('a').started).toBe(2);
    expect(inventory.devices.size).toBe(1);
  });

  it('waits for a cancelled poll to end before the next begins', async () => {
    const { inventory, connector, clock } = setUp();
    const gate = Promise.withResolvers<void>();
    connector('a').listing = async function* () {
      await gate.promise;
      yield ok({ devices: [] });
    };
    inventory.start();
    await clock.advance(10);
    inventory.suspend();
    inventory.resume();
    await clock.advance(20_000);
    expect(connector('a')).toMatchObject({ started: 1, inFlight: 1 });
    gate.resolve();
    await clock.advance(20_000);
    expect(connector('a')).toMatchObject({ started: 2, inFlight: 0, maxInFlight: 1 });
  });

  it('shows the cached fleet, with its age, before the first answer', async () => {
    const { inventory, cache, clock, changes } = setUp();
    const old = clock.now() - 3_600_000;
    cache.document('a').value = { lastGoodAt: old, devices: [record('1', old)] };
    expect(await inventory.load()).toEqual([]);
    expect(inventory.device('a/1')).toMatchObject({
      accountId: 'a',
      vendor: 'remoteiot',
      presence: { observedAt: old },
    });
    expect(inventory.health('a')).toEqual({ refreshing: false, deviceCount: 1, lastGoodAt: old });
    expect(changes[0]?.upsert).toHaveLength(1);
  });

  it('starts without a cache that cannot be read, and reports it', async () => {
    const { inventory, cache, connector, names } = setUp();
    const corrupt = fail('file-corrupt', 'a.json could not be understood.', 'Nothing to do.');
    cache.document('a').readError = corrupt;
    expect(await inventory.load()).toEqual([corrupt.error]);
    connector('a').listing = pages([record('1', 1)]);
    await inventory.refresh(undefined, forever);
    expect(names()).toEqual(['a/1']);
  });

  it('writes the cache after a while, once for many changes, and on the way out', async () => {
    const { inventory, cache, connector, clock } = setUp();
    connector('a').listing = pages([record('1', 1)], [record('2', 1)]);
    await inventory.refresh('a', forever);
    expect(cache.document('a').writes).toBe(0);
    await clock.advance(6000);
    expect(cache.document('a').writes).toBe(1);
    expect(cache.document('a').value?.devices.map((device) => device.id)).toEqual(['1', '2']);
    connector('a').listing = pages([record('3', 1)]);
    await inventory.refresh('a', forever);
    await inventory.dispose();
    expect(cache.document('a').value?.devices.map((device) => device.id)).toEqual(['3']);
    expect(clock.pending).toBe(0);
  });

  it('drops devices and cache of a removed account, and what still arrives for it', async () => {
    const { inventory, cache, connector, clock, changes, list, changeAccount, names } = setUp(['a', 'b']);
    connector('a').listing = pages([record('1', 1)]);
    connector('b').listing = pages([record('1', 1)]);
    inventory.start();
    await clock.advance(10_000);
    expect(cache.documents.has('a')).toBe(true);
    const gate = Promise.withResolvers<void>();
    connector('a').listing = async function* () {
      await gate.promise;
      yield ok({ devices: [record('late', 2)] });
    };
    const refresh = inventory.refresh('a', forever);
    await settle();
    const [removed] = list.splice(0, 1);
    changeAccount('removed', removed!);
    gate.resolve();
    await clock.advance(3_600_000);
    expect(await refresh).toMatchObject({ ok: false, error: { kind: 'cancelled' } });
    expect(names()).toEqual(['b/1']);
    expect(changes.flatMap((change) => change.remove)).toEqual(['a/1']);
    expect([...cache.documents.keys()]).toEqual(['b']);
  });

  it('polls a new account at once, and a changed one again with its new connector', async () => {
    const { inventory, connector, opening, clock, list, changeAccount, names } = setUp([]);
    inventory.start();
    list.push(account('n'));
    connector('n').listing = async function* (signal) {
      yield ok({ devices: [record('old', 1)] });
      await aborted(signal);
    };
    changeAccount('added', account('n'));
    await clock.advance(100);
    expect(names()).toEqual(['n/old']);
    const waiting = inventory.refresh('n', forever);
    const next = new ScriptedConnector();
    next.listing = pages([record('new', 2)]);
    opening.set('n', ok(next));
    changeAccount('updated', account('n'));
    expect(await waiting).toEqual(ok(undefined));
    expect(names()).toEqual(['n/new']);
  });

  it('offers the services of vendor, vendor defaults and user, each once', async () => {
    const { inventory, connector, custom } = setUp();
    const web: Service = { id: 'web', kind: 'http', name: 'Web', route: 'tunnel', port: 80 };
    const ownSsh: Service = { ...sshService, id: 'vendor-ssh' };
    connector('a').listing = pages([
      { ...record('1', 1), services: [web] },
      { ...record('2', 1), services: [ownSsh] },
    ]);
    await inventory.refresh('a', forever);
    const extra: Service = { id: 'tcp:9000', kind: 'tcp', name: 'TCP 9000', route: 'tunnel', port: 9000 };
    custom.set('a/2', [extra, { ...web, id: 'http:80' }]);
    expect(inventory.servicesOf('a/1').map((service) => service.id)).toEqual(['web', 'ssh:22']);
    expect(inventory.servicesOf('a/2').map((service) => service.id)).toEqual(['vendor-ssh', 'tcp:9000', 'http:80']);
    expect(inventory.servicesOf('a/unknown')).toEqual([]);
  });

  it('is done in time although a connector does not notice that it is cancelled', async () => {
    const { inventory, connector, clock } = setUp();
    connector('a').listing = async function* () {
      await new Promise(() => undefined);
      yield ok({ devices: [] });
    };
    inventory.start();
    await clock.advance(10);
    const disposed = inventory.dispose();
    await clock.advance(2000);
    await disposed;
    expect(clock.pending).toBe(0);
  });

  it('takes 50,000 devices, and does not announce each of them again when they only confirm themselves', async () => {
    const { inventory, connector, clock, changes } = setUp();
    connector('a').listing = (signal) =>
      pages(Array.from({ length: 50_000 }, (_, index) => record(`${index}`, clock.now())))(signal);
    inventory.start();
    await clock.advance(50_000);
    const heardAt = clock.now();
    await clock.advance(20_000);
    expect(connector('a').started).toBe(2);
    expect(changes.flatMap((change) => change.upsert)).toHaveLength(50_000);
    expect(inventory.device('a/49999')?.presence.observedAt).toBeGreaterThan(heardAt);
  }, 30_000);
});
