import { useEffect, useRef, useState } from 'react';
import type { ForwardStatisticsView, ForwardView } from '../../src-preload/contract/forward.ts';
import { request } from '../state/main-state.ts';
import { useLoaded } from '../commands/operation-call.ts';
import { bytes, duration, plural } from '../ui/format.ts';
import { endpointText } from './forward-words.ts';
import { classNames } from '../ui/class-names.ts';
import styles from './forward-detail.module.css';
import trafficStyles from './traffic.module.css';

/** Milliseconds between two looks. */
const lookMs = 1000;
const size = { width: 240, height: 40 } as const;

/** Whether an element is in sight. */
const useInSight = (): [React.RefObject<HTMLElement | null>, boolean] => {
  const ref = useRef<HTMLElement>(null);
  const [inSight, setInSight] = useState(false);
  useEffect(() => {
    if (ref.current === null) return undefined;
    const observer = new IntersectionObserver((entries) => setInSight(entries.at(-1)?.isIntersecting === true));
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return [ref, inSight];
};

type Samples = ForwardStatisticsView['samples'];

/** The highest rate of a minute, bytes a second; 1 if there was no traffic, so that it can be a divisor. */
const maxOf = (samples: Samples): number => Math.max(1, ...samples.map((sample) => Math.max(sample.up, sample.down)));

const minuteWords = (samples: Samples): string =>
  maxOf(samples) === 1 ? 'no traffic' : `at most ${bytes(maxOf(samples))}/s`;

const Sparkline = ({ samples }: Pick<ForwardStatisticsView, 'samples'>): React.ReactNode => {
  const maxRate = maxOf(samples);
  const path = (pick: (sample: { readonly up: number; readonly down: number }) => number): string =>
    samples
      .map((sample, index) => {
        // The newest second is at the right edge, however few there are.
        const x = size.width - ((samples.length - 1 - index) / 59) * size.width;
        return `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${(size.height - 2 - (pick(sample) / maxRate) * (size.height - 4)).toFixed(1)}`;
      })
      .join('');
  return (
    <svg
      className={styles['sparkline']}
      viewBox={`0 0 ${size.width} ${size.height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Traffic of the last minute, ${minuteWords(samples)}`}
    >
      <path className={styles['spark-down']} d={path((sample) => sample.down)} />
      <path className={styles['spark-up']} d={path((sample) => sample.up)} />
    </svg>
  );
};

/** Present traffic and clients. It asks once a second while it is visible. */
export const ForwardLive = ({ forward }: { readonly forward: ForwardView }): React.ReactNode => {
  const [place, inSight] = useInSight();
  const { value, error } = useLoaded(
    inSight ? `${forward.id}\nforward-statistics` : undefined,
    () => request('forwards.statistics', { forwardId: forward.id }),
    lookMs,
  );
  return (
    <section ref={place} aria-label="Traffic">
      <h4>Traffic</h4>
      <dl className={styles['forward-rates']}>
        <div>
          <dt>
            <i className={classNames(styles['spark-key'], styles['up'])} aria-hidden="true" />
            Sent ↑
          </dt>
          <dd>{value === undefined ? '–' : `${bytes(value.rateUp)}/s`}</dd>
        </div>
        <div>
          <dt>
            <i className={classNames('down', styles['spark-key'])} aria-hidden="true" />
            Received ↓
          </dt>
          <dd>{value === undefined ? '–' : `${bytes(value.rateDown)}/s`}</dd>
        </div>
        <div>
          <dt>Clients</dt>
          <dd>{forward.connections}</dd>
        </div>
      </dl>
      <Sparkline samples={value?.samples ?? []} />
      <p className={classNames('faint', styles['spark-foot'])}>
        <span>60 s ago</span>
        <span>{value === undefined ? '' : minuteWords(value.samples)}</span>
        <span>now</span>
      </p>
      {error === undefined ? null : <p className={styles['forward-note']}>{error.message}</p>}
      {value === undefined || value.peers.length === 0 ? null : (
        // Scrolls by itself where there are many, so it takes the keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <ul className={styles['peers']} aria-label={plural(value.peers.length, 'client')} tabIndex={0}>
          {value.peers.map((peer) => (
            <li key={`${peer.address} ${peer.port}`}>
              <span className="ellipsis" title={peer.process}>
                {peer.process ?? 'Unknown program'}
              </span>
              <span className="mono faint ellipsis" title={endpointText(peer.address, peer.port)}>
                {endpointText(peer.address, peer.port)}
              </span>
              <span className="faint">
                {peer.state === 'waiting' ? 'waiting' : duration(Math.max(0, Date.now() - peer.since))}
              </span>
              <span className={trafficStyles['traffic']}>
                ↑ {bytes(peer.bytesUp)} ↓ {bytes(peer.bytesDown)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
};
