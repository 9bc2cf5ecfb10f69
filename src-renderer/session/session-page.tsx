import { FolderOpen, Monitor, SquareTerminal, X, type LucideIcon } from 'lucide-react';
import { useEffect } from 'react';
import type { SessionKind } from '../../src-preload/contract/session-frames.ts';
import type { DeviceView } from '../../src-preload/contract/views.ts';
import { fleet, useHost } from '../bridge/store.ts';
import { IconButton } from '../ui/controls.tsx';
import { TipLayer } from '../ui/tip-layer.tsx';
import { Toasts } from '../ui/toasts.tsx';
import { FilesTab } from './files-tab.tsx';
import { ScreenTab } from './screen-tab.tsx';
import { startSessions } from './session-link.ts';
import { closeTab, followAddress, openTab, showTab, useTabs, type SessionTab } from './session-tabs.ts';
import { TerminalTab } from './terminal-tab.tsx';
import './session.css';

const views = {
  terminal: { Tab: TerminalTab, icon: SquareTerminal, word: 'Terminal' },
  screen: { Tab: ScreenTab, icon: Monitor, word: 'Screen' },
  files: { Tab: FilesTab, icon: FolderOpen, word: 'Files' },
} as const;

const useDevice = (key: string): DeviceView | undefined =>
  useHost((host) => (host.fleetVersion >= 0 ? fleet.get(key) : undefined));

const TabHead = ({ tab, active }: { readonly tab: SessionTab; readonly active: boolean }): React.ReactNode => {
  const { icon: Icon, word } = views[tab.place.kind];
  const name = useDevice(tab.place.deviceKey)?.name ?? tab.place.deviceKey;
  return (
    <div className={`session-tab ${active ? 'active' : ''}`}>
      <button
        type="button"
        id={`tab-${tab.id}`}
        aria-current={active ? 'page' : undefined}
        aria-label={`${name}, ${word}`}
        onClick={() => showTab(tab.id)}
        onAuxClick={() => closeTab(tab.id)}
      >
        <Icon size={14} strokeWidth={1.75} aria-hidden="true" />
        <span className="ellipsis">{name}</span>
      </button>
      <IconButton icon={X} label={`Close ${word.toLowerCase()} of ${name}`} onClick={() => closeTab(tab.id)} />
    </div>
  );
};

const others: readonly { readonly kind: SessionKind; readonly service: string; readonly icon: LucideIcon }[] = [
  { kind: 'terminal', service: 'ssh', icon: SquareTerminal },
  { kind: 'files', service: 'ssh', icon: FolderOpen },
  { kind: 'screen', service: 'vnc', icon: Monitor },
];

/** Opens more of the device on show. */
const MoreOfDevice = ({ tab }: { readonly tab: SessionTab }): React.ReactNode => {
  const device = useDevice(tab.place.deviceKey);
  if (device === undefined) return null;
  return (
    <div className="session-more">
      {others.map(({ kind, service, icon }) => {
        const found =
          device.services.find((one) => one.id === tab.place.serviceId && one.kind === service) ??
          device.services.find((one) => one.kind === service && one.route === 'tunnel');
        return found === undefined ? null : (
          <IconButton
            key={kind}
            icon={icon}
            label={`New tab: ${views[kind].word.toLowerCase()} of ${device.name}`}
            onClick={() => openTab({ kind, deviceKey: device.key, serviceId: found.id })}
          />
        );
      })}
    </div>
  );
};

const Pane = ({ tab, shown }: { readonly tab: SessionTab; readonly shown: boolean }): React.ReactNode => {
  const { Tab } = views[tab.place.kind];
  const name = useDevice(tab.place.deviceKey)?.name ?? tab.place.deviceKey;
  return (
    <section className="session-pane" aria-labelledby={`tab-${tab.id}`} hidden={!shown}>
      <Tab place={tab.place} device={name} shown={shown} />
    </section>
  );
};

let begun = false;
const begin = (): void => {
  if (begun) return;
  begun = true;
  startSessions();
  followAddress();
};

/** The window of sessions: a tab each, with the name of its device. Closing a tab closes its session. */
export const SessionPage = (): React.ReactNode => {
  const loaded = useHost((host) => host.loaded);
  const tabs = useTabs((state) => state.tabs);
  const active = useTabs((state) => state.active);
  const current = tabs.find((tab) => tab.id === active);
  const device = useDevice(current?.place.deviceKey ?? '');
  useEffect(() => {
    document.title = device === undefined ? 'Quayside' : `${device.name} · Quayside`;
  }, [device]);
  useEffect(() => {
    if (!loaded) return;
    begin();
  }, [loaded]);
  return (
    <div className="session-shell" data-ready={loaded}>
      <nav className="session-bar" aria-label="Sessions">
        {tabs.map((tab) => (
          <TabHead key={tab.id} tab={tab} active={tab.id === active} />
        ))}
        {current === undefined ? null : <MoreOfDevice tab={current} />}
      </nav>
      <main className="session-panes">
        <h1 className="hidden-text">Sessions</h1>
        {tabs.map((tab) => (
          <Pane key={tab.id} tab={tab} shown={tab.id === active} />
        ))}
        {loaded && tabs.length === 0 ? (
          <p className="files-empty">No session is open. Open one from a device’s other ways to connect.</p>
        ) : null}
      </main>
      <Toasts />
      <TipLayer />
    </div>
  );
};
