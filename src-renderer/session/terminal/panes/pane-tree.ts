/** How the panes of a terminal tab lie: one, or two halves that may be halved again. */
export type PaneTree =
  | { readonly kind: 'pane'; readonly id: number }
  | {
      readonly kind: 'split';
      readonly id: number;
      /** Where the second half lies. */
      readonly direction: 'right' | 'down';
      /** What the first half has of the whole, from `leastShare` to 1 - `leastShare`. */
      readonly share: number;
      readonly first: PaneTree;
      readonly second: PaneTree;
    };

export type Direction = 'right' | 'down';

/** Panes of a tab: each is a connection, and smaller ones show nothing. */
export const maxPanes = 8;
const leastShare = 0.1;

const clamp = (share: number): number => Math.min(1 - leastShare, Math.max(leastShare, share));

/** The panes, from the left and the top. */
export const panesOf = (tree: PaneTree): readonly number[] =>
  tree.kind === 'pane' ? [tree.id] : [...panesOf(tree.first), ...panesOf(tree.second)];

const highestId = (tree: PaneTree): number =>
  tree.kind === 'pane' ? tree.id : Math.max(tree.id, highestId(tree.first), highestId(tree.second));

/** Halves a pane; answers the new pane too, or undefined where there are enough or there is no such pane. */
export const splitPane = (
  tree: PaneTree,
  pane: number,
  direction: Direction,
): { readonly tree: PaneTree; readonly added: number } | undefined => {
  const panes = panesOf(tree);
  if (!panes.includes(pane) || panes.length >= maxPanes) return undefined;
  const added = highestId(tree) + 1;
  const halve = (node: PaneTree): PaneTree => {
    if (node.kind === 'split') return { ...node, first: halve(node.first), second: halve(node.second) };
    if (node.id !== pane) return node;
    return { kind: 'split', id: added + 1, direction, share: 0.5, first: node, second: { kind: 'pane', id: added } };
  };
  return { tree: halve(tree), added };
};

/** Takes a pane away; the other half has its place. Undefined if it was the last. */
export const closePane = (tree: PaneTree, pane: number): PaneTree | undefined => {
  if (tree.kind === 'pane') return tree.id === pane ? undefined : tree;
  const first = closePane(tree.first, pane);
  const second = closePane(tree.second, pane);
  if (first === undefined) return second;
  return second === undefined ? first : { ...tree, first, second };
};

/** Moves the line between the halves of a split. */
export const shareSplit = (tree: PaneTree, split: number, share: number): PaneTree => {
  if (tree.kind === 'pane') return tree;
  if (tree.id === split) return { ...tree, share: clamp(share) };
  return { ...tree, first: shareSplit(tree.first, split, share), second: shareSplit(tree.second, split, share) };
};

/** A part of the tab, each number from 0 to 1 of its width or height. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface PaneLayout {
  readonly panes: readonly { readonly id: number; readonly box: Box }[];
  /** The line of a split: where it lies within the box of both halves. */
  readonly dividers: readonly {
    readonly id: number;
    readonly direction: Direction;
    readonly share: number;
    readonly box: Box;
  }[];
}

/** Where each pane and each line lies. */
export const layoutOf = (tree: PaneTree, box: Box = { left: 0, top: 0, width: 1, height: 1 }): PaneLayout => {
  if (tree.kind === 'pane') return { panes: [{ id: tree.id, box }], dividers: [] };
  const { id, direction, share } = tree;
  const [one, two]: readonly [Box, Box] =
    direction === 'right'
      ? [
          { ...box, width: box.width * share },
          { ...box, left: box.left + box.width * share, width: box.width * (1 - share) },
        ]
      : [
          { ...box, height: box.height * share },
          { ...box, top: box.top + box.height * share, height: box.height * (1 - share) },
        ];
  const first = layoutOf(tree.first, one);
  const second = layoutOf(tree.second, two);
  return {
    panes: [...first.panes, ...second.panes],
    dividers: [{ id, direction, share, box }, ...first.dividers, ...second.dividers],
  };
};

/** The pane beside another, at the height (or width) of its middle; undefined at the edge. */
export const paneBeside = (
  tree: PaneTree,
  pane: number,
  towards: 'left' | 'right' | 'up' | 'down',
): number | undefined => {
  const { panes } = layoutOf(tree);
  const from = panes.find(({ id }) => id === pane)?.box;
  if (from === undefined) return undefined;
  const tiny = 1e-6;
  let x = from.left + from.width / 2;
  let y = from.top + from.height / 2;
  if (towards === 'left') x = from.left - tiny;
  if (towards === 'right') x = from.left + from.width + tiny;
  if (towards === 'up') y = from.top - tiny;
  if (towards === 'down') y = from.top + from.height + tiny;
  return panes.find(({ box }) => x >= box.left && x < box.left + box.width && y >= box.top && y < box.top + box.height)
    ?.id;
};

/** A stored value as a tree; undefined where it is none, or has too many panes, or one twice. */
export const parseTree = (value: unknown): PaneTree | undefined => {
  const ids = new Set<number>();
  const read = (node: unknown, depth: number): PaneTree | undefined => {
    if (typeof node !== 'object' || node === null || depth > maxPanes) return undefined;
    const { kind, id, direction, share, first, second } = node as Readonly<Record<string, unknown>>;
    if (typeof id !== 'number' || !Number.isSafeInteger(id) || ids.has(id)) return undefined;
    ids.add(id);
    if (kind === 'pane') return { kind, id };
    if (kind !== 'split' || (direction !== 'right' && direction !== 'down')) return undefined;
    if (typeof share !== 'number' || !Number.isFinite(share)) return undefined;
    const one = read(first, depth + 1);
    const two = read(second, depth + 1);
    return one === undefined || two === undefined
      ? undefined
      : { kind, id, direction, share: clamp(share), first: one, second: two };
  };
  const tree = read(value, 1);
  return tree === undefined || panesOf(tree).length > maxPanes ? undefined : tree;
};
