import { z } from 'zod';
import { readRows } from '../read-rows.ts';
import { asFlag, asHost, asNumber, asPort, asText, asTime, itemsOf, membersOf } from './values.ts';
import type { Members } from './values.ts';

/**
 * The shapes of the GraphQL API. Read by hand rather than by a schema for each row, because a whole fleet comes so; what
 * cannot be read counts as absent, unknown keys are kept. Each operation's answer is the part that was asked for.
 */

export interface ServiceRow extends Members {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly application: number | undefined;
  readonly port: number | undefined;
  readonly enabled: boolean | undefined;
}

export interface DeviceRow extends Members {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly state: string | undefined;
  readonly online: boolean | undefined;
  readonly lastReported: string | number | undefined;
  readonly tags: readonly Members[];
  readonly endpoint: Members;
  readonly services: readonly ServiceRow[];
}

/** A row without the one key that an assignment would not add. */
const own = (value: unknown): Record<string, unknown> => {
  const { ...row } = membersOf(value) as Record<string, unknown>;
  return row;
};

const service = (value: unknown): ServiceRow => {
  const row = own(value);
  return {
    ...row,
    id: asText(row['id']),
    name: asText(row['name']),
    application: asNumber(row['application']),
    port: asPort(row['port']),
    enabled: asFlag(row['enabled']),
  };
};

const device = (value: unknown): DeviceRow => {
  const row = own(value);
  return {
    ...row,
    id: asText(row['id']),
    name: asText(row['name']),
    state: asText(row['state'])?.toLowerCase(),
    online: asFlag(row['online']),
    lastReported: asText(row['lastReported']),
    tags: itemsOf(row['tags']).map(membersOf),
    endpoint: membersOf(row['endpoint']),
    services: itemsOf(row['services']).map(service),
  };
};

/** Answers `data`, or below it `data.login`. */
const data = z.looseObject({ data: z.looseObject({}) }).transform((answer): Members => answer.data);
const login = z
  .looseObject({ data: z.looseObject({ login: z.looseObject({}) }) })
  .transform((answer): Members => answer.data.login);

/** What is at `name`, or an issue that names it. */
const part = (members: Members, name: string, context: z.RefinementCtx): Members => {
  const value = members[name];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    context.addIssue({ code: 'custom', path: [name], message: 'expected an object' });
    return {};
  }
  return value as Members;
};

/** `total hasMore last items`, each item read by `item`. */
const pageOf = <T extends object>(members: Members, item: (value: unknown) => T, context: z.RefinementCtx) => {
  const { items } = members;
  if (!Array.isArray(items)) context.addIssue({ code: 'custom', path: ['items'], message: 'expected a list' });
  return {
    ...members,
    total: asNumber(members['total']),
    hasMore: asFlag(members['hasMore']) === true,
    items: Array.isArray(items) ? readRows(items, item, context) : [],
  };
};

export const loginAnswer = login.transform((members) => ({
  ...members,
  id: asText(members['id']),
  email: asText(members['email']),
}));

export const devicesAnswer = login.transform((members, context) =>
  pageOf(part(part(members, 'account', context), 'devices', context), device, context),
);

export const deviceAnswer = login.transform((members, context) =>
  readRows(itemsOf(part(members, 'account', context)['device']), device, context),
);

export const sessionsAnswer = login.transform((members, context) =>
  readRows(itemsOf(part(members, 'account', context)['sessions']), membersOf, context),
);

export const eventsAnswer = login.transform((members, context) =>
  pageOf(part(part(members, 'account', context), 'events', context), membersOf, context),
);

export const applicationTypesAnswer = data.transform((members, context) =>
  readRows(itemsOf(members['applicationTypes']), membersOf, context),
);

export const platformTypesAnswer = data.transform((members, context) =>
  readRows(itemsOf(members['platformTypes']), membersOf, context),
);

/** A mutation that answers a boolean. */
export const answeredTrue = (name: string) =>
  data.transform((members, context): { readonly [Name in string]: boolean } => {
    const value = asFlag(members[name]);
    if (value === undefined) context.addIssue({ code: 'custom', path: [name], message: 'expected true or false' });
    return { [name]: value === true };
  });

/** `connect`: where the tunnel listens; without a port where it is a web proxy. */
export const connectAnswer = data.transform((members, context) => {
  const connection = part(members, 'connect', context);
  const id = asText(connection['id']);
  const host = asHost(connection['host']);
  const port = asPort(connection['port']);
  const reverseProxy = asFlag(connection['reverseProxy']) === true;
  if (id === undefined) context.addIssue({ code: 'custom', path: ['id'], message: 'expected an id' });
  if (host === undefined && !reverseProxy)
    context.addIssue({ code: 'custom', path: ['host'], message: 'expected a host name' });
  if (port === undefined && !reverseProxy)
    context.addIssue({ code: 'custom', path: ['port'], message: 'expected a port' });
  return {
    ...connection,
    id: id ?? '',
    host: host ?? '',
    port,
    reverseProxy,
    /** Seconds. */
    timeout: asNumber(connection['timeout']),
    created: asTime(connection['created']),
  };
});
