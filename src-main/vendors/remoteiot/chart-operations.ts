import { z } from 'zod';
import { defineOperation } from '../vendor.ts';
import type { Operation } from '../vendor.ts';
import { destroys, json, noBody, read, text, unitId, units, upToThousand, write } from './operation-parts.ts';
import * as schemas from './schemas.ts';

const hour = z
  .int()
  .min(1)
  .max(24 * 366)
  .meta({ title: 'Hours of history' });
const history = { ...read, answer: 'csv', output: schemas.historyRows } as const;
const fleetHistory = { ...history, input: z.strictObject({ Unit: upToThousand, Hour: hour }), wire: json };

const listChart = defineOperation({
  ...read,
  id: 'ListChart',
  number: 'RIOT-21',
  summary: 'Lists the cloud charts.',
  path: '/ListChart',
  input: z.strictObject({}),
  output: schemas.chartRows,
  answer: 'json',
  wire: noBody,
});

const updateChartId = defineOperation({
  ...write,
  id: 'UpdateChartId',
  number: 'RIOT-22',
  summary: 'Gives every cloud chart a new id.',
  path: '/UpdateChartId',
  input: z.strictObject({}),
  danger: destroys(
    'Every chart of the account gets a new id. Links and programs that use the present ids stop working, for everybody.',
  ),
  repeatable: false,
  wire: noBody,
});

const chartHistory = defineOperation({
  ...history,
  id: 'ChartHistory',
  number: 'RIOT-23',
  summary: 'Reads the history of a cloud chart for one device.',
  path: '/ChartHistory',
  input: z.strictObject({ UnitId: unitId, ChartId: text.min(1), Hour: hour }),
  wire: json,
});

const chartHistoryMulti = defineOperation({
  ...history,
  id: 'ChartHistoryMulti',
  number: 'RIOT-24',
  summary: 'Reads the history of a cloud chart for several devices.',
  path: '/ChartHistoryMulti',
  input: z.strictObject({ Unit: units, ChartId: text.min(1), Hour: hour }),
  wire: json,
});

const deviceUptime = defineOperation({
  ...fleetHistory,
  id: 'DeviceUptime',
  number: 'RIOT-25',
  summary: 'Reads how much of the time devices were up, in percent.',
  path: '/DeviceUptime',
});

const networkUptime = defineOperation({
  ...fleetHistory,
  id: 'NetworkUptime',
  number: 'RIOT-26',
  summary: 'Reads how much of the time devices had a network, in percent.',
  path: '/NetworkUptime',
});

const networkIn = defineOperation({
  ...fleetHistory,
  id: 'NetworkIn',
  number: 'RIOT-27',
  summary: 'Reads the incoming traffic of devices, in the vendor’s unit.',
  path: '/NetworkIn',
});

const networkOut = defineOperation({
  ...fleetHistory,
  id: 'NetworkOut',
  number: 'RIOT-28',
  summary: 'Reads the outgoing traffic of devices, in the vendor’s unit.',
  path: '/NetworkOut',
});

/** RIOT-21 to RIOT-28: charts and history. */
export const chartOperations: readonly Operation[] = [
  listChart,
  updateChartId,
  chartHistory,
  chartHistoryMulti,
  deviceUptime,
  networkUptime,
  networkIn,
  networkOut,
];
