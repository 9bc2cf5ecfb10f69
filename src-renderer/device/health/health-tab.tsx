import { useState } from 'react';
import { sortSamples, type Sample } from '../../charts/chart-geometry.ts';
import { ChartSkeleton, TimeChart } from '../../charts/time-chart.tsx';
import type { CapabilityView } from '../../../src-preload/contract/account.ts';
import type { DeviceView } from '../../../src-preload/contract/device.ts';
import { capabilityOf } from '../tabs/device-tabs.ts';
import { useOperation } from '../../commands/operation-call.ts';
import { rowsOf, textOf, timeOf } from '../tabs/read-output.ts';
import { SpeedTest } from './speed-test.tsx';
import type { TabProps } from '../tabs/tab-context.ts';
import { hintFor, Nothing, Part, ReloadButton, RowsSkeleton, Segmented, TabFailure } from '../../ui/parts.tsx';
import { classNames } from '../../ui/class-names.ts';
import styles from '../../charts/charts.module.css';
import linesStyles from '../tabs/lines.module.css';

const ranges = [
  ['1', '1 h'],
  ['6', '6 h'],
  ['24', '1 d'],
  ['168', '7 d'],
  ['720', '30 d'],
] as const;
type Range = (typeof ranges)[number][0];

const hour = 3_600_000;

const histories = [
  { operation: 'DeviceUptime', title: 'Uptime', unit: '%', bounds: [0, 100] },
  { operation: 'NetworkUptime', title: 'Network uptime', unit: '%', bounds: [0, 100] },
  { operation: 'NetworkIn', title: 'Traffic in', unit: '', bounds: undefined },
  { operation: 'NetworkOut', title: 'Traffic out', unit: '', bounds: undefined },
] as const satisfies readonly {
  operation: string;
  title: string;
  unit: string;
  bounds: readonly [number, number] | undefined;
}[];

const samplesOf = (output: unknown): readonly Sample[] =>
  sortSamples(
    rowsOf(output).flatMap((row) => {
      const at = timeOf(textOf(row, 'Timestamp'));
      const value = row['Value'];
      return at === undefined || typeof value !== 'number' ? [] : [{ at, value }];
    }),
  );

const HistoryChart = ({
  device,
  capability,
  operation,
  input,
  title,
  unit,
  bounds,
  range,
}: {
  readonly device: DeviceView;
  readonly capability: CapabilityView | undefined;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly title: string;
  readonly unit: string;
  readonly bounds: readonly [number, number] | undefined;
  readonly range: Range;
}): React.ReactNode => {
  const loaded = useOperation(device, operation, { ...input, Hour: Number(range) }, samplesOf);
  if (loaded.value === undefined || loaded.at === undefined)
    return loaded.error === undefined ? (
      <ChartSkeleton title={title} />
    ) : (
      <div className={styles['chart']}>
        <div className={styles['chart-head']}>
          <span className={styles['chart-title']}>{title}</span>
        </div>
        {/* Quieter than a notice: what fails one chart fails its neighbours, too. */}
        <div className={styles['chart-failed']}>
          <p>{loaded.error.message}</p>
          <p className="faint">{hintFor(loaded.error, capability)}</p>
          <button
            type="button"
            className="button small"
            aria-label={`Try again: ${title}`}
            disabled={loaded.loading}
            onClick={() => void loaded.reload()}
          >
            Try again
          </button>
        </div>
      </div>
    );
  return (
    <div className={styles['chart']}>
      <TimeChart
        title={title}
        samples={loaded.value}
        from={loaded.at - Number(range) * hour}
        to={loaded.at}
        unit={unit}
        {...(bounds === undefined ? {} : { bounds })}
        fileName={`${device.name} ${title} ${range} h.csv`}
      />
      {loaded.error === undefined ? null : (
        <p className={classNames('faint', styles['chart-stale'])}>
          Not refreshed. {loaded.error.message}{' '}
          <button type="button" className="link-button" onClick={() => void loaded.reload()}>
            Try again
          </button>
        </p>
      )}
    </div>
  );
};

/** The charts in the answer of their list. */
const chartsOf = (output: unknown): readonly { readonly id: string; readonly name: string }[] =>
  rowsOf(output)
    .map((row) => ({ id: textOf(row, 'ChartId'), name: textOf(row, 'Name') }))
    .filter((chart) => chart.id !== '');

const CloudCharts = ({
  device,
  capability,
  range,
}: {
  readonly device: DeviceView;
  readonly capability: CapabilityView | undefined;
  readonly range: Range;
}): React.ReactNode => {
  const list = useOperation(device, 'ListChart', {}, chartsOf);
  return (
    <Part
      title="Cloud charts"
      actions={
        <ReloadButton what="the charts" loading={list.loading} at={list.at} onReload={() => void list.reload()} />
      }
    >
      {list.error === undefined ? null : (
        <TabFailure error={list.error} capability={capability} retry={() => void list.reload()} />
      )}
      {list.value === undefined ? (
        list.error === undefined ? (
          <RowsSkeleton label="the charts" rows={2} />
        ) : null
      ) : list.value.length === 0 ? (
        <Nothing title="No cloud charts">Make one in the RemoteIoT portal and it appears here.</Nothing>
      ) : (
        <div className={styles['charts']}>
          {list.value.map((chart) => (
            <HistoryChart
              key={chart.id}
              device={device}
              capability={capability}
              operation="ChartHistory"
              input={{ UnitId: device.id, ChartId: chart.id }}
              title={chart.name || 'Unnamed chart'}
              unit=""
              bounds={undefined}
              range={range}
            />
          ))}
        </div>
      )}
    </Part>
  );
};

/** How a device has been: uptime, traffic, the charts of its cloud, and the speed of its network. */
export const HealthTab = ({ device, capabilities }: TabProps): React.ReactNode => {
  const [range, setRange] = useState<Range>('24');
  const history = capabilityOf(capabilities, 'health.history');
  const charts = capabilityOf(capabilities, 'health.charts');
  return (
    <div className={linesStyles['stack']}>
      <Segmented label="Time range" value={range} options={ranges} onChange={setRange} />
      {history === undefined ? null : (
        <div className={styles['charts']}>
          {histories.map(({ operation, title, unit, bounds }) => (
            <HistoryChart
              key={operation}
              device={device}
              capability={history}
              operation={operation}
              input={{ Unit: [device.id] }}
              title={title}
              unit={unit}
              bounds={bounds}
              range={range}
            />
          ))}
        </div>
      )}
      {charts === undefined ? null : <CloudCharts device={device} capability={charts} range={range} />}
      {capabilityOf(capabilities, 'health.speed-test') === undefined ? null : (
        <SpeedTest key={device.key} device={device} />
      )}
    </div>
  );
};
