import { afterEach, describe, expect, it } from 'vitest';
import type { VendorId } from '../support/vendor-ids.ts';
import { vendors } from '../../src-main/vendors/registry.ts';
import type { Connector, FleetPage } from '../../src-main/vendors/vendor.ts';
import { exercises } from '../support/vendor-exercises.ts';
import { collect, openSession } from '../support/vendor-session.ts';

/** Lists in which not every row is an object: what was there is said, and nothing is made up. */

const signal = new AbortController().signal;
const nothingOfUse = [3, 'x', null, []];
const found = 'expected objects in the list, found a number, a text, null, a list';

interface Listing {
  readonly vendor: VendorId;
  /** The operation of the fleet, the end of its path, and what its rows stand in. */
  readonly operation: string;
  readonly path: string;
  readonly answer: (rows: readonly unknown[]) => unknown;
  readonly row: Readonly<Record<string, unknown>>;
  readonly id: string;
}

const graphQl = (items: readonly unknown[]): unknown => ({
  data: { login: { account: { devices: { total: items.length, hasMore: false, items } } } },
});
const asTheyAre = (rows: readonly unknown[]): unknown => rows;
/** Longer than any id of ours was allowed to be. */
const long = 'f'.repeat(300);

const listings: readonly Listing[] = [
  { vendor: 'remoteit', operation: 'devices', path: '/graphql/v1', answer: graphQl, row: { id: long }, id: long },
  {
    vendor: 'remoteit',
    operation: 'device/list/all',
    path: '/device/list/all',
    answer: (devices) => ({ status: 'true', devices }),
    row: { deviceaddress: long },
    id: long,
  },
  { vendor: 'remoteiot', operation: 'device', path: '/device', answer: asTheyAre, row: { UnitId: long }, id: long },
  { vendor: 'mode', operation: 'listDevices', path: '/devices', answer: asTheyAre, row: { id: long }, id: long },
  {
    vendor: 'remotix',
    operation: 'listNearby',
    path: '/nearby',
    answer: asTheyAre,
    row: { computer_id: long },
    id: long,
  },
  { vendor: 'reemo', operation: 'listComputers', path: '/computers', answer: asTheyAre, row: { id: long }, id: long },
];

let ended: (() => Promise<void>) | undefined;

afterEach(async () => {
  await ended?.();
  ended = undefined;
});

/** A connector to a simulator that answers the listing's path with these rows. */
const answering = async (
  listing: Listing,
  rows: readonly unknown[],
): Promise<{ readonly connector: Connector; readonly call: () => ReturnType<Connector['call']> }> => {
  const vendor = vendors.find((candidate) => candidate.id === listing.vendor);
  const operation = vendor?.operations.find((candidate) => candidate.id === listing.operation);
  if (vendor === undefined || operation === undefined) throw new Error(`no operation ${listing.operation}`);
  const { simulator, prepare } = await exercises[listing.vendor]();
  const { input, ...account } = await prepare(operation);
  const session = openSession(vendor, account);
  ended = async () => {
    session.dispose();
    await simulator.dispose();
  };
  simulator.fault({ kind: 'status', status: 200, path: listing.path, body: JSON.stringify(listing.answer(rows)) });
  return { connector: session.connector, call: () => session.connector.call(operation, input, signal) };
};

/** The page of a fleet that holds this device. */
const pageWith = async (connector: Connector, id: string): Promise<FleetPage | undefined> => {
  const pages = (await collect(connector.listDevices(signal))).flatMap((page) => (page.ok ? [page.value] : []));
  return pages.find((page) => page.devices.some((device) => device.id === id));
};

describe.each(listings)('$vendor, $operation', (listing) => {
  it('without a single object is an answer in another form, called or listed', async () => {
    const { connector, call } = await answering(listing, nothingOfUse);
    const refusal = { ok: false, error: { kind: 'bad-response', message: expect.stringContaining(found) } };
    expect(await call()).toMatchObject(refusal);
    const failed = (await collect(connector.listDevices(signal))).filter((page) => !page.ok);
    expect(failed[0]).toMatchObject(refusal);
  });

  it('with some lists the others and is known to be incomplete', async () => {
    const { connector, call } = await answering(listing, [listing.row, ...nothingOfUse]);
    const answer = await call();
    expect(answer.ok).toBe(true);
    expect(await pageWith(connector, listing.id)).toMatchObject({
      incomplete: true,
      problem: { kind: 'bad-response', message: expect.stringContaining('without an id') },
    });
    // What could not be read is still there to be seen; it did not become an object.
    if (answer.ok) expect(JSON.stringify(answer.value)).toContain('3,"x",null,[]');
  });

  it('with an id of any length is whole', async () => {
    const { connector } = await answering(listing, [listing.row]);
    const page = await pageWith(connector, listing.id);
    expect(page).toBeDefined();
    expect(page?.problem).toBeUndefined();
  });
});
