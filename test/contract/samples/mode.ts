import {
  listed,
  added,
  addedRead,
  info,
  whole,
  keyValues,
  configSchemas,
  logRequest,
  logRequestRead,
} from './mode-answers.ts';
import type { Sample, VendorSamples } from '../../support/vendor-samples.ts';

/**
 * From MODE's document, "Devices" of the platform API. It shows bodies and answers; methods, paths, parameters and
 * statuses are those of its tables, named in `shows` where there is no sample. The form of the key and the host are of
 * https://dev.tinkermode.com/platform/api-info/02-making-requests/. Ids in paths are those of the samples.
 */

const host = 'https://api.tinkermode.com';
const key = 'AUTH_CODE';
const headers = { authorization: `ModeCloud ${key}` };
const json = { ...headers, 'content-type': 'application/json' };
const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
const noBody = { status: 204 } as const;
const nothing = { value: undefined } as const;

/** One of its tables of answers, which all tell the same errors. */
const refused = (
  status: number,
  kind: 'unauthorized' | 'forbidden' | 'not-found' | 'conflict' | 'vendor-unavailable',
) => ({ answer: { status }, reads: { refusal: { kind } } }) as const;

const device = `${host}/devices/34328`;
const bounds = { begin: '2019-12-17T22:00:00Z', end: '2019-12-17T23:00:00Z' };
const asDevice = { secrets: { apiKey: key }, fields: { keyKind: 'device' } };

/** A list of entries whose form the document does not describe: they are passed on as they are. */
const entries = (part: string, of: string): readonly Sample[] => [
  {
    shows: `Query Parameters, and 200: "A list of ${of} objects"`,
    input: { deviceId: 34328, ...bounds, maxEntries: 10 },
    request: {
      method: 'GET',
      url: `${device}/${part}?begin=2019-12-17T22%3A00%3A00Z&end=2019-12-17T23%3A00%3A00Z&maxEntries=10`,
      headers,
      body: null,
    },
    answer: { status: 200, body: '[{"not":"described"}]' },
    reads: { value: [{ not: 'described' }] },
  },
  {
    shows: '403: denied permission',
    input: { deviceId: 34328, ...bounds },
    request: {
      method: 'GET',
      url: `${device}/${part}?begin=2019-12-17T22%3A00%3A00Z&end=2019-12-17T23%3A00%3A00Z`,
      headers,
      body: null,
    },
    ...refused(403, 'forbidden'),
  },
];

/** "The response depends on the behavior of the target app service." */
const proxied = (method: string, body: { readonly sent: unknown; readonly text: string } | undefined): Sample => ({
  shows: 'Endpoint and Path Parameters',
  input: { deviceId: 34328, srcPath: 'source/path', ...(body === undefined ? {} : { body: body.sent }) },
  request: {
    method,
    url: `${device}/appProxy/source/path`,
    headers: body === undefined ? headers : json,
    body: body?.text ?? null,
  },
  answer: { status: 200, headers: { 'content-type': 'text/plain' }, body: 'of the target app service' },
  reads: { value: 'of the target app service' },
});

export const modeSamples: VendorSamples = {
  baseUrl: host,
  account: { secrets: { apiKey: key } },
  samples: {
    'MODE-01': [
      {
        shows: 'Query Parameters of a project, and Response Body Sample',
        input: { projectId: 1265 },
        // "Default value is 25": what is left out hides devices, so a limit is always sent.
        request: { method: 'GET', url: `${host}/devices?projectId=1265&limit=100`, headers, body: null },
        answer: { status: 200, body: listed },
        reads: {
          value: [
            {
              id: '34256',
              projectId: '1265',
              deviceClass: 'smart_sensor',
              name: 'happy',
              tag: 'store_one',
              homeId: '1701',
              claimExpirationTime: '2019-09-18T22:19:39Z',
              claimTime: '2019-09-18T22:19:39Z',
              isConnected: false,
              lastConnectTime: '2019-09-18T22:31:20.678Z',
              lastDisconnectTime: '2019-09-18T22:34:19.314Z',
            },
            {
              id: '343d8',
              projectId: '1265',
              deviceClass: 'smart_sensor',
              name: 'sad',
              tag: 'store_one',
              claimExpirationTime: '2019-09-18T23:42:39.885Z',
              isConnected: false,
            },
          ],
        },
      },
      {
        shows: 'Query Parameters of a home, and 401',
        input: { homeId: 1701, deviceClass: 'smart_sensor', skip: 25, limit: 25 },
        request: {
          method: 'GET',
          url: `${host}/devices?homeId=1701&deviceClass=smart_sensor&skip=25&limit=25`,
          headers,
          body: null,
        },
        ...refused(401, 'unauthorized'),
      },
    ],
    'MODE-02': [
      {
        shows: 'Request Body Sample, and Response Body Sample',
        input: { homeId: 1885, claimCode: 'b4d632e16981e66a' },
        request: {
          method: 'POST',
          url: `${host}/devices`,
          headers: form,
          body: 'homeId=1885&claimCode=b4d632e16981e66a',
        },
        answer: { status: 201, body: added },
        reads: { value: addedRead },
      },
      {
        shows: 'projectId and deviceClass without claimCode, and 403: invalid data or denied permission',
        input: { projectId: 1260, deviceClass: 'smart_sensor' },
        request: {
          method: 'POST',
          url: `${host}/devices`,
          headers: form,
          // The order of a form's fields is ours: the document shows these two in words only.
          body: 'deviceClass=smart_sensor&projectId=1260',
        },
        ...refused(403, 'forbidden'),
      },
    ],
    'MODE-03': [
      {
        shows: 'Path Parameters, and Response Body Sample',
        input: { deviceId: 34328 },
        request: { method: 'GET', url: device, headers, body: null },
        answer: { status: 200, body: info },
        reads: { value: { ...addedRead, deviceClass: 'smart_light', isConnected: true } },
      },
      {
        shows: 'includeAdminInfo, and The Device object',
        input: { deviceId: 34346, includeAdminInfo: true },
        request: { method: 'GET', url: `${host}/devices/34346?includeAdminInfo=true`, headers, body: null },
        answer: { status: 200, body: whole },
        reads: {
          value: {
            id: '34346',
            projectId: '1265',
            deviceClass: 'smart_light',
            name: 'light',
            tag: 'bedroom_light',
            homeId: '1923',
            claimExpirationTime: '2019-09-18T22:19:39Z',
            claimTime: '2019-09-18T22:19:39Z',
            isConnected: false,
            lastConnectTime: '2019-09-18T22:31:20.678Z',
            lastDisconnectTime: '2019-09-18T22:34:19.314Z',
            apiKey:
              'v1.ZHwzNDM0Ng==.8293847182.ec7bad61175db09bb42e2a8650f1bfe0e3kiekdj998d3135e1a2ca9c5c2106f8743555bc5681f1fdaf1dabb4c59fffd6092b8bfc6685fc7417bb0b49d1bd3e9257e4547ffcf1da06e',
            claimCode: 'f5106924ce0f943d',
          },
        },
      },
      {
        shows: '404: does not exist or is not accessible',
        input: { deviceId: 34328 },
        request: { method: 'GET', url: device, headers, body: null },
        ...refused(404, 'not-found'),
      },
    ],
    'MODE-04': [
      {
        shows: 'Request Body Sample, and 204',
        input: { deviceId: 34328, name: 'new_sensor_name', tag: 'new_001', homeId: 1885, channel: 'stable' },
        request: {
          method: 'PATCH',
          url: device,
          headers: json,
          body: `{
"name": "new_sensor_name",
"tag": "new_001",
"homeId": 1885,
"channel": "stable"
}`,
        },
        answer: noBody,
        reads: nothing,
      },
    ],
    'MODE-05': [
      {
        shows: 'Path Parameters, and 204',
        input: { deviceId: 34328 },
        request: { method: 'DELETE', url: device, headers, body: null },
        answer: noBody,
        reads: nothing,
      },
      {
        shows: 'hardDelete, and 409: used by another part of the system',
        input: { deviceId: 34328, hardDelete: true },
        request: { method: 'DELETE', url: `${device}?hardDelete=true`, headers, body: null },
        ...refused(409, 'conflict'),
      },
    ],
    'MODE-06': entries('logEntries', 'logEntry'),
    'MODE-07': entries('httpLogEntries', 'httpLogEntry'),
    'MODE-08': [
      {
        shows: 'Request Body, and 201 without a sample',
        input: { deviceId: 34328, start: bounds.begin, end: bounds.end, prefixes: ['app'] },
        request: {
          method: 'POST',
          url: `${device}/logRequests`,
          headers: json,
          body: '{"start":"2019-12-17T22:00:00Z","end":"2019-12-17T23:00:00Z","prefixes":["app"]}',
        },
        answer: { status: 201 },
        reads: nothing,
      },
    ],
    'MODE-09': [
      {
        shows: 'Query Parameters, and 200: a list of logRequest objects',
        input: { deviceId: 34328, statuses: 'success,failure', sortBy: 'ts:asc,status:desc', limit: 10, skip: 0 },
        request: {
          method: 'GET',
          url: `${device}/logRequests?statuses=success%2Cfailure&sortBy=ts%3Aasc%2Cstatus%3Adesc&limit=10&skip=0`,
          headers,
          body: null,
        },
        answer: { status: 200, body: `[${logRequest}]` },
        reads: { value: [logRequestRead] },
      },
    ],
    'MODE-10': [
      {
        shows: 'Path Parameters, and 200: the requested logRequest',
        input: { deviceId: 34328, logRequestId: '5e0e93edf8379d390de5417e' },
        request: { method: 'GET', url: `${device}/logRequests/5e0e93edf8379d390de5417e`, headers, body: null },
        answer: { status: 200, body: logRequest },
        reads: { value: logRequestRead },
      },
    ],
    'MODE-11': [
      {
        shows: 'Path Parameters, and 204: marked as cancelled',
        input: { deviceId: 34328, logRequestId: '5e0e93edf8379d390de5417e' },
        request: { method: 'DELETE', url: `${device}/logRequests/5e0e93edf8379d390de5417e`, headers, body: null },
        answer: noBody,
        reads: nothing,
      },
    ],
    'MODE-12': [
      {
        shows: 'Response Body Sample, whose default of an SSH password is masked',
        input: { deviceId: 34328 },
        request: { method: 'GET', url: `${device}/configSchemas`, headers, body: null },
        answer: { status: 200, body: configSchemas },
        reads: { value: JSON.parse(configSchemas.replace('password1234', '••••••••')) as unknown },
      },
    ],
    'MODE-13': [
      {
        shows: '101, and commands "in the form of Device Command JSON objects as used in the PUT method"',
        account: asDevice,
        input: { deviceId: 34328, messages: 1, seconds: 30 },
        request: { method: 'GET', url: `${device}/command`, headers: { ...headers, upgrade: 'websocket' }, body: null },
        answer: {
          status: 101,
          messages: ['{\n"action": "sprinkler-on",\n"parameters": {\n"zone": 2,\n"duration": 120\n}\n}'],
        },
        reads: { value: [{ action: 'sprinkler-on', parameters: { zone: 2, duration: 120 } }] },
      },
    ],
    'MODE-14': [
      {
        shows: 'Request Body Sample, and 204',
        input: { deviceId: 34328, action: 'sprinkler-on', parameters: { zone: 2, duration: 120 } },
        request: {
          method: 'PUT',
          url: `${device}/command`,
          headers: json,
          body: `{
"action": "sprinkler-on",
"parameters": {
"zone": 2,
"duration": 120
}
}`,
        },
        answer: noBody,
        reads: nothing,
      },
      {
        // "Inspect the "reason" field"; DEVICE_OFFLINE is of the SDK, moderepo/react-common-public.
        shows: '503: "because the device is currently offline"',
        input: { deviceId: 34328, action: 'sprinkler-on' },
        request: { method: 'PUT', url: `${device}/command`, headers: json, body: '{"action": "sprinkler-on"}' },
        answer: { status: 503, body: '{"reason":"DEVICE_OFFLINE"}' },
        reads: { refusal: { kind: 'device-offline' } },
      },
      {
        shows: '503: "a temporary service failure"',
        input: { deviceId: 34328, action: 'sprinkler-on' },
        request: { method: 'PUT', url: `${device}/command`, headers: json, body: '{"action": "sprinkler-on"}' },
        ...refused(503, 'vendor-unavailable'),
      },
    ],
    'MODE-15': [
      {
        shows: 'Request Body Sample, and 204',
        account: asDevice,
        input: {
          deviceId: 34328,
          eventType: 'sprinkler-status',
          eventData: {
            zones: [0, 0, 0, 0, 0, 0, 0, 1],
            serial: 12,
            timestamp: 1_402_313_424,
            appSerial: 14,
            appTimestamp: 14_243_423_423,
          },
        },
        request: {
          method: 'PUT',
          url: `${device}/event`,
          headers: json,
          body: `{
"eventType": "sprinkler-status",
"eventData": {
"zones": [0,0,0,0,0,0,0,1],
"serial": 12,
"timestamp": 1402313424,
"appSerial": 14,
"appTimestamp": 14243423423
}
}`,
        },
        answer: noBody,
        reads: nothing,
      },
    ],
    'MODE-16': [
      {
        shows: 'Response Body Sample; keyPrefix "if specified"',
        input: { deviceId: 34328 },
        request: { method: 'GET', url: `${device}/kv`, headers, body: null },
        answer: { status: 200, body: keyValues },
        reads: { value: JSON.parse(keyValues) as unknown },
      },
      {
        shows: 'keyPrefix',
        input: { deviceId: 34328, keyPrefix: 'click' },
        request: { method: 'GET', url: `${device}/kv?keyPrefix=click`, headers, body: null },
        answer: { status: 200, body: keyValues },
        reads: { value: [{ key: 'clicks', value: 100, modificationTime: '2020-01-02T23:18:21.383Z' }] },
      },
    ],
    'MODE-17': [
      {
        shows: 'Response Body Sample',
        input: { deviceId: 34328, key: 'happy' },
        request: { method: 'GET', url: `${device}/kv/happy`, headers, body: null },
        answer: {
          status: 200,
          body: `{
"key": "happy",
"value": true,
"modificationTime": "2020-01-02T23:18:16.915Z"
}`,
        },
        reads: { value: { key: 'happy', value: true, modificationTime: '2020-01-02T23:18:16.915Z' } },
      },
    ],
    'MODE-18': [
      {
        shows: 'Request Body Sample, and 204',
        input: { deviceId: 34328, key: 'happy', value: 'value-to-the-key' },
        request: {
          method: 'PUT',
          url: `${device}/kv/happy`,
          headers: json,
          body: `{
"value": "value-to-the-key"
}`,
        },
        answer: noBody,
        reads: nothing,
      },
    ],
    'MODE-19': [
      {
        shows: 'Path Parameters, and 204',
        input: { deviceId: 34328, key: 'happy' },
        request: { method: 'DELETE', url: `${device}/kv/happy`, headers, body: null },
        answer: noBody,
        reads: nothing,
      },
    ],
    'MODE-20': [
      {
        shows: 'Request Body Sample, and 204',
        account: asDevice,
        input: { deviceId: 34328, bundleId: '5e0e93edf8379d390de5417d' },
        request: {
          method: 'PUT',
          url: `${device}/firmwareInfo`,
          headers: json,
          body: `{
"bundleId": "5e0e93edf8379d390de5417d"
}`,
        },
        answer: noBody,
        reads: nothing,
      },
    ],
    'MODE-21': [proxied('GET', undefined)],
    'MODE-22': [proxied('POST', { sent: { any: 'body' }, text: '{"any":"body"}' })],
    'MODE-23': [proxied('PUT', { sent: { any: 'body' }, text: '{"any":"body"}' })],
    'MODE-24': [proxied('PATCH', { sent: { any: 'body' }, text: '{"any":"body"}' })],
    'MODE-25': [proxied('DELETE', undefined)],
  },
};
