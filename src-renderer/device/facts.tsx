import type { DeviceView } from '../../src-preload/contract/device.ts';
import { useNow } from '../ui/clock.ts';
import { absolute, duration, middle, when } from '../ui/format.ts';
import { copyText } from '../commands/device-commands.ts';
import { factGroups, type FactRow, type FactValue } from './fact-rows.ts';
import { classNames } from '../ui/class-names.ts';
import styles from './facts.module.css';

/** Characters of an id that fit a line of the panel. */
const fits = 30;

/** A label within a sentence: abbreviations keep their capitals. */
const inSentence = (label: string): string => (/^[A-Z]{2}/.test(label) ? label : label.toLowerCase());

const Copyable = ({
  label,
  whole,
  mono,
  tip,
  children,
}: {
  readonly label: string;
  /** What is copied. */
  readonly whole: string;
  readonly mono: boolean;
  readonly tip: string;
  readonly children: string;
}): React.ReactNode => (
  <button
    type="button"
    className={`copyable ellipsis ${mono ? 'mono' : ''}`}
    data-tip={tip}
    // What is read out begins with what is seen, so that who speaks to the computer can say it.
    aria-label={`Copy ${label}: ${children}${children === whole ? '' : `, ${whole}`}`}
    onClick={() => void copyText(whole, `the ${inSentence(label)}`)}
  >
    {children}
  </button>
);

const Moment = ({
  label,
  at,
  as,
}: {
  readonly label: string;
  readonly at: number;
  readonly as: 'when' | 'length';
}): React.ReactNode => {
  const words = useNow((clock) => (as === 'when' ? when(at, clock.now) : duration(Math.max(0, clock.now - at))));
  const exact = absolute(at);
  return (
    <Copyable label={label} whole={exact} mono={false} tip={exact}>
      {words}
    </Copyable>
  );
};

const Value = ({ label, value }: { readonly label: string; readonly value: FactValue }): React.ReactNode => {
  switch (value.kind) {
    case 'list':
      return value.items.map((item) => (
        <span className="tag" key={item}>
          {item}
        </span>
      ));
    case 'moment':
      return <Moment label={label} at={value.at} as={value.as} />;
    case 'text': {
      // Ids tell themselves apart at both ends; other texts begin with what matters.
      const shown = value.mono === true ? middle(value.text, fits) : value.text;
      return (
        <Copyable
          label={label}
          whole={value.text}
          mono={value.mono === true}
          tip={value.text.length > fits ? `Copy ${value.text}` : 'Copy'}
        >
          {shown}
        </Copyable>
      );
    }
    default:
      return value satisfies never;
  }
};

const Row = ({ row: { label, value } }: { readonly row: FactRow }): React.ReactNode => (
  <div>
    <dt className="ellipsis" title={label}>
      {label}
    </dt>
    <dd className={value.kind === 'list' ? styles['tags'] : undefined}>
      <Value label={label} value={value} />
    </dd>
  </div>
);

/** What the vendor says of the device. A click copies. */
export const Facts = ({ device }: { readonly device: DeviceView }): React.ReactNode => {
  // Only a claim that ends while somebody looks changes a label, so the clock is no reason to draw.
  const groups = factGroups(device, useNow.getState().now);
  return (
    <section className={classNames('panel-section', styles['device-facts'])} aria-label="Facts">
      <h3>Facts</h3>
      {device.description === undefined || device.description === '' ? null : (
        <p className={styles['description']}>{device.description}</p>
      )}
      {groups.map(({ title, rows }) => (
        <div className={styles['fact-group']} key={title}>
          <h4>{title}</h4>
          <dl className="facts" aria-label={title}>
            {rows.map((row) => (
              <Row key={row.label} row={row} />
            ))}
          </dl>
        </div>
      ))}
    </section>
  );
};
