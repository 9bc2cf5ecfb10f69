import { Tabs } from 'radix-ui';
import { Actions } from '../actions/actions.tsx';
import { useMainState } from '../state/main-state.ts';
import type { CapabilityView } from '../../src-preload/contract/account.ts';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import { ActivityTab } from './activity-tab.tsx';
import { DataTab } from './data/data-tab.tsx';
import { showTab, tabIds, tabsOf, tabTitles, useDeviceTab, type TabId } from './tabs/device-tabs.ts';
import { Facts } from './facts.tsx';
import { FilesTab } from './jobs/files-tab.tsx';
import { HealthTab } from './health/health-tab.tsx';
import { JobsTab } from './jobs/jobs-tab.tsx';
import { LogsTab } from './logs/logs-tab.tsx';
import { Services } from './services/services.tsx';
import { SettingsTab } from './settings/settings-tab.tsx';
import type { TabProps } from './tabs/tab-context.ts';
import { Timings } from '../forwards/timings.tsx';
import styles from './device-panel.module.css';

const OverviewTab = ({ device }: TabProps): React.ReactNode => (
  <div className={styles['overview']}>
    <div>
      <Services device={device} />
      <Timings deviceKey={device.key} />
    </div>
    <Facts device={device} />
  </div>
);

const contents: Readonly<Record<TabId, (props: TabProps) => React.ReactNode>> = {
  overview: OverviewTab,
  activity: ActivityTab,
  logs: LogsTab,
  data: DataTab,
  jobs: JobsTab,
  files: FilesTab,
  health: HealthTab,
  settings: SettingsTab,
  actions: Actions,
};

const none: readonly CapabilityView[] = [];

/** The tabs of a device: those its vendor has something for. Only the one on show does anything. */
export const DeviceTabs = ({ device }: { readonly device: DeviceView }): React.ReactNode => {
  const chosen = useDeviceTab((state) => state.tab);
  const account = useMainState((host) => host.accountsById.get(device.accountId));
  const capabilities = useMainState(
    (host) => host.vendors.find((vendor) => vendor.id === device.vendor)?.capabilities ?? none,
  );
  const tabs = tabsOf(capabilities);
  // The next device may lack what was looked at last; the choice comes back with one that has it.
  const tab = tabs.includes(chosen) ? chosen : 'overview';
  const Content = contents[tab];
  return (
    <Tabs.Root
      className={styles['device-tabs']}
      value={tab}
      onValueChange={(value) => showTab(tabIds.find((id) => id === value) ?? 'overview')}
    >
      <Tabs.List className={styles['tab-list']} aria-label={`Parts of ${device.name}`}>
        {tabs.map((id) => (
          <Tabs.Trigger key={id} value={id} className={styles['tab']}>
            {tabTitles[id]}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      <Tabs.Content key={tab} value={tab} className={styles['panel-scroll']} data-part="scroll" tabIndex={-1}>
        <div className={styles['tab-body']} data-tab={tab}>
          <Content key={device.key} device={device} account={account} capabilities={capabilities} />
        </div>
      </Tabs.Content>
    </Tabs.Root>
  );
};
