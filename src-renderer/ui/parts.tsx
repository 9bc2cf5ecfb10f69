import { KeyRound, RefreshCw } from 'lucide-react';
import { useId, useState } from 'react';
import { createPortal } from 'react-dom';
import type { CapabilityView } from '../../src-preload/contract/account.ts';
import type { ErrorView } from '../../src-preload/contract/error-view.ts';
import { useNow } from './clock.ts';
import { Failure, IconButton } from './controls.tsx';
import { Dialog, DialogActions } from './dialog.tsx';
import { absolute, ago, keysThatCan } from './format.ts';

/** A part of a tab with its title and what can be done with it. */
export const Part = ({
  title,
  actions,
  children,
}: {
  readonly title: string;
  readonly actions?: React.ReactNode;
  readonly children: React.ReactNode;
}): React.ReactNode => (
  <section className="part" aria-label={title}>
    <header className="part-head">
      <h3>{title}</h3>
      {actions === undefined ? null : <div className="part-actions">{actions}</div>}
    </header>
    {children}
  </section>
);

/** The shape of a list while nothing is known yet. */
export const RowsSkeleton = ({
  label,
  rows = 4,
}: {
  readonly label: string;
  readonly rows?: number;
}): React.ReactNode => (
  <div className="rows-skeleton" role="status" aria-busy="true" aria-label={`Loading ${label}`}>
    {Array.from({ length: rows }, (_, index) => (
      <span key={index} className={`skeleton w${(index * 5 + 2) % 4}`} aria-hidden="true" />
    ))}
  </div>
);

/** Nothing there, and what to do about it. */
export const Nothing = ({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: React.ReactNode;
}): React.ReactNode => (
  <div className="nothing">
    <p className="nothing-title">{title}</p>
    {children === undefined ? null : <div className="faint">{children}</div>}
  </div>
);

/** A key that may not do this, and which one would. */
export const NoPermission = ({ what, why }: { readonly what: string; readonly why: string }): React.ReactNode => (
  <div className="nothing">
    <KeyRound size={18} strokeWidth={1.75} aria-hidden="true" />
    <p className="nothing-title">{what}</p>
    <p className="faint">{why}</p>
  </div>
);

/** What to do about a failure, and which key would do where the key is the reason. */
export const hintFor = (error: ErrorView, capability: CapabilityView | undefined): string =>
  error.kind === 'forbidden' && capability !== undefined && capability.callers.length > 0
    ? `${error.hint} ${keysThatCan(capability.callers)}`
    : error.hint;

/** A failure in a tab: what happened, which key would do where that is the reason, and a way to try again. */
export const TabFailure = ({
  error,
  capability,
  retry,
}: {
  readonly error: ErrorView;
  readonly capability?: CapabilityView | undefined;
  readonly retry?: (() => void) | undefined;
}): React.ReactNode => (
  <Failure
    error={{ ...error, hint: hintFor(error, capability) }}
    tone={error.kind === 'rate-limited' ? 'warn' : 'danger'}
  >
    {retry === undefined ? null : (
      <button type="button" className="button small" onClick={retry}>
        Try again
      </button>
    )}
  </Failure>
);

/** Asks again; its tooltip says how old the present answer is. */
export const ReloadButton = ({
  what,
  loading,
  at,
  onReload,
}: {
  readonly what: string;
  readonly loading: boolean;
  readonly at: number | undefined;
  readonly onReload: () => void;
}): React.ReactNode => {
  const when = useNow((clock) => (at === undefined ? '' : `, read ${ago(at, clock.now)}`));
  return (
    <IconButton
      icon={RefreshCw}
      label={`Refresh ${what}`}
      data-tip={`Refresh ${what}${when}`}
      className={loading ? 'refreshing' : ''}
      aria-disabled={loading}
      onClick={() => {
        if (!loading) onReload();
      }}
    />
  );
};

/** A choice of a few, one line high; `small` within a line of smaller text. */
export const Segmented = <T extends string>({
  label,
  value,
  options,
  small = false,
  onChange,
}: {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [T, string])[];
  readonly small?: boolean;
  readonly onChange: (value: T) => void;
}): React.ReactNode => {
  const name = useId();
  return (
    <div className={small ? 'segmented small' : 'segmented'} role="radiogroup" aria-label={label}>
      {options.map(([option, words]) => (
        <label key={option}>
          <input type="radio" name={name} checked={option === value} onChange={() => onChange(option)} />
          {words}
        </label>
      ))}
    </div>
  );
};

/** A time with its moment on hover. */
export const Moment = ({ at }: { readonly at: number }): React.ReactNode => {
  const words = useNow((clock) => ago(at, clock.now));
  return (
    <time dateTime={new Date(at).toISOString()} data-tip={absolute(at)}>
      {words}
    </time>
  );
};

/** Asks before something is destroyed. With `type`, that text has to be typed first. */
export const ConfirmLoss = ({
  title,
  loss,
  verb,
  type,
  children,
  onConfirm,
  onClose,
}: {
  readonly title: string;
  readonly loss: string;
  readonly verb: string;
  /** What the user has to type, the device's name as a rule. */
  readonly type?: string;
  readonly children?: React.ReactNode;
  readonly onConfirm: () => Promise<ErrorView | undefined>;
  readonly onClose: () => void;
}): React.ReactNode => {
  const id = useId();
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorView>();
  const ready = type === undefined || typed.trim() === type.trim();
  const confirm = async (): Promise<void> => {
    if (!ready || busy) return;
    setBusy(true);
    setError(undefined);
    const failure = await onConfirm();
    setBusy(false);
    if (failure === undefined) onClose();
    else setError(failure);
  };
  // Outside of the page's own forms: a form within a form is submitted by the browser itself.
  return createPortal(
    <Dialog label={title} className="confirm" onClose={onClose}>
      <h2>{title}</h2>
      <p>{loss}</p>
      {children}
      <form
        className="confirm-form"
        onSubmit={(event) => {
          event.preventDefault();
          // The form that asked is an ancestor for React.
          event.stopPropagation();
          void confirm();
        }}
      >
        {type === undefined ? null : (
          <div className="field">
            <label htmlFor={id}>
              Type <span className="mono typed">{type}</span> to go on
            </label>
            <input
              id={id}
              className="input"
              autoComplete="off"
              spellCheck={false}
              autoFocus
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          </div>
        )}
        {error === undefined ? null : <Failure error={error} />}
        <DialogActions onClose={onClose}>
          <button type="submit" className="button danger" disabled={!ready || busy}>
            {verb}
          </button>
        </DialogActions>
      </form>
    </Dialog>,
    document.body,
  );
};
