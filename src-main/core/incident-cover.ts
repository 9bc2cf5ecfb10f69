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

/** What a wider scope costs: half as many of its devices lost cost this much more than an incident. */
const imprecision = 0.35;
/** An address says less to a person than the name of a place. */
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

const scopesOf = (device: Placed): readonly IncidentScope[] => [
  ...[...new Set(device.groups)].map((group): IncidentScope => ({ kind: 'group', accountId: device.accountId, group })),
  ...(device.address === undefined ? [] : [{ kind: 'address', address: device.address } as const]),
  { kind: 'account', accountId: device.accountId },
  { kind: 'fleet' },
];

/** How many devices each scope holds that one of `losses` is in. Linear in the fleet. */
const totalsOf = (scopes: ReadonlySet<string>, fleet: Iterable<Placed>): ReadonlyMap<string, number> => {
  const totals = new Map<string, number>();
  for (const device of fleet) {
    for (const scope of scopesOf(device)) {
      const key = scopeKey(scope);
      if (scopes.has(key)) totals.set(key, (totals.get(key) ?? 0) + 1);
    }
  }
  return totals;
};

interface Candidate {
  readonly key: string;
  readonly scope: IncidentScope;
  readonly total: number;
  readonly losses: readonly Loss[];
  left: number;
}

/** The cost of one more incident for this scope, for each lost device it explains. */
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
 * The few scopes that explain all losses. Every incident costs one, and more the smaller a part of its scope was
 * lost, so that twelve of fourteen devices in a plant and one device elsewhere are two incidents and not "13 of
 * 3,204 in the account", but losses all over an account are one. Greedy (cheapest explanation for each device
 * first), so no more than a logarithm away from the best, and the same for the same losses in any order. Each loss
 * is in exactly one incident.
 */
export const coverLosses = (lost: readonly Loss[], fleet: Iterable<Placed>): readonly CoveredLosses[] => {
  const losses = [...new Map(lost.map((loss) => [loss.key, loss])).values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  const byScope = new Map<string, { scope: IncidentScope; losses: Loss[] }>();
  for (const loss of losses) {
    for (const scope of scopesOf(loss)) {
      const key = scopeKey(scope);
      const entry = byScope.get(key) ?? { scope, losses: [] };
      entry.losses.push(loss);
      byScope.set(key, entry);
    }
  }
  for (const [key, entry] of byScope) if (entry.losses.length < 2) byScope.delete(key);
  const totals = byScope.size === 0 ? new Map<string, number>() : totalsOf(new Set(byScope.keys()), fleet);
  const candidates = [...byScope].map(([key, entry]): Candidate => ({
    key,
    scope: entry.scope,
    total: Math.max(totals.get(key) ?? 0, entry.losses.length),
    losses: entry.losses,
    left: entry.losses.length,
  }));
  const candidatesOf = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    for (const loss of candidate.losses) {
      const list = candidatesOf.get(loss.key);
      if (list === undefined) candidatesOf.set(loss.key, [candidate]);
      else list.push(candidate);
    }
  }
  const open = new Set(losses.map((loss) => loss.key));
  const covered: CoveredLosses[] = [];
  for (;;) {
    let best: Candidate | undefined;
    for (const candidate of candidates) {
      if (candidate.left > 1 && (best === undefined || isBetter(candidate, best))) best = candidate;
    }
    // A single device is an incident of its own at the price of one.
    if (best === undefined || priceOf(best) >= 1) break;
    const taken = best.losses.filter((loss) => open.delete(loss.key));
    for (const loss of taken) for (const candidate of candidatesOf.get(loss.key) ?? []) candidate.left -= 1;
    covered.push({ scope: best.scope, total: best.total, losses: taken });
  }
  for (const loss of losses) {
    if (open.has(loss.key)) covered.push({ scope: { kind: 'device', key: loss.key }, total: 1, losses: [loss] });
  }
  return covered;
};
