import { z } from 'zod';
import { defineOperation } from '../vendor.ts';
import type { Operation } from '../vendor.ts';
import {
  all,
  changes,
  destroys,
  flag,
  json,
  noBody,
  read,
  text,
  unitId,
  units,
  upToThousand,
  write,
} from './operation-parts.ts';
import { chartOperations } from './chart-operations.ts';
import { jobOperations } from './job-operations.ts';
import * as schemas from './schemas.ts';

/**
 * RemoteIoT's 28 endpoints, https://remoteiot.com/api.htm. All are POST, reads included; where the document shows
 * no body, none is sent. Booleans and ports go out as strings, as its samples have them.
 */

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
    'The devices leave the account, with their jobs, custom fields and history. To reach one again it has to be registered anew, on the device itself.',
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
  keep: { deviceId: 'UnitId', file: 'File', line: 'Log' },
  // Nobody waits so long for it, but lines that are on their way are handed out to nobody again.
  withinMs: () => 150_000,
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
  ...jobOperations,
  ...chartOperations,
];
