import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { vendorIds } from '../support/vendor-ids.ts';
import { vendors } from '../../src-main/vendors/registry.ts';

/**
 * The names of the parameters in the five documents, written by hand from their paths, tables, samples and, where they
 * have no table (Reemo), their text: a person who reads the vendor's document finds the same names in the catalogue.
 */
const documented = z
  .record(z.enum(vendorIds), z.record(z.string(), z.array(z.string())))
  .parse(JSON.parse(readFileSync(new URL('parameters.json', import.meta.url), 'utf8')));

/** Where the catalogue differs on purpose. `ours` are names the document does not have, `theirs` names it has alone. */
const differences: Readonly<
  Record<string, { readonly ours?: readonly string[]; readonly theirs?: readonly string[] }>
> = {
  // A bare array of objects has no name of its own: it is called `body`.
  'RIOT-04': { ours: ['body'], theirs: ['UnitId'] },
  // The part of the form that holds all the others.
  'RIOT-18': { theirs: ['Data'] },
  // Its table prints claimCode, with the words of the Device object; its text and its sample have channel there.
  'MODE-04': { theirs: ['claimCode'] },
  // A WebSocket is listened to for a time; `live` asks for one.
  'MODE-13': { ours: ['seconds', 'messages'] },
  'MODE-16': { ours: ['live', 'seconds', 'messages'] },
  // What the application behind the proxy is asked and sent: the document leaves it to that application.
  'MODE-21': { ours: ['query'] },
  'MODE-22': { ours: ['query', 'body'] },
  'MODE-23': { ours: ['query', 'body'] },
  'MODE-24': { ours: ['query', 'body'] },
  'MODE-25': { ours: ['query'] },
  // `{ key: <value> }` stands for any settings: an object without names of its own.
  'RMX-18': { ours: ['body'], theirs: ['key'] },
};

const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].toSorted();

describe.each(vendors.map((vendor) => [vendor.id, vendor] as const))('parameters of %s', (id, vendor) => {
  it('are written down for every number of the document', () => {
    const endpoints = z
      .record(z.enum(vendorIds), z.array(z.looseObject({ number: z.string() })))
      .parse(JSON.parse(readFileSync(new URL('endpoints.json', import.meta.url), 'utf8')));
    expect(Object.keys(documented[id])).toEqual(endpoints[id].map(({ number }) => number));
  });

  it.each(Object.entries(documented[id]))('of %s are named as the document names them: %j', (number, names) => {
    const operation = vendor.operations.find((candidate) => candidate.number === number);
    const { properties = {} } = z
      .looseObject({ properties: z.record(z.string(), z.unknown()).optional() })
      .parse(operation && z.toJSONSchema(operation.input, { io: 'input' }));
    const { ours = [], theirs = [] } = differences[number] ?? {};
    expect(sorted(Object.keys(properties))).toEqual(
      sorted([...names.filter((name) => !theirs.includes(name)), ...ours]),
    );
    // What stands in the path is one of them.
    const inPath = [...(operation?.path ?? '').matchAll(/\{\+?(\w+)\}/g)].map(([, name = '']) => name);
    expect(names).toEqual(expect.arrayContaining(inPath));
  });
});
