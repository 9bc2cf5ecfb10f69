import { describe, expect, it } from 'vitest';
import { coverLosses, scopeKey, type Loss } from './incident-cover.ts';

const loss = (index: number, at: Partial<Loss> = {}): Loss => ({
  key: `acme/${String(index).padStart(5, '0')}`,
  name: `device ${index}`,
  accountId: 'acme',
  groups: [],
  since: 0,
  sound: true,
  ...at,
});
const many = (from: number, to: number, at: Partial<Loss> = {}): Loss[] =>
  Array.from({ length: to - from }, (_, index) => loss(from + index, at));
const scopes = (losses: readonly Loss[], fleet: readonly Loss[]): string[] =>
  coverLosses(losses, fleet).map(
    ({ scope, losses: covered, total }) => `${scopeKey(scope)}: ${covered.length}/${total}`,
  );

const plant3 = many(0, 14, { groups: ['Plant 3'], address: '203.0.113.3' });
const plant4 = many(14, 22, { groups: ['Plant 4'], address: '203.0.113.4' });
const rest = many(22, 3204, { groups: [] });
const fleet = [...plant3, ...plant4, ...rest];

describe('what lost devices have in common', () => {
  it('is the plant where nearly all of it is gone, and not the account', () => {
    expect(scopes(plant3.slice(0, 12), fleet)).toEqual(['group acme Plant 3: 12/14']);
    expect(scopes([...plant3.slice(0, 12), ...rest.slice(0, 1)], fleet)).toEqual([
      'group acme Plant 3: 12/14',
      'device acme/00022: 1/1',
    ]);
    expect(scopes([...plant3, ...plant4], fleet)).toEqual(['group acme Plant 3: 14/14', 'group acme Plant 4: 8/8']);
  });

  it('is the account where they are all over it', () => {
    const everyThird = fleet.filter((_, index) => index % 3 === 0);
    expect(scopes(everyThird, fleet)).toEqual([`account acme: ${everyThird.length}/3204`]);
  });

  it('is the address where no plant says it', () => {
    const mixed = [
      ...many(0, 6, { groups: ['A'], address: '198.51.100.1' }),
      ...many(6, 12, { groups: ['B'], address: '198.51.100.1' }),
    ];
    const others = [
      ...many(100, 160, { groups: ['A'], address: '198.51.100.2' }),
      ...many(160, 220, { groups: ['B'], address: '198.51.100.3' }),
    ];
    expect(scopes(mixed, [...mixed, ...others])).toEqual(['address 198.51.100.1: 12/12']);
  });

  it('is nothing for a few that have nothing in common', () => {
    expect(scopes([fleet[30]!, fleet[900]!], fleet)).toEqual(['device acme/00030: 1/1', 'device acme/00900: 1/1']);
  });

  it('is told apart by account, also where groups have the same name', () => {
    const other = many(0, 10, { groups: ['Plant 3'] }).map((each) => ({
      ...each,
      key: `home/${each.key}`,
      accountId: 'home',
    }));
    expect(scopes([...plant3, ...other.slice(0, 5)], [...fleet, ...other])).toEqual([
      'group acme Plant 3: 14/14',
      'group home Plant 3: 5/10',
    ]);
  });
});
