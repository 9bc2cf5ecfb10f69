import { z } from 'zod';
import { interactiveMs } from '../../core/base/deadline.ts';
import { defineOperation } from '../vendor.ts';
import type { Method } from '../vendor.ts';
import {
  changes,
  collecting,
  destroys,
  deviceId,
  flag,
  jsonFor,
  onDevice,
  onlyDevice,
  read,
  text,
  write,
} from './operation-parts.ts';
import * as schemas from './schemas.ts';

const people = ['user', 'project'] as const;
const everybody = ['user', 'project', 'device'] as const;
const onlyTheDevice = ['device'] as const;

const getConfigSchemas = defineOperation({
  ...read,
  id: 'getConfigSchemas',
  number: 'MODE-12',
  summary: 'Reads the configuration schemas of a device. Defaults that look like secrets are masked.',
  path: '/devices/{deviceId}/configSchemas',
  callers: everybody,
  input: onlyDevice,
  output: schemas.configSchemas,
  cacheable: false,
  wire: onDevice,
});

/** A WebSocket: its messages are collected for `seconds`, or until `messages` came, and are the answer. */
const receiveCommands = defineOperation({
  ...read,
  id: 'receiveCommands',
  number: 'MODE-13',
  summary: 'Listens as the device itself and collects the commands sent to it.',
  path: '/devices/{deviceId}/command',
  callers: onlyTheDevice,
  input: z.strictObject({
    deviceId,
    authToken: text.min(1).optional().meta({ description: 'The device key, where the header cannot be set' }),
    ...collecting,
  }),
  output: schemas.records,
  cacheable: false,
  secretFields: ['authToken'],
  withinMs: ({ seconds }) => interactiveMs + seconds * 1000,
  wire: ({ deviceId: device, authToken, seconds, messages }) => ({
    path: { deviceId: device },
    query: { authToken },
    upgrade: { seconds, messages },
  }),
});

const anyObject = z.record(z.string(), z.unknown());

const sendCommand = defineOperation({
  ...write,
  id: 'sendCommand',
  number: 'MODE-14',
  summary: 'Sends a command to a device that is online.',
  method: 'PUT',
  path: '/devices/{deviceId}/command',
  callers: people,
  input: z.strictObject({ deviceId, action: text.min(1), parameters: anyObject.optional() }),
  danger: destroys(
    'The device carries the command out on the machine at once. What it does there cannot be taken back from here.',
    'The devices carry the command out on their machines at once. What it does there cannot be taken back from here.',
  ),
  repeatable: false,
  wire: ({ deviceId: device, ...body }) => jsonFor(device, body),
});

const sendEvent = defineOperation({
  ...write,
  id: 'sendEvent',
  number: 'MODE-15',
  summary: 'Sends an event to the cloud as the device itself.',
  method: 'PUT',
  path: '/devices/{deviceId}/event',
  callers: onlyTheDevice,
  input: z.strictObject({
    deviceId,
    eventType: text.regex(
      /^[A-Za-z]+(?:[A-Za-z0-9]|[-_]+[A-Za-z0-9])*$/,
      'expected letters first, and - or _ only in between',
    ),
    eventData: anyObject,
  }),
  danger: changes,
  repeatable: false,
  wire: ({ deviceId: device, ...body }) => jsonFor(device, body),
});

/**
 * One number of the document, two ways: a plain request, or with `live` a WebSocket of the device itself, whose
 * messages (a full dump, then each change) are collected as those of `receiveCommands` are.
 */
export const listKeyValues = defineOperation({
  ...read,
  id: 'listKeyValues',
  number: 'MODE-16',
  summary: 'Reads the keys and values of a device, or listens to their changes as the device itself.',
  path: '/devices/{deviceId}/kv',
  callers: everybody,
  input: z.strictObject({
    deviceId,
    // "Required" in the table and "if specified" in the text: left out unless somebody filters.
    keyPrefix: text.min(1).optional(),
    live: flag.default('false').meta({ description: 'With a device key: listens to changes' }),
    ...collecting,
  }),
  output: schemas.keyValues,
  // Values hold the settings of devices, their passwords among them.
  cacheable: false,
  withinMs: ({ live, seconds }) => interactiveMs + (live === 'true' ? seconds * 1000 : 0),
  wire: ({ deviceId: device, keyPrefix, live, seconds, messages }) =>
    live === 'true'
      ? { path: { deviceId: device }, upgrade: { seconds, messages } }
      : { path: { deviceId: device }, query: { keyPrefix } },
});

const pair = { deviceId, key: text.min(1).max(1000) };
const onPair = (input: { readonly deviceId: string; readonly key: string }) => ({
  path: { deviceId: input.deviceId, key: input.key },
});

const getKeyValue = defineOperation({
  ...read,
  id: 'getKeyValue',
  number: 'MODE-17',
  summary: 'Reads the value of a key of a device.',
  path: '/devices/{deviceId}/kv/{key}',
  callers: everybody,
  input: z.strictObject(pair),
  output: schemas.keyValue,
  cacheable: false,
  wire: onPair,
});

const setKeyValue = defineOperation({
  ...write,
  id: 'setKeyValue',
  number: 'MODE-18',
  summary: 'Sets the value of a key of a device; creates the key where there is none.',
  method: 'PUT',
  path: '/devices/{deviceId}/kv/{key}',
  callers: everybody,
  input: z.strictObject({
    ...pair,
    value: z
      .union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.unknown()), anyObject])
      .meta({ description: 'A text; other JSON only where the key holds such a value already' }),
  }),
  danger: changes,
  repeatable: true,
  wire: ({ value, ...input }) => ({ ...onPair(input), body: { kind: 'json', value: { value } } }),
});

const deleteKeyValue = defineOperation({
  ...write,
  id: 'deleteKeyValue',
  number: 'MODE-19',
  summary: 'Deletes a key of a device with its value.',
  method: 'DELETE',
  path: '/devices/{deviceId}/kv/{key}',
  callers: everybody,
  input: z.strictObject(pair),
  danger: destroys(
    'The key and its value are deleted, and the device is told so at once. MODE keeps no earlier value.',
  ),
  repeatable: false,
  wire: onPair,
});

const recordFirmware = defineOperation({
  ...write,
  id: 'recordFirmware',
  number: 'MODE-20',
  summary: 'Records, as the device itself, which firmware bundle is installed.',
  method: 'PUT',
  path: '/devices/{deviceId}/firmwareInfo',
  callers: onlyTheDevice,
  input: z.strictObject({
    deviceId,
    bundleId: text.regex(
      /^[A-Za-z0-9]+(?:[-_.]+[A-Za-z0-9]+)*$/,
      'expected letters and digits, with - _ . only in between',
    ),
  }),
  danger: changes,
  repeatable: true,
  wire: ({ deviceId: device, bundleId }) => jsonFor(device, { bundleId }),
});

const proxied = {
  path: '/devices/{deviceId}/appProxy/{+srcPath}',
  callers: people,
  // The reply is the application's, of whatever type and size.
  answer: 'any',
  output: z.unknown(),
  cacheable: false,
  secretFields: [],
} as const;
const proxyPath = {
  deviceId,
  srcPath: text.min(1).meta({ description: 'A path of the project’s App Proxy settings' }),
  query: z.record(z.string(), z.string()).optional().meta({ description: 'Passed on to the application' }),
};
const proxyBody = z.strictObject({
  ...proxyPath,
  body: z.unknown().optional().meta({ description: 'A text goes out as text, anything else as JSON' }),
});

const proxyWith = <M extends Method>(method: M, number: string) =>
  defineOperation({
    ...proxied,
    id: `proxy${method.charAt(0)}${method.slice(1).toLowerCase()}`,
    number,
    summary: `Sends a ${method} request to the application behind the App Proxy of a device.`,
    method,
    input: proxyBody,
    danger: changes,
    repeatable: false,
    wire: ({ deviceId: device, srcPath, query = {}, body }) => ({
      path: { deviceId: device, srcPath },
      query,
      ...(body === undefined
        ? {}
        : {
            body:
              typeof body === 'string'
                ? { kind: 'text', text: body, contentType: 'text/plain; charset=utf-8' }
                : { kind: 'json', value: body },
          }),
    }),
  });

const proxyGet = defineOperation({
  ...proxied,
  id: 'proxyGet',
  number: 'MODE-21',
  summary: 'Sends a GET request to the application behind the App Proxy of a device.',
  method: 'GET',
  input: z.strictObject(proxyPath),
  danger: { level: 'none' },
  repeatable: true,
  wire: ({ deviceId: device, srcPath, query = {} }) => ({ path: { deviceId: device, srcPath }, query }),
});

const proxyDelete = defineOperation({
  ...proxied,
  id: 'proxyDelete',
  number: 'MODE-25',
  summary: 'Sends a DELETE request to the application behind the App Proxy of a device.',
  method: 'DELETE',
  input: z.strictObject(proxyPath),
  danger: destroys('The application deletes what the path names. Whether that can be taken back is its own affair.'),
  repeatable: false,
  wire: ({ deviceId: device, srcPath, query = {} }) => ({ path: { deviceId: device, srcPath }, query }),
});

/** MODE-12 to MODE-25. */
export const dataOperations = [
  getConfigSchemas,
  receiveCommands,
  sendCommand,
  sendEvent,
  listKeyValues,
  getKeyValue,
  setKeyValue,
  deleteKeyValue,
  recordFirmware,
  proxyGet,
  proxyWith('POST', 'MODE-22'),
  proxyWith('PUT', 'MODE-23'),
  proxyWith('PATCH', 'MODE-24'),
  proxyDelete,
] as const;
