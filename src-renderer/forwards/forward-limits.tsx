import { useId, useRef, useState } from 'react';
import type { ErrorView } from '../../src-preload/contract/error-view.ts';
import type { ForwardView } from '../../src-preload/contract/forward.ts';
import { request } from '../state/main-state.ts';
import { Failure, Field } from '../ui/controls.tsx';
import { count } from '../ui/format.ts';
import { toast } from '../state/view-store.ts';
import styles from './forward-detail.module.css';

const minuteMs = 60_000;

/** A number as typed: nothing where it is not a whole one from `least` to `most`. */
const wholeNumber = (text: string, least: number, most: number): number | undefined => {
  const value = /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
};

/** How many may use it at once, and when an unused tunnel is closed. */
export const Limits = ({ forward }: { readonly forward: ForwardView }): React.ReactNode => {
  const id = useId();
  const busy = useRef(false);
  const [error, setError] = useState<ErrorView>();
  const [bad, setBad] = useState<string>();
  const change = async (limits: {
    maxConnections?: number;
    maxDials?: number;
    idleTimeoutMs?: number;
  }): Promise<void> => {
    if (busy.current) return;
    busy.current = true;
    setBad(undefined);
    const answer = await request('forwards.limit', { forwardId: forward.id, ...limits });
    busy.current = false;
    setError(answer.ok ? undefined : answer.error);
    if (answer.ok) toast({ tone: 'done', text: `Port ${forward.port} has its new limits.` });
  };
  const { limits, idleTimeoutMs } = forward;
  const fields = [
    { name: 'maxConnections', label: 'Clients at once', min: 1, max: 100_000, value: limits?.maxConnections },
    { name: 'maxDials', label: 'Dials at once', min: 1, max: 1000, value: limits?.maxDials },
    {
      name: 'idle',
      label: 'Idle minutes, 0 never',
      min: 0,
      max: 1440,
      value: Math.round(idleTimeoutMs / minuteMs),
    },
  ] as const;
  const wrong = fields.find(({ name }) => name === bad);
  const submit = (form: HTMLFormElement): void => {
    const data = new FormData(form);
    const typed = fields.map(({ name, min, max }) => wholeNumber(String(data.get(name) ?? ''), min, max));
    const [maxConnections, maxDials, idle] = typed;
    if (maxConnections !== undefined && maxDials !== undefined && idle !== undefined) {
      void change({ maxConnections, maxDials, idleTimeoutMs: idle * minuteMs });
      return;
    }
    const first = fields[typed.indexOf(undefined)]?.name;
    setError(undefined);
    setBad(first);
    form.querySelector<HTMLInputElement>(`[name="${first}"]`)?.focus();
  };
  return (
    <section aria-label="Limits">
      <h4>Limits</h4>
      <form
        className={styles['forward-form']}
        aria-label="Limits"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit(event.currentTarget);
        }}
      >
        <div className={styles['limit-fields']}>
          {fields.map(({ name, label, value }) => (
            <Field key={name} small id={`${id}-${name}`} label={label}>
              <input
                // Back to what it is once that has changed; the other fields and the keyboard stay where they are.
                key={value}
                id={`${id}-${name}`}
                className="input"
                name={name}
                inputMode="numeric"
                autoComplete="off"
                aria-invalid={bad === name}
                aria-describedby={bad === name ? `${id}-bad` : undefined}
                defaultValue={value}
              />
            </Field>
          ))}
        </div>
        {wrong === undefined ? null : (
          <p id={`${id}-bad`} className={styles['field-bad']} role="alert">
            {wrong.label.split(',')[0]}: a whole number from {wrong.min} to {count(wrong.max)}.
          </p>
        )}
        <div className={styles['forward-form-actions']}>
          <button type="submit" className="button">
            Change
          </button>
          <button type="button" className="button plain" onClick={() => void change({})}>
            Use the defaults
          </button>
          {(forward.refused ?? 0) === 0 ? null : (
            <span className="faint">
              {count(forward.refused ?? 0)} {forward.refused === 1 ? 'client' : 'clients'} turned away.
              {forward.refusedBecause === undefined ? '' : ` ${forward.refusedBecause}`}
            </span>
          )}
        </div>
      </form>
      {error === undefined ? null : <Failure error={error} />}
    </section>
  );
};
