import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ok } from '../../src-main/core/base/errors.ts';
import type { HttpAnswer, HttpClient } from '../../src-main/core/base/http.ts';
import type { Log } from '../../src-main/core/base/log.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';
import { reemo } from '../../src-main/vendors/reemo/connector.ts';
import type { Connector } from '../../src-main/vendors/vendor.ts';
import { spoiledJson, spoiledText } from '../support/spoiled-json.ts';
import { collect } from '../support/vendor-session.ts';

/** The document shows no answer at all, so these are the simulator's, and what becomes of them when they are spoiled. */

const seed = 20_261_121;
const signal = new AbortController().signal;
const id = '1d000000-0000-4000-8000-000000000000';
const _id = '51600000-0000-4000-8000-000000000000';
const computer = { id, _id, name: 'gw', hostname: 'gw.local', ip: '10.1.1.10', status: 'OFFLINE' };
const list = {
  computers: [computer, { ...computer, id: `${id.slice(0, -1)}1` }],
  total: 3,
  pages: 2,
  page: 1,
  next: '/v1/computers?page=2',
};

const samples: readonly (readonly [string, unknown, unknown])[] = [
  ['listComputers', {}, list],
  ['getComputer', { id }, computer],
  ['connectComputer', { id }, { ...computer, _id: 'f'.repeat(64), signal: { token: 't' } }],
  ['reserveComputer', { _id }, computer],
  ['updateComputer', { id, name: 'x' }, computer],
  ['deleteComputer', { id }, computer],
];

const log: Log = { write: () => undefined, child: () => log };

/** A connector whose outside answers by query; how often it was asked is counted. */
const connectorFor = (answerTo: (url: URL) => string, asked: string[] = []): Connector => {
  const http: HttpClient = {
    request: async (request) => {
      asked.push(request.url);
      const text = answerTo(new URL(request.url));
      const answer: HttpAnswer = { status: 200, headers: {}, text, bytes: Buffer.from(text), receivedAt: 0 };
      const error = request.classify(answer);
      return error === undefined ? ok(answer) : { ok: false, error };
    },
  };
  return reemo.open({
    accountId: 'a',
    baseUrl: 'https://restapi.reemo.io/v1',
    fields: {},
    secrets: { secretKey: 'sk_key-1234' },
    http,
    clock: systemClock,
    random: () => 0.5,
    log,
  });
};

const operation = (name: string) => reemo.operations.find((candidate) => candidate.id === name)!;

describe('samples', () => {
  it.each(samples)('of %s are read', async (name, input, sample) => {
    const result = await connectorFor(() => JSON.stringify(sample)).call(operation(name), input, signal);
    if (name === 'connectComputer') expect(result).toEqual({ ok: true, value: { computer: sample } });
    else expect(result).toEqual({ ok: true, value: name === 'deleteComputer' ? undefined : sample });
  });
});

describe('spoiled samples', () => {
  it.each(samples)('of %s are read or named', async (name, input, sample) => {
    await fc.assert(
      fc.asyncProperty(spoiledJson(sample), async (value) => {
        const result = await connectorFor(() => JSON.stringify(value)).call(operation(name), input, signal);
        if (!result.ok) expect(['bad-response', 'wrong-url', 'conflict']).toContain(result.error.kind);
      }),
      { seed, numRuns: 150 },
    );
  });

  it.each(samples)('of %s, as any change of their text, are read or named', async (name, input, sample) => {
    const whole = JSON.stringify(sample);
    await fc.assert(
      fc.asyncProperty(spoiledText(whole), async (text) => {
        const result = await connectorFor(() => text).call(operation(name), input, signal);
        if (!result.ok) expect(['bad-response', 'wrong-url', 'conflict']).toContain(result.error.kind);
      }),
      { seed, numRuns: 150 },
    );
  });

  it('make good devices or a typed error, each id once, and an end', async () => {
    await fc.assert(
      fc.asyncProperty(spoiledJson(list), spoiledJson(list), async (first, second) => {
        const asked: string[] = [];
        const connector = connectorFor((url) => JSON.stringify(url.search === '' ? first : second), asked);
        const ids: string[] = [];
        for (const page of await collect(connector.listDevices(signal))) {
          if (!page.ok) {
            expect(page.error.kind).toBe('bad-response');
            continue;
          }
          for (const device of page.value.devices) {
            ids.push(device.id);
            expect(device.id.trim()).not.toBe('');
            expect(device.name.trim()).not.toBe('');
            expect(['online', 'offline', 'unknown']).toContain(device.presence.state);
          }
        }
        expect(new Set(ids).size).toBe(ids.length);
        expect(asked.length).toBeLessThan(10);
        expect(asked.every((url) => url.startsWith('https://restapi.reemo.io/v1/computers'))).toBe(true);
      }),
      { seed, numRuns: 300 },
    );
  });

  it('make a session with the very object, or a typed error', async () => {
    await fc.assert(
      fc.asyncProperty(spoiledJson(samples[2]?.[2]), async (value) => {
        const result = await connectorFor(() => JSON.stringify(value)).webSession!.open(id, signal);
        if (result.ok) expect(JSON.stringify(result.value.computer)).toBe(JSON.stringify(value));
        else expect(result.error.kind).toBe('bad-response');
      }),
      { seed, numRuns: 300 },
    );
  });
});
