import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { vendorIds } from '../support/vendor-ids.ts';
import type { VendorId } from '../support/vendor-ids.ts';
import { vendors } from '../../src-main/vendors/registry.ts';
import type { Result } from '../../src-main/core/base/errors.ts';
import { comparable, DocumentServer } from '../support/vendor-samples.ts';
import type { Sample, VendorSamples } from '../support/vendor-samples.ts';
import { openSession } from '../support/vendor-session.ts';
import { modeSamples } from './samples/mode.ts';
import { reemoSamples } from './samples/reemo.ts';
import { remoteIotSamples } from './samples/remoteiot.ts';
import { remoteItSamples } from './samples/remoteit.ts';
import { remotixSamples } from './samples/remotix.ts';

/** What goes over the wire and comes back, held against what the vendors' documents show. */

const documents: Readonly<Record<VendorId, VendorSamples>> = {
  remoteit: remoteItSamples,
  remoteiot: remoteIotSamples,
  mode: modeSamples,
  remotix: remotixSamples,
  reemo: reemoSamples,
};

let ended: (() => Promise<void>) | undefined;

afterEach(async () => {
  await ended?.();
  ended = undefined;
});

/** Calls the operation at a server that answers as the document does. */
const callAt = async (
  id: VendorId,
  number: string,
  sample: Sample,
): Promise<{ readonly server: DocumentServer; readonly result: Result<unknown> }> => {
  const { baseUrl, account } = documents[id];
  const vendor = vendors.find((one) => one.id === id);
  const operation = vendor?.operations.find((one) => one.number === number);
  if (vendor === undefined || operation === undefined) throw new Error(`${id} has no operation ${number}`);
  const server = new DocumentServer(sample.answer);
  await server.listen();
  const base = server.origin + new URL(baseUrl).pathname.replace(/\/$/, '');
  const session = openSession(vendor, { ...(sample.account ?? account), baseUrl: base });
  ended = async () => {
    session.dispose();
    await server.dispose();
  };
  const result = await session.connector.call(operation, sample.input, new AbortController().signal);
  return { server, result };
};

const rows = vendorIds.flatMap((id) =>
  Object.entries(documents[id].samples).flatMap(([number, samples]) =>
    samples.map((sample) => [number, sample.shows, id, sample] as const),
  ),
);

describe('the samples of the documents', () => {
  it.each(rows)('%s, %s: what is shown is what is sent', async (number, _shows, id, sample) => {
    const { server } = await callAt(id, number, sample);
    const { method, url, headers = {}, body } = sample.request;
    const wanted = new URL(url);
    expect(server.requests).toHaveLength(1 + (sample.asksFirst ?? 0));
    const sent = server.requests.at(-1);
    expect(sent).toMatchObject({ method, path: wanted.pathname, headers });
    expect(sent?.query).toEqual(Object.fromEntries(wanted.searchParams));
    if (body === null) expect(sent?.body.toString()).toBe('');
    else if (body !== undefined) {
      const contentType = sent?.headers['content-type'] ?? '';
      expect(comparable(sent?.body.toString() ?? '', contentType)).toEqual(comparable(body, contentType));
    }
  });

  it.each(rows)('%s, %s: the answer that is shown is read', async (number, _shows, id, sample) => {
    const { result } = await callAt(id, number, sample);
    if ('value' in sample.reads) expect(result).toEqual({ ok: true, value: sample.reads.value });
    else expect(result).toMatchObject({ ok: false, error: sample.reads.refusal });
  });

  const documented = JSON.parse(readFileSync(new URL('endpoints.json', import.meta.url), 'utf8')) as Readonly<
    Record<VendorId, readonly { readonly number: string }[]>
  >;

  it.each(vendorIds)('%s: every number of the document has one, and no other', (id) => {
    expect(Object.keys(documents[id].samples).toSorted()).toEqual(documented[id].map((row) => row.number).toSorted());
    expect(Object.values(documents[id].samples).filter((samples) => samples.length === 0)).toEqual([]);
  });
});
