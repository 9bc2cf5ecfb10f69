import type { Sample, VendorSamples } from '../../support/vendor-samples.ts';

/**
 * https://remotix.com/help/desktop/api/, in its order. It writes `{ name: "New name" }`, names without quotes and one
 * comma too many: requests are held against the same as JSON, because it says "HTTP API uses JSON encoding in requests
 * and responses"; its two answers stand here as they are written. Its ids in angle brackets are the ones that stand
 * elsewhere in it: 0123-CDEF is a group, 4567-89AB a connection, 123456 a computer. It names no host and no port.
 *
 * It shows no answer but those two: "In case of the success, HTTP 200 OK is returned. In case of error, HTTP status
 * codes of 4xx are returned." So the others are made from the sentence above each request, which says what is got: a
 * list of the ids and names that the requests themselves use.
 */

const host = 'http://127.0.0.1';
const group = '0123-CDEF';
const connection = '4567-89AB';
const computer = '123456';

interface Shown {
  readonly shows: string;
  readonly input: unknown;
  /** Method and path as the document writes them. */
  readonly line: string;
  /** As JSON; absent if no body is shown. */
  readonly body?: string;
  /** Absent if nothing but "HTTP 200 OK" is said. */
  readonly answer?: string;
  readonly reads?: unknown;
}

const sample = ({ shows, input, line, body, answer, reads }: Shown): Sample => {
  const [method = '', path = ''] = line.split(' ');
  return {
    shows,
    input,
    request: {
      method,
      url: `${host}${path}`,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body ?? null,
    },
    answer: { status: 200, ...(answer === undefined ? {} : { body: answer }) },
    reads: { value: reads },
  };
};

/** A read whose answer is only described: what came is passed on as it is. */
const described = (shows: string, input: unknown, line: string, value: unknown): Sample =>
  sample({ shows, input, line, answer: JSON.stringify(value), reads: value });

const created = '"New connection name", "category_uid": "0123-CDEF"';

export const remotixSamples: VendorSamples = {
  baseUrl: host,
  account: { secrets: {} },
  samples: {
    'RMX-01': [described('Get a list of groups', {}, 'GET /groups', [{ group_uid: group, name: 'New name' }])],
    'RMX-02': [
      described('Get a list of items in the group', { group_uid: group }, `GET /group/${group}`, [
        { uid: connection, name: 'New connection name' },
        { computer_id: computer, name: 'New computer name' },
      ]),
    ],
    'RMX-03': [
      described('Get the list of the connections in NEARBY pane', {}, 'GET /nearby', [
        { uid: connection, name: 'New connection name' },
      ]),
    ],
    'RMX-04': [
      sample({
        shows: 'Create group',
        input: { name: 'New name' },
        line: 'PUT /group/',
        body: '{ "name": "New name" }',
        answer: '{ group_uid: "0123-CDEF" }',
        reads: { group_uid: '0123-CDEF' },
      }),
    ],
    'RMX-05': [
      sample({
        shows: 'Update the name of the existing group',
        input: { group_uid: group, name: 'New name' },
        line: `PUT /group/${group}`,
        body: '{ "name": "New name" }',
      }),
    ],
    'RMX-06': [sample({ shows: 'Delete a group', input: { uid: group }, line: `DELETE /group/${group}` })],
    'RMX-07': [
      sample({
        shows: 'Create a single connection',
        input: { name: 'New connection name', category_uid: group },
        line: 'PUT /connection/',
        body: `{ "name": ${created} }`,
        answer: '{ uid: "4567-89AB" }',
        reads: { uid: '4567-89AB' },
      }),
    ],
    'RMX-08': [
      sample({
        shows: 'Update an existing connection',
        input: { uid: connection, name: 'New connection name', category_uid: group },
        line: `PUT /connection/${connection}`,
        body: `{ "name": ${created} }`,
      }),
    ],
    'RMX-09': [
      sample({
        shows: 'NEAR',
        input: { uid: connection, 'rxp.username': 'new_username', 'rxp.password': 'new_password' },
        line: `PUT /connection/${connection}/credentials`,
        body: '{ "rxp.username": "new_username", "rxp.password": "new_password" }',
      }),
      sample({
        shows: 'RDP',
        input: {
          uid: connection,
          'rdp.username': 'new_username',
          'rdp.password': 'new_password',
          'rdp.domain': 'new_domain',
        },
        line: `PUT /connection/${connection}/credentials`,
        body: '{ "rdp.username": "new_username", "rdp.password": "new_password", "rdp.domain": "new_domain" }',
      }),
      sample({
        shows: 'Apple Screen Sharing',
        input: { uid: connection, 'apple.username': 'new_username', 'apple.password': 'new_password' },
        line: `PUT /connection/${connection}/credentials`,
        body: '{ "apple.username": "new_username", "apple.password": "new_password" }',
      }),
    ],
    'RMX-10': [
      sample({
        shows: 'Delete a single connection',
        input: { uid: connection },
        line: `DELETE /connection/${connection}`,
      }),
    ],
    'RMX-11': [
      sample({
        shows: 'Delete connection credentials',
        input: { uid: connection },
        line: `DELETE /connection/${connection}/credentials`,
      }),
    ],
    'RMX-12': [
      described(
        'Get the main settings of a cloud computer: name and groups, says the update',
        { computer_id: computer },
        `GET /computer/${computer}`,
        { name: 'New computer name', category_uid: group },
      ),
    ],
    'RMX-13': [
      described(
        'Get a list of actions available for a given cloud computer',
        { computer_id: computer },
        `GET /computer/${computer}/actions`,
        ['chat', 'NEAR/control', 'NEAR/curtain', 'NEAR/observe', 'NEAR/ft', 'VNC/control', 'RDP_3390/control'],
      ),
    ],
    'RMX-14': [
      described(
        'Get a list of configured connections for a given cloud computer',
        { computer_id: computer },
        `GET /computer/${computer}/connections`,
        ['VNC', 'RDP_3390', 'NEAR'],
      ),
    ],
    'RMX-15': (
      [
        ['VNC', { connection_type: 'VNC' }],
        ['RDP_3390', { connection_type: 'RDP', port: 3390 }],
        ['NEAR', { connection_type: 'NEAR' }],
      ] as const
    ).map(([written, type]) =>
      described(
        `Examples: ${written}`,
        { computer_id: computer, ...type },
        `GET /computer/123456/${written}`,
        // "Body: { key: <value> }" of the update.
        { key: 'value' },
      ),
    ),
    'RMX-16': [
      described(
        'Get credentials of one of the connections of cloud computer; the names are those of the connection’s',
        { computer_id: computer, connection_type: 'RDP', port: 3390 },
        `GET /computer/${computer}/RDP_3390/credentials`,
        { 'rdp.username': 'new_username', 'rdp.password': 'new_password', 'rdp.domain': 'new_domain' },
      ),
    ],
    'RMX-17': [
      sample({
        shows: 'Update a cloud computer’s main settings (name + groups it belongs to)',
        input: { computer_id: computer, name: 'New computer name', category_uid: group },
        line: `PUT /computer/${computer}`,
        body: '{ "name": "New computer name", "category_uid": "0123-CDEF" }',
      }),
    ],
    'RMX-18': [
      sample({
        shows: 'Update cloud computer connection',
        input: { computer_id: computer, connection_type: 'NEAR', body: { key: 'value' } },
        line: `PUT /computer/${computer}/NEAR`,
        body: '{ "key": "value" }',
      }),
      sample({
        shows: 'use ’null’ as value',
        input: { computer_id: computer, connection_type: 'RDP', port: 3390, body: { key: null } },
        line: `PUT /computer/${computer}/RDP_3390`,
        body: '{ "key": null }',
      }),
    ],
    'RMX-19': [
      sample({
        shows: 'Delete a cloud computer',
        input: { computer_id: computer },
        line: `DELETE /computer/${computer}`,
      }),
    ],
    'RMX-20': [
      sample({
        shows: 'Delete computer’s connection settings',
        input: { computer_id: computer, connection_type: 'VNC' },
        line: `DELETE /computer/${computer}/VNC`,
      }),
    ],
    'RMX-21': [
      sample({
        shows: 'Delete computer’s connection credentials',
        input: { computer_id: computer, connection_type: 'RDP', port: 3390 },
        line: `DELETE /computer/${computer}/RDP_3390/credentials`,
      }),
    ],
    'RMX-22': [
      sample({
        shows: 'Initiate connect to an existing connection',
        input: { uid: connection },
        line: `ACTION /connection/${connection}/connect`,
      }),
    ],
    'RMX-23': (
      [
        ['NEAR', { connection_type: 'NEAR' }, 'control'],
        ['NEAR', { connection_type: 'NEAR' }, 'curtain'],
        ['NEAR', { connection_type: 'NEAR' }, 'observe'],
        ['NEAR', { connection_type: 'NEAR' }, 'ft'],
        // VNC[_<port>] and RDP[_<port>]: with it and without.
        ['VNC', { connection_type: 'VNC' }, 'control'],
        ['VNC_5901', { connection_type: 'VNC', port: 5901 }, 'control'],
        ['RDP', { connection_type: 'RDP' }, 'control'],
        ['RDP_3390', { connection_type: 'RDP', port: 3390 }, 'control'],
      ] as const
    ).map(([written, type, action]) =>
      sample({
        shows: `ACTION ${written}/${action}`,
        input: { computer_id: computer, ...type, action },
        line: `ACTION /computer/${computer}/${written}/${action}`,
      }),
    ),
    'RMX-24': [
      sample({
        shows: 'ACTION chat',
        input: { computer_id: computer },
        line: `ACTION /computer/${computer}/chat`,
      }),
    ],
  },
};
