import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { vendorIds } from '../support/vendor-ids.ts';
import { vendors } from '../../src-main/vendors/registry.ts';
import { exercises, isOnWire } from '../support/vendor-exercises.ts';
import { openSession, testAgent } from '../support/vendor-session.ts';

/** The numbers of the five documents, written by hand from them: see endpoints.json. */
const documented = z
  .record(z.enum(vendorIds), z.array(z.strictObject({ number: z.string(), method: z.string(), path: z.string() })))
  .parse(JSON.parse(readFileSync(new URL('endpoints.json', import.meta.url), 'utf8')));

describe('the catalogue against the documents', () => {
  it('has every number of the documents written down once', () => {
    const counts = Object.fromEntries(Object.entries(documented).map(([vendor, rows]) => [vendor, rows.length]));
    expect(counts).toEqual({ remoteit: 1, remoteiot: 28, mode: 25, remotix: 24, reemo: 6 });
    const numbers = Object.values(documented).flatMap((rows) => rows.map((row) => row.number));
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it.each(vendors.map((vendor) => [vendor.id, vendor] as const))(
    '%s: every number, with its method and path',
    (id, vendor) => {
      const known = new Set(documented[id].map((row) => row.number));
      const catalogue = vendor.operations
        .filter((operation) => known.has(operation.number))
        // A path parameter that may hold slashes is written {+name}.
        .map(({ number, method, path }) => ({ number, method, path: path.replaceAll('{+', '{') }));
      expect(catalogue).toEqual(documented[id]);
    },
  );

  it.each(vendors.map((vendor) => [vendor.id, vendor] as const))(
    '%s: every operation can be listed, confirmed and filled in',
    (_id, vendor) => {
      expect(new Set(vendor.operations.map((operation) => operation.id)).size).toBe(vendor.operations.length);
      for (const operation of vendor.operations) {
        expect(operation.summary, operation.id).toMatch(/^[A-Z].*\.$/);
        if (operation.danger.level === 'destroys')
          expect(operation.danger.confirm, operation.id).toMatch(/^[A-Z].{20,}\.$/);
        if (operation.danger.level === 'none') expect(operation.repeatable, operation.id).toBe(true);
        // The forms of the window are made from this.
        expect(z.toJSONSchema(operation.input, { io: 'input' }), operation.id).toMatchObject({ type: 'object' });
      }
    },
  );
});

/** Each operation of the catalogue is called against the simulator; what arrived there is held against the document. */
describe('the wire against the documents', () => {
  it.each(vendors.map((vendor) => [vendor.id, vendor] as const))(
    '%s: every number arrives with its method and path, and is answered',
    async (id, vendor) => {
      const exercised = new Set<string>();
      for (const operation of vendor.operations) {
        const { simulator, prefix, prepare } = await exercises[id]();
        const { input, ...account } = await prepare(operation);
        simulator.forgetRequests();
        const session = openSession(vendor, account);
        const result = await session.connector.call(operation, input, new AbortController().signal);
        const row = documented[id].find(({ number }) => number === operation.number) ?? operation;
        if (simulator.requests.some((request) => isOnWire(row, prefix, request))) exercised.add(operation.number);
        session.dispose();
        await simulator.dispose();
        const reads = operation.answer === 'json' || operation.answer === 'nothing';
        expect(simulator.requests.length).toBeGreaterThan(0);
        for (const { headers, path } of simulator.requests) {
          expect(headers['user-agent'], `${operation.id} ${path}`).toBe(testAgent);
          // A handshake accepts no content.
          if (headers['upgrade'] === undefined && reads) expect(headers['accept'], path).toBe('application/json');
        }
        expect(result, operation.id).toMatchObject({ ok: true });
      }
      const numbers = documented[id].map(({ number }) => number);
      expect(numbers.filter((number) => !exercised.has(number))).toEqual([]);
      // Those beyond the documents, too.
      expect(vendor.operations.filter(({ number }) => !exercised.has(number)).map((known) => known.id)).toEqual([]);
    },
  );
});
