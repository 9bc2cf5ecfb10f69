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
 * https://dev.tinkermode.com/platform/api/client-authentication
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

/**
 * Beyond that chapter, for the connector alone: the homes of a project, or of a user.
 * https://dev.tinkermode.com/platform/api/homes
 */
export const listHomes = defineOperation({
  ...read,
  id: 'homes',
  number: 'MODE (beyond the document)',
  summary: 'Lists the homes of a project or of a user.',
  path: '/homes',
  callers: ['user', 'project'],
  input: z.strictObject({
    userId: id.optional(),
    projectId: id.optional(),
    skip: count(0).optional(),
    limit: count(1).default(100),
  }),
  output: schemas.homes,
  wire: ({ userId, projectId, skip, limit }) => ({
    query: { userId, projectId, skip: sent(skip), limit: String(limit) },
  }),
});
