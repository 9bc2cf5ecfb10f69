import { z } from 'zod';
import { defineOperation } from '../vendor.ts';
import type { Operation } from '../vendor.ts';
import { act, action, computerId, connectionType, destroys, groupUid, json, name } from './operation-parts.ts';
import { onComputer, onType, passwordFields, read, remove, typePath, update } from './operation-parts.ts';
import * as schemas from './schemas.ts';

const getComputer = defineOperation({
  ...read,
  id: 'getComputer',
  number: 'RMX-12',
  summary: 'Reads the main settings of a cloud computer.',
  path: '/computer/{computer_id}',
  input: z.strictObject({ computer_id: computerId }),
  output: schemas.answered,
  secretFields: passwordFields,
  wire: onComputer,
});

export const listComputerActions = defineOperation({
  ...read,
  id: 'listComputerActions',
  number: 'RMX-13',
  summary: 'Lists the actions available for a cloud computer.',
  path: '/computer/{computer_id}/actions',
  input: z.strictObject({ computer_id: computerId }),
  output: schemas.answered,
  wire: onComputer,
});

export const listComputerConnections = defineOperation({
  ...read,
  id: 'listComputerConnections',
  number: 'RMX-14',
  summary: 'Lists the configured connections of a cloud computer.',
  path: '/computer/{computer_id}/connections',
  input: z.strictObject({ computer_id: computerId }),
  output: schemas.answered,
  secretFields: passwordFields,
  wire: onComputer,
});

const getComputerConnection = defineOperation({
  ...read,
  id: 'getComputerConnection',
  number: 'RMX-15',
  summary: 'Reads the settings of one connection of a cloud computer.',
  path: '/computer/{computer_id}/{connection_type}[_{port}]',
  input: z.strictObject(connectionType),
  output: schemas.answered,
  secretFields: passwordFields,
  wire: onType,
});

/** Never called by the connector: only a person who asks for it by name gets here. */
const getComputerConnectionCredentials = defineOperation({
  ...read,
  id: 'getComputerConnectionCredentials',
  number: 'RMX-16',
  summary: 'Reads the user name and password of one connection of a cloud computer.',
  path: '/computer/{computer_id}/{connection_type}[_{port}]/credentials',
  input: z.strictObject(connectionType),
  output: schemas.answered,
  danger: destroys(
    'This reads the stored user name and password of the connection out of Remotix. Whoever gets the answer can sign in with them.',
  ),
  cacheable: false,
  secretFields: passwordFields,
  wire: onType,
});

const updateComputer = defineOperation({
  ...update,
  id: 'updateComputer',
  number: 'RMX-17',
  summary: 'Changes the name of a cloud computer and the groups it belongs to.',
  path: '/computer/{computer_id}',
  input: z.strictObject({ computer_id: computerId, name: name.optional(), category_uid: groupUid.optional() }),
  danger: destroys(
    'The document of Remotix shows a name and one group here. It does not say whether a computer that is in several groups stays in the others, or in any when none is given.',
  ),
  wire: ({ computer_id, ...body }) => ({ path: { computer_id }, ...json(body) }),
});

const updateComputerConnection = defineOperation({
  ...update,
  id: 'updateComputerConnection',
  number: 'RMX-18',
  summary: 'Changes the given settings of one connection of a cloud computer; null sets one back to its default.',
  path: '/computer/{computer_id}/{connection_type}[_{port}]',
  input: z.strictObject({
    ...connectionType,
    body: z
      .record(z.string().min(1), z.json())
      .refine((body) => Object.keys(body).length > 0, 'expected at least one setting')
      .meta({ title: 'Settings', description: 'Only these change; null sets one back to its default' }),
  }),
  secretFields: passwordFields,
  wire: ({ body, ...input }) => ({ path: typePath(input), ...json(body) }),
});

const deleteComputer = defineOperation({
  ...remove,
  id: 'deleteComputer',
  number: 'RMX-19',
  summary: 'Removes a cloud computer from your Hub, and you from its trusted users.',
  path: '/computer/{computer_id}',
  input: z.strictObject({ computer_id: computerId }),
  danger: destroys(
    'The computer leaves your Hub and you are removed from the trusted users on that computer. Only its owner can give you access again, on the computer itself.',
    'The computers leave your Hub and you are removed from the trusted users on each of them. Only their owners can give you access again, on the computers themselves.',
  ),
  wire: onComputer,
});

const deleteComputerConnection = defineOperation({
  ...remove,
  id: 'deleteComputerConnection',
  number: 'RMX-20',
  summary: 'Deletes the settings of one connection of a cloud computer.',
  path: '/computer/{computer_id}/{connection_type}[_{port}]',
  input: z.strictObject(connectionType),
  danger: destroys('The settings of this connection are lost; Remotix goes back to its defaults.'),
  wire: onType,
});

const deleteComputerConnectionCredentials = defineOperation({
  ...remove,
  id: 'deleteComputerConnectionCredentials',
  number: 'RMX-21',
  summary: 'Deletes the user name and password of one connection of a cloud computer.',
  path: '/computer/{computer_id}/{connection_type}[_{port}]/credentials',
  input: z.strictObject(connectionType),
  danger: destroys('Remotix forgets the user name and password of this connection and asks for them the next time.'),
  wire: onType,
});

export const runComputerAction = defineOperation({
  ...act,
  id: 'runComputerAction',
  number: 'RMX-23',
  summary: 'Opens a cloud computer in a window of Remotix: control, curtain, observe or file transfer.',
  path: '/computer/{computer_id}/{connection_type}[_{port}]/{action}',
  input: z.strictObject({ ...connectionType, action }),
  wire: ({ action: word, ...input }) => ({ path: { ...typePath(input), action: word } }),
});

export const chatWithComputer = defineOperation({
  ...act,
  id: 'chatWithComputer',
  number: 'RMX-24',
  summary: 'Opens a chat with a cloud computer in a window of Remotix.',
  path: '/computer/{computer_id}/chat',
  input: z.strictObject({ computer_id: computerId }),
  wire: onComputer,
});

/** What Remotix offers on cloud computers. */
export const computerOperations: readonly Operation[] = [
  getComputer,
  listComputerActions,
  listComputerConnections,
  getComputerConnection,
  getComputerConnectionCredentials,
  updateComputer,
  updateComputerConnection,
  deleteComputer,
  deleteComputerConnection,
  deleteComputerConnectionCredentials,
  runComputerAction,
  chatWithComputer,
];
