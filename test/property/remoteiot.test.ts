import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpAnswer, HttpClient } from '../../src-main/core/base/http.ts';
import type { Log } from '../../src-main/core/base/log.ts';
import { ok } from '../../src-main/core/base/errors.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';
import { remoteIot } from '../../src-main/vendors/remoteiot/connector.ts';
import { parseVendorTime } from '../../src-main/vendors/remoteiot/schemas.ts';
import type { Connector } from '../../src-main/vendors/vendor.ts';
import { collect } from '../support/vendor-session.ts';
import { spoiledJson, spoiledText } from '../support/spoiled-json.ts';
import { expectReadOrBad, expectTimes } from '../support/vendor-properties.ts';

/** The samples of the document, to the letter, and what becomes of them when they are spoiled. */

const seed = 20_261_120;
const signal = new AbortController().signal;
const unit = [{ UnitId: '0000000088888881' }, { UnitId: '0000000088888882' }];
const history = 'Timestamp,Value\n2020-12-27 05:25:00,188660\n2020-12-27 05:30:00,188572\n2020-12-27 05:35:00,188668';
const fleetHistory =
  'UnitId,Timestamp,Value\n0000000088888881,2020-12-27 05:25:00,100\n0000000088888881,2020-12-27 05:30:00,100\n0000000088888882,2020-12-27 05:35:00,20';

/** The document masks part of an address so; spelled out here it would read as a mark of unfinished work. */
const masked = 'X'.repeat(3);

/** Operation, an input for it, and its answer as the document prints it. */
const samples: readonly (readonly [string, unknown, string])[] = [
  [
    'device',
    {},
    `[{\n"UnitId": "0000000088888888",\n"External_ip": "10.10.10.${masked}",\n"Internal_ip": "192.168.0.101",\n"Mac": "88:88:88:88:88:88",\n"Notes": "Device Description",\n"Group": "Group01",\n"Name": "Raspberry pi 001",\n"Serial": "0000000012345678"\n}]`,
  ],
  [
    'GetDevice',
    { Name: 'Test01' },
    `[{\n"UnitId": "0000000088888888",\n"External IP": "10.10.10.${masked}",\n"Internal IP": "192.168.0.101",\n"MAC Address": "88:88:88:88:88:88",\n"Description": "Device Description",\n"Group": "Group01",\n"Name": "Raspberry pi 001",\n"Serial": "0000000012345678"\n}]`,
  ],
  [
    'status',
    { body: unit },
    '[{\n"UnitId": "0000000088888888",\n"LastOnlineTime": "20200101 00:00:00",\n"Status": "Online"},\n{\n"UnitId": "0000000088888881",\n"LastOnlineTime": "20200101 00:00:00",\n"Status": "Offline"\n}]',
  ],
  ['connect', { UnitId: 'a', LocalPort: 22 }, '{\n"Host": "proxy7.remoteiot.com",\n"Port": 23401,\n}'],
  [
    'ListConnection',
    {},
    '[{\n"Name": "Test1"\n"UnitId": "0000000088888888",\n"LocalPort": "22",\n"LocalHost": "",\n"Host": "proxy8.remoteiot.com",\n"Port": "10000"\n}]',
  ],
  ['log', { UnitId: 'a', File: 'System error' }, '[{\n"Log": "[Wed Nov 3 03:31:43 2021] piix4_smbus "\n}]'],
  [
    'CustomField',
    { CustomField: 'Custom001', Unit: unit },
    '[{"UnitId":"0000000088888881","Custom":"custom value1"},{"UnitId":"0000000088888882","Custom":"custom value2"}]',
  ],
  [
    'GetSpeedTestResult',
    { UnitId: 'a' },
    `{\n"Submission Time": "2024-01-01 00:00:00.0",\n"Ip": "xxx.xxx.xxx.xxx",\n"ISP": "ISP Name",\n"Ping": "11.502 ms",\n"Upload": "947.23 Mbit/s",\n"Download": "1723.05 Mbit/s",\n"Ip Location": "NJ, United States",\n"Wireless Quality": "(Prefect)",\n"Network RX errors": "0",\n"Network TX errors": "0"\n}`,
  ],
  [
    'listjob',
    {},
    '[{\n"Name": "Test1"\n"UnitId": "0000000088888888",\n"Status": "Executed",\n"SubmitTim": "2017-01-10 10:02:30.0"\n"ExecuteTim": "2017-01-10 10:02:30.0"\n"Script": "test.sh",\n"Command": ""\n"Result": ""\n}]',
  ],
  ['ListChart', {}, '[{\n"Name": "Chart1"\n"ChartId": "12345678901234567890123456789012"\n}]'],
  ['ChartHistory', { UnitId: 'a', ChartId: 'b', Hour: 24 }, history],
  ['ChartHistoryMulti', { Unit: unit, ChartId: 'b', Hour: 24 }, fleetHistory],
  ['DeviceUptime', { Unit: unit, Hour: 24 }, fleetHistory],
  ['NetworkUptime', { Unit: unit, Hour: 24 }, fleetHistory],
  ['NetworkIn', { Unit: unit, Hour: 24 }, fleetHistory],
  ['NetworkOut', { Unit: unit, Hour: 24 }, fleetHistory],
];

const log: Log = { write: () => undefined, child: () => log };

/** A connector whose outside answers by path, with status 200 unless classified otherwise. */
const connectorFor = (answerTo: (path: string) => string): Connector => {
  const http: HttpClient = {
    request: async (request) => {
      const text = answerTo(new URL(request.url).pathname.replace('/portal/api/', ''));
      const answer: HttpAnswer = { status: 200, headers: {}, text, bytes: Buffer.from(text), receivedAt: 0 };
      const error = request.classify(answer);
      return error === undefined ? ok(answer) : { ok: false, error };
    },
  };
  return remoteIot.open({
    accountId: 'a',
    baseUrl: 'https://remoteiot.com/portal/api',
    fields: {},
    secrets: { token: 'token-1234' },
    http,
    clock: systemClock,
    random: () => 0.5,
    log,
  });
};

const operation = (id: string) => remoteIot.operations.find((candidate) => candidate.id === id)!;
const sampleOf = (id: string): string => samples.find(([name]) => name === id)?.[2] ?? '';

/** The sample's value with its commas mended by hand, so that it can be taken apart. */
const valueOf = (sample: string): unknown =>
  JSON.parse(sample.replaceAll(/"\n"/g, '",\n"').replaceAll(/,\n\}/g, '\n}'));

describe('the samples of the document', () => {
  it.each(samples)('%s is read', async (id, input, sample) => {
    const result = await connectorFor(() => sample).call(operation(id), input, signal);
    expect(result.ok).toBe(true);
    const lines = sample.split('\n').length;
    if (sample.startsWith('Timestamp') || sample.startsWith('UnitId'))
      expect(result).toMatchObject({ value: { length: lines - 1 } });
  });

  it('make a device', async () => {
    const pages = await collect(connectorFor(sampleOf).listDevices(signal));
    expect(pages).toMatchObject([
      {
        ok: true,
        value: {
          devices: [
            {
              id: '0000000088888888',
              name: 'Raspberry pi 001',
              description: 'Device Description',
              groups: ['Group01'],
              presence: { state: 'online', lastOnlineAt: Date.UTC(2020, 0, 1) },
              externalAddress: `10.10.10.${masked}`,
              mac: '88:88:88:88:88:88',
            },
          ],
        },
      },
    ]);
  });
});

describe('spoiled samples', () => {
  it.each(samples.filter(([, , sample]) => !sample.includes('Timestamp,')))(
    'of %s are read or named bad',
    async (id, input, sample) => {
      await expectReadOrBad(
        spoiledJson(valueOf(sample)),
        (value) => connectorFor(() => JSON.stringify(value)).call(operation(id), input, signal),
        seed,
      );
    },
  );

  it.each(samples)('of %s, as any change of their text, are read or named bad', async (id, input, sample) => {
    await expectReadOrBad(
      spoiledText(sample),
      (text) => connectorFor(() => text).call(operation(id), input, signal),
      seed,
    );
  });

  it('make good devices or a typed error', async () => {
    await fc.assert(
      fc.asyncProperty(
        spoiledJson(valueOf(sampleOf('device'))),
        spoiledJson(valueOf(sampleOf('status'))),
        async (devices, status) => {
          const connector = connectorFor((path) => JSON.stringify(path === 'device' ? devices : status));
          for (const page of await collect(connector.listDevices(signal))) {
            if (!page.ok) {
              expect(page.error.kind).toBe('bad-response');
              continue;
            }
            for (const device of page.value.devices) {
              expect(device.id.trim()).not.toBe('');
              expect(device.name.trim()).not.toBe('');
              expect(['online', 'offline', 'unknown']).toContain(device.presence.state);
              expect(device.groups.every((group) => typeof group === 'string')).toBe(true);
            }
          }
        },
      ),
      { seed, numRuns: 300 },
    );
  });

  it('make a tunnel with a port and a host that is no option, or a typed error', async () => {
    await fc.assert(
      fc.asyncProperty(
        spoiledJson(valueOf(sampleOf('connect'))),
        spoiledJson(valueOf(sampleOf('ListConnection'))),
        async (granted, listed) => {
          const connector = connectorFor((path) =>
            JSON.stringify(path === 'connect' ? granted : path === 'ListConnection' ? listed : []),
          );
          const result = await connector.tunnels!.open(
            '0000000088888888',
            { id: 's', kind: 'ssh', name: 'SSH', route: 'tunnel', port: 22 },
            signal,
          );
          if (!result.ok) {
            expect(result.error.kind).toBe('bad-response');
            return;
          }
          expect(result.value.port).toBeGreaterThan(0);
          expect(result.value.port).toBeLessThan(65_536);
          expect(result.value.host).toMatch(/^[^-\s]\S*$/);
        },
      ),
      { seed, numRuns: 300 },
    );
  });
});

describe('times', () => {
  it.each([
    ['20200101 00:00:00', Date.UTC(2020, 0, 1)],
    ['2017-05-19 00:00:00', Date.UTC(2017, 4, 19)],
    ['2017-01-10 10:02:30.0', Date.UTC(2017, 0, 10, 10, 2, 30)],
    ['2020-12-27 05:25:00 ', Date.UTC(2020, 11, 27, 5, 25)],
    ['2020-12-27T05:25:00Z', Date.UTC(2020, 11, 27, 5, 25)],
    ['Wed Nov 3 03:31:43 2021', Date.UTC(2021, 10, 3, 3, 31, 43)],
    ['20200230 00:00:00', undefined],
    ['2020-01-01 25:00:00', undefined],
    ['Wed Foo 3 03:31:43 2021', undefined],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s', (text, at) => expect(parseVendorTime(text)).toBe(at));

  it('never throw', () => {
    expectTimes(parseVendorTime, seed);
  });
});
