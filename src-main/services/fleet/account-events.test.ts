import { afterEach, describe, expect, it } from 'vitest';
import { aborted, pages, record } from '../../../test/support/fake-vendor.ts';
import { account, inventoryRig } from '../../../test/support/inventory-rig.ts';
import { settle } from '../../../test/support/virtual-clock.ts';
import type { PresenceState } from '../../core/fleet/device.ts';
import { cancelled, fail, ok } from '../../core/base/errors.ts';
import type { AppError, Result } from '../../core/base/errors.ts';
import type { FleetEvent } from '../../vendors/vendor.ts';
import type { Inventory } from './inventory.ts';

const open: Inventory[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((inventory) => inventory.dispose()));
});

const cut = fail('unreachable', 'The connection was cut.', 'Wait.').error;

/** An account whose vendor tells of changes over connections that the test ends. */
const setUp = () => {
  const rig = inventoryRig(['a']);
  open.push(rig.inventory);
  const links: { readonly tell: (event: FleetEvent) => void; readonly end: (error?: AppError) => void }[] = [];
  let isOpen = 0;
  const connector = rig.connector('a');
  connector.events = async (listener, signal) => {
    const ended = Promise.withResolvers<Result<void>>();
    links.push({
      tell: listener,
      end: (error) => ended.resolve(error === undefined ? ok(undefined) : { ok: false, error }),
    });
    isOpen += 1;
    listener({ kind: 'listening' });
    const result = await Promise.race([ended.promise, aborted(signal).then(() => cancelled())]);
    isOpen -= 1;
    return result;
  };
  const tell = (deviceId: string, state: PresenceState): void =>
    links
      .at(-1)
      ?.tell({ kind: 'presence', deviceId, presence: { state, observedAt: rig.clock.now(), source: 'vendor-event' } });
  const state = (): PresenceState | undefined => rig.inventory.device('a/1')?.presence.state;
  return { ...rig, scripted: connector, links, tell, state, isOpen: () => isOpen };
};

describe('what a vendor tells by itself', () => {
  it('is seen at once, and only known devices are concerned', async () => {
    const { inventory, scripted, clock, changes, tell, state, names } = setUp();
    scripted.listing = pages([record('1', clock.now())]);
    inventory.start();
    await clock.advance(1000);
    changes.length = 0;
    tell('1', 'offline');
    tell('2', 'online');
    await clock.advance(100);
    expect(state()).toBe('offline');
    expect(names()).toEqual(['a/1']);
    expect(changes.flatMap((change) => change.upsert.map((device) => device.key))).toEqual(['a/1']);
  });

  it('is shown without waiting for the next listing, once for events that come together, and is kept', async () => {
    const { inventory, scripted, clock, changes, tell, cache } = setUp();
    scripted.listing = pages([record('1', clock.now()), record('2', clock.now())]);
    inventory.start();
    await clock.advance(20_000);
    changes.length = 0;
    tell('1', 'offline');
    tell('2', 'offline');
    await clock.advance(100);
    expect(changes.map(({ upsert }) => upsert.map(({ key, presence }) => `${key} ${presence.state}`))).toEqual([
      ['a/1 offline', 'a/2 offline'],
    ]);
    await clock.advance(6000);
    expect(cache.document('a').value?.devices.map(({ presence }) => presence.state)).toEqual(['offline', 'offline']);
  });

  it('has the fleet listed again where the list alone tells what changed', async () => {
    const { inventory, scripted, clock, links } = setUp();
    scripted.listing = pages([record('1', clock.now())]);
    inventory.start();
    await clock.advance(1000);
    scripted.listing = pages([record('1', clock.now()), record('2', clock.now())]);
    links.at(-1)?.tell({ kind: 'fleet-changed' });
    await clock.advance(100);
    expect(inventory.device('a/2')).toBeDefined();
  });

  it('is not undone by a listing that was asked for before', async () => {
    const { inventory, scripted, clock, tell, state } = setUp();
    const gate = Promise.withResolvers<void>();
    scripted.listing = pages([record('1', clock.now())]);
    inventory.start();
    await clock.advance(61_000);
    scripted.listing = async function* () {
      const askedAt = clock.now();
      yield ok({ devices: [record('1', askedAt)] });
      await gate.promise;
      yield ok({ devices: [record('2', askedAt)] });
    };
    await clock.advance(60_000);
    tell('1', 'offline');
    gate.resolve();
    await settle();
    expect(inventory.devices.has('a/2')).toBe(true);
    expect(state()).toBe('offline');
  });

  it('is followed by a new listing after each gap, begun after the connection was there', async () => {
    const { inventory, scripted, clock, links, isOpen } = setUp();
    inventory.start();
    await clock.advance(1000);
    const before = scripted.started;
    links.at(-1)?.end(cut);
    await settle();
    expect(isOpen()).toBe(0);
    await clock.advance(3000);
    expect(isOpen()).toBe(1);
    expect(scripted.started).toBe(before + 1);
    expect(scripted.maxInFlight).toBe(1);
  });

  it('is asked for again with growing pauses, and rarely where the key is refused', async () => {
    const { inventory, scripted, clock } = setUp();
    let asked = 0;
    let answer: AppError = cut;
    scripted.events = async () => {
      asked += 1;
      return { ok: false, error: answer };
    };
    inventory.start();
    await clock.advance(60_000);
    expect(asked).toBeGreaterThan(3);
    expect(asked).toBeLessThan(7);
    answer = fail('unauthorized', 'No.', 'Enter another key.').error;
    await clock.advance(60 * 60_000);
    expect(asked).toBeLessThan(20);
    expect(inventory.health('a').error).toBeUndefined();
  });

  it('is given up where the vendor never tells, until the account changes', async () => {
    const { inventory, scripted, clock, changeAccount } = setUp();
    let asked = 0;
    scripted.events = async () => {
      asked += 1;
      return fail('unsupported', 'Not with this key.', 'Use a user key.');
    };
    inventory.start();
    await clock.advance(60 * 60_000);
    expect(asked).toBe(1);
    changeAccount('updated', account('a'));
    await clock.advance(0);
    expect(asked).toBe(2);
  });

  it('is not listened to while the computer sleeps, nor after the end', async () => {
    const { inventory, clock, isOpen, changeAccount, list } = setUp();
    inventory.start();
    await clock.advance(1000);
    inventory.suspend();
    await clock.advance(60_000);
    expect(isOpen()).toBe(0);
    inventory.resume();
    await clock.advance(10_000);
    expect(isOpen()).toBe(1);
    list.length = 0;
    changeAccount('removed', account('a'));
    await clock.advance(60_000);
    expect(isOpen()).toBe(0);
  });

  it('that throws is a line in the log and nothing more', async () => {
    const { inventory, scripted, clock, log } = setUp();
    scripted.events = () => {
      throw new Error('a bug');
    };
    inventory.start();
    await clock.advance(1000);
    expect(log.join('\n')).toContain('inventory.events-exception');
    expect(inventory.health('a').error).toBeUndefined();
  });
});
