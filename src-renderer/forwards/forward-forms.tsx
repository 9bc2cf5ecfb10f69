import { useId, useState } from 'react';
import type { ErrorView, ForwardView } from '../../src-preload/contract/views.ts';
import { ask } from '../bridge/store.ts';
import { Callout, Failure, Field } from '../ui/controls.tsx';
import { toast } from '../ui/view-store.ts';
import { addressesOf } from './forward-words.ts';

const minuteMs = 60_000;

/** Lets chosen computers of the network use the port. Off unless somebody names them; never quiet while on. */
export const Sharing = ({ forward }: { readonly forward: ForwardView }): React.ReactNode => {
  const id = useId();
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorView>();
  const { sharing } = forward;
  const share = async (allow: string[]): Promise<void> => {
    setBusy(true);
    const answer = await ask('forwards.share', { forwardId: forward.id, allow });
    setBusy(false);
    setError(answer.ok ? undefined : answer.error);
    if (answer.ok) setOpen(false);
  };
  return (
    <section aria-label="Sharing">
      <h4>Sharing on the local network</h4>
      {sharing === undefined ? (
        <p className="forward-note">
          Off: only this computer can use it.{' '}
          {open ? null : (
            <button type="button" className="link-button" onClick={() => setOpen(true)}>
              Share
            </button>
          )}
        </p>
      ) : (
        <Callout
          tone="warn"
          text={sharing.warning}
          hint={
            sharing.addresses.length === 0
              ? 'This computer has no address on a network now.'
              : `They reach it at ${sharing.addresses.map((address) => (address.includes(':') ? `[${address}]` : address)).join(', ')}, port ${forward.port}.`
          }
        >
          <button type="button" className="button small" disabled={busy} onClick={() => void share([])}>
            Stop sharing
          </button>
        </Callout>
      )}
      {open || sharing !== undefined ? (
        <form
          className="forward-form"
          aria-label="Share"
          key={sharing?.allow.join(' ') ?? ''}
          onSubmit={(event) => {
            event.preventDefault();
            void share(addressesOf(String(new FormData(event.currentTarget).get('allow') ?? '')));
          }}
        >
          <Field
            id={id}
            label="Allowed computers"
            help="Addresses or blocks such as 192.168.1.0/24, apart by commas. Whoever they are can use the device as if they were you."
          >
            <input
              id={id}
              className="input mono"
              name="allow"
              required
              spellCheck={false}
              autoComplete="off"
              aria-describedby={`${id}-help`}
              defaultValue={sharing?.allow.join(', ')}
              placeholder="192.168.1.0/24"
            />
          </Field>
          <div className="forward-form-actions">
            <button type="submit" className="button" disabled={busy}>
              {sharing === undefined ? 'Share with them' : 'Change'}
            </button>
            {sharing === undefined ? (
              <button type="button" className="button plain" onClick={() => setOpen(false)}>
                Cancel
              </button>
            ) : null}
          </div>
        </form>
      ) : null}
      {error === undefined ? null : <Failure error={error} />}
    </section>
  );
};

/** How many may use it at once, and when an unused tunnel is closed. */
export const Limits = ({ forward }: { readonly forward: ForwardView }): React.ReactNode => {
  const id = useId();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorView>();
  const change = async (limits: {
    maxConnections?: number;
    maxDials?: number;
    idleTimeoutMs?: number;
  }): Promise<void> => {
    setBusy(true);
    const answer = await ask('forwards.limit', { forwardId: forward.id, ...limits });
    setBusy(false);
    setError(answer.ok ? undefined : answer.error);
    if (answer.ok) toast({ tone: 'done', text: `Port ${forward.port} has its new limits.` });
  };
  const { limits, idleTimeoutMs } = forward;
  const fields = [
    ['maxConnections', 'Clients at once', 1, 100_000, limits?.maxConnections],
    ['maxDials', 'Dials at once', 1, 1000, limits?.maxDials],
    ['idle', 'Idle minutes, 0 never', 0, 1440, Math.round(idleTimeoutMs / minuteMs)],
  ] as const;
  return (
    <section aria-label="Limits">
      <h4>Limits</h4>
      <form
        className="forward-form"
        aria-label="Limits"
        key={`${limits?.maxConnections} ${limits?.maxDials} ${idleTimeoutMs}`}
        onSubmit={(event) => {
          event.preventDefault();
          const data = new FormData(event.currentTarget);
          void change({
            maxConnections: Number(data.get('maxConnections')),
            maxDials: Number(data.get('maxDials')),
            idleTimeoutMs: Number(data.get('idle')) * minuteMs,
          });
        }}
      >
        <div className="limit-fields">
          {fields.map(([name, label, min, max, value]) => (
            <Field key={name} id={`${id}-${name}`} label={label}>
              <input
                id={`${id}-${name}`}
                className="input"
                name={name}
                type="number"
                required
                min={min}
                max={max}
                defaultValue={value}
              />
            </Field>
          ))}
        </div>
        <div className="forward-form-actions">
          <button type="submit" className="button" disabled={busy}>
            Change
          </button>
          <button type="button" className="button plain" disabled={busy} onClick={() => void change({})}>
            Use the defaults
          </button>
          {(forward.refused ?? 0) === 0 ? null : <span className="faint">{forward.refused} turned away</span>}
        </div>
      </form>
      {error === undefined ? null : <Failure error={error} />}
    </section>
  );
};
