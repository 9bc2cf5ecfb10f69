import { vendorIds } from '../core/device.ts';
import { fail, ok, type Result } from '../core/errors.ts';
import type { BridgeDeps, Handlers } from './handler.ts';
import { accountView, errorView, operationOutput, operationView, vendorView, type KnownVendor } from './views.ts';

type Names =
  | 'vendors.list'
  | 'secrets.hand'
  | 'accounts.list'
  | 'accounts.test'
  | 'accounts.add'
  | 'accounts.update'
  | 'accounts.remove'
  | 'accounts.refresh'
  | 'operations.list'
  | 'operations.call';

const noAccount = fail(
  'not-found',
  'There is no such account.',
  'It may have been removed; look at the list of accounts.',
);

/** Requests about vendors, accounts and their operations. */
export const accountRequests = (deps: BridgeDeps): Handlers<Names> => {
  const { accounts, inventory, tickets, clock, log } = deps;

  const vendorOf = (id: KnownVendor['id']): Result<KnownVendor> => {
    const vendor = accounts.vendor(id);
    return vendor === undefined
      ? fail('unsupported', `Quayside does not speak to ${id} yet.`, 'Choose one of the vendors that are listed.')
      : ok(vendor);
  };

  return {
    'vendors.list': async () =>
      ok(
        vendorIds
          .map((id) => accounts.vendor(id))
          .filter((vendor) => vendor !== undefined)
          .map(vendorView),
      ),

    'secrets.hand': async ({ secrets }) => ok({ ticket: tickets.hand(secrets) }),

    'accounts.list': async () =>
      ok(accounts.list().map((account) => accountView(account, inventory.health(account.id)))),

    'accounts.test': async (input, signal) => {
      const started = clock.monotonic();
      let outcome: Result<void>;
      if ('accountId' in input) {
        if (accounts.get(input.accountId) === undefined) return noAccount;
        outcome = await accounts.test({ accountId: input.accountId }, signal);
      } else {
        const secrets = tickets.look(input.ticket);
        if (!secrets.ok) return secrets;
        outcome = await accounts.test(
          {
            vendor: input.vendor,
            ...(input.baseUrl === undefined ? {} : { baseUrl: input.baseUrl }),
            ...(input.fields === undefined ? {} : { fields: input.fields }),
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
      const secrets = tickets.take(input.ticket);
      if (!secrets.ok) return secrets;
      const added = await accounts.add(
        {
          vendor: input.vendor,
          label: input.label,
          ...(input.baseUrl === undefined ? {} : { baseUrl: input.baseUrl }),
          ...(input.fields === undefined ? {} : { fields: input.fields }),
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
          ...(input.label === undefined ? {} : { label: input.label }),
          ...(input.baseUrl === undefined ? {} : { baseUrl: input.baseUrl }),
          ...(input.fields === undefined ? {} : { fields: input.fields }),
          ...(secrets === undefined ? {} : { secrets: { ...secrets.value } }),
        },
        signal,
      );
      return updated.ok ? ok(accountView(updated.value, inventory.health(updated.value.id))) : updated;
    },

    'accounts.remove': async ({ accountId }) => {
      if (accounts.get(accountId) === undefined) return noAccount;
      // Its tunnels are closed with its credentials, so before these are gone.
      await deps.forwards.removeAccount(accountId);
      const removed = await accounts.remove(accountId);
      if (!removed.ok) return removed;
      await deps.notes.forgetAccount(accountId);
      return ok({});
    },

    'accounts.refresh': async ({ accountId }, signal) => {
      if (accountId !== undefined && accounts.get(accountId) === undefined) return noAccount;
      const refreshed = await inventory.refresh(accountId, signal);
      return refreshed.ok ? ok({}) : refreshed;
    },

    'operations.list': async ({ vendor }) => {
      const found = vendorOf(vendor);
      if (!found.ok) return found;
      return ok(found.value.operations.map((operation) => operationView(operation, deps.describeInput(operation))));
    },

    'operations.call': async ({ accountId, operation: id, input, confirmed }, signal) => {
      const account = accounts.get(accountId);
      if (account === undefined) return noAccount;
      const vendor = vendorOf(account.vendor);
      if (!vendor.ok) return vendor;
      const operation = vendor.value.operations.find((candidate) => candidate.id === id);
      if (operation === undefined) {
        return fail('not-found', `${vendor.value.name} has no operation ${id}.`, 'Look at the list of its operations.');
      }
      if (operation.danger.level === 'destroys' && !confirmed) {
        return fail('confirmation-required', operation.danger.confirm, 'Confirm it if this is what you want.');
      }
      const connector = await accounts.connector(accountId);
      if (!connector.ok) return connector;
      log.write('info', 'operation.call', { account: accountId, operation: id, danger: operation.danger.level });
      const output =
        operation.keep === undefined
          ? await connector.value.call(operation, input, signal)
          : await deps.deviceLogs.call(accountId, operation, input);
      return output.ok ? ok({ output: operationOutput(output.value, operation.secretFields) }) : output;
    },
  };
};
