import { z } from 'zod';
import { defineOperation } from '../vendor.ts';
import type { Operation, WireParts } from '../vendor.ts';
import {
  changes,
  connectWithinMs,
  count,
  flag,
  hostIp,
  json,
  read,
  serviceId,
  text,
  texts,
  write,
} from './operation-parts.ts';
import * as schemas from './graphql-schemas.ts';

/**
 * remote.it's present API. All of it is beyond the document that RIT-01 comes from; the sources are the vendor's schema
 * page https://api.remote.it/graphql/v1/doc and the queries of its own desktop application.
 */

const all = { method: 'POST', path: '/graphql/v1' } as const;

/** The body of a GraphQL request; variables that are undefined are left out. */
const ask = (query: string, variables: Readonly<Record<string, unknown>> = {}): WireParts => json({ query, variables });

/** With the tags of the account that is meant by `$account`. No `link`: its code lets anybody in who has it. */
const deviceFields =
  'id name state online platform manufacturer hardwareId version lastReported created license permissions' +
  ' owner { id email } access { user { id email } } tags(accountId: $account) { name color } attributes' +
  ' endpoint { onlineSince offlineSince externalAddress internalAddress quality availability' +
  ' geo { city stateName countryName timezone isp connectionType } }' +
  ' services { id name title state application type protocol host port enabled }';

const account = text.optional().meta({ title: 'Organisation id' });

const eventFields =
  'id type state action timestamp actor { id email } target { id name device { id name } } users { id email }';

export const whoAmI = defineOperation({
  ...read,
  ...all,
  id: 'login',
  number: 'RIT-B05',
  summary: 'Says whose credentials these are. Beyond the document.',
  input: z.strictObject({}),
  output: schemas.loginAnswer,
  cacheable: false,
  wire: () => ask('query Login { login { id email } }'),
});

export const devices = defineOperation({
  ...read,
  ...all,
  id: 'devices',
  number: 'RIT-B06',
  summary: 'Lists devices with their services, a page at a time. Beyond the document.',
  input: z.strictObject({
    size: count(1, 1000).default(100),
    from: count(0).default(0),
    account,
    name: text.optional(),
    state: z.enum(['active', 'inactive']).optional(),
    tag: z.strictObject({ operator: z.enum(['ANY', 'ALL']).default('ANY'), values: texts }).optional(),
    sort: text.optional().meta({ description: 'A field; with - in front, descending' }),
    owner: flag.optional(),
  }),
  output: schemas.devicesAnswer,
  wire: (variables) =>
    ask(
      'query Devices($size: Int, $from: Int, $name: String, $state: String, $tag: ListFilter, $account: String, $sort: String, $owner: Boolean)' +
        ' { login { id account(id: $account) { devices(size: $size, from: $from, name: $name, state: $state, tag: $tag, sort: $sort, owner: $owner)' +
        ` { total hasMore last items { ${deviceFields} } } } } }`,
      variables,
    ),
});

const device = defineOperation({
  ...read,
  ...all,
  id: 'device',
  number: 'RIT-B07',
  summary: 'Reads devices by id. Beyond the document.',
  input: z.strictObject({ id: texts.meta({ title: 'Device ids' }), account }),
  output: schemas.deviceAnswer,
  wire: (variables) =>
    ask(
      'query Device($id: [String!]!, $account: String)' +
        ` { login { id account(id: $account) { device(id: $id) { ${deviceFields} } } } }`,
      variables,
    ),
});

export const connect = defineOperation({
  ...write,
  ...all,
  id: 'connect',
  number: 'RIT-B08',
  summary: 'Opens a proxy connection to a service. Beyond the document.',
  input: z.strictObject({
    serviceId,
    hostIP: hostIp.default('255.255.255.255'),
    type: z.enum(['AUTO_PROXY', 'REVERSE_PROXY', 'PORT_PROXY']).default('AUTO_PROXY'),
  }),
  output: schemas.connectAnswer,
  danger: changes,
  repeatable: false,
  withinMs: () => connectWithinMs,
  wire: (variables) =>
    ask(
      'mutation Connect($serviceId: String!, $hostIP: String!, $type: ProxyType!) { connect(serviceId: $serviceId, hostIP: $hostIP, type: $type)' +
        ' { id created host port reverseProxy timeout url } }',
      variables,
    ),
});

export const disconnect = defineOperation({
  ...write,
  ...all,
  id: 'disconnect',
  number: 'RIT-B09',
  summary: 'Ends a proxy connection. Beyond the document.',
  input: z.strictObject({ connectionId: text, serviceId: serviceId.optional() }),
  output: schemas.answeredTrue('disconnect'),
  danger: changes,
  // What a second one is answered is not documented.
  repeatable: false,
  wire: (variables) =>
    ask(
      'mutation Disconnect($connectionId: String!, $serviceId: String) { disconnect(connectionId: $connectionId, serviceId: $serviceId) }',
      variables,
    ),
});

const renameService = defineOperation({
  ...write,
  ...all,
  id: 'renameService',
  number: 'RIT-B10',
  summary: 'Renames a device or a service. Beyond the document.',
  input: z.strictObject({ serviceId: serviceId.meta({ title: 'Device or service id' }), name: text }),
  output: schemas.answeredTrue('renameService'),
  danger: changes,
  repeatable: true,
  wire: (variables) =>
    ask(
      'mutation RenameService($serviceId: String!, $name: String!) { renameService(serviceId: $serviceId, name: $name) }',
      variables,
    ),
});

const tagInput = z.strictObject({
  name: texts.meta({ title: 'Tags' }),
  serviceId: texts.meta({ title: 'Device ids' }),
  accountId: account.meta({ title: 'Organisation id', description: 'Whose tags; your own where it is empty' }),
});

const addTag = defineOperation({
  ...write,
  ...all,
  id: 'addTag',
  number: 'RIT-B11',
  summary: 'Gives devices a tag. Beyond the document.',
  input: tagInput,
  output: schemas.answeredTrue('addTag'),
  danger: changes,
  repeatable: true,
  wire: (variables) =>
    ask(
      'mutation AddTag($name: [String!]!, $serviceId: [String!]!, $accountId: String)' +
        ' { addTag(name: $name, serviceId: $serviceId, accountId: $accountId) }',
      variables,
    ),
});

const removeTag = defineOperation({
  ...write,
  ...all,
  id: 'removeTag',
  number: 'RIT-B12',
  summary: 'Takes a tag away from devices. Beyond the document.',
  input: tagInput,
  output: schemas.answeredTrue('removeTag'),
  danger: changes,
  repeatable: true,
  wire: (variables) =>
    ask(
      'mutation RemoveTag($name: [String!]!, $serviceId: [String!]!, $accountId: String)' +
        ' { removeTag(name: $name, serviceId: $serviceId, accountId: $accountId) }',
      variables,
    ),
});

const sessions = defineOperation({
  ...read,
  ...all,
  id: 'sessions',
  number: 'RIT-B13',
  summary: 'Lists the connections that are in use now. Beyond the document.',
  input: z.strictObject({ account }),
  output: schemas.sessionsAnswer,
  cacheable: false,
  wire: (variables) =>
    ask(
      'query Sessions($account: String) { login { id account(id: $account)' +
        ' { sessions { id timestamp source user { id email } target { id name device { id name } } } } } }',
      variables,
    ),
});

const time = z
  .string()
  .trim()
  .regex(
    // A date alone is what the vendor's own example has: minDate: "2021-06-01".
    /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2}))?$/,
    'expected a date such as 2026-11-20, or a time such as 2026-11-20T12:00:00Z',
  );

const events = defineOperation({
  ...read,
  ...all,
  id: 'events',
  number: 'RIT-B14',
  summary: 'Reads what happened, newest first, a page at a time. Beyond the document.',
  input: z.strictObject({
    size: count(1, 1000).default(50),
    from: count(0).default(0),
    minDate: time.optional(),
    maxDate: time.optional(),
    account,
  }),
  output: schemas.eventsAnswer,
  wire: (variables) =>
    ask(
      'query Events($size: Int, $from: Int, $minDate: DateTime, $maxDate: DateTime, $account: String)' +
        ' { login { id account(id: $account) { events(size: $size, from: $from, minDate: $minDate, maxDate: $maxDate)' +
        ` { total hasMore last items { ${eventFields} } } } } }`,
      variables,
    ),
});

export const applicationTypes = defineOperation({
  ...read,
  ...all,
  id: 'applicationTypes',
  number: 'RIT-B15',
  summary: 'Lists the kinds of services remote.it knows. Beyond the document.',
  input: z.strictObject({}),
  output: schemas.applicationTypesAnswer,
  wire: () => ask('query ApplicationTypes { applicationTypes { id name description port protocol proxy scheme } }'),
});

export const platformTypes = defineOperation({
  ...read,
  ...all,
  id: 'platformTypes',
  number: 'RIT-B16',
  summary: 'Lists the kinds of devices remote.it knows. Beyond the document.',
  input: z.strictObject({}),
  output: schemas.platformTypesAnswer,
  wire: () => ask('query PlatformTypes { platformTypes { id name } }'),
});

/** The input of each operation that names the account whose things are meant; left out, it is the caller's own. */
export const accountInputs: Readonly<Record<string, string>> = {
  [devices.id]: 'account',
  [device.id]: 'account',
  [sessions.id]: 'account',
  [events.id]: 'account',
  [addTag.id]: 'accountId',
  [removeTag.id]: 'accountId',
};

/** RIT-B05 to RIT-B16. */
export const graphQlOperations: readonly Operation[] = [
  whoAmI,
  devices,
  device,
  connect,
  disconnect,
  renameService,
  addTag,
  removeTag,
  sessions,
  events,
  applicationTypes,
  platformTypes,
];
