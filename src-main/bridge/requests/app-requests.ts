import { defined } from '../../core/base/defined.ts';
import { fail, ok, type Result } from '../../core/base/errors.ts';
import { diagnosticsView, type DiagnosticsDeps } from './diagnostics-view.ts';
import type { appRequests as contract } from '../../../src-preload/contract/app.ts';
import type { Handlers } from './handler.ts';
import type { SecretTickets } from './secret-tickets.ts';
import type { AppState } from '../../services/app/app-state.ts';
import type { SettingsStore } from '../../services/app/settings-store.ts';
import type { Inventory } from '../../services/fleet/inventory.ts';
import { settingsView } from '../views/views.ts';

export interface AppRequestDeps extends DiagnosticsDeps {
  readonly inventory: DiagnosticsDeps['inventory'] & Pick<Inventory, 'refresh'>;
  readonly settings: Pick<SettingsStore, 'change'>;
  readonly app: AppState;
  readonly tickets: SecretTickets;
  /** Unlocks the vault, with a passphrase where it takes one. */
  readonly unlock: (passphrase: string | undefined) => Promise<Result<void>>;
  /** Brings the window to the front; absent if the host has none. */
  readonly showWindow?: (() => void) | undefined;
  /** Copies text; absent if the host has no clipboard of its own. */
  readonly copyText?: ((text: string) => Promise<Result<void>>) | undefined;
}

/** Requests about the application itself. */
export const appRequests = (deps: AppRequestDeps): Handlers<keyof typeof contract> => ({
  'vault.unlock': async ({ ticket }) => {
    const secrets = ticket === undefined ? undefined : deps.tickets.take(ticket);
    if (secrets?.ok === false) return secrets;
    const passphrase = secrets?.value['passphrase'];
    if (secrets !== undefined && passphrase === undefined) {
      return fail('invalid-input', 'No passphrase was handed over.', 'Enter the passphrase of the vault.');
    }
    const unlocked = await deps.unlock(passphrase);
    deps.app.setVaultError(unlocked.ok ? undefined : unlocked.error);
    if (!unlocked.ok) return unlocked;
    // Polls that failed for lack of secrets can succeed now; the result shows beside each account.
    void deps.inventory.refresh(undefined, AbortSignal.timeout(120_000));
    return ok({});
  },

  'settings.change': async (patch) => {
    const changed = await deps.settings.change(defined(patch));
    return changed.ok ? ok(settingsView(changed.value)) : changed;
  },

  'window.show': async ({ intent }) => {
    deps.app.requestNavigation(
      intent.show === 'connect'
        ? {
            show: intent.show,
            deviceKey: intent.deviceKey,
            ...defined({ service: intent.service }),
          }
        : intent,
    );
    deps.showWindow?.();
    return ok({});
  },

  'window.shown': async ({ intentId }) => {
    deps.app.acknowledgeNavigation(intentId);
    return ok({});
  },

  'diagnostics.get': async () => ok(diagnosticsView(deps)),

  'diagnostics.report': async () => {
    const written = await deps.diagnostics.write(diagnosticsView(deps));
    return written.ok ? ok({ path: written.value }) : written;
  },

  'notices.dismiss': async ({ noticeId }) => {
    deps.app.dismissNotice(noticeId);
    return ok({});
  },

  'update.answer': async ({ answer }) => {
    if (deps.app.get().update?.ready === undefined)
      return fail('unsupported', 'No new version waits.', 'Quayside says so when there is one.');
    deps.app.updateAnswered.emit(answer);
    return ok({});
  },

  'clipboard.write': async ({ text }) => {
    if (deps.copyText === undefined) {
      return fail('unsupported', 'This host has no clipboard of its own.', 'Select the text and copy it yourself.');
    }
    const copied = await deps.copyText(text);
    return copied.ok ? ok({}) : copied;
  },
});
