import { z } from 'zod';
import { defineOperation } from '../vendor.ts';
import type { Danger, Operation, WireParts } from '../vendor.ts';
import * as schemas from './schemas.ts';

/** Reemo's six endpoints, https://reemo.io/docs/api. The only key is the account's secret key. */

/** The samples declare JSON on every request, with a body or without. */
const headers = { 'content-type': 'application/json' } as const;
const computerId = z.string().trim().min(1).meta({ title: 'Computer id', description: 'id, not _id' });
const onlyId = z.strictObject({ id: computerId });
const onComputer = ({ id }: { readonly id: string }): WireParts => ({ headers, path: { id } });
const jsonBody = (value: unknown): WireParts => ({ headers, body: { kind: 'json', value } });

const all = { callers: ['user'], answer: 'json', secretFields: [] } as const;
const read = { ...all, method: 'GET', danger: { level: 'none' }, repeatable: true, cacheable: true } as const;
const changes: Danger = { level: 'changes' };

/** A filter or a paging parameter: the document names properties, not parameters. */
const parameter = z.union([z.string(), z.number(), z.boolean()]).transform(String);

export const listComputers = defineOperation({
  ...read,
  id: 'listComputers',
  number: 'REEMO-01',
  summary: 'Lists the computers of the account, one page of them.',
  path: '/computers',
  input: z
    .object({ name: parameter.optional(), hostname: parameter.optional(), ip: parameter.optional() })
    .catchall(parameter),
  output: schemas.listed,
  wire: (query) => ({ headers, query }),
});

export const getComputer = defineOperation({
  ...read,
  id: 'getComputer',
  number: 'REEMO-02',
  summary: 'Reads one computer.',
  path: '/computers/{id}',
  input: onlyId,
  output: schemas.computer,
  wire: onComputer,
});

/** Its answer gives access to the computer: used once by the web session, hidden everywhere else. */
export const connectComputer = defineOperation({
  ...all,
  id: 'connectComputer',
  number: 'REEMO-03',
  summary: 'Asks for the tokens of one session with a computer. Quayside hides them; open a session to use some.',
  method: 'POST',
  path: '/computers/{id}/connect',
  input: onlyId,
  output: schemas.connected,
  danger: changes,
  repeatable: false,
  cacheable: false,
  secretFields: ['computer'],
  wire: onComputer,
});

const reserveComputer = defineOperation({
  ...all,
  id: 'reserveComputer',
  number: 'REEMO-04',
  summary: 'Reserves an _id for a computer that is still to be installed.',
  method: 'POST',
  path: '/computers',
  input: z.strictObject({ _id: z.uuid('expected a UUID').meta({ title: '_id to reserve' }) }),
  output: schemas.anything,
  danger: changes,
  repeatable: false,
  cacheable: false,
  wire: jsonBody,
});

const updateComputer = defineOperation({
  ...all,
  id: 'updateComputer',
  number: 'REEMO-05',
  summary: 'Changes the name of a computer.',
  method: 'PUT',
  path: '/computers/{id}',
  input: z.strictObject({ id: computerId, name: z.string().min(1).max(500) }),
  output: schemas.anything,
  danger: changes,
  repeatable: true,
  cacheable: false,
  wire: ({ id, ...body }) => ({ ...jsonBody(body), path: { id } }),
});

export const deleteComputer = defineOperation({
  ...all,
  id: 'deleteComputer',
  number: 'REEMO-06',
  summary: 'Deletes a computer that is offline.',
  method: 'DELETE',
  path: '/computers/{id}',
  answer: 'nothing',
  input: onlyId,
  output: schemas.nothing,
  danger: {
    level: 'destroys',
    confirm:
      'The computer leaves the Reemo account. To reach it again, the Reemo service has to register it anew from the computer itself.',
    confirmMany:
      'The computers leave the Reemo account. To reach one again, the Reemo service has to register it anew from the computer itself.',
  },
  repeatable: false,
  cacheable: false,
  wire: onComputer,
});

/** The whole catalogue, in the order of the document's numbers. */
export const reemoOperations: readonly Operation[] = [
  listComputers,
  getComputer,
  connectComputer,
  reserveComputer,
  updateComputer,
  deleteComputer,
];
