import { useEffect, useId, useRef, useState } from 'react';
import type { ErrorView } from '../../src-preload/contract/error-view.ts';
import type { ForwardView } from '../../src-preload/contract/forward.ts';
import { request } from '../state/main-state.ts';
import { Callout, Failure, Field } from '../ui/controls.tsx';
import { addressesOf, endpointHost } from './forward-words.ts';
import styles from './forward-detail.module.css';

/** Lets chosen computers of the network use the port. Off unless somebody names them; never quiet while on. */
export const Sharing = ({ forward }: { readonly forward: ForwardView }): React.ReactNode => {
  const id = useId();
  const section = useRef<HTMLElement>(null);
  /** Whether it is to be shared once the keyboard can go on; undefined if nothing was pressed. */
  const awaited = useRef<boolean>(undefined);
  const [open, setOpen] = useState(false);
  // Not shown by disabling what was pressed, which would take the keyboard from it.
  const busy = useRef(false);
  const [error, setError] = useState<ErrorView>();
  const { sharing } = forward;
  const isShared = sharing !== undefined;
  // The button that was pressed is gone once it has worked: the focus moves to the one that stands there instead.
  useEffect(() => {
    if (awaited.current !== isShared) return;
    awaited.current = undefined;
    section.current?.querySelector<HTMLElement>('[data-part=next]')?.focus();
  }, [isShared, open]);
  const toggle = (next: boolean): void => {
    awaited.current = next ? undefined : false;
    setError(undefined);
    setOpen(next);
  };
  const share = async (allow: string[]): Promise<void> => {
    if (busy.current) return;
    busy.current = true;
    const next = allow.length > 0;
    awaited.current = next === isShared ? undefined : next;
    setError(undefined);
    const answer = await request('forwards.share', { forwardId: forward.id, allow });
    busy.current = false;
    setError(answer.ok ? undefined : answer.error);
    if (answer.ok) setOpen(false);
    else awaited.current = undefined;
  };
  return (
    <section ref={section} aria-label="Sharing">
      <h4>Sharing on the local network</h4>
      {sharing === undefined ? (
        <p className={styles['forward-note']}>
          Off: only this computer can use it.{' '}
          {open ? null : (
            <button type="button" className="link-button" data-part="next" onClick={() => toggle(true)}>
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
              : `They reach it at ${sharing.addresses.map(endpointHost).join(', ')}, port ${forward.port}.`
          }
        >
          <button type="button" className="button small" data-part="next" onClick={() => void share([])}>
            Stop sharing
          </button>
        </Callout>
      )}
      {open || isShared ? (
        <form
          className={styles['forward-form']}
          aria-label="Share"
          noValidate
          onKeyDown={(event) => {
            if (event.key !== 'Escape' || isShared) return;
            event.preventDefault();
            toggle(false);
          }}
          onSubmit={(event) => {
            event.preventDefault();
            const allow = addressesOf(String(new FormData(event.currentTarget).get('allow') ?? ''));
            if (allow.length > 0) void share(allow);
            else
              setError({
                kind: 'invalid-input',
                message: 'No computer is named.',
                hint: isShared
                  ? 'Write an address, or stop sharing.'
                  : 'Write an address, or a block such as 192.168.1.0/24.',
              });
          }}
        >
          <Field
            small
            id={id}
            label="Allowed computers"
            help="Addresses or blocks such as 192.168.1.0/24, apart by commas. Whoever they are can use the device as if they were you."
          >
            <input
              key={sharing?.allow.join(' ') ?? ''}
              id={id}
              className="input mono"
              name="allow"
              spellCheck={false}
              autoComplete="off"
              autoFocus={!isShared}
              aria-describedby={`${id}-help`}
              aria-invalid={error !== undefined}
              defaultValue={sharing?.allow.join(', ')}
              placeholder="192.168.1.0/24"
            />
          </Field>
          <div className={styles['forward-form-actions']}>
            <button type="submit" className="button">
              {isShared ? 'Change' : 'Share with them'}
            </button>
            {isShared ? null : (
              <button type="button" className="button plain" onClick={() => toggle(false)}>
                Cancel
              </button>
            )}
          </div>
        </form>
      ) : null}
      {error === undefined ? null : <Failure error={error} />}
    </section>
  );
};
