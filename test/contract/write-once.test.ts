import { describe, expect, it } from 'vitest';
import type { FaultInput } from '../../src-main/simulators/faults.ts';
import { vendors, type KnownVendorId } from '../../src-main/vendors/registry.ts';
import type { Operation, Vendor } from '../../src-main/vendors/vendor.ts';
import { exercises, isOnWire } from '../support/vendor-exercises.ts';
import { openSession } from '../support/vendor-session.ts';

/** A write is never sent twice unless its operation says that repeating does no harm: every operation there is. */

const faults: Readonly<Record<string, FaultInput>> = {
  'the connection is reset after it was done': { kind: 'reset-after' },
  'the connection is reset': { kind: 'reset' },
  'the answer is cut off': { kind: 'cut-off' },
  'the vendor says it is busy, try at once': { kind: 'status', status: 503, retryAfter: '0' },
  'the vendor says slow down, try at once': { kind: 'status', status: 429, retryAfter: '0' },
  'a gateway answers for it': { kind: 'html', status: 502 },
};

/** How often an operation arrived while a fault befell it, and what its caller was told. */
const arrivals = async (vendor: Vendor<KnownVendorId>, operation: Operation, fault: FaultInput) => {
  const { simulator, prefix, prepare } = await exercises[vendor.id]();
  const { input, ...account } = await prepare(operation);
  simulator.forgetRequests();
  const session = openSession(vendor, account);
  // Reads that go before a write are left alone.
  simulator.fault({ ...fault, method: operation.method });
  try {
    const result = await session.connector.call(operation, input, new AbortController().signal);
    const count = simulator.requests.filter((request) => isOnWire(operation, prefix, request)).length;
    return { result, count };
  } finally {
    session.dispose();
    await simulator.dispose();
  }
};

describe.each(vendors.map((vendor) => [vendor.id, vendor] as const))('%s', (_id, vendor) => {
  const once = vendor.operations.filter(({ repeatable }) => !repeatable);

  it.each(Object.entries(faults))('when %s, a write was sent once', async (_name, fault) => {
    const counts = new Map<string, number>();
    for (const operation of once) {
      const { result, count } = await arrivals(vendor, operation, fault);
      // An operation without an answer has none that could be cut off.
      if (fault.kind !== 'cut-off') expect(result.ok, operation.id).toBe(false);
      counts.set(operation.id, count);
    }
    expect(Object.fromEntries(counts)).toEqual(Object.fromEntries(once.map(({ id }) => [id, 1])));
  });

  it('what may be repeated is, so that this test would notice', async () => {
    const operation = vendor.operations.find(({ repeatable, danger }) => repeatable && danger.level === 'none');
    if (operation === undefined) throw new Error('nothing to read');
    const { count } = await arrivals(vendor, operation, { kind: 'reset-after' });
    expect(count).toBeGreaterThan(1);
  });
});
