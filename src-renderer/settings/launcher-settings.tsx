import { Pencil, Plus, Trash2 } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import type { SettingsView } from '../../src-preload/contract/app.ts';
import { serviceKindSchema, type ServiceKind } from '../../src-preload/contract/device.ts';
import type { ErrorView } from '../../src-preload/contract/error-view.ts';
import type { LauncherView } from '../../src-preload/contract/launch.ts';
import type { RequestOutput } from '../../src-preload/contract/requests.ts';
import { request } from '../state/main-state.ts';
import { Failure, Field, IconButton } from '../ui/controls.tsx';
import { DialogActions, FormDialog } from '../ui/dialog.tsx';
import { toastError } from '../state/view-store.ts';
import { Choice, Setting } from './setting.tsx';
import { classNames } from '../ui/class-names.ts';
import styles from './settings.module.css';

const kinds = serviceKindSchema.options;

const placeholders = [
  ['{host}', 'its address on this computer'],
  ['{port}', 'its port there'],
  ['{address}', 'both together'],
  ['{user}', 'the user name kept for the service'],
  ['{device}', 'the name of the device'],
] as const;

/** Says what is wrong with a launcher, in main's words. */
const LauncherDialog = ({
  launcher,
  taken,
  onSave,
  onClose,
}: {
  readonly launcher: LauncherView | undefined;
  readonly taken: readonly string[];
  readonly onSave: (launcher: LauncherView) => Promise<ErrorView | undefined>;
  readonly onClose: () => void;
}): React.ReactNode => {
  const id = useId();
  const [error, setError] = useState<ErrorView>();
  const [busy, setBusy] = useState(false);
  const title = launcher === undefined ? 'Add a launcher' : `Change ${launcher.name}`;
  const submit = async (form: HTMLFormElement): Promise<void> => {
    const data = new FormData(form);
    const text = (name: string): string => String(data.get(name) ?? '').trim();
    const next: LauncherView = {
      name: text('name'),
      kind: kinds.find((kind) => kind === data.get('kind')) ?? 'tcp',
      program: text('program'),
      // One argument a line: a space never splits one in two.
      args: text('args')
        .split(/\r?\n/)
        .map((arg) => arg.trim())
        .filter((arg) => arg !== ''),
    };
    if (taken.includes(next.name)) {
      setError({
        kind: 'invalid-input',
        message: `There is a launcher called ${next.name} already.`,
        hint: 'Give this one another name.',
      });
      return;
    }
    setBusy(true);
    const failure = await onSave(next);
    setBusy(false);
    if (failure === undefined) onClose();
    else setError(failure);
  };
  return (
    <FormDialog title={title} onSubmit={submit} onClose={onClose}>
      <div className="form-pair">
        <Field id={`${id}-name`} label="Name">
          <input
            id={`${id}-name`}
            className="input"
            name="name"
            defaultValue={launcher?.name}
            maxLength={64}
            required
            autoFocus
          />
        </Field>
        <Field id={`${id}-kind`} label="Opens">
          <select id={`${id}-kind`} className="select" name="kind" defaultValue={launcher?.kind ?? 'ssh'}>
            {kinds.map((kind) => (
              <option key={kind} value={kind}>
                {kind.toUpperCase()}
              </option>
            ))}
          </select>
        </Field>
      </div>
      <Field id={`${id}-program`} label="Program" help="Its whole path, or a name that is on PATH.">
        <input
          id={`${id}-program`}
          className="input mono"
          name="program"
          defaultValue={launcher?.program}
          maxLength={1024}
          spellCheck={false}
          aria-describedby={`${id}-program-help`}
          required
        />
      </Field>
      <Field id={`${id}-args`} label="Arguments" help="One on each line. No shell reads them.">
        <textarea
          id={`${id}-args`}
          className="input mono area"
          name="args"
          rows={4}
          defaultValue={launcher?.args.join('\n')}
          spellCheck={false}
          aria-describedby={`${id}-args-help`}
        />
      </Field>
      <dl className={styles['placeholders']} aria-label="Placeholders">
        {placeholders.map(([name, what]) => (
          <div key={name}>
            <dt className="mono">{name}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      {error === undefined ? null : <Failure error={error} />}
      <DialogActions onClose={onClose}>
        <button type="submit" className="button primary" disabled={busy}>
          {launcher === undefined ? 'Add launcher' : 'Save'}
        </button>
      </DialogActions>
    </FormDialog>
  );
};

/** What opens each kind of service, and the user's own programs. */
export const LauncherSettings = ({ settings }: { readonly settings: SettingsView }): React.ReactNode => {
  const id = useId();
  const launchers = settings.launchers ?? [];
  const [known, setKnown] = useState<RequestOutput<'launchers.list'>>([]);
  const [editing, setEditing] = useState<{ readonly launcher: LauncherView | undefined }>();
  useEffect(() => {
    void request('launchers.list', {}).then((answer) => {
      if (answer.ok) setKnown(answer.value);
    });
  }, [settings.launchers, settings.terminal]);
  const store = async (next: readonly LauncherView[]): Promise<ErrorView | undefined> => {
    const answer = await request('launchers.save', { launchers: [...next] });
    return answer.ok ? undefined : answer.error;
  };
  const choose = async (kind: ServiceKind, launcher: string): Promise<void> => {
    const answer = await request('launchers.choose', {
      kind,
      scope: 'default',
      target: '',
      ...(launcher === '' ? {} : { launcher }),
    });
    if (!answer.ok) toastError(answer.error);
  };
  const remove = async (name: string): Promise<void> => {
    const failure = await store(launchers.filter((launcher) => launcher.name !== name));
    if (failure !== undefined) toastError(failure);
  };
  return (
    <>
      {known
        .filter(({ names }) => names.length > 0)
        .map(({ kind, names }) => (
          <Setting
            key={kind}
            id={`${id}-${kind}`}
            label={`Open ${kind.toUpperCase()} with`}
            help="A device or a service can have its own."
          >
            <Choice
              id={`${id}-${kind}`}
              value={
                settings.launcherChoices?.find((choice) => choice.kind === kind && choice.scope === 'default')
                  ?.launcher ?? ''
              }
              choices={[['', `Best one here (${names[0] ?? 'none'})`], ...names.map((name) => [name, name] as const)]}
              words={(name) => `${name} (not found)`}
              onChange={(launcher) => void choose(kind, launcher)}
            />
          </Setting>
        ))}
      <div className={styles['setting-list']}>
        <header>
          <div>
            <h3>Your own launchers</h3>
            <p>Programs that open a service, with placeholders for its address.</p>
          </div>
          <button type="button" className="button" onClick={() => setEditing({ launcher: undefined })}>
            <Plus size={14} aria-hidden="true" />
            Add launcher
          </button>
        </header>
        <ul aria-label="Your own launchers">
          {launchers.map((launcher) => (
            <li key={launcher.name} aria-label={launcher.name}>
              <span className="tag">{launcher.kind.toUpperCase()}</span>
              <span className="ellipsis">{launcher.name}</span>
              <span className={classNames('mono faint ellipsis', styles['grow'])}>
                {[launcher.program, ...launcher.args].join(' ')}
              </span>
              <IconButton icon={Pencil} label={`Change ${launcher.name}`} onClick={() => setEditing({ launcher })} />
              <IconButton icon={Trash2} label={`Remove ${launcher.name}`} onClick={() => void remove(launcher.name)} />
            </li>
          ))}
        </ul>
      </div>
      {editing === undefined ? null : (
        <LauncherDialog
          launcher={editing.launcher}
          taken={launchers.filter((other) => other !== editing.launcher).map(({ name }) => name)}
          onSave={(launcher) =>
            store(
              editing.launcher === undefined
                ? [...launchers, launcher]
                : launchers.map((other) => (other === editing.launcher ? launcher : other)),
            )
          }
          onClose={() => setEditing(undefined)}
        />
      )}
    </>
  );
};
