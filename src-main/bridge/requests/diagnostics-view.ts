import type { Result } from '../../core/base/errors.ts';
import type { DiagnosticsView } from '../../../src-preload/contract/app.ts';
import type { Clock } from '../../core/base/clock.ts';
import type { Alerts } from '../../services/alert/alerts.ts';
import type { AppState } from '../../services/app/app-state.ts';
import type { Accounts } from '../../services/fleet/accounts.ts';
import type { Inventory } from '../../services/fleet/inventory.ts';
import type { Forwards } from '../../services/forward/forwards.ts';

/** What the host knows of this run. Every text has passed the redactor. */
export interface DiagnosticsSource {
  readonly versions: readonly { readonly name: string; readonly version: string }[];
  /** Milliseconds since the process was started. */
  uptimeMs(): number;
  memoryBytes(): number;
  /** The phases of the start that are over, in order. */
  timings(): readonly { readonly phase: string; readonly ms: number }[];
  /** The newest lines of the log, oldest first. */
  log(): readonly string[];
  /** Writes a report; answers its path. Error: internal. */
  write(report: DiagnosticsView): Promise<Result<string>>;
}

export interface DiagnosticsDeps {
  readonly diagnostics: DiagnosticsSource;
  readonly accounts: Pick<Accounts, 'list'>;
  readonly inventory: Pick<Inventory, 'devices' | 'health'>;
  readonly forwards: Pick<Forwards, 'list'>;
  readonly alerts: Pick<Alerts, 'noticeChannel'>;
  readonly app: Pick<AppState, 'get'>;
  readonly clock: Clock;
}

/** Lines of the log in a report: enough for what led to a problem, little enough to be read. */
const logLines = 400;

/** What a report of a problem needs. Names of accounts and devices, addresses and ids are left out. */
export const diagnosticsView = (deps: DiagnosticsDeps): DiagnosticsView => ({
  takenAt: deps.clock.now(),
  versions: deps.diagnostics.versions.map(({ name, version }) => ({ name, version })),
  uptimeMs: deps.diagnostics.uptimeMs(),
  memoryBytes: deps.diagnostics.memoryBytes(),
  vault: { kind: deps.app.get().vaultKind, error: deps.app.get().vaultError?.kind },
  notices: { ...deps.alerts.noticeChannel },
  devices: deps.inventory.devices.size,
  accounts: deps.accounts.list().map((account) => {
    const health = deps.inventory.health(account.id);
    return {
      vendor: account.vendor,
      devices: health.deviceCount,
      lastGoodAt: health.lastGoodAt,
      error: health.error?.kind,
    };
  }),
  forwards: deps.forwards.list().map((forward) => ({ state: forward.state, error: forward.error?.kind })),
  timings: deps.diagnostics.timings().map(({ phase, ms }) => ({ phase, ms })),
  log: deps.diagnostics.log().slice(-logLines),
});
