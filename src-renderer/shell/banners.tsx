import { Info, X } from 'lucide-react';
import { useRef, useState } from 'react';
import type { ErrorView } from '../../src-preload/contract/error-view.ts';
import { request, reconnectNow, useMainState } from '../state/main-state.ts';
import { Failure, IconButton } from '../ui/controls.tsx';
import { UpdateBanner } from '../ui/update-banner.tsx';
import { openPanel, toast, toastError } from '../state/view-store.ts';
import { NewLinkStrip } from '../ui/new-link-strip.tsx';
import styles from './app.module.css';

const Unlock = ({ kind }: { readonly kind: 'keychain' | 'file' | 'memory' }): React.ReactNode => {
  const field = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const unlock = async (passphrase: string | undefined): Promise<void> => {
    if (field.current !== null) field.current.value = '';
    setBusy(true);
    const handed = passphrase === undefined ? undefined : await request('secrets.hand', { secrets: { passphrase } });
    const answer =
      handed === undefined || handed.ok
        ? await request('vault.unlock', handed === undefined ? {} : { ticket: handed.value.ticket })
        : handed;
    setBusy(false);
    if (answer.ok) toast({ tone: 'done', text: 'The vault is open.' });
    else toastError(answer.error);
  };
  if (kind !== 'file')
    return (
      <button type="button" className="button small" disabled={busy} onClick={() => void unlock(undefined)}>
        Try again
      </button>
    );
  return (
    <form
      className="unlock"
      onSubmit={(event) => {
        event.preventDefault();
        void unlock(field.current?.value ?? '');
      }}
    >
      <input
        ref={field}
        className="input"
        type="password"
        autoComplete="off"
        required
        aria-label="Passphrase of the vault"
        placeholder="Passphrase"
      />
      <button type="submit" className="button primary" disabled={busy}>
        Unlock
      </button>
    </form>
  );
};

const VaultBanner = ({
  kind,
  error,
}: {
  readonly kind: 'keychain' | 'file' | 'memory';
  readonly error: ErrorView;
}): React.ReactNode => (
  <Failure error={error} tone="warn">
    <Unlock kind={kind} />
  </Failure>
);

/** A text with the names of devices in it as links to them. */
const Linked = ({
  text,
  devices,
}: {
  readonly text: string;
  readonly devices: readonly { readonly key: string; readonly name: string }[];
}): React.ReactNode => {
  let rest = text;
  const parts: React.ReactNode[] = [];
  // In the order in which the text names them.
  for (const { key, name } of devices) {
    const at = rest.indexOf(name);
    if (at < 0) continue;
    parts.push(
      rest.slice(0, at),
      <button key={key} type="button" className="link-button" onClick={() => openPanel(key)}>
        {name}
      </button>,
    );
    rest = rest.slice(at + name.length);
  }
  return (
    <>
      {parts}
      {rest}
    </>
  );
};

/** What concerns the whole window: a lost connection, a vault that does not open, notices. */
export const Banners = (): React.ReactNode => {
  const link = useMainState((host) => host.link);
  const vault = useMainState((host) => host.app?.vault);
  const notices = useMainState((host) => host.app?.notices);
  const dismiss = async (noticeId: string): Promise<void> => {
    const answer = await request('notices.dismiss', { noticeId });
    if (!answer.ok) toastError(answer.error);
  };
  return (
    <div className={styles['banners']}>
      {link === 'reconnecting' ? (
        <div className="strip" role="status">
          <span className="strip-dot" aria-hidden="true" />
          Reconnecting to Quayside. What you see is the last known state.
          <button type="button" className="link-button" onClick={reconnectNow}>
            Try now
          </button>
        </div>
      ) : null}
      {link === 'shut-out' ? <NewLinkStrip /> : null}
      {vault?.error === undefined ? null : <VaultBanner kind={vault.kind} error={vault.error} />}
      <UpdateBanner />
      {notices?.map((notice) => (
        <div className="callout notice" key={notice.id} role="status">
          <Info size={16} strokeWidth={1.75} aria-hidden="true" />
          <div>
            <p>
              <Linked text={notice.text} devices={notice.devices ?? []} />
            </p>
            <p>{notice.hint}</p>
          </div>
          <IconButton icon={X} label="Dismiss" onClick={() => void dismiss(notice.id)} />
        </div>
      ))}
    </div>
  );
};
