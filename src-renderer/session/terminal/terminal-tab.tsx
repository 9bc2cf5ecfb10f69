import { useState } from 'react';
import type { SessionPlace } from '../../../src-preload/contract/session.ts';
import { toast } from '../../state/view-store.ts';
import { StartsUnconnected } from '../connection/use-session.ts';
import type { PaneDeeds } from './panes/pane-deeds.ts';
import {
  closePane,
  layoutOf,
  maxPanes,
  paneBeside,
  panesOf,
  shareSplit,
  splitPane,
  type PaneTree,
} from './panes/pane-tree.ts';
import { PaneDivider } from './panes/pane-divider.tsx';
import { TerminalPane } from './terminal-pane.tsx';
import styles from './panes/panes.module.css';

const percent = (part: number): string => `${part * 100}%`;

/** Shells of a device beside each other. */
export const TerminalTab = ({
  tab,
  place,
  device,
  shown,
  panes: tree,
  waits,
  onPanes,
}: {
  /** Its number in the window. */
  readonly tab: number;
  readonly place: SessionPlace;
  readonly device: string;
  readonly shown: boolean;
  readonly panes: PaneTree;
  /** Whether it was there before a restart: its panes connect when they are told to. */
  readonly waits: boolean;
  readonly onPanes: (tree: PaneTree) => void;
}): React.ReactNode => {
  const [active, setActive] = useState(() => panesOf(tree)[0]);
  const [restored] = useState(() => new Set(waits ? panesOf(tree) : []));
  const { panes, dividers } = layoutOf(tree);
  const closeOne = (id: number): void => {
    const rest = closePane(tree, id);
    if (rest === undefined) return;
    onPanes(rest);
    setActive(panesOf(rest)[0]);
  };
  const deedsOf = (id: number): PaneDeeds => ({
    split: (direction) => {
      const split = splitPane(tree, id, direction);
      if (split === undefined) return toast({ tone: 'error', text: `A tab has at most ${maxPanes} panes.` });
      onPanes(split.tree);
      setActive(split.added);
    },
    close: panes.length === 1 ? undefined : () => closeOne(id),
    go: (towards) => setActive(paneBeside(tree, id, towards) ?? id),
  });
  return (
    <div className={styles['panes']} data-split={panes.length > 1}>
      {/* In an order that no split changes: a terminal that is moved in the page is drawn anew. */}
      {panes
        .toSorted((a, b) => a.id - b.id)
        .map(({ id, box }) => (
          <div
            key={id}
            className={styles['pane']}
            style={{
              left: percent(box.left),
              top: percent(box.top),
              width: percent(box.width),
              height: percent(box.height),
            }}
            onFocusCapture={() => setActive(id)}
          >
            <StartsUnconnected value={restored.has(id)}>
              <TerminalPane
                name={`${tab}.${id}`}
                place={place}
                device={device}
                shown={shown}
                active={id === active}
                deeds={deedsOf(id)}
              />
            </StartsUnconnected>
          </div>
        ))}
      {dividers.map(({ id, ...line }) => (
        <PaneDivider key={id} {...line} onShare={(share) => onPanes(shareSplit(tree, id, share))} />
      ))}
    </div>
  );
};
