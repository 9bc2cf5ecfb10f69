import { RefreshCw } from 'lucide-react';
import type { AccountView } from '../../src-preload/contract/views.ts';
import { useHost } from '../bridge/store.ts';
import { refresh } from '../device/actions.ts';
import { useNow } from '../ui/clock.ts';
import { Failure } from '../ui/controls.tsx';
import { ago, plural } from '../ui/format.ts';
import { goTo, useView } from '../ui/view-store.ts';

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

const Notice = ({ account }: { readonly account: AccountView }): React.ReactNode => {
  const stale = useNow((clock) => staleWords(account, clock.now));
  if (account.error === undefined) return null;
  return (
    <Failure
      error={{
        ...account.error,
        message: `${account.label}: ${account.error.message}`,
        hint: `${stale} ${account.error.hint}`,
      }}
      tone="warn"
    >
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
    </Failure>
  );
};

/** Notices shown before the rest is summed up in a line. */
const most = 2;

/** Which accounts the list is not fresh for: since when, why, and what to do. */
export const AccountNotices = (): React.ReactNode => {
  const accounts = useHost((host) => host.accounts);
  const scope = useView((view) => view.scope);
  const failing = accounts.filter(
    (account) => account.error !== undefined && (scope.kind !== 'account' || scope.accountId === account.id),
  );
  if (failing.length === 0) return null;
  return (
    <div className="notices">
      {failing.slice(0, most).map((account) => (
        <Notice key={account.id} account={account} />
      ))}
      {failing.length > most ? (
        <button type="button" className="link-button notices-more" onClick={() => goTo('accounts')}>
          {plural(failing.length - most, 'more account')} not answering
        </button>
      ) : null}
    </div>
  );
};
