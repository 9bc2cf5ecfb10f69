import { useDeferredValue, useMemo } from 'react';
import { RefreshCw, Search, Star, X } from 'lucide-react';
import type { AccountView } from '../../src-preload/contract/account.ts';
import { adviceOf } from '../../src-preload/contract/error-view.ts';
import { fleet, useMainState } from '../state/main-state.ts';
import { openBulk } from '../bulk/bulk-store.ts';
import { connect, refresh, setFavourite, stopAll } from '../commands/device-commands.ts';
import { useNow } from '../ui/clock.ts';
import { IconButton } from '../ui/controls.tsx';
import { count, plural } from '../ui/format.ts';
import { modKey } from '../ui/shortcuts.ts';
import { focusList } from '../commands/focus.ts';
import { activate, mark, setAccountForm, setQuery, showScope, useView } from '../state/view-store.ts';
import { AccountNotices, AccountWaysOut, staleWords } from '../accounts/account-notices.tsx';
import { DeviceGrid, GridSkeleton } from './device-grid.tsx';
import { useListedDevices } from './use-listed-devices.ts';
import styles from './fleet-page.module.css';

/** The number of devices up to which one command connects; beyond it the user has to narrow the selection. */
const maxConnects = 12;

/** Devices that one action changes at most. */
const maxChanged = 20_000;

/** The selection in the order of the list, in which a pattern numbers devices. */
const inListOrder = (marked: ReadonlySet<string>): readonly string[] =>
  [...fleet.devices()].flatMap(({ key }) => (marked.has(key) ? [key] : []));

const SearchField = ({ keys }: { readonly keys: readonly string[] }): React.ReactNode => {
  const query = useView((view) => view.query);
  return (
    <div className="search">
      <Search size={15} strokeWidth={1.75} aria-hidden="true" />
      <input
        id="search"
        type="search"
        className="search-input"
        aria-label="Search devices"
        aria-keyshortcuts="/"
        aria-controls={keys.length > 0 ? 'device-list' : undefined}
        placeholder="Search devices"
        autoComplete="off"
        spellCheck={false}
        value={query}
        onChange={(event) => setQuery(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown' || event.key === 'Enter') {
            event.preventDefault();
            const { active } = useView.getState();
            if (active === undefined || !keys.includes(active)) activate(keys[0]);
            focusList();
          } else if (event.key === 'Escape') {
            event.preventDefault();
            if (query === '') focusList();
            else setQuery('');
          }
        }}
      />
      {query === '' ? (
        <kbd aria-hidden="true" data-tip="Search with vendor: account: group: tag: is: has: or -word">
          /
        </kbd>
      ) : (
        <IconButton icon={X} label="Clear search" keys="Esc" onClick={() => setQuery('')} />
      )}
    </div>
  );
};

const Count = ({ shown }: { readonly shown: number }): React.ReactNode => {
  const total = useMainState((host) => host.counts.total);
  return (
    <span className="count" role="status" aria-live="polite" aria-label="Result count">
      {shown === total ? plural(total, 'device') : `${count(shown)} of ${count(total)}`}
    </span>
  );
};

const ScopeTitle = (): React.ReactNode => {
  const scope = useView((view) => view.scope);
  const label = useMainState((host) =>
    scope.kind === 'account' ? host.accountsById.get(scope.accountId)?.label : undefined,
  );
  if (scope.kind === 'all') return null;
  const title =
    scope.kind === 'account'
      ? (label ?? 'Account')
      : scope.kind === 'group'
        ? scope.group
        : scope.kind === 'offline'
          ? 'Offline'
          : 'Favourites';
  return (
    <span className={styles['scope-chip']}>
      <span className="ellipsis">{title}</span>
      <button
        type="button"
        aria-label="Show all devices"
        data-tip="Show all devices"
        data-keys="g a"
        onClick={() => showScope({ kind: 'all' })}
      >
        <X size={12} aria-hidden="true" />
      </button>
    </span>
  );
};

const FirstRun = (): React.ReactNode => (
  <div className="empty">
    <h1>Bring your devices alongside</h1>
    <p>
      Add an account of remote.it, RemoteIoT, MODE, Remotix or Reemo. Its devices appear here, ready to connect. Secrets
      stay in this computer’s keychain.
    </p>
    <button type="button" className="button primary" onClick={() => setAccountForm({ kind: 'add' })}>
      Add account
    </button>
    <p className="faint">
      Only looking around? <span className="mono">npm run demo</span> starts a fleet to explore.
    </p>
  </div>
);

/** An account that was never listed says why, and the way out stands where its devices would be. */
const NoList = ({ account }: { readonly account: AccountView }): React.ReactNode => {
  const stale = useNow((clock) => staleWords(account, clock.now));
  if (account.error === undefined) return null;
  return (
    <div className="empty" role="alert">
      <h1>No devices of {account.label} yet</h1>
      <p>{account.error.message}</p>
      <p className="faint">
        {adviceOf(account.error)} {stale}
      </p>
      <div className={styles['empty-actions']}>
        <AccountWaysOut account={account} />
      </div>
    </div>
  );
};

/** The account whose failure is the reason for the empty list: the selected one, or the only one. */
const useUnlisted = (): AccountView | undefined => {
  const scope = useView((view) => view.scope);
  const query = useView((view) => view.query);
  return useMainState((host) => {
    if (query !== '') return undefined;
    const account =
      scope.kind === 'account'
        ? host.accountsById.get(scope.accountId)
        : scope.kind === 'all' && host.accounts.length === 1
          ? host.accounts[0]
          : undefined;
    return account?.error === undefined || account.deviceCount > 0 ? undefined : account;
  });
};

/** Why a part of the fleet is empty, if known. */
const NothingListed = (): React.ReactNode => {
  const failing = useMainState((host) => host.accounts.some((account) => account.error !== undefined));
  return failing
    ? 'Not every account could be listed: the reason stands above.'
    : 'The vendor lists none. New devices appear by themselves.';
};

/** The search that was probably meant, one click away, when nothing is found. */
const Meant = (): React.ReactNode => {
  // Typing continues while a large fleet is searched.
  const query = useDeferredValue(useView((view) => view.query));
  const scope = useView((view) => view.scope);
  const devices = useMainState((host) => host.devices);
  const meant = useMemo(() => devices.meantBy(query, scope), [query, scope, devices]);
  return meant === undefined ? null : (
    <button type="button" className="button primary" onClick={() => setQuery(meant)}>
      Did you mean {meant}?
    </button>
  );
};

const NoMatch = (): React.ReactNode => {
  const query = useView((view) => view.query);
  const scope = useView((view) => view.scope);
  if (query === '')
    return (
      <div className="empty">
        <h1>
          {scope.kind === 'favourites'
            ? 'No favourites yet'
            : scope.kind === 'offline'
              ? 'Nothing is offline'
              : 'No devices here'}
        </h1>
        <p>
          {scope.kind === 'favourites' ? (
            <>
              Press <kbd>f</kbd> on a device to keep it here.
            </>
          ) : scope.kind === 'offline' ? (
            'Every device that reports its presence is online.'
          ) : (
            <NothingListed />
          )}
        </p>
        {scope.kind === 'all' ? null : (
          <button type="button" className="button" onClick={() => showScope({ kind: 'all' })}>
            Show all devices
          </button>
        )}
      </div>
    );
  return (
    <div className="empty">
      <h1>No device matches</h1>
      <p>
        Nothing {scope.kind === 'all' ? 'in your fleet' : 'in this part of the fleet'} matches <q>{query}</q>.
      </p>
      <div className={styles['empty-actions']}>
        <Meant />
        <button type="button" className="button" onClick={() => setQuery('')}>
          Clear search
        </button>
        {scope.kind === 'all' ? null : (
          <button type="button" className="button" onClick={() => showScope({ kind: 'all' })}>
            Search all devices
          </button>
        )}
      </div>
    </div>
  );
};

const SelectionBar = ({ keys }: { readonly keys: readonly string[] }): React.ReactNode => {
  const marked = useView((view) => view.marked);
  if (marked.size === 0) return null;
  const clear = (): void => useView.setState({ marked: new Set() });
  return (
    <div className={styles['selection-bar']} role="toolbar" aria-label="Selected devices">
      <span>{count(marked.size)} selected</span>
      {marked.size < keys.length ? (
        <button
          type="button"
          className="button small plain"
          data-tip="Select all that the search finds"
          data-keys={`${modKey} A`}
          onClick={() => mark(keys)}
        >
          Select all {count(keys.length)}
        </button>
      ) : null}
      <button
        type="button"
        className="button small"
        disabled={marked.size > maxConnects}
        data-tip={marked.size > maxConnects ? `Select ${maxConnects} or fewer to connect` : undefined}
        onClick={() => {
          for (const key of marked) void connect(key);
        }}
      >
        Connect
      </button>
      <button type="button" className="button small" onClick={() => void stopAll(marked)}>
        Stop forwards
      </button>
      <button
        type="button"
        className="button small"
        disabled={marked.size > 200}
        onClick={() => {
          for (const key of marked) {
            const device = fleet.get(key);
            if (device?.favourite === false) void setFavourite(device);
          }
        }}
      >
        <Star size={13} aria-hidden="true" />
        Favourite
      </button>
      <button
        type="button"
        className="button small primary"
        disabled={marked.size > maxChanged}
        data-tip={marked.size > maxChanged ? `Select ${count(maxChanged)} or fewer` : undefined}
        onClick={() => openBulk(inListOrder(marked))}
      >
        Actions
      </button>
      <IconButton icon={X} label="Clear selection" keys="Esc" onClick={clear} />
    </div>
  );
};

/** The list with its search, or an explanation why it is empty. */
export const FleetPage = (): React.ReactNode => {
  const keys = useListedDevices();
  const loaded = useMainState((host) => host.loaded);
  const hasAccounts = useMainState((host) => host.accounts.length > 0);
  const total = useMainState((host) => host.counts.total);
  const listing = useMainState((host) =>
    host.accounts.some((account) => account.lastGoodAt === undefined && account.error === undefined),
  );
  const refreshing = useMainState((host) => host.accounts.some((account) => account.refreshing));
  const first = loaded && !hasAccounts && total === 0;
  const unlisted = useUnlisted();
  const waiting = (!loaded && keys.length === 0) || (hasAccounts && total === 0 && listing);
  return (
    <>
      <h1 className="hidden-text">Devices</h1>
      <div className={styles['toolbar']}>
        <SearchField keys={keys} />
        <ScopeTitle />
        {loaded && hasAccounts ? <Count shown={keys.length} /> : null}
        <IconButton
          icon={RefreshCw}
          label={refreshing ? 'Refreshing' : 'Refresh all accounts'}
          className={refreshing ? 'refreshing' : ''}
          disabled={!hasAccounts}
          onClick={() => void refresh()}
        />
      </div>
      {unlisted === undefined || waiting ? <AccountNotices /> : null}
      {first ? (
        <FirstRun />
      ) : waiting ? (
        <GridSkeleton />
      ) : unlisted !== undefined ? (
        <NoList account={unlisted} />
      ) : keys.length === 0 ? (
        <NoMatch />
      ) : (
        <DeviceGrid keys={keys} />
      )}
      <SelectionBar keys={keys} />
    </>
  );
};
