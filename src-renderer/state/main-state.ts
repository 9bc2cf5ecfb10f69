import { create } from 'zustand';
import type { Answer, StateEvent } from '../../src-preload/contract/client.ts';
import type { AccountView, VendorView } from '../../src-preload/contract/account.ts';
import type { IncidentView } from '../../src-preload/contract/alert.ts';
import type { AppView } from '../../src-preload/contract/app.ts';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import type { ForwardView } from '../../src-preload/contract/forward.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../src-preload/contract/requests.ts';
import type { SessionClientFrame, SessionHostFrame } from '../../src-preload/contract/session.ts';
import { FleetIndex, type FleetCounts, type FleetReader } from './fleet-index.ts';
import { Connection } from './connection.ts';
import { isShutOut, openChannel } from './open-channel.ts';
import { SnapshotAssembly, changesOf, type WholeState } from './snapshot-assembly.ts';

/** The window's copy of main's state. */
export interface HostState {
  /** `shut-out`: Quayside answers but does not accept this browser, for example after a restart. */
  readonly link: 'connecting' | 'live' | 'reconnecting' | 'shut-out';
  /** True after a complete snapshot. Before that, `fleet` may hold its first devices. */
  readonly loaded: boolean;
  readonly app: AppView | undefined;
  readonly accounts: readonly AccountView[];
  readonly accountsById: ReadonlyMap<string, AccountView>;
  readonly forwards: readonly ForwardView[];
  readonly forwardsByDevice: ReadonlyMap<string, readonly ForwardView[]>;
  /** Open, or resolved lately; newest first. */
  readonly incidents: readonly IncidentView[];
  readonly vendors: readonly VendorView[];
  /** The devices: a new object after each change of the fleet, so that selectors and memos notice it. */
  readonly devices: FleetReader;
  readonly counts: FleetCounts;
}

const none: FleetCounts = { total: 0, offline: 0, favourites: 0, groups: [] };

/** The fleet, searched and sorted in place. */
export const fleet = new FleetIndex({
  accountLabel: (id) => useMainState.getState().accountsById.get(id)?.label ?? id,
  vendorName: (id) => vendorName(id),
  forwardPort: (key) => useMainState.getState().forwardsByDevice.get(key)?.find(isLive)?.port,
});

/** The last state that main sent; kept while reconnecting. */
export const useMainState = create<HostState>(() => ({
  link: 'connecting',
  loaded: false,
  app: undefined,
  accounts: [],
  accountsById: new Map(),
  forwards: [],
  forwardsByDevice: new Map(),
  incidents: [],
  vendors: [],
  devices: fleet.reader(),
  counts: none,
}));

/** True while the local port of a forward accepts clients. */
export const isLive = (forward: ForwardView): boolean => forward.state !== 'stopped' && forward.state !== 'failed';

const nameIn = (vendors: readonly VendorView[], id: string): string =>
  vendors.find((vendor) => vendor.id === id)?.name ?? (vendors.length === 0 ? '' : id);

/** The present view of a device; undefined if it is not in the fleet. */
export const useDevice = (key: string | undefined): DeviceView | undefined =>
  useMainState((host) => (key === undefined ? undefined : host.devices.get(key)));

/**
 * The vendor's own spelling of its name; empty until main has sent it. For what is done at once; see `useVendorName`.
 */
export const vendorName = (id: string): string => nameIn(useMainState.getState().vendors, id);

/** The vendor's own spelling of its name, for what stays on show. */
export const useVendorName = (id: string): string => useMainState((host) => nameIn(host.vendors, id));

/** What main tells of a vendor; undefined until it has. */
export const useVendor = (id: string): VendorView | undefined =>
  useMainState((host) => host.vendors.find((vendor) => vendor.id === id));

const byLabel = (rows: Iterable<AccountView>): AccountView[] =>
  [...rows].sort((a, b) => a.label.localeCompare(b.label));

const groupForwards = (forwards: readonly ForwardView[]): Map<string, readonly ForwardView[]> =>
  Map.groupBy(forwards, (forward) => forward.deviceKey);

const byOpening = (rows: Iterable<IncidentView>): IncidentView[] => [...rows].sort((a, b) => b.openedAt - a.openedAt);

const assembly = new SnapshotAssembly();

/** Puts a state in place of the one before. */
const showState = (state: WholeState): void => {
  const forwards = [...state.forwards.values()];
  useMainState.setState({
    link: 'live',
    app: state.app,
    accounts: byLabel(state.accounts.values()),
    accountsById: state.accounts,
    forwards,
    forwardsByDevice: groupForwards(forwards),
    incidents: byOpening(state.incidents.values()),
  });
  fleet.replace(state.devices);
  useMainState.setState({ devices: fleet.reader(), counts: fleet.counts() });
};

const take = (event: StateEvent): void => {
  if (event.type === 'disconnected') {
    if (useMainState.getState().link !== 'shut-out') useMainState.setState({ link: 'reconnecting' });
    void isShutOut().then((isOut) => {
      if (useMainState.getState().link !== 'live') useMainState.setState({ link: isOut ? 'shut-out' : 'reconnecting' });
    });
    return;
  }
  if (event.type === 'rows') {
    if (useMainState.getState().vendors.length === 0) void loadVendors();
    const whole = assembly.take(event);
    if (whole !== undefined) {
      showState(whole);
      useMainState.setState({ loaded: true });
    } else if (event.collection === 'devices' && !useMainState.getState().loaded && fleet.size === 0) {
      // A large fleet takes seconds to arrive: until then its first part is shown.
      const part = assembly.underWay();
      if (part !== undefined) showState(part);
    }
    return;
  }
  const changes = changesOf(event.changes);
  const state = useMainState.getState();
  const next: { -readonly [K in keyof HostState]?: HostState[K] } = {};
  let relabelled = false;
  if (changes.app !== undefined) next.app = changes.app;
  if (changes.accounts.upsert.length > 0 || changes.accounts.remove.length > 0) {
    const accounts = new Map(state.accountsById);
    for (const id of changes.accounts.remove) accounts.delete(id);
    for (const account of changes.accounts.upsert) {
      const before = accounts.get(account.id);
      // A new account counts too: its devices may have been indexed before its label was known.
      if (before?.label !== account.label) relabelled = true;
      accounts.set(account.id, account);
    }
    next.accountsById = accounts;
    next.accounts = byLabel(accounts.values());
  }
  let ports = false;
  if (changes.forwards.upsert.length > 0 || changes.forwards.remove.length > 0) {
    const forwards = new Map(state.forwards.map((forward) => [forward.id, forward]));
    for (const id of changes.forwards.remove) forwards.delete(id);
    for (const forward of changes.forwards.upsert) {
      const before = forwards.get(forward.id);
      if (before === undefined || isLive(before) !== isLive(forward)) ports = true;
      forwards.set(forward.id, forward);
    }
    ports ||= changes.forwards.remove.length > 0;
    next.forwards = [...forwards.values()];
    next.forwardsByDevice = groupForwards(next.forwards);
  }
  if (changes.incidents.upsert.length > 0 || changes.incidents.remove.length > 0) {
    const incidents = new Map(state.incidents.map((incident) => [incident.id, incident]));
    for (const id of changes.incidents.remove) incidents.delete(id);
    for (const incident of changes.incidents.upsert) incidents.set(incident.id, incident);
    next.incidents = byOpening(incidents.values());
  }
  useMainState.setState(next);
  const { upsert, remove } = changes.devices;
  const devices = upsert.length > 0 || remove.length > 0;
  if (devices) fleet.apply(upsert, remove);
  if (relabelled) fleet.refresh();
  else if (ports && fleet.sort.column === 'forward') fleet.resort();
  if (devices || relabelled || (ports && fleet.sort.column === 'forward')) announceFleet();
};

/** Milliseconds in which changes of the fleet are shown together, so that a burst of deltas filters the list once. */
const together = 30;
let announced: ReturnType<typeof setTimeout> | undefined;

const announceFleet = (): void => {
  announced ??= setTimeout(() => {
    announced = undefined;
    useMainState.setState({ devices: fleet.reader(), counts: fleet.counts() });
  }, together);
};

let hearSession: ((frame: SessionHostFrame) => void) | undefined;

const connection = new Connection({
  open: openChannel,
  onSession: (frame) => hearSession?.(frame),
  onState: take,
  later: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
});

let loadingVendors = false;

const loadVendors = async (): Promise<void> => {
  if (loadingVendors) return;
  loadingVendors = true;
  const answer = await connection.request('vendors.list', {});
  loadingVendors = false;
  if (!answer.ok) return;
  useMainState.setState({ vendors: answer.value });
  if (!useMainState.getState().loaded) return;
  // Devices are searched and sorted by the names of their vendors.
  fleet.refresh();
  announceFleet();
};

/** Opens the channel and follows main until the window closes. */
export const connectToMain = (): void => connection.connect();

/** Tries to reach main again now. */
export const reconnectNow = (): void => {
  if (useMainState.getState().link !== 'live') connection.connect();
};

/** Follows the sessions of this window; one listener. */
export const followSessions = (listener: (frame: SessionHostFrame) => void): void => {
  hearSession = listener;
};

/** Sends a frame of a session. */
export const postSession = (frame: SessionClientFrame): void => connection.post(frame);

/** Asks main; see the contract's `requests`. Never rejects. */
export const request = <N extends RequestName>(
  name: N,
  input: RequestInput<N>,
  signal?: AbortSignal,
): Promise<Answer<RequestOutput<N>>> => connection.request(name, input, signal);
