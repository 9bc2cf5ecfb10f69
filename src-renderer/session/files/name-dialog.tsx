import { Dialog } from '../../ui/dialog.tsx';
import filesTabStyles from './files-tab.module.css';

/** Asks for the name of a file or folder. */
export const NameDialog = ({
  title,
  verb,
  name,
  onName,
  onClose,
}: {
  readonly title: string;
  readonly verb: string;
  readonly name: string;
  readonly onName: (name: string) => void;
  readonly onClose: () => void;
}): React.ReactNode => (
  <Dialog label={title} className="confirm" onClose={onClose}>
    <form
      className={filesTabStyles['name-form']}
      onSubmit={(event) => {
        event.preventDefault();
        const given = new FormData(event.currentTarget).get('name');
        if (typeof given === 'string' && given.trim() !== '' && given !== name) onName(given.trim());
        else onClose();
      }}
    >
      <h2>{title}</h2>
      <input
        className="input mono"
        name="name"
        aria-label="Name"
        defaultValue={name}
        autoFocus
        required
        pattern="[^\/]+"
        spellCheck={false}
      />
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className="button primary">
          {verb}
        </button>
      </div>
    </form>
  </Dialog>
);
