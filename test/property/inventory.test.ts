import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fail, ok } from '../../src-main/core/base/errors.ts';
import { sleep } from '../../src-main/core/base/clock.ts';
import { pages, record } from '../support/fake-vendor.ts';
import { account, inventoryRig } from '../support/inventory-rig.ts';

const seed = 20261120;
const forever = new AbortController().signal;

/** How the vendor behaves from now on. */
interface Manner {
  readonly pageSize: number;
  readonly pageMs: number;
  /** The page that fails, is cut off by an exception, or comes without its presence. */
  readonly badPage: number;
  readonly how: 'fine' | 'failed-page' | 'exception' | 'problem' | 'ends-early-failed';
  readonly heedsAbort: boolean;
}

type Step =
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'refresh' | 'suspend' | 'resume' | 'edit' }
  | { readonly do: 'list'; readonly ids: readonly string[] }
  | { readonly do: 'behave'; readonly manner: Manner };

const fine: Manner = { pageSize: 3, pageMs: 10, badPage: 0, how: 'fine', heedsAbort: true };
const ids = fc.subarray(Array.from({ length: 10 }, (_, index) => `${index}`));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 90_000 }).map((ms): Step => ({ do: 'pass', ms })) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 200 }).map((ms): Step => ({ do: 'pass', ms })) },
  { weight: 3, arbitrary: fc.constantFrom('refresh', 'suspend', 'resume', 'edit').map((what): Step => ({ do: what })) },
  { weight: 2, arbitrary: ids.map((list): Step => ({ do: 'list', ids: list })) },
  {
    weight: 3,
    arbitrary: fc
      .record({
        pageSize: fc.integer({ min: 1, max: 10 }),
        pageMs: fc.oneof(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1000, max: 30_000 })),
        badPage: fc.nat({ max: 4 }),
        how: fc.constantFrom<Manner['how'][]>('fine', 'failed-page', 'exception', 'problem', 'ends-early-failed'),
        heedsAbort: fc.boolean(),
      })
      .map((manner): Step => ({ do: 'behave', manner })),
  },
);

const unavailable = fail('vendor-unavailable', 'The vendor answered 500.', 'Wait.', { retryAfterMs: 20_000 });

describe('the inventory', () => {
  it('never loses a device that is still listed, nor polls twice at once, whatever the vendor does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { inventory, clock, connector, changeAccount } = inventoryRig(['a', 'b']);
        let truth: readonly string[] = ['0', '1', '2', '3', '4'];
        let manner = fine;
        /** Devices the inventory was told of and the vendor has listed ever since. */
        let owed = new Set<string>();
        connector('b').listing = pages([record('steady', 1)]);
        connector('a').listing = async function* (signal) {
          const listed = truth;
          const { pageSize, pageMs, badPage, how, heedsAbort } = manner;
          for (let page = 0; page * pageSize < listed.length || page === 0; page += 1) {
            await sleep(clock, pageMs, heedsAbort ? signal : undefined);
            if (heedsAbort && signal.aborted) return;
            if (page === badPage && how === 'exception') throw new Error('a bug of the connector');
            if (page === badPage && how === 'ends-early-failed') {
              yield unavailable;
              return;
            }
            if (page === badPage && how === 'failed-page') {
              yield unavailable;
              continue;
            }
            const part = listed.slice(page * pageSize, (page + 1) * pageSize);
            const devices = part.map((id) => record(id, clock.now()));
            yield page === badPage && how === 'problem' ? ok({ devices, problem: unavailable.error }) : ok({ devices });
            // The consumer asked for more, so it has taken this page in.
            for (const id of part) if (truth.includes(id)) owed.add(id);
          }
        };

        const heard = new Map<string, string>();
        inventory.changed.on(({ upsert, remove }) => {
          for (const key of remove) heard.delete(key);
          for (const device of upsert) heard.set(device.key, device.name);
        });
        const verify = (): void => {
          for (const id of owed) expect(inventory.devices.has(`a/${id}`)).toBe(true);
          expect(connector('a').maxInFlight).toBeLessThanOrEqual(1);
          expect(inventory.health('b').error).toBeUndefined();
        };
        const begun = clock.monotonic();
        const refreshes: Promise<unknown>[] = [];
        let edits = 0;

        inventory.start();
        for (const each of steps) {
          switch (each.do) {
            case 'pass':
              await clock.advance(each.ms);
              break;
            case 'refresh':
              refreshes.push(inventory.refresh('a', forever));
              break;
            case 'suspend':
              inventory.suspend();
              break;
            case 'resume':
              inventory.resume();
              break;
            case 'edit':
              edits += 1;
              changeAccount('updated', account('a'));
              break;
            case 'list': {
              truth = each.ids;
              const stillListed = new Set(truth);
              owed = new Set([...owed].filter((id) => stillListed.has(id)));
              break;
            }
            case 'behave':
              manner = each.manner;
              break;
            default:
              each satisfies never;
          }
          verify();
        }

        // The vendor recovers: so does the inventory, without anybody's help.
        manner = fine;
        inventory.resume();
        await clock.advance(40 * 60_000);
        verify();
        expect(new Set(inventory.devices.keys())).toEqual(new Set([...truth.map((id) => `a/${id}`), 'b/steady']));
        expect(new Set(heard.keys())).toEqual(new Set(inventory.devices.keys()));
        expect(inventory.health('a').error).toBeUndefined();
        // By itself it never polls more often than the vendor wants.
        const bySchedule = (clock.monotonic() - begun) / 10_000 + 1;
        expect(connector('a').started).toBeLessThanOrEqual(bySchedule + 2 * (refreshes.length + edits));
        await Promise.all(refreshes);
        await inventory.dispose();
        expect(clock.pending).toBe(0);
      }),
      { seed, numRuns: 300 },
    );
  });
});
