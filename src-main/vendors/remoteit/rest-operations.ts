import { z } from 'zod';
import { defineOperation } from '../vendor.ts';
import type { Operation } from '../vendor.ts';
import { connectWithinMs, all, changes, hostIp, json, read, serviceId, text, write } from './operation-parts.ts';
import * as schemas from './rest-schemas.ts';

/**
 * remote.it's older REST API, v27. RIT-01 is the one endpoint of the document this catalogue was made from; those with
 * a B are beyond it, from the sources named in remote.it's public documentation repository:
 * https://github.com/remoteit/docs/tree/master/api-reference/rest-api-overview
 */

const serviceAddress = serviceId.meta({
  title: 'Service address',
  description: 'The id of the service, not of its device',
});

export const stopConnection = defineOperation({
  ...write,
  id: 'device/connect/stop',
  number: 'RIT-01',
  summary: 'Ends the proxy connection to a service.',
  method: 'POST',
  path: '/apv/v27/device/connect/stop',
  input: z.strictObject({ deviceaddress: serviceAddress, connectionid: text.meta({ title: 'Connection id' }) }),
  output: schemas.stopAnswer,
  danger: changes,
  // A second one is answered 401, like a wrong key.
  repeatable: false,
  wire: json,
});

export const login = defineOperation({
  ...all,
  id: 'user/login',
  number: 'RIT-B01',
  summary: 'Signs in with the password and answers a session token. Beyond the document.',
  method: 'POST',
  path: '/apv/v27/user/login',
  input: z.strictObject({ username: text, password: z.string().min(1) }),
  output: schemas.loginAnswer,
  danger: changes,
  repeatable: false,
  cacheable: false,
  secretFields: ['password', 'token'],
  wire: json,
});

export const listAll = defineOperation({
  ...read,
  id: 'device/list/all',
  number: 'RIT-B02',
  summary: 'Lists the services of the account, one row each. Beyond the document.',
  method: 'GET',
  path: '/apv/v27/device/list/all',
  input: z.strictObject({}),
  output: schemas.listAnswer,
  wire: () => ({}),
});

export const restConnect = defineOperation({
  ...write,
  id: 'device/connect',
  number: 'RIT-B03',
  summary: 'Opens a proxy connection to a service. Beyond the document.',
  method: 'POST',
  path: '/apv/v27/device/connect',
  input: z.strictObject({
    deviceaddress: serviceAddress,
    wait: z.enum(['true', 'false']).default('true'),
    hostip: hostIp.default('255.255.255.255'),
    // Without it a web service answers with a public web address: `CreateProxyRequest` in
    // https://github.com/remoteit/sdk-go/blob/main/contracts/proxy.go.
    proxyType: z.literal('port').optional(),
  }),
  output: schemas.connectAnswer,
  danger: changes,
  repeatable: false,
  withinMs: () => connectWithinMs,
  wire: json,
});

const rename = defineOperation({
  ...write,
  id: 'device/name',
  number: 'RIT-B04',
  summary: 'Renames a device or a service. Beyond the document.',
  method: 'POST',
  path: '/apv/v27/device/name',
  input: z.strictObject({ deviceaddress: serviceAddress, devicealias: text }),
  output: schemas.nameAnswer,
  danger: changes,
  repeatable: true,
  wire: json,
});

/** RIT-01, and what surrounds it. */
export const restOperations: readonly Operation[] = [stopConnection, login, listAll, restConnect, rename];
