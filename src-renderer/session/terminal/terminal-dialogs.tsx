import { Field } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { plural } from '../../ui/format.ts';
import { linesOf } from './paste-text.ts';
import type { TerminalFont } from './terminal-look.ts';
import { classNames } from '../../ui/class-names.ts';
import styles from './terminal-tab.module.css';

/** Chooses the font of terminals. */
export const FontDialog = ({
  font,
  onChange,
  onClose,
}: {
  readonly font: TerminalFont;
  readonly onChange: (font: TerminalFont) => void;
  readonly onClose: () => void;
}): React.ReactNode => (
  <Dialog label="Font of terminals" className="confirm" onClose={onClose}>
    <h2>Font of terminals</h2>
    <Field id="terminal-font" label="Family" help="The name of a font on this computer; empty for Quayside’s own.">
      <input
        id="terminal-font"
        className="input"
        defaultValue={font.family}
        onChange={(event) => onChange({ ...font, family: event.target.value })}
      />
    </Field>
    <Field id="terminal-size" label="Size" help="8 to 32 pixels.">
      <input
        id="terminal-size"
        className="input"
        type="number"
        min={8}
        max={32}
        defaultValue={font.size}
        onChange={(event) => onChange({ ...font, size: Number(event.target.value) || font.size })}
      />
    </Field>
    <div className="dialog-actions">
      <button type="button" className="button" onClick={onClose}>
        Done
      </button>
    </div>
  </Dialog>
);

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
