import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { makeFleet } from '../../src-main/simulators/fleet.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { simulatedUnitId } from '../../src-main/simulators/remoteiot/devices.ts';
import { remoteIot } from '../../src-main/vendors/remoteiot/connector.ts';
import { openSession } from '../support/vendor-session.ts';
import type { OpenSession } from '../support/vendor-session.ts';

/** What goes over the wire and comes back, for each of the 28 operations, against the simulator. */

const token = 'eyJhbGciOiJIUzI1NiJ9.remoteiot-test-token';
const now = Date.UTC(2026, 10, 20, 12, 2, 0);
const [first, second] = [simulatedUnitId(0), simulatedUnitId(1)];
const unit = [{ UnitId: first }, { UnitId: second }];
const chartId = '12345678123456781234561234567890';
const executeTime = '2026-11-20 12:00:00';

let simulator: RemoteIotSimulator;
let session: OpenSession;

beforeEach(async () => {
  const fleet = makeFleet(60, now).map((device) => ({ ...device, online: true }));
  simulator = new RemoteIotSimulator({ token, devices: fleet, now: () => now });
  await simulator.listen();
  session = openSession(remoteIot, { baseUrl: simulator.baseUrl, secrets: { token } });
});

afterEach(async () => {
  session.dispose();
  await simulator.dispose();
});

const call = async (id: string, input: unknown): Promise<unknown> => {
  const operation = remoteIot.operations.find((candidate) => candidate.id === id);
  if (operation === undefined) throw new Error(`no operation ${id}`);
  const result = await session.connector.call(operation, input, new AbortController().signal);
  if (!result.ok) throw new Error(`${id}: ${result.error.kind}: ${result.error.message}`);
  return result.value;
};

const refused = async (id: string, input: unknown): Promise<string> => {
  const operation = remoteIot.operations.find((candidate) => candidate.id === id)!;
  const result = await session.connector.call(operation, input, new AbortController().signal);
  expect(result).toMatchObject({ ok: false, error: { kind: 'invalid-input' } });
  expect(simulator.requests).toHaveLength(0);
  return result.ok ? '' : result.error.message;
};

/** Operation, input, the raw body expected (undefined: none at all). */
const wire: readonly (readonly [string, unknown, string | undefined])[] = [
  ['device', {}, '{"Group":""}'],
  ['GetDevice', { Name: '^plant1-' }, '{"Name":"^plant1-"}'],
  [
    'rename',
    { UnitId: first, Name: 'Test3', Description: 'D' },
    `{"UnitId":"${first}","Name":"Test3","Description":"D"}`,
  ],
  ['status', { body: unit }, `[{"UnitId":"${first}"},{"UnitId":"${second}"}]`],
  ['connect', { UnitId: first, LocalPort: 22 }, `{"UnitId":"${first}","LocalPort":"22"}`],
  ['ListConnection', {}, undefined],
  ['log', { UnitId: first, File: 'System error' }, `{"UnitId":"${first}","File":"System error"}`],
  ['ChangeGroup', { UnitId: first, Group: 'New' }, `{"UnitId":"${first}","Group":"New"}`],
  ['AddGroup', { Group: 'New' }, '{"Group":"New"}'],
  [
    'UpdateCustomField',
    { CustomField: 'C', UnitId: first, Value: 'v' },
    `{"CustomField":"C","UnitId":"${first}","Value":"v"}`,
  ],
  [
    'CustomField',
    { CustomField: 'C', Unit: [first, { UnitId: second }] },
    `{"CustomField":"C","Unit":${JSON.stringify(unit)}}`,
  ],
  ['SubmitSpeedTest', { UnitId: first }, `{"UnitId":"${first}"}`],
  [
    'submitjob',
    { JobName: 'J', UnitId: first, ExecuteTime: executeTime, Command: 'ls' },
    `{"JobName":"J","UnitId":"${first}","ExecuteTime":"${executeTime}","Command":"ls"}`,
  ],
  [
    'UpdateFile',
    { JobName: 'J', UnitId: first, ExecuteTime: executeTime, Filename: '/tmp/a', Content: 'x\n' },
    `{"JobName":"J","UnitId":"${first}","ExecuteTime":"${executeTime}","Filename":"/tmp/a","Content":"x\\n"}`,
  ],
  ['listjob', {}, '{"UnitId":""}'],
  ['DeleteJob', { UnitId: first }, `{"UnitId":"${first}"}`],
  ['ListChart', {}, undefined],
  ['UpdateChartId', {}, undefined],
  [
    'ChartHistory',
    { UnitId: first, ChartId: chartId, Hour: 1 },
    `{"UnitId":"${first}","ChartId":"${chartId}","Hour":1}`,
  ],
  [
    'ChartHistoryMulti',
    { Unit: unit, ChartId: chartId, Hour: 1 },
    `{"Unit":${JSON.stringify(unit)},"ChartId":"${chartId}","Hour":1}`,
  ],
  ['DeviceUptime', { Unit: unit, Hour: 1 }, `{"Unit":${JSON.stringify(unit)},"Hour":1}`],
  ['NetworkUptime', { Unit: unit, Hour: 1 }, `{"Unit":${JSON.stringify(unit)},"Hour":1}`],
  ['NetworkIn', { Unit: unit, Hour: 1 }, `{"Unit":${JSON.stringify(unit)},"Hour":1}`],
  ['NetworkOut', { Unit: unit, Hour: 1 }, `{"Unit":${JSON.stringify(unit)},"Hour":1}`],
  ['DeleteDevice', { UnitId: first }, `{"UnitId":"${first}"}`],
];
/** Exercised on the wire by tests of their own below. */
const elsewhere = ['DeleteConnection', 'GetSpeedTestResult', 'FileUpload'];

describe('the wire form of each operation', () => {
  it('leaves no number of the document out', () => {
    const documented = z
      .object({ remoteiot: z.array(z.object({ number: z.string(), path: z.string() })) })
      .parse(JSON.parse(readFileSync(new URL('endpoints.json', import.meta.url), 'utf8'))).remoteiot;
    const exercised = [...wire.map(([id]) => `/${id}`), ...elsewhere.map((id) => `/${id}`)];
    expect(exercised.toSorted()).toEqual(documented.map((row) => row.path).toSorted());
  });

  it.each(wire)('%s', async (id, input, body) => {
    await call(id, input);
    expect(simulator.requests).toHaveLength(1);
    const [request] = simulator.requests;
    expect(request).toMatchObject({
      method: 'POST',
      path: `/portal/api/${id}`,
      query: {},
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    expect(request?.body.toString()).toBe(body ?? '');
    if (body === undefined) expect(request?.headers).not.toHaveProperty('transfer-encoding');
  });

  it('DeleteConnection sends the remote port as a string', async () => {
    const tunnel = await simulator.tunnels.open(first, 22, '');
    await call('DeleteConnection', { UnitId: first, Port: tunnel.port });
    expect(simulator.requests[0]?.path).toBe('/portal/api/DeleteConnection');
    expect(simulator.requests[0]?.body.toString()).toBe(`{"UnitId":"${first}","Port":"${tunnel.port}"}`);
    expect(simulator.tunnels.list()).toEqual([]);
  });

  it('FileUpload sends the file and its data as two parts', async () => {
    const bytes = Buffer.from([0, 1, 2, 253, 254, 255]);
    await call('FileUpload', {
      File: { name: 'firmware é.bin', base64: bytes.toString('base64') },
      Folder: '/tmp/',
      Unit: [first, second],
      ExecuteTime: executeTime,
    });
    const [request] = simulator.requests;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/portal/api/FileUpload',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(request?.headers['content-type']).toMatch(/^multipart\/form-data; ?boundary=/);
    const raw = request?.body.toString('latin1') ?? '';
    expect(raw).toContain('name="File"; filename="');
    expect(raw).toContain('name="Data"');
    expect(raw).toContain(
      `{"Folder":"/tmp/","IsAll":"false","Group":"","Unit":${JSON.stringify(unit)},"ExecuteTime":"${executeTime}","PreScript":"","AfterScript":""}`,
    );
    expect(simulator.files).toEqual([
      expect.objectContaining({ name: 'firmware é.bin', content: bytes, unitIds: [first, second] }),
    ]);
  });

  it('FileUpload takes bare base64 and a boolean', async () => {
    await call('FileUpload', { File: 'aGk=', Folder: '/tmp/', IsAll: true });
    expect(simulator.files[0]).toMatchObject({ content: Buffer.from('hi'), data: { IsAll: 'true' } });
    expect(simulator.files[0]?.unitIds).toHaveLength(60);
  });

  it('connect sends Permanent as a string and only when asked', async () => {
    await call('connect', {
      UnitId: first,
      LocalPort: '5900',
      Permanent: true,
      LocalHost: '192.168.0.9',
      LimitingAccessIP: '203.0.113.7',
    });
    expect(simulator.requests[0]?.body.toString()).toBe(
      `{"UnitId":"${first}","LocalPort":"5900","Permanent":"true","LimitingAccessIP":"203.0.113.7","LocalHost":"192.168.0.9"}`,
    );
  });
});

describe('what comes back', () => {
  it('has one spelling for the two of the document', async () => {
    const listed = z.array(z.looseObject({ UnitId: z.string() })).parse(await call('device', {}));
    const found = z
      .array(z.looseObject({}))
      .parse(await call('GetDevice', { Name: `^${simulator.deviceName(first)}$` }));
    expect(found).toEqual([listed.find((row) => row.UnitId === first)]);
    expect(found[0]).toMatchObject({
      External_ip: expect.any(String),
      Internal_ip: expect.any(String),
      Mac: expect.any(String),
      Notes: expect.any(String),
    });
  });

  it('is repaired where the document shows commas missing or trailing, and that is logged', async () => {
    expect(await call('connect', { UnitId: first, LocalPort: 22 })).toEqual({
      Host: '127.0.0.1',
      Port: simulator.tunnels.list()[0]?.port,
    });
    expect(await call('ListConnection', {})).toEqual([
      {
        Name: simulator.deviceName(first),
        UnitId: first,
        LocalPort: '22',
        LocalHost: '',
        Host: '127.0.0.1',
        Port: String(simulator.tunnels.list()[0]?.port),
      },
    ]);
    await call('submitjob', { JobName: 'J', UnitId: first, ExecuteTime: executeTime, Command: 'ls' });
    expect(await call('listjob', { UnitId: first })).toEqual([
      {
        Name: 'J',
        UnitId: first,
        Status: 'Executed',
        SubmitTim: '2026-11-20 12:02:00.0',
        ExecuteTim: `${executeTime}.0`,
        Script: '',
        Command: 'ls',
        Result: 'ls: done',
      },
    ]);
    expect(await call('ListChart', {})).toHaveLength(3);
    expect(
      session.records
        .filter((record) => record.event === 'vendor-json-repaired')
        .map((record) => record.fields?.['operation']),
    ).toEqual(['connect', 'ListConnection', 'listjob', 'ListChart']);
  });

  it('keeps what was changed', async () => {
    await call('rename', { UnitId: first, Name: 'Renamed', Description: 'New words' });
    await call('ChangeGroup', { UnitId: first, Group: 'Elsewhere' });
    expect(await call('device', { Group: 'Elsewhere' })).toEqual([
      expect.objectContaining({ UnitId: first, Name: 'Renamed', Notes: 'New words' }),
    ]);
    await call('UpdateCustomField', { CustomField: 'C', UnitId: first, Value: 'v' });
    expect(await call('CustomField', { CustomField: 'C', Unit: unit })).toEqual([
      { UnitId: first, Custom: 'v' },
      { UnitId: second, Custom: '' },
    ]);
    await call('DeleteDevice', { UnitId: first });
    expect(await call('device', {})).toHaveLength(59);
    await call('DeleteJob', { UnitId: second });
    expect(await call('listjob', {})).toEqual([]);
  });

  it('of log is new each time', async () => {
    simulator.appendLog(first, 'System error', 'one');
    expect(await call('log', { UnitId: first, File: 'System error' })).toEqual([{ Log: 'one' }]);
    expect(await call('log', { UnitId: first, File: 'System error' })).toEqual([]);
    const log = remoteIot.operations.find((operation) => operation.id === 'log');
    expect(log).toMatchObject({ repeatable: false, cacheable: false });
  });

  it('of a speed test says perfect', async () => {
    await call('SubmitSpeedTest', { UnitId: first });
    expect(await call('GetSpeedTestResult', { UnitId: first })).toMatchObject({
      'Submission Time': '2026-11-20 12:02:00.0',
      'Wireless Quality': '(Perfect)',
    });
    expect(simulator.requests[1]?.body.toString()).toBe(`{"UnitId":"${first}"}`);
  });

  it('of a history is a number a line, whatever spaces stand at its ends', async () => {
    const one = z
      .array(z.looseObject({ Timestamp: z.string(), Value: z.number() }))
      .parse(await call('ChartHistory', { UnitId: first, ChartId: chartId, Hour: 1 }));
    expect(one).toHaveLength(12);
    expect(one.at(-1)?.Timestamp).toBe('2026-11-20 12:00:00');
    expect(one[0]).not.toHaveProperty('UnitId');
    expect(await call('DeviceUptime', { Unit: unit, Hour: 2 })).toHaveLength(48);
  });

  it('of UpdateChartId makes the old ids useless', async () => {
    await call('UpdateChartId', {});
    await expect(call('ChartHistory', { UnitId: first, ChartId: chartId, Hour: 1 })).rejects.toThrow('not-found');
    const [chart] = z.array(z.object({ ChartId: z.string() })).parse(await call('ListChart', {}));
    expect(await call('ChartHistory', { UnitId: first, ChartId: chart?.ChartId, Hour: 1 })).toHaveLength(12);
  });

  it('of a write is not read', async () => {
    simulator.fault({ kind: 'html', path: '/rename' });
    expect(await call('rename', { UnitId: first, Name: 'x' })).toBeUndefined();
  });
});

describe('input that cannot be right', () => {
  it.each([
    ['connect', 'LocalPort', { UnitId: first, LocalPort: 0 }],
    ['connect', 'LocalPort', { UnitId: first, LocalPort: '22x' }],
    ['connect', 'UnitId', { UnitId: '', LocalPort: 22 }],
    ['connect', 'Localhost: unknown', { UnitId: first, LocalPort: 22, Localhost: 'x' }],
    ['status', 'body', { body: [] }],
    ['status', 'body', undefined],
    ['device', 'the input', 'text'],
    ['DeviceUptime', 'Unit', { Unit: Array.from({ length: 1001 }, () => first), Hour: 1 }],
    ['submitjob', 'Command', { JobName: 'J', UnitId: first, ExecuteTime: executeTime }],
    ['submitjob', 'ExecuteTime', { JobName: 'J', UnitId: first, ExecuteTime: 'now', Command: 'ls' }],
    ['FileUpload', 'Unit', { File: 'aGk=', Folder: '/tmp/' }],
    ['FileUpload', 'File', { File: { name: '../x', base64: 'aGk=' }, Folder: '/tmp/', IsAll: true }],
  ])('%s without a good %s sends nothing', async (id, named, input) => {
    expect(await refused(id, input)).toContain(named);
  });
});
