import type { ForwardView } from '../../src-preload/contract/forward.ts';
import { useMainState } from '../state/main-state.ts';
import { millis } from '../ui/format.ts';
import styles from './timings.module.css';

/** The hops of a connection in order, with what each is. */
const hops = [
  ['bindMs', 'bind', 'Taking the local port'],
  ['vendorMs', 'vendor', 'The vendor opening its tunnel'],
  ['dnsMs', 'DNS', 'Looking up the name of the vendor’s end'],
  ['dialMs', 'dial', 'Reaching the vendor’s end'],
  ['firstByteMs', 'first byte', 'From the connection to the first byte from the device'],
] as const;

/** A step of the waterfall: where it starts and how long it took, in milliseconds. */
export interface Step {
  readonly name: string;
  readonly why: string;
  readonly startMs: number;
  /** Absent while not reached. */
  readonly tookMs: number | undefined;
}

/**
 * Lays the hops of an attempt end to end. The first byte back is a round trip within the last of them, so it is drawn
 * beside it and adds nothing unless it took longer.
 */
export const waterfall = (
  timings: ForwardView['timings'],
): { readonly steps: readonly Step[]; readonly totalMs: number } => {
  let at = 0;
  const steps = hops.map(([key, name, why]) => {
    const tookMs = timings[key];
    const step: Step = { name, why, startMs: at, tookMs };
    at += tookMs ?? 0;
    return step;
  });
  const backMs = timings.firstByteBackMs;
  const connectedMs = at - (timings.firstByteMs ?? 0);
  const startMs = Math.max(connectedMs, at - (backMs ?? 0));
  const back: Step = {
    name: 'byte back',
    why: 'From the first byte sent to the first byte back after it',
    startMs,
    tookMs: backMs,
  };
  return { steps: [...steps, back], totalMs: Math.max(at, startMs + (backMs ?? 0)) };
};

/** The hops of an attempt as bars; a hop that was not reached has none. */
export const Waterfall = ({ timings }: { readonly timings: ForwardView['timings'] }): React.ReactNode => {
  const { steps, totalMs } = waterfall(timings);
  const share = (ms: number): string => `${totalMs === 0 ? 0 : (ms / totalMs) * 100}%`;
  return (
    <dl className={styles['timings']}>
      {steps.map((step) => (
        <div key={step.name} title={step.why}>
          <dt>{step.name}</dt>
          <dd>
            <span className={styles['timing-track']}>
              {step.tookMs === undefined ? null : (
                <span
                  className={styles['timing-bar']}
                  style={{ left: share(step.startMs), width: share(step.tookMs) }}
                />
              )}
            </span>
            <span className={styles['timing-ms']}>{step.tookMs === undefined ? '–' : millis(step.tookMs)}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
};

/** Why the last connection took as long as it did, hop by hop. */
export const Timings = ({ deviceKey }: { readonly deviceKey: string }): React.ReactNode => {
  const forward = useMainState((host) =>
    host.forwardsByDevice
      .get(deviceKey)
      ?.filter((candidate) => candidate.timings.vendorMs !== undefined || candidate.timings.dialMs !== undefined)
      .at(-1),
  );
  if (forward === undefined) return null;
  return (
    <section className="panel-section" aria-label="Timings">
      <h3>
        Why it took {millis(waterfall(forward.timings).totalMs)}
        <span className="faint">:{forward.port}</span>
      </h3>
      <Waterfall timings={forward.timings} />
    </section>
  );
};
