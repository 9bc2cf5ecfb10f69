import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ok } from '../../src-main/core/base/errors.ts';
import type { HttpAnswer, HttpClient } from '../../src-main/core/base/http.ts';
import type { Log } from '../../src-main/core/base/log.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';
import { modeConfigSchemas } from '../../src-main/simulators/mode/data.ts';
import { mode } from '../../src-main/vendors/mode/connector.ts';
import { readEvent } from '../../src-main/vendors/mode/events.ts';
import { parseVendorTime } from '../../src-main/vendors/mode/schemas.ts';
import type { Connector } from '../../src-main/vendors/vendor.ts';
import { collect } from '../support/vendor-session.ts';
import { spoiledJson, spoiledText } from '../support/spoiled-json.ts';
import { expectTimes } from '../support/vendor-properties.ts';

/** The samples of MODE's document, to the letter, and what becomes of them when they are spoiled. */

const seed = 20_261_121;
const signal = new AbortController().signal;

/** `id` as a text beside a number, and no home: the second device of "Get all devices". */
const devices = [
  {
    id: 34256,
    projectId: 1265,
    deviceClass: 'smart_sensor',
    name: 'happy',
    tag: 'store_one',
    homeId: 1701,
    claimExpirationTime: '2019-09-18T22:19:39Z',
    claimTime: '2019-09-18T22:19:39Z',
    isConnected: false,
    lastConnectTime: '2019-09-18T22:31:20.678Z',
    lastDisconnectTime: '2019-09-18T22:34:19.314Z',
  },
  {
    id: '343d8',
    projectId: 1265,
    deviceClass: 'smart_sensor',
    name: 'sad',
    tag: 'store_one',
    claimExpirationTime: '2019-09-18T23:42:39.885Z',
    isConnected: false,
  },
];
const added = {
  id: 34328,
  projectId: 1260,
  deviceClass: 'smart_sensor',
  name: 'happy',
  tag: '0002',
  homeId: 1885,
  claimExpirationTime: '2019-12-17T22:54:39Z',
  claimTime: '2019-12-17T22:54:39Z',
  isConnected: false,
  lastConnectTime: '2019-12-17T22:54:03.321Z',
};
const whole = {
  id: 34346,
  projectId: 1265,
  deviceClass: 'smart_light',
  name: 'light',
  tag: 'bedroom_light',
  homeId: 1923,
  claimExpirationTime: '2019-09-18T22:19:39Z',
  claimTime: '2019-09-18T22:19:39Z',
  isConnected: false,
  lastConnectTime: '2019-09-18T22:31:20.678Z',
  lastDisconnectTime: '2019-09-18T22:34:19.314Z',
  apiKey: 'v1.ZHwzNDM0Ng==.8293847182.made-up',
  claimCode: 'f5106924ce0f943d',
};
const keyValues = [
  { key: 'happy', value: true, modificationTime: '2020-01-02T23:18:16.915Z' },
  { key: 'neutral', value: false, modificationTime: '2020-01-02T23:17:39.852Z' },
  { key: 'clicks', value: 100, modificationTime: '2020-01-02T23:18:21.383Z' },
];

/** Operation, an input for it, and its answer as the document prints it. */
const samples: readonly (readonly [string, unknown, unknown])[] = [
  ['listDevices', { projectId: 1265 }, devices],
  ['addDevice', { homeId: 1885, claimCode: 'b4d632e16981e66a' }, added],
  ['getDevice', { deviceId: 34328 }, { ...added, isConnected: true }],
  ['getDevice', { deviceId: 34346, includeAdminInfo: true }, whole],
  ['getConfigSchemas', { deviceId: 1 }, modeConfigSchemas],
  ['listKeyValues', { deviceId: 1, keyPrefix: 'c' }, keyValues],
  ['getKeyValue', { deviceId: 1, key: 'happy' }, keyValues[0]],
  // Not described in the document: anything is taken.
  ['getLogEntries', { deviceId: 1, begin: '2020-01-01T00:00:00Z', end: '2020-01-02T00:00:00Z' }, [{ message: 'x' }]],
  ['listLogRequests', { deviceId: 1 }, [{ id: 'a', status: 'requested' }]],
  ['getLogRequest', { deviceId: 1, logRequestId: 'a' }, { id: 'a' }],
  ['requestLogs', { deviceId: 1 }, { id: 'a' }],
  ['proxyGet', { deviceId: 1, srcPath: 'a' }, { any: ['thing'] }],
];

const log: Log = { write: () => undefined, child: () => log };

/** A connector whose outside answers with this text, by path, as JSON and with status 200. */
const connectorFor = (
  answerTo: (path: string, query: URLSearchParams) => string,
  fields: Readonly<Record<string, string>> = { keyKind: 'project', projectId: '1265' },
): Connector => {
  const http: HttpClient = {
    request: async (request) => {
      const url = new URL(request.url);
      const text = answerTo(url.pathname, url.searchParams);
      const headers = { 'content-type': 'application/json' };
      const answer: HttpAnswer = { status: 200, headers, text, bytes: Buffer.from(text), receivedAt: 0 };
      const error = request.classify(answer);
      return error === undefined ? ok(answer) : { ok: false, error };
    },
  };
  return mode.open({
    accountId: 'a',
    baseUrl: 'https://api.tinkermode.com',
    fields,
    secrets: { apiKey: 'key-12345' },
    http,
    clock: systemClock,
    random: () => 0.5,
    log,
  });
};

const operation = (id: string) => mode.operations.find((candidate) => candidate.id === id)!;

const isTyped = (result: { readonly ok: boolean; readonly error?: { readonly kind: string } }): void => {
  if (!result.ok) expect(['bad-response', 'wrong-url']).toContain(result.error?.kind);
};

describe('the samples of the document', () => {
  it.each(samples)('%s is read', async (id, input, sample) => {
    expect(await connectorFor(() => JSON.stringify(sample)).call(operation(id), input, signal)).toMatchObject({
      ok: true,
    });
  });

  it('make devices, with ids of both types and no secret', async () => {
    const answer = (path: string, query: URLSearchParams) =>
      path === '/auth'
        ? '{"type": "project key", "projectKeyName": "fleet", "projectId": 1265}'
        : JSON.stringify(query.get('skip') === '0' && path === '/devices' ? [...devices, whole] : []);
    const pages = await collect(connectorFor(answer).listDevices(signal));
    expect(pages[0]).toMatchObject({
      ok: true,
      value: {
        devices: [
          {
            id: '34256',
            name: 'happy',
            description: 'smart_sensor',
            groups: ['Home 1701'],
            tags: ['store_one'],
            presence: { state: 'offline', lastOnlineAt: Date.UTC(2019, 8, 18, 22, 34, 19, 314) },
          },
          { id: '343d8', name: 'sad', groups: [] },
          { id: '34346', name: 'light' },
        ],
      },
    });
    expect(JSON.stringify(pages)).not.toContain(whole.apiKey);
    expect(JSON.stringify(pages)).not.toContain(whole.claimCode);
  });
});

describe('spoiled samples', () => {
  it.each(samples)('of %s are read or named bad', async (id, input, sample) => {
    await fc.assert(
      fc.asyncProperty(spoiledJson(sample, 5), async (value) => {
        isTyped(await connectorFor(() => JSON.stringify(value)).call(operation(id), input, signal));
      }),
      { seed, numRuns: 150 },
    );
  });

  it.each(samples)('of %s, as any change of their text, are read or named bad', async (id, input, sample) => {
    const printed = JSON.stringify(sample, null, 1);
    await fc.assert(
      fc.asyncProperty(spoiledText(printed), async (text) => {
        isTyped(await connectorFor(() => text).call(operation(id), input, signal));
      }),
      { seed, numRuns: 150 },
    );
  });

  it('make good devices or a typed error, and the listing always ends', async () => {
    await fc.assert(
      fc.asyncProperty(spoiledJson(devices, 5), spoiledJson(whole, 5), fc.boolean(), async (page, one, alone) => {
        const fields = alone ? { keyKind: 'device' } : { keyKind: 'user' };
        const connector = connectorFor((path) => {
          if (path === '/auth') return '{"type":"x","deviceId":34346,"userId":1}';
          if (path === '/homes') return '[{"id":1},{"id":"2","name":"Two"}]';
          return JSON.stringify(path === '/devices' ? page : one);
        }, fields);
        const seen = new Set<string>();
        for (const result of await collect(connector.listDevices(signal))) {
          isTyped(result);
          for (const device of result.ok ? result.value.devices : []) {
            expect(device.id.trim()).not.toBe('');
            expect(device.name.trim()).not.toBe('');
            expect(seen.has(device.id)).toBe(false);
            seen.add(device.id);
            expect(['online', 'offline', 'unknown']).toContain(device.presence.state);
            expect([...device.groups, ...device.tags].every((text) => typeof text === 'string')).toBe(true);
          }
        }
      }),
      { seed, numRuns: 300 },
    );
  });

  it('of the answer to whose key it is never pass for a key that nobody owns', async () => {
    await fc.assert(
      fc.asyncProperty(spoiledJson({ type: 'nobody' }, 5), async (answer) => {
        const check = await connectorFor(() => JSON.stringify(answer), { keyKind: 'device' }).check(signal);
        const type = (answer as { type?: unknown } | null)?.type;
        if (type === 'nobody') expect(check).toMatchObject({ ok: false, error: { kind: 'unauthorized' } });
        else expect(check.ok === false || typeof type === 'string').toBe(true);
      }),
      { seed, numRuns: 200 },
    );
  });

  it('of configuration schemas never show a masked default', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 3 }), fc.nat(4), async (around, depth) => {
        let value: unknown = { key: 'sshPassword', default: 'password1234', more: around };
        for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { parameters: value };
        const schema = [{ componentName: 'c', deviceConfigSchema: value }];
        const result = await connectorFor(() => JSON.stringify(schema)).call(
          operation('getConfigSchemas'),
          { deviceId: 1 },
          signal,
        );
        expect(JSON.stringify(result)).not.toContain('password1234');
      }),
      { seed, numRuns: 100 },
    );
  });

  it('of events are a presence, nothing, or unreadable', () => {
    const event = {
      eventType: '_deviceConnected_',
      eventData: { deviceId: 34256 },
      timestamp: '2020-01-02T23:18:16.915Z',
      homeId: 1701,
      originDeviceId: 1,
    };
    fc.assert(
      fc.property(spoiledJson(event, 5), (value) => {
        const read = readEvent(JSON.stringify(value), 1);
        if (read?.kind === 'presence') expect(read.deviceId).not.toBe('');
      }),
      { seed, numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readEvent(text, 1)?.kind).not.toBe('listening');
      }),
      { seed },
    );
  });
});

describe('times', () => {
  it.each([
    ['2019-09-18T22:19:39Z', Date.UTC(2019, 8, 18, 22, 19, 39)],
    ['2019-09-18T22:31:20.678Z', Date.UTC(2019, 8, 18, 22, 31, 20, 678)],
    ['2019-09-18T22:31:20.123456789Z', Date.UTC(2019, 8, 18, 22, 31, 20, 123)],
    ['2019-09-18T22:31:20.5+02:00', Date.UTC(2019, 8, 18, 20, 31, 20, 500)],
    ['2019-09-18T22:31:20-0100', Date.UTC(2019, 8, 18, 23, 31, 20)],
    ['2019-09-18T22:31:20', Date.UTC(2019, 8, 18, 22, 31, 20)],
    ['2019-09-18', undefined],
    ['2019-13-18T22:31:20Z', undefined],
    ['soon', undefined],
    [undefined, undefined],
  ])('%s', (text, at) => expect(parseVendorTime(text)).toBe(at));

  it('never throw', () => {
    expectTimes(parseVendorTime, seed);
  });
});
