import { ArrowRight, TriangleAlert } from 'lucide-react';
import { useEffect, useId, useMemo, useRef, useState } from 'react';
import type { BulkPlanView } from '../../src-preload/contract/bulk.ts';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import type { ErrorView } from '../../src-preload/contract/error-view.ts';
import { useActions } from '../actions/actions-store.ts';
import { request, fleet, useMainState, useVendorName } from '../state/main-state.ts';
import { Segmented } from '../ui/parts.tsx';
import { Callout, Failure } from '../ui/controls.tsx';
import { count, plural } from '../ui/format.ts';
import { mark } from '../state/view-store.ts';
import { bulkKinds, concerned, type BulkKind } from './bulk-actions.ts';
import { actionOf, bulkFields, deviceOperations, firstDraft, type Draft } from './bulk-draft.ts';
import { BulkForm } from './bulk-form.tsx';
import { closeBulk, followRun, showRun } from './bulk-store.ts';
import { VirtualRows } from '../ui/virtual-rows.tsx';
import { classNames } from '../ui/class-names.ts';
import styles from './bulk.module.css';
import operationFormStyles from '../actions/operation-form.module.css';

/** Milliseconds of quiet typing before a new preview is asked for. */
const restMs = 220;

interface Preview {
  readonly plan: BulkPlanView | undefined;
  readonly error: ErrorView | undefined;
  /** The plan is of what was typed before. */
  readonly stale: boolean;
}

/** What the action would change, asked of main once the typing rests. */
const usePreview = (deviceKeys: readonly string[], action: string): Preview => {
  const [answered, setAnswered] = useState<{
    readonly action: string;
    readonly plan?: BulkPlanView;
    readonly error?: ErrorView;
  }>();
  useEffect(() => {
    if (action === '') return undefined;
    const stopped = new AbortController();
    const timer = setTimeout(async () => {
      const parsed = JSON.parse(action) as Parameters<typeof request<'bulk.preview'>>[1]['action'];
      const answer = await request('bulk.preview', { deviceKeys: [...deviceKeys], action: parsed }, stopped.signal);
      if (stopped.signal.aborted) return;
      setAnswered(answer.ok ? { action, plan: answer.value } : { action, error: answer.error });
    }, restMs);
    return () => {
      clearTimeout(timer);
      stopped.abort();
    };
  }, [deviceKeys, action]);
  if (action === '') return { plan: undefined, error: undefined, stale: false };
  return { plan: answered?.plan, error: answered?.error, stale: answered?.action !== action };
};

const Change = ({ before, after }: { readonly before: string | undefined; readonly after: string }): React.ReactNode =>
  before === undefined ? (
    <span className={styles['after']}>{after}</span>
  ) : (
    <>
      <span className={styles['before']}>{before === '' ? 'none' : before}</span>
      <ArrowRight size={12} aria-label="becomes" />
      <span className={styles['after']}>{after === '' ? 'none' : after}</span>
    </>
  );

const PlanTable = ({
  plan,
  part,
}: {
  readonly plan: BulkPlanView;
  readonly part: 'rows' | 'leftOut';
}): React.ReactNode => {
  const accounts = useMainState((host) => host.accountsById);
  const label = (id: string): string => accounts.get(id)?.label ?? 'a removed account';
  if (part === 'leftOut')
    return (
      <VirtualRows
        label="Left out"
        columns={['Device', 'Account', 'Why']}
        count={plan.leftOut.length}
        rowClass={() => 'left-out'}
        row={(index) => {
          const entry = plan.leftOut[index];
          return entry === undefined ? [] : [entry.deviceName, label(entry.accountId), entry.reason];
        }}
      />
    );
  return (
    <VirtualRows
      label="What will change"
      columns={['Device', 'Account', 'Change']}
      count={plan.rows.length}
      row={(index) => {
        const entry = plan.rows[index];
        if (entry === undefined) return [];
        return [
          entry.deviceName,
          label(entry.accountId),
          <span
            className={styles['bulk-change']}
            key="change"
            title={entry.before === undefined ? entry.after : `${entry.before} → ${entry.after}`}
          >
            {/* Its name stands in the first column already. */}
            <Change before={entry.before === entry.deviceName ? undefined : entry.before} after={entry.after} />
            {entry.warning === undefined ? null : (
              <span className={styles['bulk-warning']} title={entry.warning}>
                <TriangleAlert size={13} aria-hidden="true" />
                {entry.warning}
              </span>
            )}
          </span>,
        ];
      }}
    />
  );
};

/** The vendor whose devices are the most among these; empty if there are none. */
const mainVendor = (devices: readonly DeviceView[]): DeviceView['vendor'] => {
  const counts = new Map<DeviceView['vendor'], number>();
  for (const { vendor } of devices) counts.set(vendor, (counts.get(vendor) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? '';
};

const verbs: Readonly<Record<BulkKind, string>> = {
  rename: 'Rename',
  replace: 'Rename',
  group: 'Move',
  tag: 'Change',
  'custom-field': 'Change',
  job: 'Run on',
  upload: 'Upload to',
  command: 'Send to',
  password: 'Change',
  operation: 'Run on',
  delete: 'Delete',
};

/** Chooses an action for the selected devices and shows what it will change before anything does. */
export const BulkChoose = ({ deviceKeys }: { readonly deviceKeys: readonly string[] }): React.ReactNode => {
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const devices = useMemo(
    () => deviceKeys.map((key) => fleet.get(key)).filter((device) => device !== undefined),
    [deviceKeys],
  );
  const vendors = useMainState((host) => host.vendors);
  const vendor = useMemo(() => mainVendor(devices), [devices]);
  const vendorName = useVendorName(vendor);
  const ofVendor = devices.filter((device) => device.vendor === vendor).length;
  const catalogue = useActions((state) => state.catalogues[vendor]);
  const [kind, setKind] = useState<BulkKind>('rename');
  const [draft, setDraft] = useState<Draft>(() => firstDraft('rename'));
  const [part, setPart] = useState<'rows' | 'leftOut'>('rows');
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ErrorView>();
  const operation =
    kind === 'operation'
      ? deviceOperations(catalogue).find((each) => each.operation === draft['@operation'])
      : undefined;
  const action = useMemo(
    () =>
      actionOf(kind, draft, operation === undefined ? undefined : { view: operation, fields: bulkFields(operation) }),
    [kind, draft, operation],
  );
  // A text, so that the same action is not asked for twice; with a file in it, it is a long one.
  const wanted = useMemo(() => (typeof action === 'string' ? '' : JSON.stringify(action)), [action]);
  const { plan, error, stale } = usePreview(deviceKeys, wanted);
  const rows = plan?.rows.length ?? 0;
  const warnings = plan?.rows.reduce((sum, row) => sum + Number(row.warning !== undefined), 0) ?? 0;
  const destroys = plan?.danger === 'destroys';
  const confirmed = !destroys || typed.trim() === String(rows);
  const ready = plan !== undefined && !stale && rows > 0 && confirmed && !busy;

  const choose = (next: BulkKind): void => {
    setKind(next);
    setDraft(firstDraft(next));
    setPart('rows');
    setTyped('');
    setFailure(undefined);
  };

  const start = async (element: HTMLFormElement): Promise<void> => {
    if (!ready) return;
    setBusy(true);
    setFailure(undefined);
    const secret = element.elements.namedItem('bulk-password');
    let ticket: string | undefined;
    if (secret instanceof HTMLInputElement) {
      const password = secret.value;
      secret.value = '';
      const handed = await request('secrets.hand', { secrets: { password } });
      if (!handed.ok) {
        setFailure(handed.error);
        setBusy(false);
        return;
      }
      ticket = handed.value.ticket;
    }
    const answer = await request('bulk.start', {
      planId: plan.planId,
      ...(destroys ? { count: rows } : {}),
      ...(ticket === undefined ? {} : { ticket }),
    });
    setBusy(false);
    if (!answer.ok) {
      setFailure(answer.error);
      return;
    }
    followRun(answer.value);
    showRun(answer.value.id);
    // What is selected has been acted on.
    mark([]);
  };

  return (
    <form
      ref={form}
      className="workbench-body"
      aria-label="Change many devices"
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        void start(event.currentTarget);
      }}
    >
      <div className={classNames('workbench-list', styles['bulk-kinds'])} role="radiogroup" aria-label="Action">
        {bulkKinds.map((each) => {
          const able = concerned(devices, vendors, each.needs);
          const Icon = each.icon;
          return (
            <label
              key={each.kind}
              className={classNames(
                styles['bulk-kind'],
                able === 0 ? styles['lacking'] : '',
                each.kind === 'delete' ? styles['danger'] : '',
              )}
            >
              <input type="radio" name="bulk-kind" checked={kind === each.kind} onChange={() => choose(each.kind)} />
              <Icon size={15} strokeWidth={1.75} aria-hidden="true" />
              <span className="ellipsis">{each.title}</span>
              {able === devices.length ? null : (
                <span className={styles['bulk-able']}>
                  {count(able)} of {count(devices.length)}
                </span>
              )}
            </label>
          );
        })}
      </div>
      <div className="workbench-pane">
        <div className={styles['bulk-form']} key={kind}>
          <BulkForm
            kind={kind}
            draft={draft}
            devices={devices}
            vendor={vendor}
            operation={operation}
            change={(name, value) => setDraft((before) => ({ ...before, [name]: value }))}
          />
          {kind === 'operation' && ofVendor < devices.length ? (
            <p className="faint">
              {vendorName} has {plural(ofVendor, 'device')} of the selection; the others are left out.
            </p>
          ) : null}
        </div>
        <div className={styles['bulk-preview']} aria-busy={stale}>
          {typeof action === 'string' ? (
            <p className={styles['bulk-hint']}>{action}</p>
          ) : error !== undefined && !stale ? (
            <div className={styles['bulk-trouble']}>
              <Failure error={error} tone="warn" />
            </div>
          ) : plan === undefined ? (
            <p className={styles['bulk-hint']}>Looking at what will change.</p>
          ) : (
            <>
              <header>
                <Segmented
                  small
                  label="Show"
                  value={part}
                  options={[
                    ['rows', `Will change ${count(rows)}`],
                    ['leftOut', `Left out ${count(plan.leftOut.length)}`],
                  ]}
                  onChange={setPart}
                />
                {warnings === 0 ? null : (
                  <span className={styles['bulk-warning']} role="status">
                    <TriangleAlert size={13} aria-hidden="true" />
                    {plural(warnings, 'name')} that {warnings === 1 ? 'is' : 'are'} not unique
                  </span>
                )}
              </header>
              {plan.notes.map((note) => (
                <div className={styles['bulk-trouble']} key={note}>
                  <Callout tone="warn" text={note} />
                </div>
              ))}
              {(part === 'rows' ? rows : plan.leftOut.length) === 0 ? (
                <p className={styles['bulk-hint']}>
                  {part === 'rows' ? 'Nothing would change. See what is left out, and why.' : 'No device is left out.'}
                </p>
              ) : (
                <PlanTable plan={plan} part={part} />
              )}
            </>
          )}
        </div>
        {failure === undefined ? null : (
          <div className={styles['bulk-trouble']}>
            <Failure error={failure} />
          </div>
        )}
        {destroys && rows > 0 ? (
          <div className={styles['bulk-destroys']}>
            <p>{plan.confirm}</p>
            <label htmlFor={`${id}-count`}>
              Type <span className="mono typed">{rows}</span> to go on
            </label>
            <input
              id={`${id}-count`}
              className={classNames('input low', styles['short'])}
              inputMode="numeric"
              autoComplete="off"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          </div>
        ) : null}
        <footer className={operationFormStyles['operation-foot']}>
          <span className={operationFormStyles['operation-note']} />
          <button type="button" className="button plain" onClick={closeBulk}>
            Cancel
          </button>
          <button type="submit" className={`button ${destroys ? 'danger' : 'primary'}`} disabled={!ready}>
            {verbs[kind]} {rows === 0 ? 'devices' : plural(rows, 'device')}
          </button>
        </footer>
      </div>
    </form>
  );
};
