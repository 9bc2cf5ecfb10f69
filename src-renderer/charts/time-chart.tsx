import { Download } from 'lucide-react';
import { useEffect, useId, useMemo, useRef, useState } from 'react';
import { saveText } from '../ui/save-file.ts';
import { IconButton } from '../ui/controls.tsx';
import { absolute } from '../ui/format.ts';
import {
  columnsOf,
  csvOf,
  nearest,
  runsOf,
  shortNumber,
  timeTicks,
  usualStep,
  valueTicks,
  type Column,
  type Frame,
  type Sample,
} from './chart-geometry.ts';
import { classNames } from '../ui/class-names.ts';
import styles from './charts.module.css';

const height = 128;
const edges = { right: 8, top: 8, bottom: 20 } as const;
/** Width of a figure of the axis, pixels. */
const figure = 6.4;
const day = 86_400_000;

/** The width of an element, followed. */
const useWidth = (): [React.RefObject<HTMLDivElement | null>, number] => {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(360);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver((entries) => {
      const seen = entries[0]?.contentRect.width ?? 0;
      if (seen > 0) setWidth(Math.round(seen));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
};

const tickWords = (at: number, span: number): string => {
  const then = new Date(at);
  return span > 2 * day
    ? then.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
    : then.toTimeString().slice(0, 5);
};

interface Scale {
  readonly x: (at: number) => number;
  readonly y: (value: number) => number;
}

const pathOf = (run: readonly Column[], { x, y }: Scale): string =>
  run.map(({ at, value }, index) => `${index === 0 ? 'M' : 'L'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join('');

const edge = (run: readonly Column[], { x, y }: Scale, pick: (column: Column) => number): string =>
  run.map((column) => `${x(column.at).toFixed(1)} ${y(pick(column)).toFixed(1)}`).join('L');

/** Everything between the lowest and the highest values. */
const bandOf = (run: readonly Column[], scale: Scale): string =>
  `M${edge(run, scale, (column) => column.high)}L${edge(run.toReversed(), scale, (column) => column.low)}Z`;

/** Everything below the line. */
const areaOf = (run: readonly Column[], scale: Scale, ground: number): string => {
  const first = run[0];
  const last = run.at(-1);
  if (first === undefined || last === undefined) return '';
  return `${pathOf(run, scale)}L${scale.x(last.at).toFixed(1)} ${ground}L${scale.x(first.at).toFixed(1)} ${ground}Z`;
};

/** One line over time: values on hover and by the arrow keys, gaps where nothing was measured, and CSV to save. */
export const TimeChart = ({
  title,
  samples,
  from,
  to,
  unit = '',
  bounds,
  fileName,
}: {
  readonly title: string;
  /** Sorted. */
  readonly samples: readonly Sample[];
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  /** `%`, say; empty if the vendor names none. */
  readonly unit?: string;
  /** Lowest and highest value there can be, where that is known. */
  readonly bounds?: readonly [number, number];
  readonly fileName: string;
}): React.ReactNode => {
  const id = useId();
  const [box, width] = useWidth();
  const [at, setAt] = useState<number>();
  const words = (value: number): string => `${shortNumber(value)}${unit === '' ? '' : ` ${unit}`}`;

  const stats = useMemo(() => {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    let sum = 0;
    for (const { value } of samples) {
      low = Math.min(low, value);
      high = Math.max(high, value);
      sum += value;
    }
    return { low, high, mean: samples.length === 0 ? 0 : sum / samples.length };
  }, [samples]);
  const ticks = useMemo(
    () => (samples.length === 0 ? [0, 1] : valueTicks(bounds?.[0] ?? stats.low, bounds?.[1] ?? stats.high, 3)),
    [samples.length, bounds, stats],
  );
  const step = (ticks[1] ?? 1) - (ticks[0] ?? 0);
  const frame: Frame = { from, to, low: ticks[0] ?? 0, high: ticks.at(-1) ?? 1 };
  const margin = { ...edges, left: 12 + figure * Math.max(3, ...ticks.map((tick) => shortNumber(tick, step).length)) };
  const ground = height - margin.bottom;
  const plot = Math.max(1, width - margin.left - margin.right);
  const { left } = margin;
  const drawn = useMemo(() => {
    const scale: Scale = {
      x: (time) => left + ((time - from) / Math.max(1, to - from)) * plot,
      y: (value) => ground - ((value - frame.low) / (frame.high - frame.low || 1)) * (ground - edges.top),
    };
    // A gap is one of the measuring, not of the drawing, so it is judged before samples are left out.
    const runs = runsOf(samples, usualStep(samples) * 3).map((run) => columnsOf(run, from, to, Math.floor(plot / 3)));
    return {
      scale,
      line: runs.map((run) => pathOf(run, scale)).join(''),
      band: runs.map((run) => bandOf(run, scale)).join(''),
      area: runs.map((run) => areaOf(run, scale, ground)).join(''),
    };
  }, [samples, from, to, plot, ground, left, frame.low, frame.high]);
  const { scale } = drawn;
  const last = samples.at(-1);
  const index = at === undefined ? -1 : nearest(samples, at);
  const reading = samples[index];
  const spoken =
    samples.length === 0
      ? `${title}: no values`
      : `${title}: ${samples.length} values, lowest ${words(stats.low)}, mean ${words(stats.mean)}, highest ${words(stats.high)}`;
  const move = (next: number): void => {
    const sample = samples[Math.max(0, Math.min(samples.length - 1, next))];
    if (sample !== undefined) setAt(sample.at);
  };
  return (
    <figure className={styles['chart']} aria-labelledby={`${id}-title`}>
      <figcaption className={styles['chart-head']}>
        <span className={styles['chart-title']} id={`${id}-title`}>
          {title}
        </span>
        <span className={styles['chart-reading']} aria-live="polite">
          {reading === undefined ? (
            last === undefined ? null : (
              <>
                <b>{words(last.value)}</b>
                <span className="faint">mean {words(stats.mean)}</span>
              </>
            )
          ) : (
            <>
              <b>{words(reading.value)}</b>
              <span className="faint">{absolute(reading.at)}</span>
            </>
          )}
        </span>
        <IconButton
          icon={Download}
          label={`Save ${title} as CSV`}
          disabled={samples.length === 0}
          onClick={() => saveText(fileName, csvOf(unit === '' ? title : `${title} (${unit})`, samples), 'text/csv')}
        />
      </figcaption>
      <div
        ref={box}
        className={styles['chart-box']}
        role="slider"
        tabIndex={0}
        aria-label={spoken}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, samples.length - 1)}
        aria-valuenow={index < 0 ? Math.max(0, samples.length - 1) : index}
        aria-valuetext={
          reading === undefined
            ? last === undefined
              ? 'no values'
              : words(last.value)
            : `${words(reading.value)}, ${absolute(reading.at)}`
        }
        onPointerMove={(event) => {
          const bounding = event.currentTarget.getBoundingClientRect();
          const share = (event.clientX - bounding.left - margin.left) / plot;
          setAt(from + Math.max(0, Math.min(1, share)) * (to - from));
        }}
        onPointerLeave={() => setAt(undefined)}
        onBlur={() => setAt(undefined)}
        onKeyDown={(event) => {
          const here = index < 0 ? samples.length : index;
          const big = Math.max(1, Math.round(samples.length / 20));
          if (event.key === 'ArrowLeft') move(here - 1);
          else if (event.key === 'ArrowRight') move(here + 1);
          else if (event.key === 'PageUp') move(here - big);
          else if (event.key === 'PageDown') move(here + big);
          else if (event.key === 'Home') move(0);
          else if (event.key === 'End') move(samples.length - 1);
          else return;
          event.preventDefault();
        }}
      >
        <svg width={width} height={height} aria-hidden="true">
          {ticks.map((tick) => (
            <g key={tick}>
              <line
                className={styles['chart-grid']}
                x1={margin.left}
                x2={width - margin.right}
                y1={scale.y(tick)}
                y2={scale.y(tick)}
              />
              <text className={styles['chart-label']} x={margin.left - 6} y={scale.y(tick) + 3.5} textAnchor="end">
                {shortNumber(tick, step)}
              </text>
            </g>
          ))}
          {timeTicks(from, to, Math.max(2, Math.floor(plot / 76))).map((tick) => (
            <text
              key={tick}
              className={styles['chart-label']}
              x={Math.min(Math.max(scale.x(tick), margin.left + 12), width - margin.right - 14)}
              y={height - 5}
              textAnchor="middle"
            >
              {tickWords(tick, to - from)}
            </text>
          ))}
          <path className={styles['chart-area']} d={drawn.area} />
          <path className={styles['chart-band']} d={drawn.band} />
          <path className={styles['chart-line']} data-part="line" d={drawn.line} />
          {reading === undefined ? null : (
            <>
              <line
                className={styles['chart-cross']}
                x1={scale.x(reading.at)}
                x2={scale.x(reading.at)}
                y1={margin.top}
                y2={ground}
              />
              <circle className={styles['chart-point']} cx={scale.x(reading.at)} cy={scale.y(reading.value)} r={3.5} />
            </>
          )}
        </svg>
        {samples.length === 0 ? (
          <p className={classNames('faint', styles['chart-none'])}>No values in this range</p>
        ) : null}
      </div>
    </figure>
  );
};

/** The shape of a chart while nothing is known yet. */
export const ChartSkeleton = ({ title }: { readonly title: string }): React.ReactNode => (
  <div className={styles['chart']} role="status" aria-busy="true" aria-label={`Loading ${title}`}>
    <div className={styles['chart-head']}>
      <span className={styles['chart-title']}>{title}</span>
    </div>
    <div className={classNames('skeleton', styles['chart-box'])} aria-hidden="true" />
  </div>
);
