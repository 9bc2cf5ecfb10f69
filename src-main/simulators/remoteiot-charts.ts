import { seededRandom } from './fleet.ts';
import { text, quoted, plainTime, fleetHistory } from './remoteiot-answers.ts';
import type { SimulatedAnswer } from './simulator.ts';

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

  knows(chartId: string): boolean {
    return this.#charts().some((chart) => chart.id === chartId);
  }

  answerFleetHistory(body: unknown, base: number, spread: number): SimulatedAnswer {
    const { Unit, Hour } = fleetHistory.parse(body);
    return this.answerHistory(
      Unit.map((unit) => unit.UnitId),
      Hour,
      base,
      spread,
      true,
    );
  }

  /** Five-minute samples, oldest first. Copies of the document show spaces at the ends of lines. */
  answerHistory(
    unitIds: readonly string[],
    hour: number,
    base: number,
    spread: number,
    withId: boolean,
  ): SimulatedAnswer {
    const step = 5 * 60_000;
    const last = Math.floor(this.#now() / step) * step;
    const lines = [`${withId ? 'UnitId,' : ''}Timestamp,Value `];
    for (const unitId of unitIds) {
      if (!this.#knowsDevice(unitId)) continue;
      const random = seededRandom(Number.parseInt(unitId.slice(-6), 16));
      for (let at = last - hour * 3_600_000 + step; at <= last; at += step) {
        lines.push(`${withId ? `${unitId},` : ''}${plainTime(at)},${Math.round(base + random() * spread)} `);
      }
    }
    return text(lines.join('\n'), 'text/csv');
  }

  #charts(): readonly { readonly name: string; readonly id: string }[] {
    return ['CPU temperature', 'Memory used', 'Disk used'].map((name, index) => ({
      name,
      id: String(1_234_567_890 + index + this.#generation * 1_000).padStart(32, '12345678'),
    }));
  }
}
