import { ShieldAlert, ShieldCheck } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { ForwardView } from '../../src-preload/contract/forward.ts';
import { request, isLive } from '../state/main-state.ts';
import { Callout, Failure } from '../ui/controls.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { duration } from '../ui/format.ts';
import { showLaunchError } from '../commands/certificate-question.ts';
import { toast, toastError } from '../state/view-store.ts';
import { openPort } from '../commands/device-commands.ts';
import { hostKeyStanding, recognisedWords } from './forward-words.ts';
import { classNames } from '../ui/class-names.ts';
import styles from './forwards-page.module.css';
import forwardDetailStyles from './forward-detail.module.css';

/** Milliseconds until a moment, second by second. */
const useCountdown = (until: number): number => {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, until - now);
};

const NextTry = ({ at }: { readonly at: number }): React.ReactNode => {
  const leftMs = useCountdown(at);
  return <>{leftMs === 0 ? 'Trying again now.' : `Next try in ${duration(leftMs)}.`}</>;
};

/** Why a lost way is not back yet and when it is tried next. */
export const Reconnecting = ({ forward }: { readonly forward: ForwardView }): React.ReactNode => (
  <p className={styles['forward-why']} data-part="why">
    {forward.error?.message}{' '}
    {forward.nextAttemptAt === undefined ? 'Trying again now.' : <NextTry at={forward.nextAttemptAt} />}
  </p>
);

/** What a person should know of a forward before anything else, as small words beside its state. */
export const ForwardBadges = ({ forward }: { readonly forward: ForwardView }): React.ReactNode => {
  const key = forward.hostKey === undefined ? undefined : hostKeyStanding(forward.hostKey.verdict);
  return (
    <>
      {key?.badge === undefined ? null : <span className={`tag ${key.loud ? 'danger' : 'warn'}`}>{key.badge}</span>}
      {forward.sharing === undefined ? null : <span className="tag warn">Shared</span>}
    </>
  );
};

/** State first: failing or reconnecting, with the reason and what comes next. */
export const ForwardState = ({ forward }: { readonly forward: ForwardView }): React.ReactNode => {
  if (forward.state === 'reconnecting')
    return (
      <div className="callout">
        <span className="strip-dot" aria-hidden="true" />
        <div>
          {/* The seconds below are counted for eyes alone. */}
          <p role="status" aria-label="Reconnecting">
            Reconnecting, attempt {forward.attempt ?? 1}. The port stays, and new clients wait.
          </p>
          <Reconnecting forward={forward} />
        </div>
      </div>
    );
  if (forward.state === 'failed' && forward.error !== undefined)
    return (
      <Failure error={forward.error}>
        <button
          type="button"
          className="button small"
          onClick={() => void openPort(forward.deviceKey, forward.serviceId, forward.port)}
        >
          Try again
        </button>
      </Failure>
    );
  if (forward.state === 'stopped')
    return (
      <p className={forwardDetailStyles['forward-note']}>
        Stopped. Port {forward.port} is kept for it.{' '}
        <button
          type="button"
          className="link-button"
          onClick={() => void openPort(forward.deviceKey, forward.serviceId, forward.port)}
        >
          Open it again
        </button>
      </p>
    );
  return null;
};

/** What an unknown service said first, and the program for it. */
export const Recognised = ({ forward }: { readonly forward: ForwardView }): React.ReactNode => {
  const [busy, setBusy] = useState(false);
  if (forward.recognised === undefined || forward.serviceKind !== 'tcp') return null;
  const words = recognisedWords[forward.recognised];
  const open = async (): Promise<void> => {
    setBusy(true);
    const answer = await request('launch.open', { deviceKey: forward.deviceKey, serviceId: forward.serviceId });
    setBusy(false);
    const { deviceKey, serviceId, deviceName } = forward;
    if (!answer.ok) showLaunchError(answer.error, { deviceKey, serviceId, deviceName, again: () => void open() });
    else if (answer.value.address === undefined)
      toast({ tone: 'done', text: `Opened ${forward.deviceName} in ${answer.value.launcher}.` });
    else window.open(answer.value.address, '_blank');
  };
  return (
    <p className={classNames(forwardDetailStyles['forward-note'], forwardDetailStyles['recognised'])}>
      <span>This looks like {words.name}.</span>
      <button type="button" className="button small" disabled={busy || !isLive(forward)} onClick={() => void open()}>
        {words.open}
      </button>
    </p>
  );
};

/** The SSH host key seen through it; loud when it is not the pinned one. */
export const HostKey = ({ forward }: { readonly forward: ForwardView }): React.ReactNode => {
  const [accepting, setAccepting] = useState(false);
  const section = useRef<HTMLElement>(null);
  if (forward.hostKey === undefined) return null;
  const { fingerprint, verdict, warning } = forward.hostKey;
  const { text, loud } = hostKeyStanding(verdict);
  const Icon = warning === undefined ? ShieldCheck : ShieldAlert;
  const accept = async (): Promise<void> => {
    setAccepting(false);
    const answer = await request('forwards.acceptHostKey', { forwardId: forward.id, fingerprint });
    if (!answer.ok) {
      toastError(answer.error);
      return;
    }
    toast({ tone: 'done', text: `The new host key of ${forward.deviceName} is pinned.` });
    // The button has gone with the warning.
    section.current?.focus();
  };
  return (
    <section ref={section} aria-label="Host key" tabIndex={-1}>
      <h4>Host key</h4>
      {warning === undefined ? null : (
        <Callout
          tone={loud ? 'danger' : 'warn'}
          text={loud ? 'The host key of this device changed.' : `${text}.`}
          hint={warning}
        >
          {loud ? (
            <button type="button" className="button small" onClick={() => setAccepting(true)}>
              Accept the new key
            </button>
          ) : null}
        </Callout>
      )}
      <p className={forwardDetailStyles['host-key']}>
        <Icon size={15} strokeWidth={1.75} aria-hidden="true" />
        <span className="mono">{fingerprint}</span>
        <span className="faint">{text}</span>
      </p>
      {accepting ? (
        <Confirm
          title={`Accept the new host key of ${forward.deviceName}?`}
          loss={`The old key is forgotten, and whoever has ${fingerprint} is taken for this device from now on. Compare it with the device’s own first.`}
          verb="Accept the new key"
          onConfirm={() => void accept()}
          onClose={() => setAccepting(false)}
        />
      ) : null}
    </section>
  );
};
