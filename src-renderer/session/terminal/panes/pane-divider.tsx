import type { Box, Direction } from './pane-tree.ts';
import styles from './panes.module.css';

/** Part of the tab that an arrow key moves the line by. */
const step = 0.05;
const percent = (part: number): string => `${part * 100}%`;

/** The line between two halves, moved by the mouse or by arrow keys. */
export const PaneDivider = ({
  direction,
  share,
  box,
  onShare,
}: {
  readonly direction: Direction;
  readonly share: number;
  /** Of both halves. */
  readonly box: Box;
  readonly onShare: (share: number) => void;
}): React.ReactNode => {
  const isRight = direction === 'right';
  return (
    <div
      className={styles['divider']}
      role="separator"
      aria-label="Between two panes"
      aria-orientation={isRight ? 'vertical' : 'horizontal'}
      aria-valuemin={10}
      aria-valuemax={90}
      aria-valuenow={Math.round(share * 100)}
      tabIndex={0}
      style={
        isRight
          ? { left: percent(box.left + box.width * share), top: percent(box.top), height: percent(box.height) }
          : { top: percent(box.top + box.height * share), left: percent(box.left), width: percent(box.width) }
      }
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => {
        const { currentTarget, clientX, clientY, pointerId } = event;
        const around = currentTarget.parentElement?.getBoundingClientRect();
        if (!currentTarget.hasPointerCapture(pointerId) || around === undefined) return;
        const at = isRight ? (clientX - around.left) / around.width : (clientY - around.top) / around.height;
        onShare(isRight ? (at - box.left) / box.width : (at - box.top) / box.height);
      }}
      onKeyDown={({ key }) => {
        if (key === (isRight ? 'ArrowLeft' : 'ArrowUp')) onShare(share - step);
        if (key === (isRight ? 'ArrowRight' : 'ArrowDown')) onShare(share + step);
      }}
    />
  );
};
