import { create } from 'zustand';
import { keysThatCan } from '../../ui/format.ts';
import type { AccountView, CapabilityName, CapabilityView } from '../../../src-preload/contract/account.ts';

export const tabIds = [
  'overview',
  'activity',
  'logs',
  'data',
  'jobs',
  'files',
  'health',
  'settings',
  'actions',
] as const;
export type TabId = (typeof tabIds)[number];

export const tabTitles: Readonly<Record<TabId, string>> = {
  overview: 'Overview',
  activity: 'Activity',
  logs: 'Logs',
  data: 'Data',
  jobs: 'Jobs',
  files: 'Files',
  health: 'Health',
  settings: 'Settings',
  actions: 'Actions',
};

/** The tabs of a device: overview, activity and actions always, the others where its vendor can do something there. */
export const tabsOf = (capabilities: readonly CapabilityView[]): readonly TabId[] =>
  tabIds.filter(
    (tab) =>
      tab === 'overview' ||
      tab === 'activity' ||
      tab === 'actions' ||
      capabilities.some(({ name }) => name === tab || name.startsWith(`${tab}.`)),
  );

/** What an account's key is known to be refused before it is asked; undefined if it may. */
export const refusalOf = (
  capability: CapabilityView | undefined,
  account: Pick<AccountView, 'fields'> | undefined,
): string | undefined => {
  // Vendors with one kind of key say nothing about it.
  const kind = account?.fields['keyKind'];
  if (capability === undefined || kind === undefined || capability.callers.includes(kind)) return undefined;
  return `This account holds a ${kind} key. ${keysThatCan(capability.callers)}`;
};

/** The capability of that name, if the vendor has it. */
export const capabilityOf = (
  capabilities: readonly CapabilityView[],
  name: CapabilityName,
): CapabilityView | undefined => capabilities.find((candidate) => candidate.name === name);

/** Which tab is shown; it stays while the user goes through devices. */
export const useDeviceTab = create<{ readonly tab: TabId }>(() => ({ tab: 'overview' }));

export const showTab = (tab: TabId): void => useDeviceTab.setState({ tab });
