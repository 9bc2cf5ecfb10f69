/** What MODE's document prints as answers, verbatim, and what Quayside reads of them. */

/** "Get all devices". */
export const listed = `[
{
"id": 34256,
"projectId": 1265,
"deviceClass": "smart_sensor",
"name": "happy",
"tag": "store_one",
"homeId": 1701,
"claimExpirationTime": "2019-09-18T22:19:39Z",
"claimTime": "2019-09-18T22:19:39Z",
"isConnected": false,
"lastConnectTime": "2019-09-18T22:31:20.678Z",
"lastDisconnectTime": "2019-09-18T22:34:19.314Z"
},
{
"id": "343d8",
"projectId": 1265,
"deviceClass": "smart_sensor",
"name": "sad",
"tag": "store_one",
"claimExpirationTime": "2019-09-18T23:42:39.885Z",
"isConnected": false
}
]`;

/** "Add device to a home". */
export const added = `{
"id": 34328,
"projectId": 1260,
"deviceClass": "smart_sensor",
"name": "happy",
"tag": "0002",
"homeId": 1885,
"claimExpirationTime": "2019-12-17T22:54:39Z",
"claimTime": "2019-12-17T22:54:39Z",
"isConnected": false,
"lastConnectTime": "2019-12-17T22:54:03.321Z"
}`;
export const addedRead = {
  id: '34328',
  projectId: '1260',
  deviceClass: 'smart_sensor',
  name: 'happy',
  tag: '0002',
  homeId: '1885',
  claimExpirationTime: '2019-12-17T22:54:39Z',
  claimTime: '2019-12-17T22:54:39Z',
  isConnected: false,
  lastConnectTime: '2019-12-17T22:54:03.321Z',
};

/** "Get device info": the device that was added, as a smart light that is connected. */
export const info = `{
"id": 34328,
"projectId": 1260,
"deviceClass": "smart_light",
"name": "happy",
"tag": "0002",
"homeId": 1885,
"claimExpirationTime": "2019-12-17T22:54:39Z",
"claimTime": "2019-12-17T22:54:39Z",
"isConnected": true,
"lastConnectTime": "2019-12-17T22:54:03.321Z"
}`;

/** "The Device object", which is what `includeAdminInfo` answers. */
export const whole = `{
"id": 34346,
"projectId": 1265,
"deviceClass": "smart_light",
"name": "light",
"tag": "bedroom_light",
"homeId": 1923,
"claimExpirationTime": "2019-09-18T22:19:39Z",
"claimTime": "2019-09-18T22:19:39Z",
"isConnected": false,
"lastConnectTime": "2019-09-18T22:31:20.678Z",
"lastDisconnectTime": "2019-09-18T22:34:19.314Z",
"apiKey": "v1.ZHwzNDM0Ng==.8293847182.ec7bad61175db09bb42e2a8650f1bfe0e3kiekdj998d3135e1a2ca9c5c2106f8743555bc5681f1fdaf1dabb4c59fffd6092b8bfc6685fc7417bb0b49d1bd3e9257e4547ffcf1da06e",
"claimCode": "f5106924ce0f943d"
}`;

/** "Get key-value pairs". */
export const keyValues = `[
{
"key": "happy",
"value": true,
"modificationTime": "2020-01-02T23:18:16.915Z"
},
{
"key": "neutral",
"value": false,
"modificationTime": "2020-01-02T23:17:39.852Z"
},
{
"key": "clicks",
"value": 100,
"modificationTime": "2020-01-02T23:18:21.383Z"
}
]`;

/** "Get device configuration schemas". */
export const configSchemas = `[
{
"componentName": "generic-file-transfer",
"componentVersionName": "generic-file-transfer-v1.0.5",
"deviceConfigSchema": [
{
"name": "Customer X's file transfer driver settings",
"description": "File transfer driver settings for Customer X.",
"repeatable": true,
"keyName": "ug::customer_x_ft_driver[{{instanceId}}]::configurations",
"parameters": [
{
"key": "instanceId",
"type": "string",
"required": true,
"label": "Instance ID"
},
{
"key": "sshHost",
"type": "string",
"required": true,
"label": "SSH Host",
"default": "host1.example.com"
},
{
"key": "sshPassword",
"type": "string",
"required": true,
"label": "SSH Password",
"default": "password1234"
}
]
},
{
"name": "Log retrieval module schema",
"description": "Configuration schema for log retrieval.",
"repeatable": false,
"keyName": "ug::{{peripheralModelId}}:{{peripheralModuleId}}::configurations",
"parameters": [
{
"key": "peripheralModelId",
"type": "string",
"required": true,
"label": "Model ID"
},
{
"key": "peripheralModuleId",
"type": "string",
"required": true,
"label": "Module ID"
},
{
"key": "coreDirectory",
"type": "string",
"required": true,
"label": "SSH Host",
"default": "/var/log"
}
]
}
]
},
{
"componentName": "generic-time-series-injector",
"componentVersionName": "generic-time-series-injector-v2.04",
"deviceConfigSchema": [
{
"name": "Customer X's time series injector driver settings",
"description": "Time series injector driver settings for Customer X.",
"repeatable": true,
"keyName": "ug::customer_x_tsdb_injector[{{instanceId}}]::configurations",
"parameters": [
{
"key": "instanceId",
"type": "string",
"required": true,
"label": "Instance ID"
},
{
"key": "maxDataPointsPerSecond",
"type": "number",
"required": true,
"label": "Maximum Data Points Per Second",
"default": 1000
}
]
}
]
}
]`;

/** The Device Log Request object: properties of https://dev.tinkermode.com/platform/api/device-logger, in its order. */
export const logRequest = `{
"id": "5e0e93edf8379d390de5417e",
"deviceId": 34328,
"projectId": 1260,
"status": "success",
"ts": "2019-12-17T22:54:39Z",
"contentType": "text/plain",
"token": "request-token-sent-to-device",
"uploadId": "upload-session",
"filename": "uploaded.log",
"url": "https://example.com/download"
}`;
export const logRequestRead = {
  id: '5e0e93edf8379d390de5417e',
  deviceId: '34328',
  projectId: '1260',
  status: 'success',
  ts: '2019-12-17T22:54:39Z',
  contentType: 'text/plain',
  token: 'request-token-sent-to-device',
  uploadId: 'upload-session',
  filename: 'uploaded.log',
  url: 'https://example.com/download',
};
