import {
  Activity,
  Cable,
  Circle,
  CircleUser,
  Layers,
  Plus,
  Search,
  Settings,
  Star,
  type LucideIcon,
} from 'lucide-react';
import { useState } from 'react';
import { fold } from '../../src-main/core/text/letters.ts';
import type { AccountView } from '../../src-preload/contract/account.ts';
import { isLive, useMainState, useVendorName } from '../state/main-state.ts';
import type { Scope } from '../state/fleet-index.ts';
import { count } from '../ui/format.ts';
import { modKey } from '../ui/shortcuts.ts';
import { goTo, setAccountForm, setOverlay, showScope, useView, type Page } from '../state/view-store.ts';
import { classNames } from '../ui/class-names.ts';
import styles from './rail.module.css';

const sameScope = (a: Scope, b: Scope): boolean =>
  a.kind === b.kind &&
  (a.kind !== 'account' || (b.kind === 'account' && a.accountId === b.accountId)) &&
  (a.kind !== 'group' || (b.kind === 'group' && a.group === b.group));

const Item = ({
  icon: Icon,
  label,
  number,
  tip,
  keys,
  current,
  onClick,
  children,
}: {
  readonly icon?: LucideIcon;
  readonly label: string;
  readonly number?: number | undefined;
  readonly tip?: string | undefined;
  readonly keys?: string;
  readonly current: boolean;
  readonly onClick: () => void;
  readonly children?: React.ReactNode;
}): React.ReactNode => (
  <li>
    <button
      type="button"
      className={styles['rail-item']}
      aria-current={current ? 'page' : undefined}
      data-tip={tip ?? (keys === undefined ? undefined : label)}
      data-keys={keys}
      onClick={onClick}
    >
      {Icon === undefined ? null : <Icon size={15} strokeWidth={1.75} aria-hidden="true" />}
      <span className="ellipsis">{label}</span>
      {children}
      {number === undefined ? null : <span className={styles['rail-number']}>{count(number)}</span>}
    </button>
  </li>
);

const ScopeItem = ({
  scope,
  ...rest
}: { readonly scope: Scope } & Omit<React.ComponentProps<typeof Item>, 'current' | 'onClick'>): React.ReactNode => {
  const current = useView((view) => view.page === 'devices' && sameScope(view.scope, scope));
  return <Item {...rest} current={current} onClick={() => showScope(scope)} />;
};

const PageItem = ({
  page,
  ...rest
}: { readonly page: Page } & Omit<React.ComponentProps<typeof Item>, 'current' | 'onClick'>): React.ReactNode => {
  const current = useView((view) => view.page === page);
  return <Item {...rest} current={current} onClick={() => goTo(page)} />;
};

const AccountItem = ({ account }: { readonly account: AccountView }): React.ReactNode => {
  const failing = account.error !== undefined;
  const vendor = useVendorName(account.vendor);
  return (
    <ScopeItem
      scope={{ kind: 'account', accountId: account.id }}
      label={account.label}
      number={account.deviceCount}
      tip={failing ? account.error?.message : `${account.label}, ${vendor}`}
    >
      {failing ? (
        <span className={styles['rail-alarm']}>
          !<span className="hidden-text"> needs attention</span>
        </span>
      ) : null}
    </ScopeItem>
  );
};

/** Groups shown before the rest is folded away. */
const topGroups = 8;

const Groups = (): React.ReactNode => {
  const groups = useMainState((host) => host.counts.groups);
  const [all, setAll] = useState(false);
  const [filter, setFilter] = useState('');
  if (groups.length === 0) return null;
  const many = groups.length > topGroups;
  const wanted = fold(filter.trim());
  const shown = all
    ? groups.filter((group) => fold(group.name).includes(wanted)).slice(0, 200)
    : groups.slice(0, topGroups);
  return (
    <section className={styles['rail-section']} aria-label="Groups">
      <h2>
        Groups
        {many ? (
          <button type="button" className={styles['rail-more']} onClick={() => setAll(!all)} aria-expanded={all}>
            {all ? 'Fewer' : `All ${count(groups.length)}`}
          </button>
        ) : null}
      </h2>
      {all ? (
        <input
          className={classNames('input', styles['rail-filter'])}
          type="search"
          aria-label="Find a group"
          placeholder="Find a group"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      ) : null}
      <ul>
        {shown.map((group) => (
          <ScopeItem
            key={group.name}
            scope={{ kind: 'group', group: group.name }}
            label={group.name}
            number={group.count}
          />
        ))}
      </ul>
    </section>
  );
};

/** The left rail: where to look, and what is the matter. */
export const Rail = (): React.ReactNode => {
  const counts = useMainState((host) => host.counts);
  const accounts = useMainState((host) => host.accounts);
  const live = useMainState((host) => host.forwards.filter(isLive).length);
  const incidents = useMainState((host) => host.incidents.filter(({ resolvedAt }) => resolvedAt === undefined).length);
  return (
    <nav className={styles['rail']} aria-label="Main">
      <button
        type="button"
        className={styles['rail-search']}
        onClick={() => setOverlay('palette')}
        aria-keyshortcuts="Control+K Meta+K"
        data-tip="Palette: devices and commands"
        data-keys={`${modKey} K`}
      >
        <Search size={15} strokeWidth={1.75} aria-hidden="true" />
        Search
        <kbd>{modKey === '⌘' ? '⌘K' : 'Ctrl K'}</kbd>
      </button>
      <div className={styles['rail-scroll']}>
        <ul>
          <ScopeItem
            scope={{ kind: 'all' }}
            icon={Layers}
            label="All devices"
            number={counts.total || undefined}
            keys="g a"
          />
          <ScopeItem
            scope={{ kind: 'favourites' }}
            icon={Star}
            label="Favourites"
            number={counts.favourites || undefined}
          />
          <ScopeItem
            scope={{ kind: 'offline' }}
            icon={Circle}
            label="Offline"
            number={counts.offline || undefined}
            keys="g o"
          />
        </ul>
        <section className={styles['rail-section']} aria-label="Accounts">
          <h2>
            Accounts
            <button
              type="button"
              className={styles['rail-more']}
              aria-label="Add an account"
              data-tip="Add an account"
              onClick={() => setAccountForm({ kind: 'add' })}
            >
              <Plus size={14} aria-hidden="true" />
            </button>
          </h2>
          <ul>
            {accounts.map((account) => (
              <AccountItem key={account.id} account={account} />
            ))}
          </ul>
        </section>
        <Groups />
      </div>
      <ul className={styles['rail-foot']}>
        <PageItem page="accounts" icon={CircleUser} label="Manage accounts" keys="g c" />
        <PageItem page="forwards" icon={Cable} label="Forwards" number={live || undefined} keys="g f" />
        <PageItem page="activity" icon={Activity} label="Activity" number={incidents || undefined} keys="g h" />
        <PageItem page="settings" icon={Settings} label="Settings" keys={`${modKey} ,`} />
      </ul>
    </nav>
  );
};
