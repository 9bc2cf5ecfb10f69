import { useId, useState } from 'react';
import type { SettingsView } from '../../src-preload/contract/app.ts';
import type { ErrorView } from '../../src-preload/contract/error-view.ts';
import { request } from '../state/main-state.ts';
import { Failure, Field } from '../ui/controls.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Setting } from './setting.tsx';

const EditorDialog = ({
  editor,
  onClose,
}: {
  readonly editor: NonNullable<SettingsView['editor']>;
  readonly onClose: () => void;
}): React.ReactNode => {
  const id = useId();
  const [error, setError] = useState<ErrorView>();
  const save = async (form: HTMLFormElement): Promise<void> => {
    const data = new FormData(form);
    const text = (name: string): string => String(data.get(name) ?? '').trim();
    // One argument a line: a space never splits one in two.
    const lines = text('args')
      .split(/\r?\n/)
      .map((arg) => arg.trim())
      .filter((arg) => arg !== '');
    const saved = await request('settings.change', { editor: { program: text('program'), args: lines } });
    if (saved.ok) onClose();
    else setError(saved.error);
  };
  return (
    <Dialog label="Editor" className="form-dialog" onClose={onClose}>
      <h2>Editor</h2>
      <form
        className="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          void save(event.currentTarget);
        }}
      >
        <Field
          id={`${id}-program`}
          label="Program"
          help="Its whole path, or a name that is on PATH. Empty: the system’s program for text."
        >
          <input
            id={`${id}-program`}
            className="input mono"
            name="program"
            defaultValue={editor.program}
            maxLength={1024}
            spellCheck={false}
            aria-describedby={`${id}-program-help`}
            autoFocus
          />
        </Field>
        <Field
          id={`${id}-args`}
          label="Arguments"
          help="One on each line. {file} stands for the file; without it the file comes last. No shell reads them."
        >
          <textarea
            id={`${id}-args`}
            className="input mono area"
            name="args"
            rows={3}
            defaultValue={editor.args.join('\n')}
            spellCheck={false}
            aria-describedby={`${id}-args-help`}
          />
        </Field>
        {error === undefined ? null : <Failure error={error} />}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button primary">
            Save
          </button>
        </div>
      </form>
    </Dialog>
  );
};

/** The program that files of devices are edited in. */
export const EditorSetting = ({ settings }: { readonly settings: SettingsView }): React.ReactNode => {
  const id = useId();
  const [isOpen, setIsOpen] = useState(false);
  const editor = settings.editor ?? { program: '', args: [] };
  return (
    <>
      <Setting
        id={id}
        label="Editor"
        help={
          editor.program === ''
            ? 'Files of devices are edited in the system’s program for text.'
            : `Files of devices are edited in ${editor.program}.`
        }
      >
        <button id={id} type="button" className="button" aria-label="Choose an editor" onClick={() => setIsOpen(true)}>
          Choose an editor
        </button>
      </Setting>
      {isOpen ? <EditorDialog editor={editor} onClose={() => setIsOpen(false)} /> : null}
    </>
  );
};
