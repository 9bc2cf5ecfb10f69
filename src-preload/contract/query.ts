import { fold } from '../../src-main/core/text/letters.ts';
import { codeForms, codesText } from './search-codes.ts';
import type { DeviceView, ServiceKind } from './device.ts';

/**
 * The query language of the window and the command line. Words are AND-ed; each is looked for in the name,
 * id, groups, tags, addresses, description, vendor, account, platform, model, system, firmware, agent and owner of a
 * device, and in the names of its services; hardware addresses, IPv6 addresses, serials and ids in any notation.
 * `field:value` narrows one fact, a leading `-` negates, `"quotes"` keep spaces. `has:` takes the kind, the port or the
 * name of a service. `seen:<1h` holds for what was online within an hour (m, h, d, w),
 * `seen:>1h` for what was not. Every text is a valid query: what is not understood is
 * looked for as it stands.
 */

const fieldNames = ['vendor', 'account', 'group', 'tag', 'is', 'has', 'seen'] as const;
type FieldName = (typeof fieldNames)[number];

/** One condition. `value` is folded (see `fold`) and never empty. */
export interface Term {
  readonly field: FieldName | 'any';
  readonly value: string;
  readonly negated: boolean;
  /** Of a word that may be a part of a code: the forms it is looked for among codes in besides. */
  readonly codes?: readonly string[];
  /** Of `seen`: the moment in question, epoch milliseconds. */
  readonly moment?: number;
}

/** A parsed query: all terms must hold. Without terms everything matches. */
export interface Query {
  readonly terms: readonly Term[];
}

/**
 * The other texts in which words are looked for. Attributes are not searched: there may be many of them, for 100,000
 * devices.
 */
const searchedFacts = ['platform', 'model', 'os', 'firmware', 'agentVersion', 'owner'] as const;

/** What a query looks at: satisfied by a device of main and by its view. */
export interface Searchable {
  readonly id: string;
  readonly name: string;
  readonly vendor: DeviceView['vendor'];
  readonly accountId: string;
  readonly description?: string | undefined;
  readonly groups: readonly string[];
  readonly tags: readonly string[];
  readonly presence: { readonly state: DeviceView['presence']['state']; readonly lastOnlineAt?: number | undefined };
  readonly services: readonly {
    readonly kind: ServiceKind;
    readonly name?: string | undefined;
    readonly port?: number | undefined;
  }[];
  readonly externalAddress?: string | undefined;
  readonly internalAddress?: string | undefined;
  readonly mac?: string | undefined;
  readonly serial?: string | undefined;
  readonly favourite?: boolean | undefined;
  readonly facts?: { readonly [F in (typeof searchedFacts)[number]]?: string | undefined } | undefined;
}

/** What a query needs to know besides the device. */
export interface QueryContext {
  /** The vendor's own spelling of its name. */
  readonly vendorName: (vendor: string) => string;
  readonly accountLabel: (accountId: string) => string;
}

/** A device prepared for being asked many times: all text folded once. */
export interface Haystack {
  readonly any: string;
  /** Hardware and IPv6 addresses, serial and id in the forms of `codeForms`. */
  readonly codes: string;
  readonly vendor: string;
  readonly account: string;
  readonly groups: string;
  readonly tags: string;
  readonly is: string;
  /** Kinds of services. */
  readonly has: string;
  /** Names of services, one a line, after a line of their ports. */
  readonly services: string;
  /** When it was online last, epoch milliseconds: infinity where it is, minus infinity where nobody knows. */
  readonly seen: number;
}

/** Between facts, so that no phrase matches across two of them. A query cannot hold it. */
const separator = '\n';

const isFieldName = (name: string): name is FieldName => (fieldNames as readonly string[]).includes(name);

/** A word, with quoted parts anywhere in it: `-group:"Plant 3"`. A quote that is never closed runs to the end. */
const words = /(?:"[^"]*(?:"|$)|[^\s"])+/g;

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `<90m`: a condition on when a device was last online. Anything else is still being typed and ignored. */
const parseSeen = (value: string, negated: boolean, now: number): Term | undefined => {
  const [, sign, digits, unit = ''] = /^([<>])(\d{1,5})([mhdw])$/.exec(value) ?? [];
  const length = units[unit];
  if (sign === undefined || length === undefined) return undefined;
  return { field: 'seen', value: sign, negated, moment: now - Number(digits) * length };
};

const parseWord = (word: string, now: number): Term | undefined => {
  const negated = word.length > 1 && word.startsWith('-');
  const body = negated ? word.slice(1) : word;
  const colon = body.indexOf(':');
  const name = colon > 0 ? body.slice(0, colon).toLowerCase() : '';
  const field = isFieldName(name) ? name : 'any';
  const raw = field === 'any' ? body : body.slice(colon + 1);
  const value = fold(raw.replaceAll('"', '').replace(/\s+/g, ' ').trim());
  if (field === 'seen') return parseSeen(value, negated, now);
  // `group:` or a single dash is still being typed.
  if (value === '' || body === '-') return undefined;
  const codes = field === 'any' ? codeForms(value) : [];
  return codes.length === 0 ? { field, value, negated } : { field, value, negated, codes };
};

/** Reads a query. Never throws; the empty text matches everything. `now` is what `seen:` counts from. */
export const parseQuery = (text: string, now = Date.now()): Query => ({
  terms: (text.match(words) ?? []).map((word) => parseWord(word, now)).filter((term) => term !== undefined),
});

/** Prepares a device. Keep it until the device or its account's label changes. */
export const haystackOf = (device: Searchable, context: QueryContext): Haystack => {
  const account = fold(context.accountLabel(device.accountId));
  const vendor = `${fold(device.vendor)}${separator}${fold(context.vendorName(device.vendor))}`;
  const groups = fold(device.groups.join(separator));
  const tags = fold(device.tags.join(separator));
  const services = fold(device.services.map((service) => service.name ?? '').join(separator));
  const id = fold(device.id);
  const mac = fold(device.mac ?? '');
  const serial = fold(device.serial ?? '');
  const addresses = [fold(device.externalAddress ?? ''), fold(device.internalAddress ?? '')];
  return {
    // `join` makes one flat string; a chain of `+` would be flattened at the first search.
    any: [
      fold(device.name),
      id,
      groups,
      tags,
      ...addresses,
      mac,
      serial,
      fold(device.description ?? ''),
      services,
      vendor,
      account,
      ...(device.facts === undefined ? [] : searchedFacts.map((name) => fold(device.facts?.[name] ?? ''))),
    ].join(separator),
    codes: codesText({ addresses, labels: [mac, serial, id] }),
    vendor,
    account,
    groups,
    tags,
    is: device.favourite === true ? `${device.presence.state} favourite` : device.presence.state,
    has: device.services.map((service) => service.kind).join(' '),
    services: `${device.services.map((service) => ` ${service.port ?? ''} `).join('')}${separator}${services}`,
    seen:
      device.presence.state === 'online'
        ? Number.POSITIVE_INFINITY
        : (device.presence.lastOnlineAt ?? Number.NEGATIVE_INFINITY),
  };
};

/** True when one of the words begins with the value, so that `is:off` narrows while it is typed. */
const beginsOne = (list: string, value: string): boolean => list.startsWith(value) || list.includes(` ${value}`);

/** Whether a service of the device has this port, this kind, or this in its name. */
const hasService = ({ has, services }: Haystack, value: string): boolean =>
  /^\d+$/.test(value)
    ? services.includes(` ${value} `)
    : beginsOne(has, value) || services.includes(value, services.indexOf(separator) + 1);

/** Whether a word is true of a prepared device: in any text of it, or as a part of one of its codes. */
export const holdsWord = (word: Pick<Term, 'value' | 'codes'>, hay: Haystack): boolean =>
  hay.any.includes(word.value) || word.codes?.some((form) => hay.codes.includes(form)) === true;

const holds = (term: Term, hay: Haystack): boolean => {
  switch (term.field) {
    case 'any':
      return holdsWord(term, hay);
    case 'vendor':
      return hay.vendor.includes(term.value);
    case 'account':
      return hay.account.includes(term.value);
    case 'group':
      return hay.groups.includes(term.value);
    case 'tag':
      return hay.tags.includes(term.value);
    case 'is':
      return beginsOne(hay.is, term.value);
    case 'has':
      return hasService(hay, term.value);
    case 'seen':
      return term.value === '<' ? hay.seen >= (term.moment ?? 0) : hay.seen < (term.moment ?? 0);
    default:
      return term.field satisfies never;
  }
};

/** Asks a prepared device. */
export const matchesHaystack = (query: Query, hay: Haystack): boolean => {
  for (const term of query.terms) if (holds(term, hay) === term.negated) return false;
  return true;
};

/** Asks one device once. */
export const matches = (query: Query, device: Searchable, context: QueryContext): boolean =>
  query.terms.length === 0 || matchesHaystack(query, haystackOf(device, context));
