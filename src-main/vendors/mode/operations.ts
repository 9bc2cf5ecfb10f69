import { z } from 'zod';
import { defineOperation } from '../vendor.ts';
import type { Operation } from '../vendor.ts';
import { dataOperations } from './data-operations.ts';
import { deviceOperations } from './device-operations.ts';
import { count, id, read, sent } from './operation-parts.ts';
import * as schemas from './schemas.ts';

/** The whole catalogue, in the order of the document's table: the "Devices" chapter of the platform API. */
export const modeOperations: readonly Operation[] = [...deviceOperations, ...dataOperations];

/**
 * Beyond that chapter, for the connector alone: whose key this is.
 * https://dev.tinkermode.com/platform/console-manual/device-api-keys
 */
export const whoAmI = defineOperation({
  ...read,
  id: 'auth',
  number: 'MODE (beyond the document)',
  summary: 'Says whose key this is.',
  path: '/auth',
  callers: ['user', 'project', 'device'],
  input: z.strictObject({}),
  output: schemas.auth,
  cacheable: false,
  wire: () => ({}),
});

/** Beyond that chapter, for the connector alone: the homes of a user, where the account names none. */
export const listHomes = defineOperation({
  ...read,
  id: 'homes',
  number: 'MODE (beyond the document)',
  summary: 'Lists the homes of a user.',
  path: '/homes',
  callers: ['user'],
  input: z.strictObject({ userId: id, skip: count(0).optional(), limit: count(1).default(100) }),
  output: schemas.homes,
  wire: ({ userId, skip, limit }) => ({ query: { userId, skip: sent(skip), limit: String(limit) } }),
});
