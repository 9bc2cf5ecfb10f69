import { AccountsPage } from '../accounts/accounts-page.tsx';
import { ActionsDialog } from '../actions/actions-dialog.tsx';
import { ActivityPage } from '../activity/activity-page.tsx';
import { BulkDialog } from '../bulk/bulk-dialog.tsx';
import { BulkStrips } from '../bulk/bulk-strips.tsx';
import { useMainState } from '../state/main-state.ts';
import { CertificateDialog } from '../device/certificate-dialog.tsx';
import { DevicePanel } from '../device/device-panel.tsx';
import { FleetPage } from '../fleet/fleet-page.tsx';
import { ForwardsPage } from '../forwards/forwards-page.tsx';
import { IncidentStrip } from '../incidents/incident-strip.tsx';
import { Palette } from '../palette/palette.tsx';
import { SettingsPage } from '../settings/settings-page.tsx';
import { Banners } from './banners.tsx';
import { Rail } from './rail.tsx';
import { ShortcutsOverlay } from './shortcuts-overlay.tsx';
import { TooltipLayer } from '../ui/tooltip-layer.tsx';
import { Toasts } from '../ui/toasts.tsx';
import { NavigationIntents } from './navigation-intents.tsx';
import { useShortcuts } from './use-shortcuts.ts';
import { useView } from '../state/view-store.ts';
import { classNames } from '../ui/class-names.ts';
import styles from './app.module.css';

const pages = {
  devices: FleetPage,
  accounts: AccountsPage,
  forwards: ForwardsPage,
  activity: ActivityPage,
  settings: SettingsPage,
} as const;

/** The window: rail, page, panel, and what floats above them. */
export const App = (): React.ReactNode => {
  useShortcuts();
  const page = useView((view) => view.page);
  const overlay = useView((view) => view.overlay);
  const panel = useView((view) => view.page === 'devices' && view.panelOpen && view.active !== undefined);
  const devicePage = useView((view) => view.devicePage) && panel;
  const loaded = useMainState((host) => host.loaded);
  const Page = pages[page];
  return (
    <div className={classNames(styles['shell'], panel && !devicePage ? styles['with-panel'] : '')} data-ready={loaded}>
      <Rail />
      <div className={styles['stage']}>
        <Banners />
        <IncidentStrip />
        <BulkStrips />
        <main className={styles['page']} data-page={page}>
          {devicePage ? <DevicePanel page /> : <Page />}
        </main>
      </div>
      {panel && !devicePage ? <DevicePanel page={false} /> : null}
      {overlay === 'palette' ? <Palette /> : null}
      {overlay === 'shortcuts' ? <ShortcutsOverlay /> : null}
      <ActionsDialog />
      <BulkDialog />
      <NavigationIntents />
      <CertificateDialog />
      <Toasts />
      <TooltipLayer />
    </div>
  );
};
