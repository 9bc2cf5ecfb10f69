import type { IncidentScope, Loss } from './incident-cover.ts';
import type { DocumentFormat } from '../base/document.ts';

/** What is stored of an open incident, so that the next run reports the devices that come back. */
export interface IncidentRecord {
  readonly id: string;
  readonly scope: IncidentScope;
  readonly total: number;
  readonly startedAt: number;
  readonly openedAt: number;
  /** Epoch milliseconds until which the user put it aside. */
  readonly snoozedUntil?: number | undefined;
  readonly members: readonly {
    readonly loss: Loss;
    readonly offline: boolean;
    readonly since: number;
    readonly backAt?: number | undefined;
  }[];
}

type Unknowns = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Unknowns =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const entriesOf = (value: unknown): readonly Unknowns[] => (Array.isArray(value) ? value.filter(isObject) : []);

const parseScope = (value: unknown): IncidentScope | undefined => {
  if (!isObject(value)) return undefined;
  const { kind, key, accountId, group, address } = value;
  if (kind === 'fleet') return { kind };
  if (kind === 'device' && isText(key)) return { kind, key };
  if (kind === 'group' && isText(accountId) && isText(group)) return { kind, accountId, group };
  if (kind === 'address' && isText(address)) return { kind, address };
  if (kind === 'account' && isText(accountId)) return { kind, accountId };
  return undefined;
};

const parseLoss = (value: unknown): Loss | undefined => {
  if (!isObject(value)) return undefined;
  const { key, name, accountId, groups, address, since, sound } = value;
  if (!isText(key) || !isText(name) || !isText(accountId) || !isTime(since)) return undefined;
  return {
    key,
    name,
    accountId,
    groups: Array.isArray(groups) ? groups.filter(isText) : [],
    ...(isText(address) ? { address } : {}),
    since,
    sound: sound === true,
  };
};

const parseMember = (value: Unknowns): IncidentRecord['members'][number] | undefined => {
  const loss = parseLoss(value['loss']);
  const { offline, since, backAt } = value;
  return loss === undefined || !isTime(since)
    ? undefined
    : { loss, offline: offline === true, since, ...(isTime(backAt) ? { backAt } : {}) };
};

const parseIncident = (value: Unknowns): IncidentRecord | undefined => {
  const { id, total, startedAt, openedAt, snoozedUntil } = value;
  const scope = parseScope(value['scope']);
  if (!isText(id) || scope === undefined || !isTime(total) || !isTime(startedAt) || !isTime(openedAt)) return undefined;
  const members = entriesOf(value['members'])
    .map(parseMember)
    .filter((member) => member !== undefined);
  return { id, scope, total, startedAt, openedAt, ...(isTime(snoozedUntil) ? { snoozedUntil } : {}), members };
};

/** The form of `incidents.json`: open incidents alone. What cannot be read of it is left out. */
export const incidentRecordsFormat: DocumentFormat<readonly IncidentRecord[]> = {
  version: 1,
  migrations: [],
  parse: (value) =>
    Array.isArray(value)
      ? entriesOf(value)
          .map(parseIncident)
          .filter((incident) => incident !== undefined)
      : undefined,
  fallback: [],
};
