import { z } from 'zod';
import { ifGood, listOf, parsedBy } from '../base/stored-schemas.ts';
import type { IncidentScope, Loss } from './incident-cover.ts';
import type { DocumentFormat } from '../base/document.ts';

/** What is stored of an open incident, so that the next run reports the devices that come back. */
export interface IncidentRecord {
  readonly id: string;
  readonly scope: IncidentScope;
  readonly total: number;
  readonly startedAt: number;
  readonly openedAt: number;
  /** Epoch milliseconds until which the user snoozed it. */
  readonly snoozedUntil?: number | undefined;
  readonly members: readonly {
    readonly loss: Loss;
    readonly offline: boolean;
    readonly since: number;
    readonly backAt?: number | undefined;
  }[];
}

const text = z.string();
/** Epoch milliseconds. */
const time = z.number();

const scope = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('fleet') }),
  z.object({ kind: z.literal('device'), key: text }),
  z.object({ kind: z.literal('group'), accountId: text, group: text }),
  z.object({ kind: z.literal('address'), address: text }),
  z.object({ kind: z.literal('account'), accountId: text }),
]);

const loss = z.object({
  key: text,
  name: text,
  accountId: text,
  groups: listOf(text).catch([]),
  address: ifGood(text),
  since: time,
  sound: z.boolean().catch(false),
});

const incident = z.object({
  id: text,
  scope,
  total: z.number(),
  startedAt: time,
  openedAt: time,
  snoozedUntil: ifGood(time),
  members: listOf(z.object({ loss, offline: z.boolean().catch(false), since: time, backAt: ifGood(time) })).catch([]),
});

/** The format of `incidents.json`: open incidents only. Unreadable parts are left out. */
export const incidentRecordsFormat: DocumentFormat<readonly IncidentRecord[]> = {
  version: 1,
  migrations: [],
  parse: parsedBy(listOf(incident)),
  fallback: [],
};
