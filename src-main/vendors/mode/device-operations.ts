import { z } from 'zod';
import { defineOperation } from '../vendor.ts';
import {
  changes,
  count,
  destroys,
  deviceId,
  flag,
  id,
  jsonFor,
  read,
  sent,
  text,
  time,
  write,
} from './operation-parts.ts';
import * as schemas from './schemas.ts';

const people = ['user', 'project'] as const;
const everybody = ['user', 'project', 'device'] as const;

export const listDevices = defineOperation({
  ...read,
  id: 'listDevices',
  number: 'MODE-01',
  summary: 'Lists the devices of a project or of a home.',
  path: '/devices',
  callers: people,
  input: z
    .strictObject({
      projectId: id.optional(),
      homeId: id.optional(),
      deviceClass: text.min(1).optional(),
      skip: count(0).optional(),
      // Left out, MODE sends 25 and does not say that there are more.
      limit: count(1).default(100),
    })
    .refine((input) => (input.projectId === undefined) !== (input.homeId === undefined), {
      path: ['projectId'],
      message: 'expected either projectId or homeId',
    }),
  output: schemas.devices,
  secretFields: ['apiKey', 'claimCode'],
  wire: ({ projectId, homeId, deviceClass, skip, limit }) => ({
    query: { projectId, homeId, deviceClass, skip: sent(skip), limit: String(limit) },
  }),
});

const onlyWithProject = ['name', 'tag', 'channel', 'bundleInstalled'] as const;

const addDevice = defineOperation({
  id: 'addDevice',
  number: 'MODE-02',
  summary: 'Adds a device to a home by its claim code, creates one in a project, or provisions one by its token.',
  method: 'POST',
  path: '/devices',
  callers: ['user', 'device'],
  input: z
    .strictObject({
      homeId: id.optional(),
      claimCode: text.min(1).optional(),
      token: text.min(1).optional().meta({ description: 'Provisioning token; takes precedence over projectId' }),
      deviceClass: text.min(1).optional(),
      projectId: id.optional(),
      name: text.optional(),
      tag: text.optional(),
      channel: text.optional(),
      bundleInstalled: text.optional(),
    })
    .superRefine((input, context) => {
      const refuse = (path: string, message: string): void =>
        context.addIssue({ code: 'custom', path: [path], message });
      if (input.token !== undefined) return;
      if (input.projectId === undefined) {
        if (input.homeId === undefined || input.claimCode === undefined)
          refuse('claimCode', 'expected homeId with claimCode, projectId with deviceClass, or token');
        for (const name of onlyWithProject)
          if (input[name] !== undefined) refuse(name, 'is taken together with projectId only');
      } else {
        if (input.deviceClass === undefined) refuse('deviceClass', 'is needed together with projectId');
        if (input.claimCode !== undefined) refuse('claimCode', 'is not taken together with projectId');
      }
    }),
  output: schemas.device,
  answer: 'json',
  danger: changes,
  repeatable: false,
  // The answer of on-demand provisioning holds an API key.
  cacheable: false,
  secretFields: ['apiKey', 'claimCode', 'token'],
  wire: (input) => ({
    body: {
      kind: 'form',
      fields: Object.fromEntries(
        Object.entries(input).filter((entry): entry is [string, string] => entry[1] !== undefined),
      ),
    },
  }),
});

export const getDevice = defineOperation({
  ...read,
  id: 'getDevice',
  number: 'MODE-03',
  summary: 'Reads what MODE knows of a device.',
  path: '/devices/{deviceId}',
  callers: everybody,
  input: z.strictObject({
    deviceId,
    includeAdminInfo: flag.optional().meta({ description: 'Adds the API key, the claim code and the creation time' }),
  }),
  output: schemas.device,
  cacheable: false,
  secretFields: ['apiKey', 'claimCode'],
  wire: (input) => ({ path: { deviceId: input.deviceId }, query: { includeAdminInfo: input.includeAdminInfo } }),
});

const updateDevice = defineOperation({
  ...write,
  id: 'updateDevice',
  number: 'MODE-04',
  summary: 'Changes the name of a device; with more rights its tag, home and firmware channel.',
  method: 'PATCH',
  path: '/devices/{deviceId}',
  callers: people,
  // The table has `claimCode` where the sample has `channel`. A claim code is made by MODE, so it is not offered.
  input: z
    .strictObject({
      deviceId,
      name: text.optional(),
      tag: text.optional(),
      homeId: count(1).optional().meta({ description: 'Moves the device to this home' }),
      channel: text.optional(),
    })
    .refine(({ deviceId: _device, ...fields }) => Object.values(fields).some((value) => value !== undefined), {
      path: ['name'],
      message: 'expected something to change',
    }),
  danger: changes,
  repeatable: true,
  wire: ({ deviceId: device, ...body }) => jsonFor(device, body),
});

const deleteDevice = defineOperation({
  ...write,
  id: 'deleteDevice',
  number: 'MODE-05',
  summary: 'Takes a device out of its home, or erases it for ever.',
  method: 'DELETE',
  path: '/devices/{deviceId}',
  callers: everybody,
  input: z.strictObject({
    deviceId,
    hardDelete: flag.optional().meta({ description: 'Erases the device from the project, too' }),
  }),
  danger: destroys(
    'The device leaves its home, and its users lose it. With hardDelete, or in a project that provisions devices on demand, it is erased for ever together with its key, its settings and its logs.',
    'The devices leave their homes, and their users lose them. With hardDelete, or in a project that provisions devices on demand, they are erased for ever together with their keys, their settings and their logs.',
  ),
  repeatable: false,
  // "Required" in the table, but there for pre-provisioned projects only; MODE's own SDK sends nothing.
  wire: (input) => ({
    path: { deviceId: input.deviceId },
    query: { hardDelete: input.hardDelete === 'true' ? 'true' : undefined },
  }),
});

const entries = {
  ...read,
  callers: people,
  input: z.strictObject({ deviceId, begin: time, end: time, maxEntries: count(1).optional() }),
  output: schemas.records,
  wire: (input: {
    readonly deviceId: string;
    readonly begin: string;
    readonly end: string;
    readonly maxEntries?: number | undefined;
  }) => ({
    path: { deviceId: input.deviceId },
    query: { begin: input.begin, end: input.end, maxEntries: sent(input.maxEntries) },
  }),
} as const;

const getLogEntries = defineOperation({
  ...entries,
  id: 'getLogEntries',
  number: 'MODE-06',
  summary: 'Reads the debug and error log of a device between two times.',
  path: '/devices/{deviceId}/logEntries',
});

const getHttpLogEntries = defineOperation({
  ...entries,
  id: 'getHttpLogEntries',
  number: 'MODE-07',
  summary: 'Reads the HTTP access log of a device between two times.',
  path: '/devices/{deviceId}/httpLogEntries',
});

const requestLogs = defineOperation({
  id: 'requestLogs',
  number: 'MODE-08',
  summary: 'Asks a device to upload its logs.',
  method: 'POST',
  path: '/devices/{deviceId}/logRequests',
  callers: people,
  input: z.strictObject({
    deviceId,
    start: time.optional().meta({ description: 'The earlier end: logs younger than this' }),
    end: time.optional().meta({ description: 'The later end: logs older than this' }),
    prefixes: z.array(text.min(1)).optional().meta({ description: 'Only logs whose names begin so' }),
  }),
  // The document shows no body of the 201.
  output: z.unknown(),
  answer: 'any',
  danger: changes,
  repeatable: false,
  cacheable: false,
  secretFields: schemas.logRequestSecrets,
  wire: ({ deviceId: device, ...body }) => jsonFor(device, body),
});

const oneStatus = schemas.logStatuses.join('|');

const listLogRequests = defineOperation({
  ...read,
  id: 'listLogRequests',
  number: 'MODE-09',
  summary: 'Lists the log requests made to a device.',
  path: '/devices/{deviceId}/logRequests',
  callers: people,
  input: z.strictObject({
    deviceId,
    statuses: z
      .union([
        z.enum(schemas.logStatuses),
        z
          .string()
          .regex(
            new RegExp(`^(?:${oneStatus})(?:,(?:${oneStatus}))*$`),
            `expected ${oneStatus}, or several with commas`,
          ),
      ])
      .optional()
      .meta({ description: 'On the command line several, separated by commas' }),
    sortBy: text
      .regex(/^(?:ts|status):(?:asc|desc)(?:,(?:ts|status):(?:asc|desc))*$/, 'expected such as ts:asc,status:desc')
      .optional(),
    limit: count(1).optional(),
    skip: count(0).optional(),
  }),
  output: schemas.logRequests,
  cacheable: false,
  secretFields: schemas.logRequestSecrets,
  wire: ({ deviceId: device, statuses, sortBy, limit, skip }) => ({
    path: { deviceId: device },
    query: { statuses, sortBy, limit: sent(limit), skip: sent(skip) },
  }),
});

const logRequest = z.strictObject({ deviceId, logRequestId: text.trim().min(1) });

const getLogRequest = defineOperation({
  ...read,
  id: 'getLogRequest',
  number: 'MODE-10',
  summary: 'Reads one log request of a device.',
  path: '/devices/{deviceId}/logRequests/{logRequestId}',
  callers: people,
  input: logRequest,
  output: schemas.logRequest,
  cacheable: false,
  secretFields: schemas.logRequestSecrets,
  wire: (input) => ({ path: input }),
});

const cancelLogRequest = defineOperation({
  ...write,
  id: 'cancelLogRequest',
  number: 'MODE-11',
  summary: 'Cancels a log request; it stays in the list as cancelled.',
  method: 'DELETE',
  path: '/devices/{deviceId}/logRequests/{logRequestId}',
  callers: people,
  input: logRequest,
  danger: changes,
  repeatable: false,
  wire: (input) => ({ path: input }),
});

/** MODE-01 to MODE-11. */
export const deviceOperations = [
  listDevices,
  addDevice,
  getDevice,
  updateDevice,
  deleteDevice,
  getLogEntries,
  getHttpLogEntries,
  requestLogs,
  listLogRequests,
  getLogRequest,
  cancelLogRequest,
] as const;
