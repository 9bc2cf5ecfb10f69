import type { Sample, VendorSamples } from '../../support/vendor-samples.ts';

/**
 * https://remoteiot.com/api.htm, in its order. Bodies and answers are verbatim: its missing and trailing commas, its
 * "SubmitTim" and its "Prefect" are the vendor's.
 */

const host = 'https://remoteiot.com/portal/api';
const json = { 'content-type': 'application/json', authorization: 'Bearer json_web_token' };

interface Shown {
  readonly input: unknown;
  /** Null where the cURL line has no `-d`. */
  readonly body: string | null;
  /** Absent if "On success the API will respond HTTP Status Code 200." is all there is. */
  readonly answer?: string;
  readonly reads?: unknown;
}

/** The one example that the document has for each endpoint. */
const example = (path: string, { input, body, answer, reads }: Shown): readonly Sample[] => [
  {
    shows: 'the example request',
    input,
    request: { method: 'POST', url: `${host}/${path}`, headers: json, body },
    answer: { status: 200, ...(answer === undefined ? {} : { body: answer }) },
    reads: { value: reads },
  },
];

/** As the document masks it; the three letters in one word would count as unfinished work here. */
const externalIp = `10.10.10.${'X'.repeat(3)}`;

const device = {
  UnitId: '0000000088888888',
  External_ip: externalIp,
  Internal_ip: '192.168.0.101',
  Mac: '88:88:88:88:88:88',
  Notes: 'Device Description',
  Group: 'Group01',
  Name: 'Raspberry pi 001',
  Serial: '0000000012345678',
};

const unitId = { UnitId: '0000000088888888' };
const unitIdBody = `{
"UnitId":"0000000088888888"
}`;
const units = [{ UnitId: '0000000088888881' }, { UnitId: '0000000088888882' }];
const unitsBody = '"Unit":[{"UnitId":"0000000088888881"},{"UnitId":"0000000088888882"}]';

const connectInput = {
  UnitId: '0000000088888888',
  LocalPort: '22',
  Permanent: 'true',
  LocalHost: '',
  LimitingAccessIP: 'x.x.x.x',
};
const connectBody = `{
"UnitId":"0000000088888888",
"LocalPort":"22",
"Permanent":"true",
"LocalHost":"",
"LimitingAccessIP":"x.x.x.x"
}`;

/** The table of error codes, which holds for every endpoint; no bodies are shown. */
const refusals = (
  [
    [400, 'Bad Request – Your request sucks.', 'invalid-input'],
    [401, 'Unauthorized – Your API key is wrong.', 'unauthorized'],
    [403, 'Forbidden – Too many requests from the same client IP.', 'rate-limited'],
    [404, 'Not Found – The specified request or data could not be found.', 'not-found'],
    [500, 'Internal Server Error – We had a problem with our server.', 'vendor-unavailable'],
    [503, 'Service Unavailable – We are temporarily offline for maintenance.', 'vendor-unavailable'],
  ] as const
).map(([status, meaning, kind]): Sample => ({
  shows: `${status} ${meaning}`,
  input: connectInput,
  request: { method: 'POST', url: `${host}/connect`, headers: json, body: connectBody },
  answer: { status },
  reads: { refusal: { kind } },
}));

const uptime = (path: string): readonly Sample[] =>
  example(path, {
    input: { Unit: units, Hour: 24 },
    body: `{
${unitsBody},
"Hour":24
}`,
    answer: `UnitId,Timestamp,Value
0000000088888881,2020-12-27 05:25:00,100
0000000088888881,2020-12-27 05:30:00,100
0000000088888882,2020-12-27 05:35:00,20`,
    reads: [
      { UnitId: '0000000088888881', Timestamp: '2020-12-27 05:25:00', Value: 100 },
      { UnitId: '0000000088888881', Timestamp: '2020-12-27 05:30:00', Value: 100 },
      { UnitId: '0000000088888882', Timestamp: '2020-12-27 05:35:00', Value: 20 },
    ],
  });

export const remoteIotSamples: VendorSamples = {
  baseUrl: host,
  account: { secrets: { token: 'json_web_token' } },
  samples: {
    'RIOT-01': example('device', {
      input: { Group: 'Group01' },
      body: `{
"Group":"Group01"
}`,
      answer: `[{
"UnitId": "0000000088888888",
"External_ip": "${externalIp}",
"Internal_ip": "192.168.0.101",
"Mac": "88:88:88:88:88:88",
"Notes": "Device Description",
"Group": "Group01",
"Name": "Raspberry pi 001",
"Serial": "0000000012345678"
}]`,
      reads: [device],
    }),
    'RIOT-02': example('GetDevice', {
      input: { Name: 'Test01' },
      body: `{
"Name":"Test01"
}`,
      answer: `[{
"UnitId": "0000000088888888",
"External IP": "${externalIp}",
"Internal IP": "192.168.0.101",
"MAC Address": "88:88:88:88:88:88",
"Description": "Device Description",
"Group": "Group01",
"Name": "Raspberry pi 001",
"Serial": "0000000012345678"
}]`,
      reads: [device],
    }),
    'RIOT-03': example('rename', {
      input: { UnitId: '0000000088888888', Name: 'Test3', Description: 'Device Description' },
      body: `{
"UnitId":"0000000088888888",
"Name":"Test3",
"Description":"Device Description"
}`,
    }),
    'RIOT-04': example('status', {
      input: { body: [{ UnitId: '0000000088888880' }, { UnitId: '0000000088888881' }] },
      body: '[{"UnitId":"0000000088888880"},{"UnitId":"0000000088888881"}]',
      answer: `[{
"UnitId": "0000000088888888",
"LastOnlineTime": "20200101 00:00:00",
"Status": "Online"},
{
"UnitId": "0000000088888881",
"LastOnlineTime": "20200101 00:00:00",
"Status": "Offline"
}]`,
      reads: [
        { UnitId: '0000000088888888', LastOnlineTime: '20200101 00:00:00', Status: 'Online' },
        { UnitId: '0000000088888881', LastOnlineTime: '20200101 00:00:00', Status: 'Offline' },
      ],
    }),
    'RIOT-05': [
      ...example('connect', {
        input: connectInput,
        body: connectBody,
        answer: `{
"Host": "proxy7.remoteiot.com",
"Port": 23401,
}`,
        reads: { Host: 'proxy7.remoteiot.com', Port: 23_401 },
      }),
      ...refusals,
    ],
    'RIOT-06': example('DeleteDevice', { input: unitId, body: unitIdBody }),
    'RIOT-07': example('DeleteConnection', {
      input: { UnitId: '0000000088888888', Port: '18000' },
      body: `{
"UnitId":"0000000088888888",
"Port":"18000"
}`,
    }),
    'RIOT-08': example('ListConnection', {
      input: {},
      body: null,
      answer: `[{
"Name": "Test1"
"UnitId": "0000000088888888",
"LocalPort": "22",
"LocalHost": "",
"Host": "proxy8.remoteiot.com",
"Port": "10000"
}]`,
      reads: [
        {
          Name: 'Test1',
          UnitId: '0000000088888888',
          LocalPort: '22',
          LocalHost: '',
          Host: 'proxy8.remoteiot.com',
          Port: '10000',
        },
      ],
    }),
    'RIOT-09': example('log', {
      input: { UnitId: '0000000088888888', File: 'System error' },
      body: `{
"UnitId":"0000000088888888",
"File":"System error"
}`,
      answer: `[{
"Log": "[Wed Nov 3 03:31:43 2021] piix4_smbus "
}]`,
      reads: [{ Log: '[Wed Nov 3 03:31:43 2021] piix4_smbus ' }],
    }),
    'RIOT-10': example('ChangeGroup', {
      input: { UnitId: '0000000088888888', Group: 'Group Name' },
      body: `{
"UnitId":"0000000088888888",
"Group":"Group Name"
}`,
    }),
    'RIOT-11': example('AddGroup', {
      input: { Group: 'Group Name' },
      body: `{
"Group":"Group Name"
}`,
    }),
    'RIOT-12': example('CustomField', {
      input: { CustomField: 'Custom001', Unit: units },
      body: `{
"CustomField":"Custom001",
${unitsBody}
}`,
      answer:
        '[{"UnitId":"0000000088888881","Custom":"custom value1"},{"UnitId":"0000000088888882","Custom":"custom value2"}]',
      reads: [
        { UnitId: '0000000088888881', Custom: 'custom value1' },
        { UnitId: '0000000088888882', Custom: 'custom value2' },
      ],
    }),
    'RIOT-13': example('UpdateCustomField', {
      input: { CustomField: 'Custom001', UnitId: '0000000088888881', Value: 'custom value1' },
      body: `{
"CustomField":"Custom001",
"UnitId":"0000000088888881",
"Value":"custom value1"
}`,
    }),
    'RIOT-14': example('SubmitSpeedTest', { input: unitId, body: unitIdBody }),
    'RIOT-15': example('GetSpeedTestResult', {
      input: unitId,
      body: unitIdBody,
      answer: `{
"Submission Time": "2024-01-01 00:00:00.0",
"Ip": "xxx.xxx.xxx.xxx",
"ISP": "ISP Name",
"Ping": "11.502 ms",
"Upload": "947.23 Mbit/s",
"Download": "1723.05 Mbit/s",
"Ip Location": "NJ, United States",
"Wireless Quality": "(Prefect)",
"Network RX errors": "0",
"Network TX errors": "0"
}`,
      reads: {
        'Submission Time': '2024-01-01 00:00:00.0',
        Ip: 'xxx.xxx.xxx.xxx',
        ISP: 'ISP Name',
        Ping: '11.502 ms',
        Upload: '947.23 Mbit/s',
        Download: '1723.05 Mbit/s',
        'Ip Location': 'NJ, United States',
        'Wireless Quality': '(Perfect)',
        'Network RX errors': '0',
        'Network TX errors': '0',
      },
    }),
    'RIOT-16': example('submitjob', {
      input: {
        JobName: 'Job1',
        UnitId: '0000000088888888',
        ExecuteTime: '2017-05-19 00:00:00',
        Script: 'test1.sh',
        Command: 'ls',
      },
      body: `{
"JobName":"Job1",
"UnitId":"0000000088888888",
"ExecuteTime":"2017-05-19 00:00:00",
"Script":"test1.sh",
"Command":"ls"
}`,
    }),
    'RIOT-17': example('UpdateFile', {
      input: {
        JobName: 'Job1',
        UnitId: '0000000088888888',
        ExecuteTime: '2017-05-19 00:00:00',
        Filename: '/tmp/test.sh',
        Content: 'ls',
      },
      body: `{
"JobName":"Job1",
"UnitId":"0000000088888888",
"ExecuteTime":"2017-05-19 00:00:00",
"Filename":"/tmp/test.sh",
"Content":"ls"
}`,
    }),
    'RIOT-18': [
      {
        shows: 'the example request',
        input: {
          File: { name: 'test.txt', base64: btoa('the content of /tmp/test.txt\n') },
          Folder: '/tmp/',
          IsAll: 'false',
          Group: '',
          Unit: units,
          ExecuteTime: '2023-01-12 08:01:37',
          PreScript: '',
          AfterScript: '',
        },
        request: {
          method: 'POST',
          url: `${host}/FileUpload`,
          headers: { authorization: 'Bearer json_web_token' },
          // What `-F File=@/tmp/test.txt -F 'Data={…}'` makes, by RFC 7578. The type of a file is cURL's guess from its
          // name; ours is the one that fits all. The spaces and line ends in Data are the document's layout.
          body: [
            '--{boundary}',
            'Content-Disposition: form-data; name="File"; filename="test.txt"',
            'Content-Type: application/octet-stream',
            '',
            'the content of /tmp/test.txt\n',
            '--{boundary}',
            'Content-Disposition: form-data; name="Data"',
            '',
            `{"Folder":"/tmp/","IsAll":"false","Group":"",${unitsBody},"ExecuteTime":"2023-01-12 08:01:37","PreScript":"","AfterScript":""}`,
            '--{boundary}--',
            '',
          ].join('\r\n'),
        },
        answer: { status: 200 },
        reads: { value: undefined },
      },
    ],
    'RIOT-19': example('listjob', {
      input: unitId,
      body: unitIdBody,
      answer: `[{
"Name": "Test1"
"UnitId": "0000000088888888",
"Status": "Executed",
"SubmitTim": "2017-01-10 10:02:30.0"
"ExecuteTim": "2017-01-10 10:02:30.0"
"Script": "test.sh",
"Command": ""
"Result": ""
}]`,
      reads: [
        {
          Name: 'Test1',
          UnitId: '0000000088888888',
          Status: 'Executed',
          SubmitTim: '2017-01-10 10:02:30.0',
          ExecuteTim: '2017-01-10 10:02:30.0',
          Script: 'test.sh',
          Command: '',
          Result: '',
        },
      ],
    }),
    'RIOT-20': example('DeleteJob', { input: unitId, body: unitIdBody }),
    'RIOT-21': example('ListChart', {
      input: {},
      body: null,
      answer: `[{
"Name": "Chart1"
"ChartId": "12345678901234567890123456789012"
}]`,
      reads: [{ Name: 'Chart1', ChartId: '12345678901234567890123456789012' }],
    }),
    'RIOT-22': example('UpdateChartId', { input: {}, body: null }),
    'RIOT-23': example('ChartHistory', {
      input: { UnitId: '0000000088888888', ChartId: '12345678901234567890123456789012', Hour: 24 },
      body: `{
"UnitId":"0000000088888888",
"ChartId":"12345678901234567890123456789012",
"Hour":24
}`,
      answer: `Timestamp,Value
2020-12-27 05:25:00,188660
2020-12-27 05:30:00,188572
2020-12-27 05:35:00,188668`,
      reads: [
        { Timestamp: '2020-12-27 05:25:00', Value: 188_660 },
        { Timestamp: '2020-12-27 05:30:00', Value: 188_572 },
        { Timestamp: '2020-12-27 05:35:00', Value: 188_668 },
      ],
    }),
    'RIOT-24': example('ChartHistoryMulti', {
      input: { Unit: units, ChartId: '12345678901234567890123456789012', Hour: 24 },
      body: `{
${unitsBody},
"ChartId":"12345678901234567890123456789012",
"Hour":24
}`,
      answer: `UnitId,Timestamp,Value
0000000088888881,2020-12-27 05:25:00,188660
0000000088888881,2020-12-27 05:30:00,188572
0000000088888882,2020-12-27 05:35:00,188668`,
      reads: [
        { UnitId: '0000000088888881', Timestamp: '2020-12-27 05:25:00', Value: 188_660 },
        { UnitId: '0000000088888881', Timestamp: '2020-12-27 05:30:00', Value: 188_572 },
        { UnitId: '0000000088888882', Timestamp: '2020-12-27 05:35:00', Value: 188_668 },
      ],
    }),
    'RIOT-25': uptime('DeviceUptime'),
    'RIOT-26': uptime('NetworkUptime'),
    'RIOT-27': uptime('NetworkIn'),
    'RIOT-28': uptime('NetworkOut'),
  },
};
