import type { Direction } from './pane-tree.ts';

/** What can be done with a pane among the others of its tab. */
export interface PaneDeeds {
  readonly split: (direction: Direction) => void;
  /** Undefined where it is the only one. */
  readonly close: (() => void) | undefined;
  /** Gives the keyboard to the pane beside it. */
  readonly go: (towards: 'left' | 'right' | 'up' | 'down') => void;
}
