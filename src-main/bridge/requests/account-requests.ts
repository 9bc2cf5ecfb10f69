import { noAccount } from '../../core/fleet/not-found-errors.ts';
import { interactiveMs, lateListing, withDeadline } from '../../core/base/deadline.ts';
import { ok, type Failure, type Result } from '../../core/base/errors.ts';
import type { accountRequests as contract } from '../../../src-preload/contract/account.ts';
import type { Handlers } from './handler.ts';
import type { SecretTickets } from './secret-tickets.ts';
import type { Clock } from '../../core/base/clock.ts';
import type { Accounts } from '../../services/fleet/accounts.ts';
import type { DevicePreferences } from '../../services/fleet/device-preferences.ts';
import type { Inventory } from '../../services/fleet/inventory.ts';
import type { Forwards } from '../../services/forward/forwards.ts';
import type { Bulk } from '../../services/operation/bulk.ts';
import { accountView, errorView, vendorView } from '../views/views.ts';
import { defined } from '../../core/base/defined.ts';

export interface AccountRequestDeps {
  readonly accounts: Pick<Accounts, 'list' | 'get' | 'add' | 'test' | 'update' | 'remove' | 'vendor' | 'vendors'>;
  readonly inventory: Pick<Inventory, 'health' | 'refresh'>;
  readonly forwards: Pick<Forwards, 'removeAccount'>;
  readonly bulk: Pick<Bulk, 'forgetAccount'>;
  readonly preferences: Pick<DevicePreferences, 'forgetAccount'>;
  readonly tickets: SecretTickets;
  readonly clock: Clock;
}

/** Requests about vendors and accounts. */
export const accountRequests = (deps: AccountRequestDeps): Handlers<keyof typeof contract> => {
  const { accounts, inventory, tickets, clock } = deps;
  /** Without a ticket nothing secret was entered; the vendor decides whether it needs something. */
  const entered = (
    ticket: string | undefined,
    read: (ticket: string) => Result<Readonly<Record<string, string>>>,
  ): Result<Readonly<Record<string, string>>> => (ticket === undefined ? ok({}) : read(ticket));

  return {
    'vendors.list': async () => ok(accounts.vendors.map(vendorView)),

    'secrets.hand': async ({ secrets, ticket }) => {
      const before = entered(ticket, (given) => tickets.take(given));
      return before.ok ? ok({ ticket: tickets.hand({ ...before.value, ...secrets }) }) : before;
    },

    'accounts.list': async () =>
      ok(accounts.list().map((account) => accountView(account, inventory.health(account.id)))),

    'accounts.test': async (input, signal) => {
      const started = clock.monotonic();
      let outcome: Result<void>;
      if ('accountId' in input) {
        if (accounts.get(input.accountId) === undefined) return noAccount;
        outcome = await accounts.test({ accountId: input.accountId }, signal);
      } else {
        const secrets = entered(input.ticket, (ticket) => tickets.look(ticket));
        if (!secrets.ok) return secrets;
        outcome = await accounts.test(
          {
            vendor: input.vendor,
            ...defined({ baseUrl: input.baseUrl, fields: input.fields }),
            secrets: { ...secrets.value },
          },
          signal,
        );
      }
      return ok({
        ok: outcome.ok,
        error: outcome.ok ? undefined : errorView(outcome.error),
        tookMs: Math.round(clock.monotonic() - started),
      });
    },

    'accounts.add': async (input, signal) => {
      const secrets = entered(input.ticket, (ticket) => tickets.take(ticket));
      if (!secrets.ok) return secrets;
      const added = await accounts.add(
        {
          vendor: input.vendor,
          label: input.label,
          ...defined({ baseUrl: input.baseUrl, fields: input.fields }),
          secrets: { ...secrets.value },
        },
        signal,
      );
      return added.ok ? ok(accountView(added.value, inventory.health(added.value.id))) : added;
    },

    'accounts.update': async (input, signal) => {
      if (accounts.get(input.accountId) === undefined) return noAccount;
      const secrets = input.ticket === undefined ? undefined : tickets.take(input.ticket);
      if (secrets?.ok === false) return secrets;
      const updated = await accounts.update(
        input.accountId,
        {
          ...defined({ label: input.label, baseUrl: input.baseUrl, fields: input.fields }),
          ...(secrets === undefined ? {} : { secrets: { ...secrets.value } }),
        },
        signal,
      );
      return updated.ok ? ok(accountView(updated.value, inventory.health(updated.value.id))) : updated;
    },

    'accounts.remove': async ({ accountId }) => {
      if (accounts.get(accountId) === undefined) return noAccount;
      // Closing the account's tunnels needs its credentials, so they are closed before the credentials are deleted.
      await deps.forwards.removeAccount(accountId);
      // Collected first: they are found by the account's devices, which are deleted with it.
      await deps.bulk.forgetAccount(accountId);
      const removed = await accounts.remove(accountId);
      if (!removed.ok) return removed;
      await deps.preferences.forgetAccount(accountId);
      return ok({});
    },

    'accounts.refresh': async ({ accountId, withinMs: ms = interactiveMs }, signal) => {
      if (accountId !== undefined && accounts.get(accountId) === undefined) return noAccount;
      const late = (): Failure => lateListing(ms);
      const refreshed = await withDeadline({ clock, ms, signal, late }, (limit) => inventory.refresh(accountId, limit));
      return refreshed.ok ? ok({}) : refreshed;
    },
  };
};
