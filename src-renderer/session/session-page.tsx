import { FolderOpen, Monitor, SquareTerminal, X, type LucideIcon } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { SessionKind } from '../../src-preload/contract/session.ts';
import { useDevice, useMainState } from '../state/main-state.ts';
import { IconButton } from '../ui/controls.tsx';
import { hasMod } from '../ui/shortcuts.ts';
import { TooltipLayer } from '../ui/tooltip-layer.tsx';
import { Toasts } from '../ui/toasts.tsx';
import { NewLinkStrip } from '../ui/new-link-strip.tsx';
import { useDeviceName } from './device-name.ts';
import { FilesPanes } from './files-panes.tsx';
import { ScreenTab } from './screen/screen-tab.tsx';
import { startSessions } from './connection/session-link.ts';
import { ClosingQuestion, leaveTab } from './closing.tsx';
import {
  closeTab,
  followAddress,
  noteUnsent,
  openTab,
  restoreTabs,
  setPanes,
  showTab,
  useTabs,
  type SessionTab,
} from './session-tabs.ts';
import { StartsUnconnected } from './connection/use-session.ts';
import { TabBoundary } from './tab-boundary.tsx';
import { TerminalTab } from './terminal/terminal-tab.tsx';
import { classNames } from '../ui/class-names.ts';
import sessionPageStyles from './session-page.module.css';
import filesTabStyles from './files/files-tab.module.css';

const views = {
  terminal: { Tab: TerminalTab, icon: SquareTerminal, word: 'Terminal', short: 'SSH' },
  screen: { Tab: ScreenTab, icon: Monitor, word: 'Screen', short: 'Screen' },
  files: { Tab: FilesPanes, icon: FolderOpen, word: 'Files', short: 'Files' },
} as const;

/** Which of the tabs of one place a tab is, from 1. */
const numberOf = (tabs: readonly SessionTab[], tab: SessionTab): number => {
  const like = tabs.filter(
    ({ place: { kind, deviceKey, serviceId } }) =>
      kind === tab.place.kind && deviceKey === tab.place.deviceKey && serviceId === tab.place.serviceId,
  );
  return like.indexOf(tab) + 1;
};

const TabHead = ({
  tab,
  active,
  number,
}: {
  readonly tab: SessionTab;
  readonly active: boolean;
  readonly number: number;
}): React.ReactNode => {
  const { icon: Icon, word, short } = views[tab.place.kind];
  const device = useDeviceName(tab.place.deviceKey);
  const name = number > 1 ? `${device} (${number})` : device;
  const head = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!active) return undefined;
    const reveal = (): void => head.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    reveal();
    window.addEventListener('resize', reveal);
    return () => window.removeEventListener('resize', reveal);
  }, [active]);
  return (
    <div ref={head} className={classNames(sessionPageStyles['session-tab'], active ? sessionPageStyles['active'] : '')}>
      <button
        type="button"
        id={`tab-${tab.id}`}
        aria-current={active ? 'page' : undefined}
        onClick={() => showTab(tab.id)}
        onAuxClick={() => leaveTab(tab.id)}
      >
        <Icon size={14} strokeWidth={1.75} aria-hidden="true" />
        <span className="ellipsis">{`${short} · ${name}`}</span>
      </button>
      <IconButton icon={X} label={`Close ${word.toLowerCase()} of ${name}`} onClick={() => leaveTab(tab.id)} />
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
    <div className={sessionPageStyles['session-more']}>
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

/** Puts the keyboard where it belongs: to what is asked, to what can be done after the end, or into the session. */
const focusPane = (whole: HTMLElement): void => {
  const pane = whole.querySelector('[data-active=true]') ?? whole;
  const covered = pane.querySelector('[data-part=cover]') !== null;
  pane
    .querySelector<HTMLElement>(
      covered
        ? '[data-part=question] [data-first]'
        : '[data-part=ended] .button.primary, .xterm-helper-textarea, [data-part=screen] canvas',
    )
    ?.focus();
};

const Pane = ({ tab, shown }: { readonly tab: SessionTab; readonly shown: boolean }): React.ReactNode => {
  const { Tab } = views[tab.place.kind];
  const name = useDeviceName(tab.place.deviceKey);
  const pane = useRef<HTMLElement>(null);
  const shows = useTabs((state) => state.shows);
  useEffect(() => {
    if (shown && pane.current !== null) focusPane(pane.current);
  }, [shown, shows]);
  return (
    <section
      ref={pane}
      className={sessionPageStyles['session-pane']}
      data-part="pane"
      aria-labelledby={`tab-${tab.id}`}
      hidden={!shown}
      onKeyDownCapture={(event) => {
        // A terminal and a screen take every key, the tabulator too: this one leads out of them.
        if (event.key !== 'F6' || !hasMod(event)) return;
        event.preventDefault();
        event.stopPropagation();
        document.getElementById(`tab-${tab.id}`)?.focus();
      }}
    >
      <TabBoundary onClose={() => closeTab(tab.id)}>
        <StartsUnconnected value={tab.waits}>
          <Tab
            tab={tab.id}
            place={tab.place}
            device={name}
            shown={shown}
            panes={tab.panes}
            waits={tab.waits}
            onPanes={(panes) => setPanes(tab.id, panes)}
            onUnsent={(names) => noteUnsent(tab.id, names)}
          />
        </StartsUnconnected>
      </TabBoundary>
    </section>
  );
};

let begun = false;
const begin = (): void => {
  if (begun) return;
  begun = true;
  startSessions();
  restoreTabs();
  followAddress();
};

/** The window of sessions: a tab each, with the name of its device. Closing a tab closes its session. */
export const SessionPage = (): React.ReactNode => {
  const loaded = useMainState((host) => host.loaded);
  const tabs = useTabs((state) => state.tabs);
  const active = useTabs((state) => state.active);
  const current = tabs.find((tab) => tab.id === active);
  const device = useDevice(current?.place.deviceKey ?? '');
  const short = current === undefined ? undefined : views[current.place.kind].short;
  useEffect(() => {
    document.title = device === undefined || short === undefined ? 'Quayside' : `${short} · ${device.name} · Quayside`;
  }, [device, short]);
  useEffect(() => {
    if (!loaded) return;
    begin();
  }, [loaded]);
  const isShutOut = useMainState((host) => host.link === 'shut-out');
  return (
    <div className={sessionPageStyles['session-shell']} data-ready={loaded}>
      {isShutOut ? <NewLinkStrip /> : null}
      <nav className={sessionPageStyles['session-bar']} aria-label="Sessions">
        {tabs.map((tab) => (
          <TabHead key={tab.id} tab={tab} active={tab.id === active} number={numberOf(tabs, tab)} />
        ))}
        {current === undefined ? null : <MoreOfDevice tab={current} />}
      </nav>
      <main className={sessionPageStyles['session-panes']}>
        <h1 className="hidden-text">Sessions</h1>
        {tabs.map((tab) => (
          <Pane key={tab.id} tab={tab} shown={tab.id === active} />
        ))}
        {loaded && tabs.length === 0 ? (
          <p ref={(none) => none?.focus()} className={filesTabStyles['files-empty']} tabIndex={-1}>
            No session is open. Open one from a device’s other ways to connect.
          </p>
        ) : null}
      </main>
      <ClosingQuestion />
      <Toasts />
      <TooltipLayer />
    </div>
  );
};
