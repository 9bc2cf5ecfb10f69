import { useId, useState } from 'react';
import type { PresenceBucketView } from '../../src-preload/contract/history.ts';
import { absolute, clockWords, count } from '../ui/format.ts';
import { timeTicks } from '../charts/chart-geometry.ts';
import { classNames } from '../ui/class-names.ts';
import styles from './presence-strip.module.css';

const height = 56;

/** What a bucket says. */
const reading = (bucket: PresenceBucketView): string =>
  bucket.watched === 0
    ? 'Quayside was not running'
    : `${count(Math.round(bucket.online))} online, ${count(Math.round(bucket.offline))} offline, ${count(Math.round(bucket.unknown))} unknown`;

/** The fleet over time: each bar is a piece of it, with what was offline on top of what was online. */
export const PresenceStrip = ({
  buckets,
  until,
}: {
  readonly buckets: readonly PresenceBucketView[];
  readonly until: number;
}): React.ReactNode => {
  const id = useId();
  const [chosen, setChosen] = useState<number>();
  const maxCount = Math.max(1, ...buckets.map(({ online, offline, unknown }) => online + offline + unknown));
  const from = buckets[0]?.at ?? until;
  const step = (buckets[1]?.at ?? until) - from || 3_600_000;
  const to = from + step * buckets.length;
  const place = (at: number): number => ((at - from) / Math.max(1, to - from)) * 100;
  const ticks = timeTicks(from, to, 8).filter((at) => place(at) < 95);
  const last = buckets.findLastIndex(({ watched }) => watched > 0);
  const shown = chosen ?? last;
  const bucket = buckets[shown];
  const move = (to_: number): void => setChosen(Math.max(0, Math.min(buckets.length - 1, to_)));
  return (
    <figure className={styles['presence-strip']} aria-labelledby={`${id}-title`}>
      <figcaption>
        <span id={`${id}-title`}>Presence of the fleet</span>
        <span className={classNames('faint', styles['presence-reading'])}>
          {bucket === undefined ? '' : `${reading(bucket)} · ${absolute(bucket.at).replace(/:\d\d$/, '')}`}
        </span>
      </figcaption>
      <div
        className={styles['presence-bars']}
        role="slider"
        tabIndex={0}
        aria-label="Presence of the fleet over time"
        aria-valuemin={0}
        aria-valuemax={Math.max(0, buckets.length - 1)}
        aria-valuenow={Math.max(0, shown)}
        aria-valuetext={bucket === undefined ? 'nothing yet' : `${absolute(bucket.at)}: ${reading(bucket)}`}
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          move(Math.floor(((event.clientX - box.left) / box.width) * buckets.length));
        }}
        onPointerLeave={() => setChosen(undefined)}
        onBlur={() => setChosen(undefined)}
        onKeyDown={(event) => {
          const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -24, PageDown: 24 }[event.key];
          const end = { Home: 0, End: buckets.length - 1 }[event.key];
          if (by === undefined && end === undefined) return;
          event.preventDefault();
          move(end ?? shown + (by ?? 0));
        }}
      >
        <svg viewBox={`0 0 ${buckets.length * 4} ${height}`} preserveAspectRatio="none" aria-hidden="true">
          {buckets.map((piece, index) => {
            const scale = height / maxCount;
            const x = index * 4;
            if (piece.watched === 0)
              return <rect key={piece.at} className={styles['bar-none']} x={x} y={height - 2} width={3} height={2} />;
            const online = piece.online * scale;
            const unknown = piece.unknown * scale;
            // One device of thousands is still seen.
            const offline = piece.offline > 0 ? Math.max(2, piece.offline * scale) : 0;
            return (
              <g
                key={piece.at}
                className={
                  index === chosen ? classNames(styles['presence-bar'], styles['chosen']) : styles['presence-bar']
                }
              >
                <rect className={styles['bar-online']} x={x} y={height - online} width={3} height={online} />
                <rect
                  className={styles['bar-unknown']}
                  x={x}
                  y={height - online - unknown}
                  width={3}
                  height={unknown}
                />
                <rect
                  className={styles['bar-offline']}
                  x={x}
                  y={Math.max(0, height - online - unknown - offline)}
                  width={3}
                  height={offline}
                />
              </g>
            );
          })}
        </svg>
      </div>
      <div className={styles['presence-axis']} aria-hidden="true">
        <svg width="100%" height="16">
          {ticks.map((at) => (
            <text key={at} x={`${place(at)}%`} y={12}>
              {step < 86_400_000 && new Date(at).getHours() !== 0
                ? clockWords(at)
                : absolute(at).split(' ').slice(0, 2).join(' ')}
            </text>
          ))}
        </svg>
      </div>
    </figure>
  );
};
