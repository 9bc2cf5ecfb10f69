import { useId, useMemo, useState } from 'react';
import type { AlertSettingsView, AlertTargetView } from '../../src-preload/contract/alert-views.ts';
import { fleet, useHost } from '../bridge/store.ts';
import { changeAlerts, sameTarget } from '../incidents/alert-choices.ts';
import { Callout, Field } from '../ui/controls.tsx';
import { Dialog } from '../ui/dialog.tsx';

interface Place {
  readonly key: string;
  readonly words: string;
  readonly target: AlertTargetView;
}

/** Most groups and tags offered; a fleet may have thousands. */
const mostPlaces = 500;

/** Accounts, groups and tags there are; single devices have their own bell. */
const usePlaces = (): readonly Place[] => {
  const accounts = useHost((host) => host.accounts);
  const version = useHost((host) => host.fleetVersion);
  return useMemo(() => {
    const groups = new Map<string, Place>();
    const tags = new Map<string, Place>();
    const labels = new Map(accounts.map(({ id, label }) => [id, label]));
    for (const { device } of version < 0 ? [] : fleet.searchable()) {
      for (const group of device.groups) {
        const key = `group ${device.accountId} ${group}`;
        if (!groups.has(key) && groups.size < mostPlaces)
          groups.set(key, {
            key,
            words: `Group ${group} of ${labels.get(device.accountId) ?? device.accountId}`,
            target: { kind: 'group', accountId: device.accountId, group },
          });
      }
      for (const tag of device.tags) {
        const key = `tag ${tag}`;
        if (!tags.has(key) && tags.size < mostPlaces)
          tags.set(key, { key, words: `Tag ${tag}`, target: { kind: 'tag', tag } });
      }
    }
    const sorted = (places: Iterable<Place>): Place[] => [...places].sort((a, b) => a.words.localeCompare(b.words));
    return [
      ...accounts.map(({ id, label }): Place => ({
        key: `account ${id}`,
        words: `Account ${label}`,
        target: { kind: 'account', accountId: id },
      })),
      ...sorted(groups.values()),
      ...sorted(tags.values()),
    ];
  }, [accounts, version]);
};

const PlaceField = ({
  id,
  places,
  everything,
  chosen,
}: {
  readonly id: string;
  readonly places: readonly Place[];
  readonly everything: boolean;
  readonly chosen?: string | undefined;
}): React.ReactNode => (
  <Field id={id} label="For">
    <select id={id} className="select" name="place" defaultValue={chosen}>
      {everything ? <option value="">Everything</option> : null}
      {places.map((place) => (
        <option key={place.key} value={place.key}>
          {place.words}
        </option>
      ))}
    </select>
  </Field>
);

const FormDialog = ({
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
  <Dialog label={title} className="form-dialog" onClose={onClose}>
    <h2>{title}</h2>
    <form
      className="dialog-form"
      onSubmit={(event) => {
        event.preventDefault();
        void onSubmit(new FormData(event.currentTarget));
      }}
    >
      {children}
      {problem === undefined ? null : <Callout tone="danger" text={problem} />}
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

/** Adds a rule for an account, a group or a tag, or changes one. */
export const RuleDialog = ({
  rules,
  rule: before,
  words = '',
  onClose,
}: {
  readonly rules: AlertSettingsView['rules'];
  /** The one to change. */
  readonly rule?: AlertSettingsView['rules'][number] | undefined;
  /** What its target is called. */
  readonly words?: string;
  readonly onClose: () => void;
}): React.ReactNode => {
  const id = useId();
  const offered = usePlaces();
  const known = before === undefined ? undefined : offered.find(({ target }) => sameTarget(target, before.target));
  // A device, or a group that is not there now, is no place to choose, but its rule is there to be changed.
  const places =
    before === undefined || known !== undefined
      ? offered
      : [{ key: 'present', words, target: before.target }, ...offered];
  const [problem, setProblem] = useState<string>();
  const submit = async (data: FormData): Promise<void> => {
    const target = places.find(({ key }) => key === data.get('place'))?.target;
    const notify = data.get('notify');
    const grace = String(data.get('grace'));
    const sound = data.get('sound');
    if (target === undefined) return setProblem('There is no account yet to make a rule for.');
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
    <FormDialog
      title={before === undefined ? 'Add a rule' : 'Change the rule'}
      verb={before === undefined ? 'Add rule' : 'Save'}
      problem={problem}
      onSubmit={submit}
      onClose={onClose}
    >
      <PlaceField id={`${id}-place`} places={places} everything={false} chosen={known?.key} />
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
    </FormDialog>
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
  const places = usePlaces();
  const [problem, setProblem] = useState<string>();
  const [opened] = useState(() => Date.now());
  const submit = async (data: FormData): Promise<void> => {
    const from = new Date(String(data.get('from'))).getTime();
    const until = new Date(String(data.get('until'))).getTime();
    if (!(until > from)) return setProblem('The end has to be after the beginning.');
    const target = places.find(({ key }) => key === data.get('place'))?.target ?? { kind: 'everything' as const };
    const window = { id: crypto.randomUUID(), target, from, until, note: String(data.get('note') ?? '').trim() };
    if (await changeAlerts({ maintenance: [...windows, window] })) onClose();
  };
  return (
    <FormDialog title="Plan maintenance" verb="Plan" problem={problem} onSubmit={submit} onClose={onClose}>
      <PlaceField id={`${id}-place`} places={places} everything />
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
    </FormDialog>
  );
};
