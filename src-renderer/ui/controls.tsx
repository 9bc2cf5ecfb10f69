import { CircleAlert, CircleCheck, TriangleAlert, type LucideIcon } from 'lucide-react';
import type { PresenceView } from '../../src-preload/contract/device.ts';
import { adviceOf, type ErrorView } from '../../src-preload/contract/error-view.ts';

const shapes = {
  online: <circle cx="5" cy="5" r="4" />,
  offline: <circle cx="5" cy="5" r="3.5" strokeWidth="1.5" />,
  unknown: <circle cx="5" cy="5" r="3.5" strokeWidth="1.5" strokeDasharray="2 1.66" />,
} as const;

/** Presence as a shape and a colour: filled, ring, dashed. */
export const PresenceMark = ({ state }: { readonly state: PresenceView['state'] }): React.ReactNode => (
  <svg className={`presence ${state}`} viewBox="0 0 10 10" role="img" aria-label={state}>
    {shapes[state]}
  </svg>
);

/** A button that is only an icon. Its label is its name and, with the shortcut, its tooltip. */
export const IconButton = ({
  icon: Icon,
  label,
  keys,
  className = '',
  ...rest
}: {
  readonly icon: LucideIcon;
  readonly label: string;
  readonly keys?: string | undefined;
  readonly className?: string;
} & React.ComponentProps<'button'>): React.ReactNode => (
  <button
    type="button"
    className={`icon-button ${className}`}
    aria-label={label}
    data-tip={label}
    data-keys={keys}
    {...rest}
  >
    <Icon size={15} strokeWidth={1.75} aria-hidden="true" />
  </button>
);

/** A message beside what it is about: what happened, and what to do. */
export const Callout = ({
  tone,
  text,
  hint,
  children,
}: {
  readonly tone: 'warn' | 'danger' | 'good';
  readonly text: string;
  readonly hint?: string | undefined;
  readonly children?: React.ReactNode;
}): React.ReactNode => {
  const Icon = tone === 'good' ? CircleCheck : tone === 'warn' ? TriangleAlert : CircleAlert;
  return (
    <div className={`callout ${tone}`} role={tone === 'good' ? 'status' : 'alert'}>
      <Icon size={16} strokeWidth={1.75} aria-hidden="true" />
      <div>
        <p>{text}</p>
        {hint === undefined ? null : <p>{hint}</p>}
      </div>
      {children}
    </div>
  );
};

/** An expected failure in place: message, hint, and the vendor's own words where there are any. */
export const Failure = ({
  error,
  tone = 'danger',
  children,
}: {
  readonly error: ErrorView;
  readonly tone?: 'warn' | 'danger';
  readonly children?: React.ReactNode;
}): React.ReactNode => (
  <Callout tone={tone} text={error.message} hint={adviceOf(error)}>
    {children}
  </Callout>
);

/** A labelled control with its help below; `small` within a line of smaller text. */
export const Field = ({
  id,
  label,
  help,
  small = false,
  children,
}: {
  readonly id: string;
  readonly label: string;
  readonly help?: string | undefined;
  readonly small?: boolean;
  readonly children: React.ReactNode;
}): React.ReactNode => (
  <div className={small ? 'field small' : 'field'}>
    <label htmlFor={id}>{label}</label>
    {children}
    {help === undefined || help === '' ? null : (
      <span className="help" id={`${id}-help`}>
        {help}
      </span>
    )}
  </div>
);
