import type { AlertEngine } from '../../core/alert/alert-engine.ts';
import type { IncidentRecord } from '../../core/alert/incident-record.ts';
import type { Clock } from '../../core/base/clock.ts';
import type { Document } from '../../core/base/document.ts';
import type { Log } from '../../core/base/log.ts';
import { SerialQueue } from '../../core/base/serial-queue.ts';

export interface IncidentStoreDeps {
  readonly incidents: Document<readonly IncidentRecord[]>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Milliseconds between a change of an incident and its writing. */
const saveMs = 5000;

/** Stores the open incidents, so that the next run can close them and respects their snoozes. */
export class IncidentStore {
  readonly #deps: IncidentStoreDeps;
  readonly #engine: Pick<AlertEngine, 'incidents' | 'snoozedUntil'>;
  readonly #writes = new SerialQueue();
  #cancel: (() => void) | undefined;

  constructor(deps: IncidentStoreDeps, engine: Pick<AlertEngine, 'incidents' | 'snoozedUntil'>) {
    this.#deps = deps;
    this.#engine = engine;
  }

  /** Schedules a debounced save. */
  changed(): void {
    this.#cancel ??= this.#deps.clock.after(saveMs, () => void this.#save());
  }

  /** Writes unwritten changes. */
  async dispose(): Promise<void> {
    if (this.#cancel !== undefined) await this.#save();
    await this.#writes.run(async () => undefined);
  }

  async #save(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    const records = this.#engine
      .incidents()
      .filter(({ resolvedAt }) => resolvedAt === undefined)
      .map(({ id, scope, total, startedAt, openedAt, members }) => ({
        id,
        scope,
        total,
        startedAt,
        openedAt,
        snoozedUntil: this.#engine.snoozedUntil(id),
        members: [...members.values()],
      }));
    const written = await this.#writes.run(() => this.#deps.incidents.write(records));
    if (!written.ok) this.#deps.log.write('warn', 'alerts.not-saved', { reason: written.error.message });
  }
}
