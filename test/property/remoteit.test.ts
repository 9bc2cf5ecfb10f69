import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ok } from '../../src-main/core/base/errors.ts';
import type { HttpAnswer, HttpClient } from '../../src-main/core/base/http.ts';
import type { Log } from '../../src-main/core/base/log.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';
import { remoteIt } from '../../src-main/vendors/remoteit/connector.ts';
import { PresenceOfEvents, readFrame } from '../../src-main/vendors/remoteit/events.ts';
import { asTime } from '../../src-main/vendors/remoteit/values.ts';
import type { Connector } from '../../src-main/vendors/vendor.ts';
import { remoteItOperation, remoteItSecrets } from '../support/remoteit-account.ts';
import { spoiledJson, spoiledText } from '../support/spoiled-json.ts';
import { collect } from '../support/vendor-session.ts';

/** Answers as the document and captures have them, and what becomes of them when they are spoiled. */

const seed = 20_261_121;
const signal = new AbortController().signal;
const serviceId = '80:00:00:00:01:05:4F:1C';

const device = {
  id: '80:00:00:00:01:05:4F:1B',
  name: 'raspberrypi',
  state: 'active',
  online: true,
  platform: 1213,
  lastReported: '2026-11-20T11:58:00.000Z',
  created: '2025-01-02T03:04:05.000Z',
  license: 'LICENSED',
  permissions: ['VIEW', 'CONNECT'],
  owner: { id: 'A', email: 'fleet@example.com' },
  tags: [{ name: 'plant', color: 3 }],
  access: [{ user: { id: 'B', email: 'guest@example.com' } }],
  attributes: { site: 'north', $remoteit: { categoryA: 'Spare' } },
  endpoint: {
    availability: 99.5,
    geo: { city: 'Lyon', countryName: 'France', isp: 'Example Telecom' },
    onlineSince: '2026-11-20T10:00:00.000Z',
    offlineSince: null,
    externalAddress: '192.0.2.7',
    internalAddress: '10.0.0.7',
    quality: 'GOOD',
  },
  services: [
    {
      id: serviceId,
      name: 'SSH',
      title: 'SSH',
      state: 'active',
      application: 28,
      type: 28,
      protocol: 'TCP',
      host: '127.0.0.1',
      port: 22,
      enabled: true,
    },
    { id: '80:00:00:00:01:05:4F:1B', name: 'raspberrypi', title: 'Bulk Service', application: 35, port: 65_535 },
  ],
};

const restRow = {
  deviceaddress: '80:00:00:00:01:05:4F:1B',
  devicealias: 'raspberrypi',
  ownerusername: 'fleet@example.com',
  devicetype: '00:23:00:00:00:01:00:00:04:60:FF:FF',
  devicestate: 'active',
  devicelastip: '192.0.2.7',
  lastinternalip: '10.0.0.7',
  servicetitle: 'Bulk Service',
  webenabled: '1',
  weburi: [null],
  localurl: [null],
  georegion: 'US',
  createdate: '2025-01-02T03:04:05.000-05:00',
  lastcontacted: '2026-11-20T06:58:00.000-05:00',
  shared: 'not-shared',
  scripting: false,
};

/** Operation, an input for it, and an answer. */
const samples: readonly (readonly [string, unknown, unknown])[] = [
  [
    'device/connect/stop',
    { deviceaddress: 'a', connectionid: 'b' },
    { status: 'true', connectionid: 'A481EBED-C678-4DA4-60D2-60F1FE8EB5DA' },
  ],
  ['device/name', { deviceaddress: 'a', devicealias: 'b' }, { status: 'true' }],
  [
    'user/login',
    { username: 'u', password: 'p' },
    {
      status: 'true',
      token: 'E5F6A7B8',
      auth_token: 'E5F6A7B8',
      auth_expiration: 1_700_000_000,
      email: 'fleet@example.com',
      guid: 'B1C2',
      service_authhash: 'hash',
      commerical_setting: 'NON_COMMERCIAL',
      announcements: [],
    },
  ],
  [
    'device/list/all',
    {},
    {
      status: 'true',
      cache_expires: '60',
      length: '2',
      devices: [
        restRow,
        {
          ...restRow,
          deviceaddress: serviceId,
          devicealias: 'ssh',
          servicetitle: 'SSH',
          devicetype: '00:1C:00:00:00:01:00:00:04:60:00:16',
        },
      ],
    },
  ],
  [
    'device/connect',
    { deviceaddress: 'a' },
    {
      status: 'true',
      wait: 'true',
      connectionid: 'A481EBED',
      connection: {
        deviceaddress: serviceId,
        expirationsec: '28797',
        proxy: 'http://proxy18.rt3.io:37488',
        proxyserver: 'proxy18.rt3.io',
        proxyport: '37488',
        proxyServerPort: 37_488,
        reverseProxy: false,
        connectionid: 'A481EBED',
        connectionOverridden: false,
        previousConnection: [null],
        status: 'running',
      },
    },
  ],
  ['login', {}, { data: { login: { id: 'A', email: 'fleet@example.com' } } }],
  [
    'devices',
    {},
    { data: { login: { id: 'A', account: { devices: { total: 1, hasMore: false, last: 'x', items: [device] } } } } },
  ],
  ['device', { id: 'a' }, { data: { login: { id: 'A', account: { device: [device] } } } }],
  [
    'connect',
    { serviceId: 'a' },
    {
      data: {
        connect: {
          id: 'c',
          created: '2026-11-20T12:00:00Z',
          host: 'proxy18.rt3.io',
          port: 37_488,
          reverseProxy: false,
          timeout: 28_800,
          url: 'http://proxy18.rt3.io:37488',
        },
      },
    },
  ],
  ['disconnect', { connectionId: 'c' }, { data: { disconnect: true } }],
  ['renameService', { serviceId: 'a', name: 'b' }, { data: { renameService: true } }],
  ['addTag', { name: 'a', serviceId: 'b' }, { data: { addTag: true } }],
  ['removeTag', { name: 'a', serviceId: 'b' }, { data: { removeTag: true } }],
  [
    'sessions',
    {},
    {
      data: {
        login: {
          id: 'A',
          account: {
            sessions: [
              {
                id: 's',
                timestamp: '2026-11-20T12:00:00Z',
                source: 'EXTERNAL',
                user: { id: 'A' },
                target: { id: serviceId },
              },
            ],
          },
        },
      },
    },
  ],
  [
    'events',
    {},
    {
      data: {
        login: {
          id: 'A',
          account: {
            events: {
              total: 1,
              hasMore: false,
              last: 'e',
              items: [{ id: 'e', type: 'DEVICE_STATE', state: 'active' }],
            },
          },
        },
      },
    },
  ],
  ['applicationTypes', {}, { data: { applicationTypes: [{ id: 28, name: 'SSH', port: 22, proxy: false }] } }],
  ['platformTypes', {}, { data: { platformTypes: [{ id: 1072, name: 'Raspberry Pi' }] } }],
];

const log: Log = { write: () => undefined, child: () => log };

/** A connector whose outside answers by operation, with status 200. */
const connectorFor = (
  answerTo: (path: string, body: string) => string,
  secrets: Readonly<Record<string, string>> = { ...remoteItSecrets.accessKey, developerKey: 'developer-key' },
): Connector => {
  const http: HttpClient = {
    request: async (request) => {
      const text = answerTo(new URL(request.url).pathname, request.body?.kind === 'text' ? request.body.text : '');
      const answer: HttpAnswer = { status: 200, headers: {}, text, bytes: Buffer.from(text), receivedAt: 0 };
      const error = request.classify(answer);
      return error === undefined ? ok(answer) : { ok: false, error };
    },
  };
  return remoteIt.open({
    accountId: 'a',
    baseUrl: 'https://api.remote.it',
    fields: {},
    secrets,
    http,
    clock: systemClock,
    random: () => 0.5,
    log,
  });
};

const sampleOf = (id: string): unknown => samples.find(([name]) => name === id)?.[2];
/** What a spoiled answer may be taken for. */
const typed = [
  'bad-response',
  'unauthorized',
  'invalid-input',
  'device-offline',
  'not-found',
  'vendor-unavailable',
  'forbidden',
  'wrong-url',
  'unsupported',
];

/** These answers are deep. */
const spoiled = (value: unknown): fc.Arbitrary<unknown> => spoiledJson(value, 12);

describe('samples', () => {
  it.each(samples)('of %s are read', async (id, input, sample) => {
    const result = await connectorFor(() => JSON.stringify(sample)).call(remoteItOperation(id), input, signal);
    expect(result).toMatchObject({ ok: true });
  });

  it('are there for every operation', () => {
    expect(samples.map(([id]) => id).toSorted()).toEqual(remoteIt.operations.map(({ id }) => id).toSorted());
  });

  it('make the same device over either API', async () => {
    const [page] = await collect(connectorFor(() => JSON.stringify(sampleOf('devices'))).listDevices(signal));
    expect(page).toMatchObject({
      ok: true,
      value: {
        devices: [
          {
            id: device.id,
            name: 'raspberrypi',
            tags: ['plant'],
            presence: { state: 'online', lastOnlineAt: Date.UTC(2026, 10, 20, 11, 58) },
            services: [{ id: serviceId, kind: 'ssh', port: 22 }],
            externalAddress: '192.0.2.7',
          },
        ],
      },
    });
    const rest = connectorFor(() => JSON.stringify(sampleOf('device/list/all')), remoteItSecrets.token('token-1234'));
    expect((await collect(rest.listDevices(signal)))[0]).toMatchObject({
      ok: true,
      value: {
        devices: [
          {
            id: device.id,
            name: 'raspberrypi',
            presence: { state: 'online', lastOnlineAt: Date.UTC(2026, 10, 20, 11, 58) },
            services: [{ id: serviceId, kind: 'ssh' }],
            internalAddress: '10.0.0.7',
          },
        ],
      },
    });
  });
});

describe('spoiled samples', () => {
  it.each(samples)('of %s are read or named bad', async (id, input, sample) => {
    await fc.assert(
      fc.asyncProperty(spoiled(sample), async (value) => {
        const result = await connectorFor(() => JSON.stringify(value)).call(remoteItOperation(id), input, signal);
        if (!result.ok) expect(typed).toContain(result.error.kind);
      }),
      { seed, numRuns: 150 },
    );
  });

  it.each(samples)('of %s, as any change of their text, are read or named bad', async (id, input, sample) => {
    const whole = JSON.stringify(sample);
    await fc.assert(
      fc.asyncProperty(spoiledText(whole), async (text) => {
        const result = await connectorFor(() => text).call(remoteItOperation(id), input, signal);
        if (!result.ok) expect(typed).toContain(result.error.kind);
      }),
      { seed, numRuns: 150 },
    );
  });

  it.each([
    ['devices', remoteItSecrets.accessKey],
    ['device/list/all', remoteItSecrets.token('token-1234')],
  ] as const)('of %s make good devices or a typed error, and the listing ends', async (id, secrets) => {
    await fc.assert(
      fc.asyncProperty(spoiled(sampleOf(id)), async (value) => {
        const pages = await collect(connectorFor(() => JSON.stringify(value), secrets).listDevices(signal));
        expect(pages.length).toBeGreaterThan(0);
        const ids = new Set<string>();
        for (const page of pages) {
          if (!page.ok) {
            expect(typed).toContain(page.error.kind);
            continue;
          }
          for (const found of page.value.devices) {
            expect(found.id.trim()).not.toBe('');
            expect(found.name.trim()).not.toBe('');
            expect(ids.has(found.id)).toBe(false);
            ids.add(found.id);
            expect(['online', 'offline', 'unknown']).toContain(found.presence.state);
            expect(found.tags.every((tag) => typeof tag === 'string')).toBe(true);
            expect(new Set(found.services.map((service) => service.id)).size).toBe(found.services.length);
          }
        }
      }),
      { seed, numRuns: 400 },
    );
  });

  it.each([
    ['connect', remoteItSecrets.accessKey],
    ['device/connect', remoteItSecrets.token('token-1234')],
  ] as const)('of %s make a tunnel with a port and a host that is no option, or a typed error', async (id, secrets) => {
    await fc.assert(
      fc.asyncProperty(spoiled(sampleOf(id)), async (value) => {
        const connector = connectorFor(() => JSON.stringify(value), secrets);
        const result = await connector.tunnels!.open(
          device.id,
          { id: serviceId, kind: 'ssh', name: 'SSH', route: 'tunnel', port: 22 },
          signal,
        );
        if (!result.ok) {
          expect(typed).toContain(result.error.kind);
          return;
        }
        expect(result.value.port).toBeGreaterThan(0);
        expect(result.value.port).toBeLessThan(65_536);
        expect(result.value.host).toMatch(/^[^-\s]\S*$/);
        expect(Number.isNaN(result.value.expiresAt)).toBe(false);
      }),
      { seed, numRuns: 400 },
    );
  });
});

describe('events', () => {
  const event = (id: string, state: string, at: number): unknown => ({
    type: 'DEVICE_STATE',
    state,
    timestamp: new Date(at).toISOString(),
    target: [{ id, device: { id } }],
  });

  it('in any order leave each device in its newest state', () => {
    const told = fc.record({
      id: fc.constantFrom('a', 'b'),
      online: fc.boolean(),
      at: fc.integer({ min: 1e12, max: 1e12 + 50 }),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(told, { selector: ({ id, at }) => `${id}${at}`, minLength: 1, maxLength: 20 }),
        (all) => {
          const reader = new PresenceOfEvents();
          const last = new Map<string, string>();
          for (const { id, online, at } of all)
            for (const change of reader.read(event(id, online ? 'active' : 'inactive', at), at))
              if (change.kind === 'presence') last.set(change.deviceId, change.presence.state);
          for (const id of new Set(all.map((one) => one.id))) {
            const newest = all.filter((one) => one.id === id).toSorted((one, other) => other.at - one.at)[0];
            expect(last.get(id)).toBe(newest?.online === true ? 'online' : 'offline');
          }
        },
      ),
      { seed },
    );
  });

  it('that are spoiled are read or left', () => {
    const batch = {
      events: [{ data: { event: event('a', 'active', 1e12) } }, { data: { event: event('b', 'inactive', 1e12) } }],
    };
    fc.assert(
      fc.property(fc.oneof(spoiled(batch), spoiled(batch.events[0])), fc.string(), (value, text) => {
        for (const frame of [readFrame(JSON.stringify(value)), readFrame(text)]) {
          expect(['events', 'errors', 'pong', 'unreadable']).toContain(frame.kind);
          if (frame.kind !== 'events') continue;
          const reader = new PresenceOfEvents();
          for (const one of frame.events)
            for (const change of reader.read(one, 0))
              if (change.kind === 'presence') expect(change.deviceId).not.toBe('');
        }
      }),
      { seed, numRuns: 500 },
    );
  });
});

describe('times', () => {
  it.each([
    ['2026-11-20T12:00:00Z', Date.UTC(2026, 10, 20, 12)],
    ['2026-11-20T12:00:00.123-05:00', Date.UTC(2026, 10, 20, 17, 0, 0, 123)],
    [1_700_000_000, 1_700_000_000_000],
    ['1700000000', 1_700_000_000_000],
    [1_700_000_000_123, 1_700_000_000_123],
    ['soon', undefined],
    [[null], undefined],
    [-5, undefined],
    [1e300, undefined],
  ])('%j', (value, at) => expect(asTime(value)).toBe(at));

  it('never throw', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const at = asTime(value);
        expect(at === undefined || Number.isFinite(at)).toBe(true);
      }),
      { seed },
    );
  });
});
