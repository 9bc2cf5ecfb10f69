import { describe, expect, it } from 'vitest';
import { fail, ok } from '../../core/base/errors.ts';
import { readHomes, type Home } from './homes.ts';

const home = (name: string): Home => ({ name, deactivated: false });
const broken = fail('vendor-unavailable', 'The vendor answered 500.', 'Wait.');

describe('the homes of a key', () => {
  it('are those of all pages', async () => {
    const skips: number[] = [];
    const rows = [
      { id: '1', name: 'North' },
      { id: '2', name: ' ' },
      { id: '3', name: 'Shut', deactivated: true },
    ];
    const { homes, problem } = await readHomes(async (skip) => {
      skips.push(skip);
      return ok(rows.slice(skip, skip + 2));
    }, new Map());
    expect([...homes]).toEqual([
      ['1', home('North')],
      ['2', home('Home 2')],
      ['3', { name: 'Shut', deactivated: true }],
    ]);
    expect(problem).toBeUndefined();
    expect(skips).toEqual([0, 2, 3]);
  });

  it('are, where a page fails, those read before it and those known from the last time', async () => {
    const known = new Map([
      ['1', home('Old name')],
      ['9', home('South')],
    ]);
    const read = await readHomes(async (skip) => (skip === 0 ? ok([{ id: '1', name: 'North' }]) : broken), known);
    expect([...read.homes]).toEqual([
      ['1', home('North')],
      ['9', home('South')],
    ]);
    expect(read.problem).toEqual(broken.error);
  });
});
