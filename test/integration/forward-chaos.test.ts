import { afterEach, expect, test } from 'vitest';
import { seededRandom } from '../../src-main/simulators/fleet.ts';
import { percentile } from '../bench/bench.ts';
import { makeTrouble, startChaosStage } from '../support/chaos-stage.ts';
import type { ChaosStage } from '../support/chaos-stage.ts';

const minutes = Number(process.env['QUAYSIDE_CHAOS_MINUTES'] ?? '1');
const seed = Number(process.env['QUAYSIDE_CHAOS_SEED'] ?? '20261121');
const forwards = 5;

let stage: ChaosStage | undefined;
afterEach(() => stage?.dispose());

test(
  `${minutes} min of trouble with tunnels, vendor and network (seed ${seed}): every forward comes back, nothing is lost or left`,
  { timeout: minutes * 60_000 + 120_000 },
  async () => {
    stage = await startChaosStage(forwards);
    const { recoveries, stuck, faults } = await makeTrouble(stage, seededRandom(seed), minutes);
    const finished = await stage.finish();
    const code = await stage.ended();

    const times = recoveries.map(({ ms }) => ms);
    const byFault = Map.groupBy(recoveries, ({ fault }) => fault);
    const lines = [...byFault].map(
      ([fault, of]) => `  ${fault}: ${of.length}, worst ${Math.max(...of.map(({ ms }) => ms)).toFixed(0)} ms`,
    );
    console.log(
      `${faults} faults over ${stage.kind}, ${finished.served} clients served, ${finished.broken} sessions cut; ` +
        `back after p50 ${percentile(times, 0.5).toFixed(0)} ms, p95 ${percentile(times, 0.95).toFixed(0)} ms, ` +
        `worst ${Math.max(...times).toFixed(0)} ms\n${lines.join('\n')}`,
    );
    expect(stuck).toEqual([]);
    expect(percentile(times, 0.95)).toBeLessThanOrEqual(2_000);
    expect(finished.hung).toBe(0);
    expect(finished.ports.after).toEqual(finished.ports.before);
    expect(finished.descriptors.after, finished.descriptors.left.join('\n')).toBeLessThanOrEqual(
      finished.descriptors.before,
    );
    expect(finished.children).toBe(0);
    expect(stage.tunnels()).toBe(0);
    // It ended by itself: no timer, listener or worker kept it.
    expect(code).toBe(0);
  },
);
