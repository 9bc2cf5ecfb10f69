import { seededRandom } from '../fleet.ts';
import { text, quoted, plainTime, fleetHistory } from './answers.ts';
import type { SimulatedAnswer } from '../simulator.ts';

/** What a made-up chart shows: around `level`, with the hours of the day and from sample to sample. */
interface ChartKind {
  readonly name: string;
  readonly level: number;
  readonly daily: number;
  readonly noise: number;
}
const chartKinds: readonly ChartKind[] = [
  { name: 'CPU temperature (°C)', level: 53, daily: 6, noise: 5 },
  { name: 'Memory used (%)', level: 46, daily: 9, noise: 6 },
  { name: 'Disk used (%)', level: 61, daily: 0, noise: 1 },
];
const dayMs = 86_400_000;

/** The cloud charts and the histories in CSV. */
export class RemoteIotCharts {
  readonly #now: () => number;
  readonly #knowsDevice: (unitId: string) => boolean;
  #generation = 0;

  constructor(now: () => number, knowsDevice: (unitId: string) => boolean) {
    this.#now = now;
    this.#knowsDevice = knowsDevice;
  }

  /** Gives every chart a new id. */
  renew(): void {
    this.#generation += 1;
  }

  /** `ListChart`: the comma after Name is missing, as in the document. */
  answerList(): SimulatedAnswer {
    return text(
      `[${this.#charts()
        .map((chart) => `{\n"Name": ${quoted(chart.name)}\n"ChartId": ${quoted(chart.id)}\n}`)
        .join(',')}]`,
    );
  }

  /** The history of one chart; undefined if there is no such chart. */
  answerChart(unitIds: readonly string[], chartId: string, hour: number, withId: boolean): SimulatedAnswer | undefined {
    const kind = this.#charts().find((chart) => chart.id === chartId);
    if (kind === undefined) return undefined;
    const { level, daily, noise } = kind;
    return this.#answer(unitIds, hour, withId, level, (at, seed, random) => {
      const own = level + (seed % 9) - 4;
      return own + daily * Math.sin((2 * Math.PI * at) / dayMs) + (random() - 0.5) * noise;
    });
  }

  answerFleetHistory(body: unknown, base: number, spread: number): SimulatedAnswer {
    const { Unit, Hour } = fleetHistory.parse(body);
    return this.#answer(
      Unit.map((unit) => unit.UnitId),
      Hour,
      true,
      base + spread,
      (_at, _seed, random) => base + random() * spread,
    );
  }

  /** Five-minute samples, oldest first. Copies of the document show spaces at the ends of lines. */
  #answer(
    unitIds: readonly string[],
    hour: number,
    withId: boolean,
    /** A different seed gives a different series. */
    salt: number,
    value: (at: number, seed: number, random: () => number) => number,
  ): SimulatedAnswer {
    const step = 5 * 60_000;
    const last = Math.floor(this.#now() / step) * step;
    const lines = [`${withId ? 'UnitId,' : ''}Timestamp,Value `];
    for (const unitId of unitIds) {
      if (!this.#knowsDevice(unitId)) continue;
      const seed = Number.parseInt(unitId.slice(-6), 16);
      const random = seededRandom(seed + salt);
      for (let at = last - hour * 3_600_000 + step; at <= last; at += step) {
        lines.push(`${withId ? `${unitId},` : ''}${plainTime(at)},${Math.round(value(at, seed, random))} `);
      }
    }
    return text(lines.join('\n'), 'text/csv');
  }

  #charts(): readonly (ChartKind & { readonly id: string })[] {
    return chartKinds.map((kind, index) => ({
      ...kind,
      id: String(1_234_567_890 + index + this.#generation * 1_000).padStart(32, '12345678'),
    }));
  }
}
