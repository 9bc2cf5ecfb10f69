import { Pencil, RefreshCw } from 'lucide-react';
import type { AccountView } from '../../src-preload/contract/account.ts';
import { endingSoon } from './credentials-expiry.ts';
import { useMainState, useVendorName } from '../state/main-state.ts';
import { refresh } from '../commands/device-commands.ts';
import { useNow } from '../ui/clock.ts';
import { Callout, Failure } from '../ui/controls.tsx';
import { ago, plural } from '../ui/format.ts';
import { goTo, setAccountForm, useView } from '../state/view-store.ts';
import { classNames } from '../ui/class-names.ts';
import styles from './account-notices.module.css';

/** How old the devices of a failing account are, and when it is asked again. */
export const staleWords = (account: AccountView, now: number): string => {
  const kept =
    account.lastGoodAt === undefined
      ? 'Its devices were never listed.'
      : `${plural(account.deviceCount, 'device')} as of ${ago(account.lastGoodAt, now)}.`;
  const wait = account.nextPollAt === undefined ? undefined : Math.round((account.nextPollAt - now) / 1000);
  if (account.refreshing) return `${kept} Asking again now.`;
  return wait === undefined || wait <= 0
    ? kept
    : `${kept} Asking again in ${wait < 90 ? `${wait} s` : `${Math.round(wait / 60)} min`}.`;
};

/** Credentials that the vendor ends within a day; `named` where the account is not beside it. */
export const CredentialsEnd = ({
  account,
  named = false,
}: {
  readonly account: AccountView;
  readonly named?: boolean;
}): React.ReactNode => {
  const vendor = useVendorName(account.vendor);
  const text = useNow((clock) => endingSoon(account, vendor, clock.now)?.text);
  const hint = useNow((clock) => endingSoon(account, vendor, clock.now)?.hint);
  if (text === undefined) return null;
  return <Callout tone="warn" text={named ? `${account.label}: ${text}` : text} hint={hint} />;
};

/** The error of a failing account in words; the reason why its devices are old, or absent. */
export const AccountFailure = ({
  account,
  named = false,
}: {
  readonly account: AccountView;
  readonly named?: boolean;
}): React.ReactNode => {
  const stale = useNow((clock) => staleWords(account, clock.now));
  if (account.error === undefined) return null;
  const { message, hint } = account.error;
  return (
    <Failure
      error={{
        ...account.error,
        message: named ? `${account.label}: ${message}` : message,
        hint: named ? `${stale} ${hint}` : `${hint} ${stale}`,
      }}
      tone="warn"
    >
      <AccountWaysOut account={account} />
    </Failure>
  );
};

/** What a person can do about a failing account: replace a refused key; otherwise ask again. */
export const AccountWaysOut = ({ account }: { readonly account: AccountView }): React.ReactNode => {
  const refused = account.error?.kind === 'unauthorized' || account.error?.kind === 'forbidden';
  const what = refused ? 'Edit key' : 'Edit account';
  return (
    <>
      <button
        type="button"
        className={`button small ${refused ? 'primary' : ''}`}
        onClick={() => setAccountForm({ kind: 'edit', accountId: account.id })}
        aria-label={`${what} of ${account.label}`}
      >
        <Pencil size={13} aria-hidden="true" />
        {what}
      </button>
      <button
        type="button"
        className="button small"
        disabled={account.refreshing}
        onClick={() => void refresh(account.id)}
        aria-label={`Retry ${account.label}`}
      >
        <RefreshCw size={13} aria-hidden="true" />
        {account.refreshing ? 'Retrying' : 'Retry'}
      </button>
    </>
  );
};

/** The number of notices before the rest is summed up. */
const maxNamed = 2;

/** The accounts whose devices may be outdated: since when, why, and what to do. */
export const AccountNotices = (): React.ReactNode => {
  const accounts = useMainState((host) => host.accounts);
  const scope = useView((view) => view.scope);
  const shown = accounts.filter((account) => scope.kind !== 'account' || scope.accountId === account.id);
  const failing = shown.filter((account) => account.error !== undefined);
  const ending = useNow((clock) => shown.filter((account) => endingSoon(account, '', clock.now) !== undefined).length);
  if (failing.length === 0 && ending === 0) return null;
  return (
    <div className={styles['notices']}>
      {failing.slice(0, maxNamed).map((account) => (
        <AccountFailure key={account.id} account={account} named />
      ))}
      {shown.map((account) => (
        <CredentialsEnd key={`${account.id} end`} account={account} named />
      ))}
      {failing.length > maxNamed ? (
        <button
          type="button"
          className={classNames('link-button', styles['notices-more'])}
          onClick={() => goTo('accounts')}
        >
          {plural(failing.length - maxNamed, 'more account')} not answering
        </button>
      ) : null}
    </div>
  );
};
