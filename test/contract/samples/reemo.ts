import type { Sample, VendorSamples } from '../../support/vendor-samples.ts';

/**
 * https://reemo.io/docs/api. Its one sample is the axios call for the header, which lists computers; YOUR_SECRET_KEY is
 * what stands there. Its tables of parameters and of responses cannot be read in any copy, so the bodies and answers are
 * made from its text, and each says from which sentence. "Codes in the 4xx range indicate an error that failed given the
 * information provided": the refusals are bare.
 */

const baseUrl = 'https://restapi.reemo.io/v1';
const headers = { 'content-type': 'application/json', authorization: 'YOUR_SECRET_KEY' };
/** "id (UUID)" and "_id (UUID)"; the text shows none. */
const id = '00000000-0000-4000-8000-000000000001';
const signalId = '00000000-0000-4000-8000-000000000002';

/** "The computer object has 2 unique identifiers"; "properties … such as name, hostname, ip". */
const computer = { id, _id: signalId, name: 'name', hostname: 'hostname', ip: '192.0.2.1' };
/** "An OFFLINE computer object with your reserved _id stored." */
const reserved = { id, _id: signalId, status: 'OFFLINE' };
/** "A computer object with extra properties"; its _id "is hashed to sign the request and is different". */
const connected = { ...computer, _id: 'hashed', 'valid connection tokens': 'opaque' };

const request = (method: string, path: string, body: unknown): Sample['request'] => ({
  method,
  url: `${baseUrl}${path}`,
  headers,
  body: body === undefined ? null : JSON.stringify(body),
});

const refused: Pick<Sample, 'answer' | 'reads'> = {
  answer: { status: 400 },
  reads: { refusal: { kind: 'invalid-input' } },
};

export const reemoSamples: VendorSamples = {
  baseUrl,
  account: { secrets: { secretKey: 'YOUR_SECRET_KEY' } },
  samples: {
    'REEMO-01': [
      {
        shows: 'the example of the Authorization header',
        input: {},
        request: request('GET', '/computers', undefined),
        answer: { status: 200, body: JSON.stringify([computer]) },
        reads: { value: [computer] },
      },
      {
        shows: '“filter options to search for properties … such as name, hostname, ip”',
        input: { name: 'name', hostname: 'hostname', ip: '192.0.2.1' },
        request: request('GET', '/computers?name=name&hostname=hostname&ip=192.0.2.1', undefined),
        answer: { status: 200, body: '[]' },
        reads: { value: [] },
      },
      {
        shows: '“API requests without authentication will also fail”',
        input: {},
        request: request('GET', '/computers', undefined),
        answer: { status: 401 },
        reads: { refusal: { kind: 'unauthorized' } },
      },
      {
        shows:
          '“Codes in the 5xx range indicate an error with Reemo’s servers”, with a Retry-After that ends the tries',
        input: {},
        request: request('GET', '/computers', undefined),
        answer: { status: 500, headers: { 'retry-after': '3600' } },
        reads: { refusal: { kind: 'vendor-unavailable' } },
      },
    ],
    'REEMO-02': [
      {
        shows: 'Get a specific computer',
        input: { id },
        request: request('GET', `/computers/${id}`, undefined),
        answer: { status: 200, body: JSON.stringify(computer) },
        reads: { value: computer },
      },
      { shows: '4xx', input: { id }, request: request('GET', `/computers/${id}`, undefined), ...refused },
    ],
    'REEMO-03': [
      {
        shows: 'Connect a specific computer',
        input: { id },
        request: request('POST', `/computers/${id}/connect`, undefined),
        answer: { status: 200, body: JSON.stringify(connected) },
        // The whole object under a name that is hidden wherever answers are shown.
        reads: { value: { computer: connected } },
      },
      { shows: '4xx', input: { id }, request: request('POST', `/computers/${id}/connect`, undefined), ...refused },
    ],
    'REEMO-04': [
      {
        shows: '“pre-register a computer on the Reemo API by reserving its _id”',
        input: { _id: signalId },
        request: request('POST', '/computers', { _id: signalId }),
        answer: { status: 200, body: JSON.stringify(reserved) },
        reads: { value: reserved },
      },
    ],
    'REEMO-05': [
      {
        shows: '“Customize the name of the computer inside the Reemo API”',
        input: { id, name: 'name' },
        request: request('PUT', `/computers/${id}`, { name: 'name' }),
        answer: { status: 200 },
        reads: { value: undefined },
      },
    ],
    'REEMO-06': [
      {
        shows: '“Only the OFFLINE computers can be deleted”',
        input: { id },
        // Whether it is: the same answer serves both.
        asksFirst: 1,
        request: request('DELETE', `/computers/${id}`, undefined),
        answer: { status: 200, body: JSON.stringify(reserved) },
        reads: { value: undefined },
      },
    ],
  },
};
