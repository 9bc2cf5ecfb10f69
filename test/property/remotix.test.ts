import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ok } from '../../src-main/core/base/errors.ts';
import type { HttpAnswer, HttpClient } from '../../src-main/core/base/http.ts';
import type { Log } from '../../src-main/core/base/log.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';
import { remotix } from '../../src-main/vendors/remotix/connector.ts';
import { typeOf, typeText } from '../../src-main/vendors/remotix/schemas.ts';
import type { Connector } from '../../src-main/vendors/vendor.ts';
import { spoiledJson, spoiledText } from '../support/spoiled-json.ts';
import { collect } from '../support/vendor-session.ts';
import { expectReadOrBad } from '../support/vendor-properties.ts';

/** The answers of the document, and of the simulator where it shows none, and what becomes of them when spoiled. */

const seed = 20_261_121;
const signal = new AbortController().signal;
const type = { computer_id: '123456', connection_type: 'RDP', port: 3390 };

/** Operation, an input for it, its answer. The first two are the document's, mended to JSON. */
const samples: readonly (readonly [string, unknown, unknown])[] = [
  ['createGroup', { name: 'New name' }, { group_uid: '0123-CDEF' }],
  ['createConnection', { name: 'New connection name', category_uid: '0123-CDEF' }, { uid: '4567-89AB' }],
  ['listGroups', {}, [{ group_uid: '0123-CDEF', name: 'Plant 1' }]],
  [
    'listGroupItems',
    { group_uid: '0123-CDEF' },
    {
      items: [
        { computer_id: '123456', name: 'gw' },
        { uid: '4567-89AB', title: 'cam', type: 'VNC' },
      ],
    },
  ],
  ['listNearby', {}, { connections: [{ uid: '4567-89AB', title: 'cam' }] }],
  ['getComputer', { computer_id: '123456' }, { computer_id: '123456', name: 'gw', category_uid: '0123-CDEF' }],
  [
    'listComputerActions',
    { computer_id: '123456' },
    [
      { type: 'NEAR', action: 'control' },
      'control',
      { action: 'chat' },
      { type: 'RDP', port: 3390, actions: ['control'] },
    ],
  ],
  ['listComputerConnections', { computer_id: '123456' }, { connections: [{ type: 'NEAR' }, { type: 'RDP_3390' }] }],
  ['getComputerConnection', type, { type: 'RDP_3390', colors: 'full' }],
  ['getComputerConnectionCredentials', type, { 'rdp.username': 'u', 'rdp.password': 'p' }],
];

const log: Log = { write: () => undefined, child: () => log };

/** A connector whose outside answers by path; what is sent is noted. */
const connectorFor = (answerTo: (path: string) => string, sent: string[] = []): Connector => {
  const http: HttpClient = {
    request: async (request) => {
      const path = new URL(request.url).pathname;
      sent.push(`${request.method} ${path}`);
      const text = answerTo(path);
      const answer: HttpAnswer = { status: 200, headers: {}, text, bytes: Buffer.from(text), receivedAt: 0 };
      const error = request.classify(answer);
      return error === undefined ? ok(answer) : { ok: false, error };
    },
  };
  return remotix.open({
    accountId: 'a',
    baseUrl: 'http://127.0.0.1:9',
    fields: {},
    secrets: {},
    http,
    clock: systemClock,
    random: () => 0.5,
    log,
  });
};

const operation = (id: string) => remotix.operations.find((candidate) => candidate.id === id)!;
const sampleOf = (id: string): unknown => samples.find(([name]) => name === id)?.[2];

describe('samples', () => {
  it.each(samples)('of %s are read, and kept as they are', async (id, input, sample) => {
    const result = await connectorFor(() => JSON.stringify(sample)).call(operation(id), input, signal);
    expect(result).toEqual({ ok: true, value: sample });
  });

  it('of the document are read as it prints them, but for the quotes', async () => {
    const printed = '{ "group_uid": "0123-CDEF", }';
    const result = await connectorFor(() => printed).call(operation('createGroup'), { name: 'New name' }, signal);
    expect(result).toMatchObject({ ok: true, value: { group_uid: '0123-CDEF' } });
  });
});

describe('spoiled samples', () => {
  it.each(samples)('of %s are read or named bad', async (id, input, sample) => {
    await expectReadOrBad(
      spoiledJson(sample),
      (value) => connectorFor(() => JSON.stringify(value)).call(operation(id), input, signal),
      seed,
    );
  });

  it.each(samples)('of %s, as any change of their text, are read or named bad', async (id, input, sample) => {
    const whole = JSON.stringify(sample);
    await expectReadOrBad(
      spoiledText(whole),
      (text) => connectorFor(() => text).call(operation(id), input, signal),
      seed,
    );
  });

  it('make good devices or a typed error', async () => {
    await fc.assert(
      fc.asyncProperty(
        spoiledJson(sampleOf('listGroups')),
        spoiledJson(sampleOf('listGroupItems')),
        spoiledJson(sampleOf('listNearby')),
        async (groups, items, nearby) => {
          const answer = (path: string): unknown => (path === '/groups' ? groups : path === '/nearby' ? nearby : items);
          const connector = connectorFor((path) => JSON.stringify(answer(path)));
          for (const page of await collect(connector.listDevices(signal))) {
            if (!page.ok) {
              // An id such as `..` cannot be asked for.
              expect(['bad-response', 'invalid-input']).toContain(page.error.kind);
              continue;
            }
            for (const device of page.value.devices) {
              expect(device.id.trim()).not.toBe('');
              expect(device.name.trim()).not.toBe('');
              expect(device.presence.state).toBe('unknown');
              expect(device.groups.every((group) => typeof group === 'string')).toBe(true);
            }
          }
        },
      ),
      { seed, numRuns: 300 },
    );
  });

  it('make actions that are sent as listed or not at all, and no read but of actions and connections', async () => {
    await fc.assert(
      fc.asyncProperty(
        spoiledJson(sampleOf('listComputerActions')),
        spoiledJson(sampleOf('listComputerConnections')),
        async (actions, connections) => {
          const sent: string[] = [];
          const connector = connectorFor(
            (path) => JSON.stringify(path.endsWith('/actions') ? actions : connections),
            sent,
          );
          const listed = await connector.actions!.list('123456', signal);
          if (!listed.ok) {
            expect(listed.error.kind).toBe('bad-response');
            return;
          }
          expect(new Set(listed.value.map((action) => action.id)).size).toBe(listed.value.length);
          for (const action of listed.value) {
            sent.length = 0;
            const done = await connector.actions!.run('123456', action.id, signal);
            if (!done.ok) expect(done.error.kind).toBe('unsupported');
            const acts = sent.filter((line) => line.startsWith('ACTION'));
            expect(acts).toEqual(done.ok ? [`ACTION /computer/123456/${action.id}`] : []);
            expect(sent.every((line) => /^ACTION |^GET \/computer\/123456\/(?:actions|connections)$/.test(line))).toBe(
              true,
            );
          }
        },
      ),
      { seed, numRuns: 300 },
    );
  });
});

describe('connection types', () => {
  it('are one segment that is no other endpoint, or none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z]{1,12}(_\d{1,6})?$/)), (text) => {
        const parts = typeOf(text);
        if (parts === undefined) return;
        expect(typeText(parts)).toMatch(/^[A-Za-z][A-Za-z0-9-]*(?:_\d{1,5})?$/);
        expect(['actions', 'connections', 'credentials', 'chat']).not.toContain(typeText(parts).toLowerCase());
        expect(parts.port ?? 1).toBeGreaterThan(0);
        expect(parts.port ?? 1).toBeLessThan(65_536);
      }),
      { seed, numRuns: 500 },
    );
  });
});
