import { z } from 'zod';
import { defineOperation } from '../vendor.ts';
import type { Danger, Operation, WireParts } from '../vendor.ts';
import * as schemas from './schemas.ts';

/**
 * RemoteIoT's 28 endpoints, https://remoteiot.com/api.htm. All are POST, reads included; where the document shows
 * no body, none is sent. Booleans and ports go out as strings, as its samples have them.
 */

const unitId = z.string().trim().min(1).max(200).meta({ title: 'Device id' });
const text = z.string();
const unit = z.union([z.strictObject({ UnitId: unitId }), unitId.transform((id) => ({ UnitId: id }))]);
const units = z.array(unit).min(1);
const upToThousand = units.max(1000);
/** A port of the device; a number or digits, sent as digits. */
const port = z
  .union([
    z.int(),
    z
      .string()
      .trim()
      .regex(/^\d{1,5}$/, 'expected a port number')
      .transform(Number),
  ])
  .pipe(z.int().min(1).max(65_535))
  .transform(String);
const flag = z.union([z.boolean(), z.literal('true'), z.literal('false')]).transform(String);
/** `2017-05-19 00:00:00`, GMT. */
const executeTime = z
  .string()
  .trim()
  .regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/, 'expected a time such as 2017-05-19 00:00:00 (GMT)')
  .meta({ title: 'Time (GMT)', description: '2017-05-19 00:00:00, GMT' });
const hour = z
  .int()
  .min(1)
  .max(24 * 366)
  .meta({ title: 'Hours of history' });

/** A request body of the given fields; those that are undefined are left out. */
const json = (value: unknown): WireParts => ({ body: { kind: 'json', value } });
/** The samples without a body still declare JSON. */
const noBody = (): WireParts => ({ headers: { 'content-type': 'application/json' } });

const all = { callers: ['user'], method: 'POST', secretFields: [] } as const;
const read = { ...all, danger: { level: 'none' }, repeatable: true, cacheable: true } as const;
const write = { ...all, answer: 'nothing', output: schemas.nothing, cacheable: false } as const;
const changes: Danger = { level: 'changes' };
const destroys = (confirm: string): Danger => ({ level: 'destroys', confirm });
const history = { ...read, answer: 'csv', output: schemas.historyRows } as const;
const fleetHistory = { ...history, input: z.strictObject({ Unit: upToThousand, Hour: hour }), wire: json };

export const device = defineOperation({
  ...read,
  id: 'device',
  number: 'RIOT-01',
  summary: 'Lists the devices of the account, or of one group.',
  path: '/device',
  input: z.strictObject({ Group: text.default('') }),
  output: schemas.deviceRows,
  answer: 'json',
  wire: json,
});

const getDevice = defineOperation({
  ...read,
  id: 'GetDevice',
  number: 'RIOT-02',
  summary: 'Lists the devices whose name matches a regular expression.',
  path: '/GetDevice',
  input: z.strictObject({ Name: text.meta({ description: 'A regular expression' }) }),
  output: schemas.deviceRows,
  answer: 'json',
  wire: json,
});

const rename = defineOperation({
  ...write,
  id: 'rename',
  number: 'RIOT-03',
  summary: 'Changes the name and the description of a device.',
  path: '/rename',
  input: z.strictObject({ UnitId: unitId, Name: text.min(1), Description: text.optional() }),
  danger: changes,
  repeatable: true,
  wire: json,
});

export const status = defineOperation({
  ...read,
  id: 'status',
  number: 'RIOT-04',
  summary: 'Says which of the given devices are online.',
  path: '/status',
  input: z.strictObject({ body: units }),
  output: schemas.statusRows,
  answer: 'json',
  wire: (input) => json(input.body),
});

export const connect = defineOperation({
  ...all,
  id: 'connect',
  number: 'RIOT-05',
  summary: 'Opens a tunnel from a public proxy to a port of the device.',
  path: '/connect',
  input: z.strictObject({
    UnitId: unitId,
    LocalPort: port,
    Permanent: flag.optional(),
    LimitingAccessIP: text.optional(),
    Host: text.optional(),
    LocalHost: text.optional(),
  }),
  output: schemas.connectAnswer,
  answer: 'json',
  danger: changes,
  repeatable: false,
  cacheable: false,
  wire: json,
});

const deleteDevice = defineOperation({
  ...write,
  id: 'DeleteDevice',
  number: 'RIOT-06',
  summary: 'Removes a device from the account.',
  path: '/DeleteDevice',
  input: z.strictObject({ UnitId: unitId }),
  danger: destroys(
    'The device leaves the account, with its jobs, custom fields and history. To reach it again it has to be registered anew, on the device itself.',
  ),
  repeatable: false,
  wire: json,
});

export const deleteConnection = defineOperation({
  ...write,
  id: 'DeleteConnection',
  number: 'RIOT-07',
  summary: 'Closes the tunnel behind a remote port.',
  path: '/DeleteConnection',
  input: z.strictObject({ UnitId: unitId, Port: port.meta({ description: 'The remote port' }) }),
  danger: changes,
  // A freed remote port is given to the next tunnel: a second call could close that one.
  repeatable: false,
  wire: json,
});

export const listConnection = defineOperation({
  ...read,
  id: 'ListConnection',
  number: 'RIOT-08',
  summary: 'Lists the tunnels that are open.',
  path: '/ListConnection',
  input: z.strictObject({}),
  output: schemas.connectionRows,
  answer: 'json',
  cacheable: false,
  wire: noBody,
});

const log = defineOperation({
  ...all,
  id: 'log',
  number: 'RIOT-09',
  summary: 'Fetches what is new in a log file since the last call. The vendor hands out each line once.',
  path: '/log',
  input: z.strictObject({ UnitId: unitId, File: text.min(1).meta({ description: 'Such as "System error"' }) }),
  output: schemas.logRows,
  answer: 'json',
  danger: changes,
  repeatable: false,
  cacheable: false,
  wire: json,
});

const changeGroup = defineOperation({
  ...write,
  id: 'ChangeGroup',
  number: 'RIOT-10',
  summary: 'Moves a device to a group.',
  path: '/ChangeGroup',
  input: z.strictObject({ UnitId: unitId, Group: text }),
  danger: changes,
  repeatable: true,
  wire: json,
});

const addGroup = defineOperation({
  ...write,
  id: 'AddGroup',
  number: 'RIOT-11',
  summary: 'Creates a group.',
  path: '/AddGroup',
  input: z.strictObject({ Group: text.min(1) }),
  danger: changes,
  repeatable: false,
  wire: json,
});

const customField = defineOperation({
  ...read,
  id: 'CustomField',
  number: 'RIOT-12',
  summary: 'Reads a custom field of up to 1000 devices.',
  path: '/CustomField',
  input: z.strictObject({ CustomField: text.min(1), Unit: upToThousand }),
  output: schemas.customFieldRows,
  answer: 'json',
  wire: json,
});

const updateCustomField = defineOperation({
  ...write,
  id: 'UpdateCustomField',
  number: 'RIOT-13',
  summary: 'Changes a custom field of a device.',
  path: '/UpdateCustomField',
  input: z.strictObject({ CustomField: text.min(1), UnitId: unitId, Value: text }),
  danger: changes,
  repeatable: true,
  wire: json,
});

const submitSpeedTest = defineOperation({
  ...write,
  id: 'SubmitSpeedTest',
  number: 'RIOT-14',
  summary: 'Starts a network test on a device. It uses the device’s data volume.',
  path: '/SubmitSpeedTest',
  input: z.strictObject({ UnitId: unitId }),
  danger: changes,
  repeatable: false,
  wire: json,
});

const getSpeedTestResult = defineOperation({
  ...read,
  id: 'GetSpeedTestResult',
  number: 'RIOT-15',
  summary: 'Reads the last network test of a device.',
  path: '/GetSpeedTestResult',
  input: z.strictObject({ UnitId: unitId }),
  output: schemas.speedTestResult,
  answer: 'json',
  wire: json,
});

const submitJob = defineOperation({
  ...write,
  id: 'submitjob',
  number: 'RIOT-16',
  summary: 'Runs a shell command, or a script uploaded in the portal, on a device.',
  path: '/submitjob',
  input: z
    .strictObject({
      JobName: text.min(1),
      UnitId: unitId,
      ExecuteTime: executeTime,
      Script: text.min(1).optional(),
      Command: text.min(1).optional(),
    })
    // With both, RemoteIoT would run the script and drop the command without a word.
    .refine((input) => (input.Script === undefined) !== (input.Command === undefined), {
      path: ['Command'],
      message: 'expected either Script or Command, not both',
    }),
  danger: destroys(
    'The command runs on the device with high rights. What it does there cannot be taken back from here.',
  ),
  repeatable: false,
  wire: json,
});

const updateFile = defineOperation({
  ...write,
  id: 'UpdateFile',
  number: 'RIOT-17',
  summary: 'Replaces the content of a file on a device.',
  path: '/UpdateFile',
  input: z.strictObject({
    JobName: text.min(1),
    UnitId: unitId,
    ExecuteTime: executeTime,
    Filename: text.min(1).meta({ description: 'Full path' }),
    Content: text,
  }),
  danger: destroys('The file on the device is replaced, with high rights. Its present content is lost.'),
  repeatable: false,
  wire: json,
});

const base64 = z.base64();
const namedFile = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(255)
    .regex(/^[^\p{Cc}/\\]+$/u, 'expected a file name without a path'),
  base64,
});

const fileUpload = defineOperation({
  ...write,
  id: 'FileUpload',
  number: 'RIOT-18',
  summary: 'Uploads a file to devices, to a group, or to all devices.',
  path: '/FileUpload',
  input: z
    .strictObject({
      File: z
        .union([namedFile, base64.transform((content) => ({ name: 'file', base64: content }))])
        .meta({ description: 'The content in base64, or {name, base64}' }),
      Folder: text.min(1).meta({ description: 'Folder on the device' }),
      IsAll: flag.default('false'),
      Group: text.default(''),
      Unit: z.array(unit).default([]),
      ExecuteTime: executeTime.optional(),
      PreScript: text.default(''),
      AfterScript: text.default(''),
    })
    .refine((input) => input.IsAll === 'true' || input.Group !== '' || input.Unit.length > 0, {
      path: ['Unit'],
      message: 'expected devices, a Group, or IsAll',
    }),
  danger: destroys(
    'The file is written on every device named here, over a file of the same name, and the scripts given with it run there with high rights.',
  ),
  repeatable: false,
  wire: ({ File, ...data }) => ({
    body: {
      kind: 'multipart',
      parts: [
        { name: 'File', filename: File.name, bytes: Uint8Array.from(atob(File.base64), (char) => char.charCodeAt(0)) },
        { name: 'Data', value: JSON.stringify(data) },
      ],
    },
  }),
});

const listJob = defineOperation({
  ...read,
  id: 'listjob',
  number: 'RIOT-19',
  summary: 'Lists the jobs of a device, or of all devices, with their output.',
  path: '/listjob',
  input: z.strictObject({
    UnitId: z.string().trim().max(200).default('').meta({ title: 'Device id', description: 'Empty: all jobs' }),
  }),
  output: schemas.jobRows,
  answer: 'json',
  wire: json,
});

const deleteJob = defineOperation({
  ...write,
  id: 'DeleteJob',
  number: 'RIOT-20',
  summary: 'Deletes all jobs of a device.',
  path: '/DeleteJob',
  input: z.strictObject({ UnitId: unitId }),
  danger: destroys(
    'All jobs of the device are deleted, those still waiting and the output of those done. RemoteIoT cannot delete a single one.',
  ),
  repeatable: false,
  wire: json,
});

const listChart = defineOperation({
  ...read,
  id: 'ListChart',
  number: 'RIOT-21',
  summary: 'Lists the cloud charts.',
  path: '/ListChart',
  input: z.strictObject({}),
  output: schemas.chartRows,
  answer: 'json',
  wire: noBody,
});

const updateChartId = defineOperation({
  ...write,
  id: 'UpdateChartId',
  number: 'RIOT-22',
  summary: 'Gives every cloud chart a new id.',
  path: '/UpdateChartId',
  input: z.strictObject({}),
  danger: destroys(
    'Every chart of the account gets a new id. Links and programs that use the present ids stop working, for everybody.',
  ),
  repeatable: false,
  wire: noBody,
});

const chartHistory = defineOperation({
  ...history,
  id: 'ChartHistory',
  number: 'RIOT-23',
  summary: 'Reads the history of a cloud chart for one device.',
  path: '/ChartHistory',
  input: z.strictObject({ UnitId: unitId, ChartId: text.min(1), Hour: hour }),
  wire: json,
});

const chartHistoryMulti = defineOperation({
  ...history,
  id: 'ChartHistoryMulti',
  number: 'RIOT-24',
  summary: 'Reads the history of a cloud chart for several devices.',
  path: '/ChartHistoryMulti',
  input: z.strictObject({ Unit: units, ChartId: text.min(1), Hour: hour }),
  wire: json,
});

const deviceUptime = defineOperation({
  ...fleetHistory,
  id: 'DeviceUptime',
  number: 'RIOT-25',
  summary: 'Reads how much of the time devices were up, in percent.',
  path: '/DeviceUptime',
});

const networkUptime = defineOperation({
  ...fleetHistory,
  id: 'NetworkUptime',
  number: 'RIOT-26',
  summary: 'Reads how much of the time devices had a network, in percent.',
  path: '/NetworkUptime',
});

const networkIn = defineOperation({
  ...fleetHistory,
  id: 'NetworkIn',
  number: 'RIOT-27',
  summary: 'Reads the incoming traffic of devices, in the vendor’s unit.',
  path: '/NetworkIn',
});

const networkOut = defineOperation({
  ...fleetHistory,
  id: 'NetworkOut',
  number: 'RIOT-28',
  summary: 'Reads the outgoing traffic of devices, in the vendor’s unit.',
  path: '/NetworkOut',
});

/** The whole catalogue, in the order of the document's table. */
export const remoteIotOperations: readonly Operation[] = [
  device,
  getDevice,
  rename,
  status,
  connect,
  deleteDevice,
  deleteConnection,
  listConnection,
  log,
  changeGroup,
  addGroup,
  customField,
  updateCustomField,
  submitSpeedTest,
  getSpeedTestResult,
  submitJob,
  updateFile,
  fileUpload,
  listJob,
  deleteJob,
  listChart,
  updateChartId,
  chartHistory,
  chartHistoryMulti,
  deviceUptime,
  networkUptime,
  networkIn,
  networkOut,
];
