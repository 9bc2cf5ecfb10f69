import { Trash2 } from 'lucide-react';
import { useEffect, useEffectEvent, useId, useRef, useState } from 'react';
import type { DeviceView } from '../../../src-preload/contract/device.ts';
import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
import { request } from '../../state/main-state.ts';
import { Failure, IconButton } from '../../ui/controls.tsx';
import { plural } from '../../ui/format.ts';
import { announce, toast } from '../../state/view-store.ts';
import { LogViewer } from './log-viewer.tsx';
import type { LogEntry } from './log-text.ts';
import { useLoaded } from '../../commands/operation-call.ts';
import { ConfirmLoss, Nothing, RowsSkeleton, TabFailure } from '../../ui/parts.tsx';
import linesStyles from '../tabs/lines.module.css';
import styles from './logs.module.css';

/** The one log name that RemoteIoT's document gives. */
const usualFile = 'System error';
/** Milliseconds between two fetches while following. */
const followMs = 5000;

/** A log that the vendor hands out once: what is fetched is kept on this computer before it is shown here. */
export const OnceLog = ({ device }: { readonly device: DeviceView }): React.ReactNode => {
  const id = useId();
  const files = useLoaded(`${device.key}\nlog-files`, async () => {
    const answer = await request('deviceLogs.files', { deviceKey: device.key });
    return answer.ok ? { ok: true, value: answer.value.files } : answer;
  });
  const [chosen, setChosen] = useState<string>();
  const file = chosen ?? files.value?.[0] ?? usualFile;
  const [name, setName] = useState<string>();
  const known = [...new Set([usualFile, ...(files.value ?? [])])];
  return (
    <div className={linesStyles['stack']}>
      <form
        className={styles['log-choice']}
        aria-label="Choose a log"
        onSubmit={(event) => {
          event.preventDefault();
          const wanted = (name ?? file).trim();
          if (wanted !== '') setChosen(wanted);
        }}
      >
        <label htmlFor={id}>Log</label>
        <input
          id={id}
          className="input"
          list={`${id}-known`}
          value={name ?? file}
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setName(event.target.value)}
          onBlur={() => {
            const wanted = name?.trim() ?? '';
            if (wanted !== '') setChosen(wanted);
          }}
        />
        <datalist id={`${id}-known`}>
          {known.map((known) => (
            <option key={known} value={known} />
          ))}
        </datalist>
      </form>
      <KeptLog key={`${device.key}\n${file}`} device={device} file={file} />
    </div>
  );
};

const KeptLog = ({ device, file }: { readonly device: DeviceView; readonly file: string }): React.ReactNode => {
  const kept = useLoaded(`${device.key}\nlog\n${file}`, () =>
    request('deviceLogs.read', { deviceKey: device.key, file }),
  );
  const [taking, setTaking] = useState(false);
  const [following, setFollowing] = useState(false);
  const [forgetting, setForgetting] = useState(false);
  const [error, setError] = useState<ErrorView>();
  const busy = useRef(false);
  const { reload } = kept;

  const take = async (): Promise<boolean> => {
    if (busy.current) return true;
    busy.current = true;
    setTaking(true);
    const answer = await request('deviceLogs.take', { deviceKey: device.key, file });
    busy.current = false;
    setTaking(false);
    setError(answer.ok ? answer.value.problem : answer.error);
    // What is shown is what is on disk: nothing else survives this window.
    await reload();
    if (answer.ok)
      announce(
        answer.value.entries.length === 0 ? 'No new lines.' : `${plural(answer.value.entries.length, 'new line')}.`,
      );
    return answer.ok;
  };

  const takeNext = useEffectEvent(take);
  useEffect(() => {
    if (!following) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let ended = false;
    const next = async (): Promise<void> => {
      // Nobody looks at a hidden window, and lines are never taken behind somebody's back.
      const good = document.visibilityState === 'hidden' || (await takeNext());
      if (ended) return;
      if (good) timer = setTimeout(() => void next(), followMs);
      else setFollowing(false);
    };
    void next();
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [following]);

  const entries: readonly LogEntry[] = kept.value?.entries ?? [];
  return (
    <>
      <div className={styles['log-take']}>
        <button type="button" className="button primary" disabled={taking || following} onClick={() => void take()}>
          {taking && !following ? 'Taking lines' : 'Take new lines'}
        </button>
        <label className="check">
          <input type="checkbox" checked={following} onChange={(event) => setFollowing(event.target.checked)} />
          Follow
        </label>
        <p className="faint">
          {following
            ? 'Following: new lines are taken from RemoteIoT every 5 s and kept here, until you stop or leave this tab.'
            : 'RemoteIoT hands out each line once. Taking or following takes the lines away from everybody else; they are written to this computer before you see them.'}
        </p>
      </div>
      {error === undefined ? null : <Failure error={error} />}
      {kept.value === undefined ? (
        kept.error === undefined ? (
          <RowsSkeleton label="the log" rows={6} />
        ) : (
          <TabFailure error={kept.error} retry={() => void reload()} />
        )
      ) : entries.length === 0 ? (
        <Nothing title={`Nothing was taken of “${file}” yet`}>
          Lines you take appear here and stay after a restart.
        </Nothing>
      ) : (
        <LogViewer
          label={file}
          entries={entries}
          fileName={`${device.name} ${file}.log`}
          tools={<IconButton icon={Trash2} label="Delete the kept lines" onClick={() => setForgetting(true)} />}
        />
      )}
      {forgetting ? (
        <ConfirmLoss
          title={`Delete the kept lines of “${file}”?`}
          loss={`${plural(entries.length, 'line')} of ${device.name} are deleted from this computer. RemoteIoT handed them out once and does not have them any more.`}
          verb="Delete lines"
          type={device.name}
          onConfirm={async () => {
            const answer = await request('deviceLogs.forget', { deviceKey: device.key, file });
            if (!answer.ok) return answer.error;
            await reload();
            toast({ tone: 'done', text: `The lines of “${file}” are deleted.` });
            return undefined;
          }}
          onClose={() => setForgetting(false)}
        />
      ) : null}
    </>
  );
};
