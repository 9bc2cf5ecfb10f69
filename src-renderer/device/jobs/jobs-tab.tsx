import { ChevronRight, Trash2 } from 'lucide-react';
import { useId, useState } from 'react';
import type { DeviceView } from '../../../src-preload/contract/device.ts';
import { Field } from '../../ui/controls.tsx';
import { plural } from '../../ui/format.ts';
import { toast } from '../../state/view-store.ts';
import { capabilityOf } from '../tabs/device-tabs.ts';
import { callOperation, useOperation } from '../../commands/operation-call.ts';
import { rowsOf, textOf, timeOf, type Row } from '../tabs/read-output.ts';
import type { TabProps } from '../tabs/tab-context.ts';
import {
  ConfirmLoss,
  Moment,
  Nothing,
  ReloadButton,
  RowsSkeleton,
  Part,
  Segmented,
  TabFailure,
} from '../../ui/parts.tsx';
import { executeTime, now, WhenField, type When } from '../settings/when-field.tsx';
import { classNames } from '../../ui/class-names.ts';
import styles from './jobs.module.css';
import linesStyles from '../tabs/lines.module.css';

/** Milliseconds between two looks at the jobs while they are on show. */
const lookMs = 10_000;

interface Draft {
  readonly name: string;
  readonly kind: 'Command' | 'Script';
  readonly text: string;
  readonly when: When;
}

const empty: Draft = { name: '', kind: 'Command', text: '', when: now };

const JobForm = ({
  device,
  onSubmitted,
}: {
  readonly device: DeviceView;
  readonly onSubmitted: () => Promise<void>;
}): React.ReactNode => {
  const id = useId();
  const [draft, setDraft] = useState<Draft>(empty);
  const [asking, setAsking] = useState(false);
  const command = draft.kind === 'Command';
  const name = draft.name.trim() || draft.text.trim().split(/\s+/)[0] || 'job';
  return (
    <form
      className={styles['card-form']}
      aria-label="Run a job"
      onSubmit={(event) => {
        event.preventDefault();
        setAsking(true);
      }}
    >
      <Segmented
        label="What to run"
        value={draft.kind}
        options={[
          ['Command', 'Command'],
          ['Script', 'Script of the portal'],
        ]}
        onChange={(kind) => setDraft({ ...draft, kind })}
      />
      <Field
        id={`${id}-text`}
        label={command ? 'Command' : 'Name of the script'}
        help={command ? '' : 'A script you uploaded in the RemoteIoT portal before.'}
      >
        {command ? (
          <textarea
            id={`${id}-text`}
            className="input area mono"
            rows={2}
            required
            spellCheck={false}
            value={draft.text}
            onChange={(event) => setDraft({ ...draft, text: event.target.value })}
          />
        ) : (
          <input
            id={`${id}-text`}
            className="input mono"
            required
            spellCheck={false}
            aria-describedby={`${id}-text-help`}
            value={draft.text}
            onChange={(event) => setDraft({ ...draft, text: event.target.value })}
          />
        )}
      </Field>
      <div className={styles['two']}>
        <Field id={`${id}-name`} label="Name of the job">
          <input
            id={`${id}-name`}
            className="input"
            autoComplete="off"
            placeholder={name}
            value={draft.name}
            onChange={(event) => setDraft({ ...draft, name: event.target.value })}
          />
        </Field>
        <WhenField value={draft.when} onChange={(when) => setDraft({ ...draft, when })} />
      </div>
      <div className={linesStyles['editor-actions']}>
        <button type="submit" className="button primary">
          {draft.when.later ? 'Schedule' : 'Run'}
        </button>
      </div>
      {asking ? (
        <ConfirmLoss
          title={`${draft.when.later ? 'Schedule' : 'Run'} this on ${device.name}?`}
          loss={`The ${command ? 'command' : 'script'} runs on ${device.name} with high rights. What it does there cannot be taken back from here.`}
          verb={draft.when.later ? 'Schedule it' : 'Run it'}
          onConfirm={async () => {
            const at = executeTime(draft.when);
            if (at === undefined)
              return { kind: 'invalid-input', message: 'The time cannot be read.', hint: 'Choose it again.' };
            const answer = await callOperation(
              device,
              'submitjob',
              { JobName: name, UnitId: device.id, ExecuteTime: at, [draft.kind]: draft.text },
              true,
            );
            if (!answer.ok) return answer.error;
            toast({ tone: 'done', text: `${device.name} got the job “${name}”.` });
            setDraft(empty);
            await onSubmitted();
            return undefined;
          }}
          onClose={() => setAsking(false)}
        >
          <pre className={classNames('mono', linesStyles['quoted'])}>{draft.text}</pre>
        </ConfirmLoss>
      ) : null}
    </form>
  );
};

const JobLine = ({ job }: { readonly job: Row }): React.ReactNode => {
  const [open, setOpen] = useState(false);
  const status = textOf(job, 'Status') || 'unknown';
  const submitted = timeOf(textOf(job, 'SubmitTim'));
  const planned = timeOf(textOf(job, 'ExecuteTim'));
  const result = textOf(job, 'Result');
  const what = textOf(job, 'Command') || textOf(job, 'Script');
  const waiting = /pend|wait|queue|run/i.test(status);
  return (
    <li className={linesStyles['job']}>
      <button type="button" className={linesStyles['line']} aria-expanded={open} onClick={() => setOpen(!open)}>
        <ChevronRight size={14} className={linesStyles['turner']} aria-hidden="true" />
        <span className={classNames(linesStyles['status'], waiting ? linesStyles['waiting'] : '')}>{status}</span>
        <span className={linesStyles['line-main']}>
          <span className={linesStyles['job-name']}>{textOf(job, 'Name') || 'unnamed'}</span>
          <span className="mono faint job-what">{what}</span>
        </span>
        <span className="faint">{submitted === undefined ? '' : <Moment at={submitted} />}</span>
      </button>
      {open ? (
        <div className={linesStyles['job-more']}>
          <dl className="facts">
            {what === '' ? null : (
              <div>
                <dt>{textOf(job, 'Command') === '' ? 'Script' : 'Command'}</dt>
                <dd className="mono">{what}</dd>
              </div>
            )}
            {planned === undefined ? null : (
              <div>
                <dt>Planned for</dt>
                <dd>
                  <Moment at={planned} />
                </dd>
              </div>
            )}
          </dl>
          {result === '' ? (
            <p className="faint">{waiting ? 'The output appears here once the job has run.' : 'It printed nothing.'}</p>
          ) : (
            <pre
              className={classNames('mono', linesStyles['output'])}
              tabIndex={0}
              aria-label={`Output of ${textOf(job, 'Name')}`}
            >
              {result}
            </pre>
          )}
        </div>
      ) : null}
    </li>
  );
};

/** Jobs of a device: run one, see what they printed, delete them. */
export const JobsTab = ({ device, capabilities }: TabProps): React.ReactNode => {
  const capability = capabilityOf(capabilities, 'jobs');
  const list = useOperation(device, 'listjob', { UnitId: device.id }, rowsOf, lookMs);
  const [deleting, setDeleting] = useState(false);
  const jobs = list.value?.toSorted(
    (a, b) => (timeOf(textOf(b, 'SubmitTim')) ?? 0) - (timeOf(textOf(a, 'SubmitTim')) ?? 0),
  );
  const number = jobs?.length ?? 0;
  return (
    <div className={linesStyles['stack']}>
      <JobForm key={device.key} device={device} onSubmitted={list.reload} />
      <Part
        title="Jobs"
        actions={
          <>
            {number === 0 ? null : (
              <button type="button" className="button small plain" onClick={() => setDeleting(true)}>
                <Trash2 size={13} aria-hidden="true" />
                Delete all {number}
              </button>
            )}
            <ReloadButton what="the jobs" loading={list.loading} at={list.at} onReload={() => void list.reload()} />
          </>
        }
      >
        {list.error === undefined ? null : (
          <TabFailure error={list.error} capability={capability} retry={() => void list.reload()} />
        )}
        {jobs === undefined ? (
          list.error === undefined ? (
            <RowsSkeleton label="the jobs" />
          ) : null
        ) : number === 0 ? (
          <Nothing title="No jobs yet">What you run appears here with its output.</Nothing>
        ) : (
          <ul className={linesStyles['lines']} aria-label="Jobs">
            {jobs.map((job) => (
              // RemoteIoT gives jobs no id.
              <JobLine
                key={`${textOf(job, 'SubmitTim')} ${textOf(job, 'Name')} ${textOf(job, 'ExecuteTim')}`}
                job={job}
              />
            ))}
          </ul>
        )}
      </Part>
      {deleting ? (
        <ConfirmLoss
          title={`Delete all ${plural(number, 'job')} of ${device.name}?`}
          loss={`All ${plural(number, 'job')} of the device are deleted: those still waiting never run, and the output of those done is lost. RemoteIoT cannot delete a single one.`}
          verb={`Delete ${plural(number, 'job')}`}
          type={device.name}
          onConfirm={async () => {
            const answer = await callOperation(device, 'DeleteJob', { UnitId: device.id }, true);
            if (!answer.ok) return answer.error;
            toast({ tone: 'done', text: `The jobs of ${device.name} are deleted.` });
            await list.reload();
            return undefined;
          }}
          onClose={() => setDeleting(false)}
        />
      ) : null}
    </div>
  );
};
