/** A device that was lost, with what it may have in common with others. */
export interface Loss {
  readonly key: string;
  readonly name: string;
  readonly accountId: string;
  readonly groups: readonly string[];
  /** Its public address. */
  readonly address?: string | undefined;
  /** Epoch milliseconds of the first observation. */
  readonly since: number;
  readonly sound: boolean;
}

/** What the devices of an incident have in common. */
export type IncidentScope =
  | { readonly kind: 'device'; readonly key: string }
  | { readonly kind: 'group'; readonly accountId: string; readonly group: string }
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'account'; readonly accountId: string }
  | { readonly kind: 'fleet' };

export interface CoveredLosses {
  readonly scope: IncidentScope;
  /** Devices in the scope, lost or not. */
  readonly total: number;
  readonly losses: readonly Loss[];
}

type Placed = Pick<Loss, 'accountId' | 'groups' | 'address'>;

/** The extra cost of a wider scope: one with half of its devices lost costs this much more than an incident. */
const imprecision = 0.35;
/** The extra cost of an address: it tells a person less than the name of a place. */
const addressCost = 0.25;
const order: Readonly<Record<IncidentScope['kind'], number>> = {
  group: 0,
  address: 1,
  account: 2,
  fleet: 3,
  device: 4,
};

/** The identity of a scope. */
export const scopeKey = (scope: IncidentScope): string => {
  switch (scope.kind) {
    case 'device':
      return `device ${scope.key}`;
    case 'group':
      return `group ${scope.accountId} ${scope.group}`;
    case 'address':
      return `address ${scope.address}`;
    case 'account':
      return `account ${scope.accountId}`;
    case 'fleet':
      return 'fleet';
    default:
      return scope satisfies never;
  }
};

interface Candidate {
  readonly key: string;
  readonly scope: IncidentScope;
  /** Devices in the scope. */
  total: number;
  readonly losses: Loss[];
  /** Losses that no other incident explains yet. */
  left: number;
}

/** The scopes that losses are in. They are looked up by parts, not by key, because the whole fleet is counted here. */
class Candidates {
  readonly #groups = new Map<string, Map<string, Candidate>>();
  readonly #addresses = new Map<string, Candidate>();
  readonly #accounts = new Map<string, Candidate>();
  readonly #fleet: Candidate = candidate({ kind: 'fleet' });

  add(loss: Loss): void {
    const { accountId, address } = loss;
    const groups = entryOf(this.#groups, accountId, () => new Map<string, Candidate>());
    for (const group of new Set(loss.groups))
      entryOf(groups, group, () => candidate({ kind: 'group', accountId, group })).losses.push(loss);
    if (address !== undefined)
      entryOf(this.#addresses, address, () => candidate({ kind: 'address', address })).losses.push(loss);
    entryOf(this.#accounts, accountId, () => candidate({ kind: 'account', accountId })).losses.push(loss);
    this.#fleet.losses.push(loss);
  }

  /** Counts a device of the fleet in the scopes that contain losses. */
  count({ accountId, groups, address }: Placed): void {
    this.#fleet.total += 1;
    const account = this.#accounts.get(accountId);
    if (account !== undefined) account.total += 1;
    const place = address === undefined ? undefined : this.#addresses.get(address);
    if (place !== undefined) place.total += 1;
    const known = this.#groups.get(accountId);
    if (known === undefined) return;
    for (const group of groups.length < 2 ? groups : new Set(groups)) {
      const entry = known.get(group);
      if (entry !== undefined) entry.total += 1;
    }
  }

  /** The scopes with more than one loss. */
  all(): readonly Candidate[] {
    const groups = [...this.#groups.values()].flatMap((group) => [...group.values()]);
    const several = [...groups, ...this.#addresses.values(), ...this.#accounts.values(), this.#fleet].filter(
      ({ losses }) => losses.length > 1,
    );
    for (const entry of several) {
      entry.left = entry.losses.length;
      entry.total = Math.max(entry.total, entry.left);
    }
    return several;
  }
}

const candidate = (scope: IncidentScope): Candidate => ({ key: scopeKey(scope), scope, total: 0, losses: [], left: 0 });

const entryOf = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
};

/** The cost of one more incident for this scope, divided by the losses it explains. */
const priceOf = ({ scope, total, left }: Candidate): number =>
  (1 + imprecision * Math.log2(Math.max(total, left) / left) + (scope.kind === 'address' ? addressCost : 0)) / left;

const isBetter = (a: Candidate, b: Candidate): boolean => {
  const difference = priceOf(a) - priceOf(b);
  if (Math.abs(difference) > 1e-12) return difference < 0;
  if (a.left !== b.left) return a.left > b.left;
  if (a.scope.kind !== b.scope.kind) return order[a.scope.kind] < order[b.scope.kind];
  return a.key < b.key;
};

/**
 * The few scopes that explain all losses. Every incident costs one, plus more the smaller the lost part of its scope
 * is: twelve of fourteen devices in a plant and one device elsewhere become two incidents and not "13 of 3,204 in the
 * account", but losses all over an account become one. The choice is greedy (cheapest explanation per device first), so
 * at most a logarithm worse than the best, and independent of the order of losses. Each loss is in exactly one
 * incident.
 */
export const coverLosses = (lost: readonly Loss[], fleet: Iterable<Placed>): readonly CoveredLosses[] => {
  const losses = [...new Map(lost.map((loss) => [loss.key, loss])).values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  const table = new Candidates();
  for (const loss of losses) table.add(loss);
  if (losses.length > 1) for (const device of fleet) table.count(device);
  const candidates = table.all();
  const candidatesOf = new Map<string, Candidate[]>();
  for (const entry of candidates)
    for (const loss of entry.losses) entryOf(candidatesOf, loss.key, (): Candidate[] => []).push(entry);
  const open = new Set(losses.map((loss) => loss.key));
  const covered: CoveredLosses[] = [];
  for (;;) {
    let best: Candidate | undefined;
    for (const entry of candidates) {
      if (entry.left > 1 && (best === undefined || isBetter(entry, best))) best = entry;
    }
    // An incident for a single device costs one.
    if (best === undefined || priceOf(best) >= 1) break;
    const taken = best.losses.filter((loss) => open.delete(loss.key));
    for (const loss of taken) for (const entry of candidatesOf.get(loss.key) ?? []) entry.left -= 1;
    covered.push({ scope: best.scope, total: best.total, losses: taken });
  }
  for (const loss of losses) {
    if (open.has(loss.key)) covered.push({ scope: { kind: 'device', key: loss.key }, total: 1, losses: [loss] });
  }
  return covered;
};
