import { Dialog } from '../../ui/dialog.tsx';
import { plural } from '../../ui/format.ts';
import { linesOf } from './paste-text.ts';
import { classNames } from '../../ui/class-names.ts';
import styles from './terminal-pane.module.css';

/** Lines of a paste that are shown before it. */
const shownLines = 6;
/** Characters of each of them. */
const shownLength = 120;

/** Asks before lines are pasted that would run as they arrive. Enter leaves it, as that may have been pasted too. */
export const PasteDialog = ({
  text,
  device,
  onPaste,
  onClose,
}: {
  readonly text: string;
  readonly device: string;
  readonly onPaste: () => void;
  readonly onClose: () => void;
}): React.ReactNode => {
  const lines = linesOf(text);
  const title = `Paste ${plural(lines.length, 'line')} into ${device}?`;
  const more = lines.length - shownLines;
  return (
    <Dialog label={title} className="confirm" onClose={onClose}>
      <h2>{title}</h2>
      <p>
        {lines.length === 1 ? 'It ends with a line break, so it runs' : 'Each line runs'} at once: what reads the keys
        there does not hold a paste back.
      </p>
      <ol className={classNames('mono', styles['paste-preview'])}>
        {lines.slice(0, shownLines).map((line, at) => (
          <li key={`${at} ${line}`}>{line.slice(0, shownLength)}</li>
        ))}
      </ol>
      {more > 0 ? <p>… and {plural(more, 'more line')}</p> : null}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button danger" onClick={onPaste}>
          Paste
        </button>
      </div>
    </Dialog>
  );
};
