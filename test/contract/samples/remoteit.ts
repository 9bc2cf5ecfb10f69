import type { VendorSamples } from '../../support/vendor-samples.ts';

/**
 * From remote.it's document "Terminating a proxy connection to a device": its cURL program with the values that stand in
 * it, its answer of 200, and its answer of 401.
 */
export const remoteItSamples: VendorSamples = {
  baseUrl: 'https://api.remot3.it',
  account: { secrets: { token: 'your_login_token', developerKey: 'your_developer_key' } },
  samples: {
    'RIT-01': [
      {
        shows: 'cURL, and 200: OK',
        input: { connectionid: 'your_connection_id', deviceaddress: 'your_device_address' },
        request: {
          method: 'POST',
          url: 'https://api.remot3.it/apv/v27/device/connect/stop',
          headers: { token: 'your_login_token', developerkey: 'your_developer_key' },
          body: '{"connectionid":"your_connection_id", "deviceaddress":"your_device_address" }',
        },
        answer: {
          status: 200,
          body: `{
"status": "true",
"connectionid":"A481EBED-C678-4DA4-60D2-60F1FE8EB5DA"
}`,
        },
        reads: { value: { status: 'true', connectionid: 'A481EBED-C678-4DA4-60D2-60F1FE8EB5DA' } },
      },
      {
        shows: 'Python, and 401: Unauthorized',
        input: { deviceaddress: 'your_device_address', connectionid: 'your_connection_id' },
        request: {
          method: 'POST',
          url: 'https://api.remot3.it/apv/v27/device/connect/stop',
          headers: { developerkey: 'your_developer_key', token: 'your_login_token' },
          body: '{"deviceaddress": "your_device_address", "connectionid": "your_connection_id"}',
        },
        answer: {
          status: 401,
          body: `{
"status": "false",
"reason":"<error message>"
}`,
        },
        // What stands between < and > is taken for a tag of a web page, and no part of a message.
        reads: { refusal: { kind: 'unauthorized' } },
      },
    ],
  },
};
