import { describe, expect, it } from 'vitest';
import { pages, record } from '../../../test/support/fake-vendor.ts';
import { account, trackedInventoryRigs } from '../../../test/support/inventory-rig.ts';
import { settle } from '../../../test/support/virtual-clock.ts';
import { fail } from '../../core/base/errors.ts';

const limited = (retryAfterMs: number) =>
  fail('rate-limited', 'The vendor asks to slow down.', 'Wait.', { retryAfterMs });
const broken = fail('vendor-unavailable', 'The vendor answered 500.', 'Wait.');

const setUp = trackedInventoryRigs();

describe('polling around a sleep of the computer', () => {
  it('begins for an account added after one, and is still again in the next one', async () => {
    const { inventory, connector, clock, list, changeAccount, names } = setUp();
    inventory.start();
    await clock.advance(10);
    inventory.suspend();
    inventory.resume();
    await clock.advance(20_000);
    list.push(account('n'));
    connector('n').listing = pages([record('1', 1)]);
    changeAccount('added', account('n'));
    await clock.advance(100);
    expect(names()).toEqual(['n/1']);
    inventory.suspend();
    const before = [connector('a').started, connector('n').started];
    await clock.advance(60 * 60_000);
    expect([connector('a').started, connector('n').started]).toEqual(before);
  });

  it('begins for an account added meanwhile only after it', async () => {
    const { inventory, connector, clock, list, changeAccount } = setUp([]);
    inventory.start();
    inventory.suspend();
    list.push(account('n'));
    changeAccount('added', account('n'));
    await clock.advance(60 * 60_000);
    expect(connector('n').started).toBe(0);
    inventory.resume();
    await clock.advance(2000);
    expect(connector('n').started).toBe(1);
  });

  it('waits as long as the vendor asked before it', async () => {
    const { inventory, connector, clock } = setUp();
    connector('a').listing = pages(limited(600_000));
    inventory.start();
    await clock.advance(1000);
    inventory.suspend();
    await clock.advance(60_000);
    inventory.resume();
    await clock.advance(530_000);
    expect(connector('a').started).toBe(1);
    await clock.advance(120_000);
    expect(connector('a').started).toBe(2);
  });

  it('tries again soon, however often it failed before', async () => {
    const { inventory, connector, clock } = setUp();
    connector('a').listing = pages(broken);
    inventory.start();
    await clock.advance(60 * 60_000);
    inventory.suspend();
    inventory.resume();
    await clock.advance(10_000);
    // That one failed, too: it counts as the first.
    expect(inventory.health('a').nextPollAt).toBeLessThanOrEqual(clock.now() + 70_000);
  });
});

describe('polling after an account changed', () => {
  it('asks at once with the corrected credentials, and counts failures from there', async () => {
    const { inventory, connector, opening, clock, changeAccount, names } = setUp();
    opening.set('a', fail('unauthorized', 'The key is wrong.', 'Correct it.'));
    inventory.start();
    await clock.advance(60 * 60_000);
    expect(inventory.health('a').error).toMatchObject({ kind: 'unauthorized' });
    const wrong = fail('unauthorized', 'This key is wrong, too.', 'Correct it.');
    opening.set('a', wrong);
    changeAccount('updated', account('a'));
    await settle();
    expect(inventory.health('a').error).toEqual(wrong.error);
    expect(inventory.health('a').nextPollAt).toBeLessThanOrEqual(clock.now() + 70_000);
    opening.delete('a');
    connector('a').listing = pages([record('1', 1)]);
    changeAccount('updated', account('a'));
    await settle();
    expect(names()).toEqual(['a/1']);
    expect(inventory.health('a')).not.toHaveProperty('error');
  });

  it('waits for the end of a sleep', async () => {
    const { inventory, connector, clock, changeAccount } = setUp();
    inventory.start();
    await clock.advance(10);
    inventory.suspend();
    changeAccount('updated', account('a'));
    await clock.advance(60 * 60_000);
    expect(connector('a').started).toBe(1);
  });
});
