import { z } from 'zod';
import { defineOperation } from '../vendor.ts';
import type { Operation } from '../vendor.ts';
import { computerOperations } from './computer-operations.ts';
import { connectionUid, create, destroys, groupUid, json, name, onConnection, read } from './operation-parts.ts';
import { act, passwordFields, remove, update } from './operation-parts.ts';
import * as schemas from './schemas.ts';

/**
 * Remotix's 24 endpoints, https://remotix.com/help/desktop/api/: an API of the desktop application on this computer.
 * PUT creates (with a trailing slash) and updates; the method of actions is literally ACTION.
 */

export const listGroups = defineOperation({
  ...read,
  id: 'listGroups',
  number: 'RMX-01',
  summary: 'Lists the groups of the address book.',
  path: '/groups',
  input: z.strictObject({}),
  output: schemas.listed,
  wire: () => ({}),
});

export const listGroupItems = defineOperation({
  ...read,
  id: 'listGroupItems',
  number: 'RMX-02',
  summary: 'Lists the items of a group.',
  path: '/group/{group_uid}',
  input: z.strictObject({ group_uid: groupUid }),
  output: schemas.listed,
  wire: ({ group_uid }) => ({ path: { group_uid } }),
});

export const listNearby = defineOperation({
  ...read,
  id: 'listNearby',
  number: 'RMX-03',
  summary: 'Lists the connections of the NEARBY pane.',
  path: '/nearby',
  input: z.strictObject({}),
  output: schemas.listed,
  wire: () => ({}),
});

const createGroup = defineOperation({
  ...create,
  id: 'createGroup',
  number: 'RMX-04',
  summary: 'Creates a group.',
  path: '/group/',
  input: z.strictObject({ name }),
  output: schemas.createdGroup,
  wire: json,
});

const renameGroup = defineOperation({
  ...update,
  id: 'renameGroup',
  number: 'RMX-05',
  summary: 'Changes the name of a group.',
  path: '/group/{group_uid}',
  input: z.strictObject({ group_uid: groupUid, name }),
  wire: ({ group_uid, ...body }) => ({ path: { group_uid }, ...json(body) }),
});

const deleteGroup = defineOperation({
  ...remove,
  id: 'deleteGroup',
  number: 'RMX-06',
  summary: 'Deletes a group.',
  path: '/group/{uid}',
  input: z.strictObject({ uid: groupUid }),
  danger: destroys(
    'The group leaves the address book of Remotix. Its document does not say whether the connections in it stay.',
  ),
  wire: onConnection,
});

const createConnection = defineOperation({
  ...create,
  id: 'createConnection',
  number: 'RMX-07',
  summary: 'Creates a connection in a group.',
  path: '/connection/',
  input: z.strictObject({ name, category_uid: groupUid }),
  output: schemas.createdConnection,
  wire: json,
});

const updateConnection = defineOperation({
  ...update,
  id: 'updateConnection',
  number: 'RMX-08',
  summary: 'Changes the name and the group of a connection.',
  path: '/connection/{uid}',
  input: z.strictObject({ uid: connectionUid, name: name.optional(), category_uid: groupUid.optional() }),
  wire: ({ uid, ...body }) => ({ path: { uid }, ...json(body) }),
});

const updateConnectionCredentials = defineOperation({
  ...update,
  id: 'updateConnectionCredentials',
  number: 'RMX-09',
  summary: 'Replaces the user name and password that Remotix keeps for a connection.',
  path: '/connection/{uid}/credentials',
  input: z
    .strictObject({
      uid: connectionUid,
      'rxp.username': z.string().optional().meta({ title: 'NEAR user name' }),
      'rxp.password': z.string().optional().meta({ title: 'NEAR password' }),
      'rdp.username': z.string().optional().meta({ title: 'RDP user name' }),
      'rdp.password': z.string().optional().meta({ title: 'RDP password' }),
      'rdp.domain': z.string().optional().meta({ title: 'RDP domain' }),
      'apple.username': z.string().optional().meta({ title: 'Apple Screen Sharing user name' }),
      'apple.password': z.string().optional().meta({ title: 'Apple Screen Sharing password' }),
    })
    .refine(
      ({ uid: _uid, ...fields }) => Object.values(fields).some((value) => value !== undefined),
      'expected a user name or a password',
    ),
  danger: destroys(
    'The user name and password that Remotix keeps for this connection are replaced. The present ones cannot be brought back.',
    'The user names and passwords that Remotix keeps for these connections are replaced. The present ones cannot be brought back.',
  ),
  secretFields: passwordFields,
  wire: ({ uid, ...body }) => ({ path: { uid }, ...json(body) }),
});

const deleteConnection = defineOperation({
  ...remove,
  id: 'deleteConnection',
  number: 'RMX-10',
  summary: 'Deletes a connection.',
  path: '/connection/{uid}',
  input: z.strictObject({ uid: connectionUid }),
  danger: destroys(
    'The connection leaves the address book of Remotix, with its settings and its credentials.',
    'The connections leave the address book of Remotix, with their settings and their credentials.',
  ),
  wire: onConnection,
});

const deleteConnectionCredentials = defineOperation({
  ...remove,
  id: 'deleteConnectionCredentials',
  number: 'RMX-11',
  summary: 'Deletes the user name and password that Remotix keeps for a connection.',
  path: '/connection/{uid}/credentials',
  input: z.strictObject({ uid: connectionUid }),
  danger: destroys('Remotix forgets the user name and password of this connection and asks for them the next time.'),
  wire: onConnection,
});

export const connectConnection = defineOperation({
  ...act,
  id: 'connectConnection',
  number: 'RMX-22',
  summary: 'Opens a connection in a window of Remotix.',
  path: '/connection/{uid}/connect',
  input: z.strictObject({ uid: connectionUid }),
  wire: onConnection,
});

/** The whole catalogue, in the order of the document's numbers. */
export const remotixOperations: readonly Operation[] = [
  listGroups,
  listGroupItems,
  listNearby,
  createGroup,
  renameGroup,
  deleteGroup,
  createConnection,
  updateConnection,
  updateConnectionCredentials,
  deleteConnection,
  deleteConnectionCredentials,
  connectConnection,
  ...computerOperations,
].toSorted((one, other) => one.number.localeCompare(other.number));
