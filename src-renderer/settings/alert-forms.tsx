import { useId, useState } from 'react';
import type { AlertSettingsView } from '../../src-preload/contract/alert.ts';
import { changeAlerts, sameTarget } from '../incidents/alert-choices.ts';
import { Callout, Field } from '../ui/controls.tsx';
import { DialogActions, FormDialog } from '../ui/dialog.tsx';
import { everything, TargetPicker, type Place } from './target-picker.tsx';

const AlertForm = ({
  title,
  verb,
  problem,
  onSubmit,
  onClose,
  children,
}: {
  readonly title: string;
  readonly verb: string;
  readonly problem?: string | undefined;
  readonly onSubmit: (data: FormData) => Promise<void>;
  readonly onClose: () => void;
  readonly children: React.ReactNode;
}): React.ReactNode => (
  <FormDialog title={title} onSubmit={(form) => onSubmit(new FormData(form))} onClose={onClose}>
    {children}
    {problem === undefined ? null : <Callout tone="danger" text={problem} />}
    <DialogActions onClose={onClose}>
      <button type="submit" className="button primary">
        {verb}
      </button>
    </DialogActions>
  </FormDialog>
);

/** Adds a rule for an account, a group, a tag or a device, or changes one. */
export const RuleDialog = ({
  rules,
  rule: before,
  targetLabel = '',
  onClose,
}: {
  readonly rules: AlertSettingsView['rules'];
  /** The one to change. */
  readonly rule?: AlertSettingsView['rules'][number] | undefined;
  /** What its target is called. */
  readonly targetLabel?: string;
  readonly onClose: () => void;
}): React.ReactNode => {
  const id = useId();
  const [place, setPlace] = useState<Place | undefined>(
    before === undefined ? undefined : { key: 'present', label: targetLabel, target: before.target },
  );
  const [problem, setProblem] = useState<string>();
  const submit = async (data: FormData): Promise<void> => {
    const target = place?.target;
    const notify = data.get('notify');
    const grace = String(data.get('grace'));
    const sound = data.get('sound');
    if (target === undefined) return setProblem('Choose what the rule is for.');
    const rule: AlertSettingsView['rules'][number] = {
      target,
      ...(notify === 'all' || notify === 'favourites' || notify === 'none' ? { notify } : {}),
      ...(grace === '' ? {} : { graceMs: Number(grace) }),
      ...(sound === '' ? {} : { sound: sound === 'on' }),
    };
    if (Object.keys(rule).length === 1) return setProblem('Choose at least one thing that this rule changes.');
    const others = rules.filter((other) => other !== before && !sameTarget(other.target, target));
    if (await changeAlerts({ rules: [...others, rule] })) onClose();
  };
  return (
    <AlertForm
      title={before === undefined ? 'Add a rule' : 'Change the rule'}
      verb={before === undefined ? 'Add rule' : 'Save'}
      problem={problem}
      onSubmit={submit}
      onClose={onClose}
    >
      <TargetPicker id={`${id}-place`} withEverything={false} chosen={place} onChoose={setPlace} />
      <Field id={`${id}-notify`} label="Tell me about">
        <select
          id={`${id}-notify`}
          className="select"
          name="notify"
          defaultValue={before === undefined ? 'none' : before.notify}
        >
          <option value="">As usual</option>
          <option value="all">All devices</option>
          <option value="favourites">Favourites only</option>
          <option value="none">None</option>
        </select>
      </Field>
      <div className="form-pair">
        <Field id={`${id}-grace`} label="Wait before telling">
          <select id={`${id}-grace`} className="select" name="grace" defaultValue={before?.graceMs}>
            <option value="">As usual</option>
            <option value="0">Not at all</option>
            <option value="30000">30 seconds</option>
            <option value="60000">1 minute</option>
            <option value="300000">5 minutes</option>
            <option value="900000">15 minutes</option>
            <option value="3600000">1 hour</option>
          </select>
        </Field>
        <Field id={`${id}-sound`} label="Sound">
          <select
            id={`${id}-sound`}
            className="select"
            name="sound"
            defaultValue={before?.sound === undefined ? '' : before.sound ? 'on' : 'off'}
          >
            <option value="">As usual</option>
            <option value="on">On</option>
            <option value="off">Off</option>
          </select>
        </Field>
      </div>
    </AlertForm>
  );
};

const local = (at: number): string =>
  new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

/** Plans a time in which devices may be offline. */
export const MaintenanceDialog = ({
  windows,
  onClose,
}: {
  readonly windows: AlertSettingsView['maintenance'];
  readonly onClose: () => void;
}): React.ReactNode => {
  const id = useId();
  const [place, setPlace] = useState(everything);
  const [problem, setProblem] = useState<string>();
  const [opened] = useState(() => Date.now());
  const submit = async (data: FormData): Promise<void> => {
    const from = new Date(String(data.get('from'))).getTime();
    const until = new Date(String(data.get('until'))).getTime();
    if (!(until > from)) return setProblem('The end has to be after the beginning.');
    const window = {
      id: crypto.randomUUID(),
      target: place.target,
      from,
      until,
      note: String(data.get('note') ?? '').trim(),
    };
    if (await changeAlerts({ maintenance: [...windows, window] })) onClose();
  };
  return (
    <AlertForm title="Plan maintenance" verb="Plan" problem={problem} onSubmit={submit} onClose={onClose}>
      <TargetPicker id={`${id}-place`} withEverything chosen={place} onChoose={setPlace} />
      <div className="form-pair">
        <Field id={`${id}-from`} label="From">
          <input
            id={`${id}-from`}
            className="input"
            type="datetime-local"
            name="from"
            defaultValue={local(opened)}
            required
          />
        </Field>
        <Field id={`${id}-until`} label="Until">
          <input
            id={`${id}-until`}
            className="input"
            type="datetime-local"
            name="until"
            defaultValue={local(opened + 2 * 3_600_000)}
            required
          />
        </Field>
      </div>
      <Field id={`${id}-note`} label="Note">
        <input id={`${id}-note`} className="input" name="note" maxLength={200} />
      </Field>
    </AlertForm>
  );
};
