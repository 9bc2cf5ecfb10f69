import { z } from 'zod';
import { defineOperation } from '../vendor.ts';
import type { Operation } from '../vendor.ts';
import { changes, destroys, flag, json, read, text, unit, unitId, write } from './operation-parts.ts';
import * as schemas from './schemas.ts';

/** `2017-05-19 00:00:00`, GMT. */
const executeTime = z
  .string()
  .trim()
  .regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/, 'expected a time such as 2017-05-19 00:00:00 (GMT)')
  .meta({ title: 'Time (GMT)', description: '2017-05-19 00:00:00, GMT' });

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
      // The document's own example has both.
      Command: text.min(1).optional().meta({ description: 'RemoteIoT ignores it where there is a Script' }),
    })
    .refine((input) => input.Script !== undefined || input.Command !== undefined, {
      path: ['Command'],
      message: 'expected a Script or a Command',
    }),
  danger: destroys(
    'The command runs on the device with high rights. What it does there cannot be taken back from here.',
    'The command runs on all of these devices with high rights. What it does there cannot be taken back from here.',
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
    // May be given as a file.
    Content: text.meta({ contentMediaType: 'text/plain' }),
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

const writesFile =
  'The file is written on every device named here, over a file of the same name, and the scripts given with it run there with high rights.';

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
  // True of one device and of many.
  danger: destroys(writesFile, writesFile),
  repeatable: false,
  // A file goes out as fast as the connection takes it.
  withinMs: () => 120_000,
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
    UnitId: z.string().trim().default('').meta({ title: 'Device id', description: 'Empty: all jobs' }),
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

/** RIOT-14 to RIOT-20: tests, jobs and files. */
export const jobOperations: readonly Operation[] = [
  submitSpeedTest,
  getSpeedTestResult,
  submitJob,
  updateFile,
  fileUpload,
  listJob,
  deleteJob,
];
