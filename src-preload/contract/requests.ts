import type { z } from 'zod';
import { accountRequests } from './account.ts';
import { alertRequests } from './alert.ts';
import { appRequests } from './app.ts';
import { bulkRequests } from './bulk.ts';
import { deviceRequests } from './device.ts';
import { deviceLogRequests } from './device-log.ts';
import { editRequests } from './edit.ts';
import { forwardRequests } from './forward.ts';
import { historyRequests } from './history.ts';
import { launchRequests } from './launch.ts';
import { operationRequests } from './operation.ts';
import { portlessRequests } from './portless.ts';
import { sessionRequests } from './session.ts';

/**
 * Every request a window, the tray or the command line can make, by name. Main parses each input with
 * `strictObject`, so an unknown key is refused. `secrets.hand` is the only request that can carry a secret:
 * it answers a one-time ticket, which the others pass on instead. Views are built field by field in
 * src-main/bridge/views; none of their schemas can express a secret.
 */
export const requests = {
  ...accountRequests,
  ...alertRequests,
  ...appRequests,
  ...bulkRequests,
  ...deviceRequests,
  ...deviceLogRequests,
  ...editRequests,
  ...forwardRequests,
  ...historyRequests,
  ...launchRequests,
  ...operationRequests,
  ...portlessRequests,
  ...sessionRequests,
} as const;

export type Requests = typeof requests;
export type RequestName = keyof Requests;
export type RequestInput<N extends RequestName> = z.input<Requests[N]['input']>;
export type RequestOutput<N extends RequestName> = z.output<Requests[N]['output']>;

export const isRequestName = (name: string): name is RequestName => Object.hasOwn(requests, name);
