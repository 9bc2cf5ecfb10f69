import { expect, it } from 'vitest';
import {
  closePane,
  layoutOf,
  maxPanes,
  paneBeside,
  panesOf,
  parseTree,
  shareSplit,
  splitPane,
  type PaneTree,
} from './pane-tree.ts';

const one = { kind: 'pane', id: 1 } as const satisfies PaneTree;

const split = (tree: PaneTree, pane: number, direction: 'right' | 'down'): PaneTree =>
  splitPane(tree, pane, direction)?.tree ?? expect.fail('not split');

/** 1 left; right of it 2 above 4. */
const three = split(split(one, 1, 'right'), 2, 'down');

it('a pane is halved, and the panes lie beside each other without gap or overlap', () => {
  expect(panesOf(three)).toEqual([1, 2, 4]);
  const { panes, dividers } = layoutOf(three);
  expect(panes.map(({ box }) => box)).toEqual([
    { left: 0, top: 0, width: 0.5, height: 1 },
    { left: 0.5, top: 0, width: 0.5, height: 0.5 },
    { left: 0.5, top: 0.5, width: 0.5, height: 0.5 },
  ]);
  expect(dividers).toHaveLength(2);
});

it('however panes are halved and closed, the tab is covered once and ids are not used twice', () => {
  let tree: PaneTree = one;
  let random = 7;
  const next = (below: number): number => {
    random = (random * 16_807) % 2_147_483_647;
    return random % below;
  };
  for (let step = 0; step < 2000; step += 1) {
    const panes = panesOf(tree);
    const pane = panes[next(panes.length)] ?? 1;
    tree =
      next(3) === 0
        ? (closePane(tree, pane) ?? one)
        : (splitPane(tree, pane, next(2) === 0 ? 'right' : 'down')?.tree ??
          shareSplit(tree, next(40), next(100) / 100));
    const { panes: placed } = layoutOf(tree);
    expect(placed.reduce((sum, { box }) => sum + box.width * box.height, 0)).toBeCloseTo(1, 9);
    expect(new Set(placed.map(({ id }) => id)).size).toBe(placed.length);
    expect(placed.length).toBeLessThanOrEqual(maxPanes);
    expect(parseTree(JSON.parse(JSON.stringify(tree)))).toEqual(tree);
  }
});

it('closing one gives its place to its other half, and the last leaves nothing', () => {
  expect(panesOf(closePane(three, 2) ?? one)).toEqual([1, 4]);
  expect(closePane(three, 1)).toMatchObject({ kind: 'split', direction: 'down' });
  expect(closePane(one, 1)).toBeUndefined();
  expect(closePane(three, 99)).toEqual(three);
});

it('the keyboard goes to the pane that lies there', () => {
  expect(paneBeside(three, 1, 'right')).toBe(4);
  expect(paneBeside(three, 2, 'left')).toBe(1);
  expect(paneBeside(three, 2, 'down')).toBe(4);
  expect(paneBeside(three, 4, 'up')).toBe(2);
  for (const [pane, towards] of [
    [1, 'left'],
    [1, 'up'],
    [4, 'down'],
    [2, 'right'],
  ] as const)
    expect(paneBeside(three, pane, towards)).toBeUndefined();
});

it('a line stays within its two halves', () => {
  for (const [asked, kept] of [
    [0.3, 0.3],
    [0, 0.1],
    [2, 0.9],
  ] as const)
    expect(shareSplit(three, 3, asked)).toMatchObject({ share: kept });
});

it('what was stored is read as it was, and nothing else', () => {
  expect(parseTree(three)).toEqual(three);
  for (const bad of [
    undefined,
    null,
    7,
    {},
    { kind: 'pane' },
    { kind: 'pane', id: '1' },
    { ...three, direction: 'up' },
    { ...three, share: Number.NaN },
    { ...three, second: { kind: 'pane', id: 1 } },
    { ...three, first: undefined },
  ])
    expect(parseTree(bad), JSON.stringify(bad)).toBeUndefined();
  const deep = Array.from({ length: 50 }).reduce<unknown>(
    (tree, _, index) => ({
      kind: 'split',
      id: 100 + index,
      direction: 'right',
      share: 0.5,
      first: tree,
      second: { kind: 'pane', id: index },
    }),
    { kind: 'pane', id: 99 },
  );
  expect(parseTree(deep)).toBeUndefined();
});
