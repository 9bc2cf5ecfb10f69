import { Ellipsis, Pencil, Plug, Plus, RefreshCw, Trash2, Wrench } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import type { AccountView } from '../../src-preload/contract/account.ts';
import type { ErrorView } from '../../src-preload/contract/error-view.ts';
import { openActions } from '../actions/actions-store.ts';
import { request, useMainState, useVendor } from '../state/main-state.ts';
import { refresh } from '../commands/device-commands.ts';
import { AccountFailure, CredentialsEnd } from './account-notices.tsx';
import { useNow } from '../ui/clock.ts';
import { Callout, Failure } from '../ui/controls.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { ago, failureSince, millis, plural } from '../ui/format.ts';
import { setAccountForm, showScope, toast, toastError, useView } from '../state/view-store.ts';
import { AccountForm } from './account-form.tsx';
import { validUntil } from './credentials-expiry.ts';

type TestResult = { readonly tookMs: number; readonly error: ErrorView | undefined };

const healthWords = (account: AccountView, now: number): string => {
  if (account.error !== undefined) return failureSince(account.failingSince, now);
  if (account.refreshing) return 'refreshing';
  return account.lastGoodAt === undefined ? 'not listed yet' : `listed ${ago(account.lastGoodAt, now)}`;
};

const Health = ({ account }: { readonly account: AccountView }): React.ReactNode => {
  const words = useNow((clock) => healthWords(account, clock.now));
  const until = validUntil(account);
  return (
    <span className={`health ${account.error === undefined ? 'good' : 'bad'}`}>
      {plural(account.deviceCount, 'device')} · {words}
      {until === undefined ? null : ` · key ${until}`}
    </span>
  );
};

const AccountCard = ({ account }: { readonly account: AccountView }): React.ReactNode => {
  const vendor = useVendor(account.vendor);
  const vendorName = vendor?.name ?? account.vendor;
  const [testing, setTesting] = useState(false);
  const [result, setResult] = useState<TestResult>();
  const [removing, setRemoving] = useState(false);
  const test = async (): Promise<void> => {
    setTesting(true);
    setResult(undefined);
    const answer = await request('accounts.test', { accountId: account.id });
    setTesting(false);
    setResult(
      answer.ok
        ? { tookMs: answer.value.tookMs, error: answer.value.ok ? undefined : answer.value.error }
        : { tookMs: 0, error: answer.error },
    );
  };
  const remove = async (): Promise<void> => {
    setRemoving(false);
    const answer = await request('accounts.remove', { accountId: account.id });
    if (answer.ok) toast({ tone: 'done', text: `Removed ${account.label}.` });
    else toastError(answer.error);
  };
  return (
    <li className="account" aria-label={account.label}>
      <div className="account-line">
        <span className={`vendor-mark ${account.error === undefined ? '' : 'bad'}`} aria-hidden="true">
          {vendor?.mark}
        </span>
        <div className="account-what">
          <h2 className="ellipsis">
            <button
              type="button"
              className="copyable"
              data-tip="Show its devices"
              onClick={() => showScope({ kind: 'account', accountId: account.id })}
            >
              {account.label}
            </button>
            <span className="faint"> {vendorName}</span>
          </h2>
          <p className="faint ellipsis">
            <Health account={account} />
          </p>
        </div>
        <button
          type="button"
          className="button small"
          disabled={testing}
          aria-label={`Test ${account.label}`}
          onClick={() => void test()}
        >
          <Plug size={13} aria-hidden="true" />
          {testing ? 'Testing' : 'Test'}
        </button>
        <button
          type="button"
          className="button small"
          disabled={account.refreshing}
          aria-label={`Refresh ${account.label}`}
          onClick={() => void refresh(account.id)}
        >
          <RefreshCw size={13} aria-hidden="true" />
          {account.refreshing ? 'Refreshing' : 'Refresh'}
        </button>
        <DropdownMenu.Root modal={false}>
          <DropdownMenu.Trigger className="icon-button" aria-label={`More for ${account.label}`}>
            <Ellipsis size={15} aria-hidden="true" />
          </DropdownMenu.Trigger>
          <DropdownMenu.Portal>
            <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
              <DropdownMenu.Item
                className="menu-item"
                onSelect={() => setAccountForm({ kind: 'edit', accountId: account.id })}
              >
                <Pencil size={14} aria-hidden="true" />
                Edit or rename
              </DropdownMenu.Item>
              <DropdownMenu.Item
                className="menu-item"
                onSelect={() => openActions({ kind: 'account', accountId: account.id })}
              >
                <Wrench size={14} aria-hidden="true" />
                Actions
              </DropdownMenu.Item>
              <DropdownMenu.Separator className="menu-line" />
              <DropdownMenu.Item className="menu-item danger" onSelect={() => setRemoving(true)}>
                <Trash2 size={14} aria-hidden="true" />
                Remove
              </DropdownMenu.Item>
            </DropdownMenu.Content>
          </DropdownMenu.Portal>
        </DropdownMenu.Root>
      </div>
      <CredentialsEnd account={account} />
      {account.error === undefined || result !== undefined ? null : <AccountFailure account={account} />}
      {result === undefined ? null : result.error === undefined ? (
        <Callout tone="good" text={`${vendorName} accepted the credentials in ${millis(result.tookMs)}.`} />
      ) : (
        <Failure error={result.error} />
      )}
      {removing ? (
        <Confirm
          title={`Remove ${account.label}?`}
          loss={`Its secrets, the list of its ${plural(account.deviceCount, 'device')} and their forwards are deleted from this computer. Nothing changes at ${vendorName}.`}
          verb="Remove account"
          onConfirm={() => void remove()}
          onClose={() => setRemoving(false)}
        />
      ) : null}
    </li>
  );
};

/** Accounts with their health, and the form to add or edit one. */
export const AccountsPage = (): React.ReactNode => {
  const accounts = useMainState((host) => host.accounts);
  const form = useView((view) => view.accountForm);
  const editing = form?.kind === 'edit' ? accounts.find((account) => account.id === form.accountId) : undefined;
  return (
    <>
      <header className="page-head">
        <h1>Accounts</h1>
        <button
          type="button"
          className="button primary"
          disabled={form !== undefined}
          onClick={() => setAccountForm({ kind: 'add' })}
        >
          <Plus size={14} aria-hidden="true" />
          Add account
        </button>
      </header>
      <div className="page-scroll">
        <div className="column">
          {form === undefined ? null : <AccountForm key={editing?.id ?? 'add'} account={editing} />}
          {accounts.length === 0 && form === undefined ? (
            <p className="faint">
              No accounts yet. An account is one set of credentials with one vendor; you can have any number.
            </p>
          ) : null}
          <ul>
            {accounts.map((account) =>
              account.id === editing?.id ? null : <AccountCard key={account.id} account={account} />,
            )}
          </ul>
        </div>
      </div>
    </>
  );
};
