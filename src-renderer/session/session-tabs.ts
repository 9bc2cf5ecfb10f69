import { create } from 'zustand';
import { parseTree, type PaneTree } from './terminal/panes/pane-tree.ts';
import { sessionPlaceSchema, type SessionPlace } from '../../src-preload/contract/session.ts';

/** A tab of the session window. */
export interface SessionTab {
  readonly id: number;
  readonly place: SessionPlace;
  /** How its panes lie. */
  readonly panes: PaneTree;
  /** Whether it was there before a restart, and connects when it is told to. */
  readonly waits: boolean;
  /** Edited files of which a save was not sent; closing the tab loses it. */
  readonly unsent: readonly string[];
}

interface Tabs {
  readonly tabs: readonly SessionTab[];
  readonly active: number | undefined;
  /** How often somebody asked for a tab; each time the keyboard goes into it, though it may be on show already. */
  readonly shows: number;
}

/** The tabs, and the one on show. */
export const useTabs = create<Tabs>(() => ({ tabs: [], active: undefined, shows: 0 }));

let lastTab = 0;

/** The most tabs that come back. */
const maxKept = 32;
const onePane: PaneTree = { kind: 'pane', id: 1 };
const memory = 'quayside.session.tabs';
/** The desktop has one window of sessions; a browser's tab has its own. */
const storage = (): Storage => (window.quayside === undefined ? sessionStorage : localStorage);

const readKept = (): readonly Pick<SessionTab, 'place' | 'panes'>[] => {
  try {
    const stored: unknown = JSON.parse(storage().getItem(memory) ?? '[]');
    if (!Array.isArray(stored)) return [];
    return stored.slice(0, maxKept).flatMap((kept: unknown) => {
      const { place, panes } = (kept ?? {}) as Readonly<Record<string, unknown>>;
      const parsed = sessionPlaceSchema.safeParse(place);
      return parsed.success ? [{ place: parsed.data, panes: parseTree(panes) ?? onePane }] : [];
    });
  } catch {
    return [];
  }
};

/**
 * Brings back the tabs that were there when the window went: their places and panes, not what was in them. None of them
 * connects by itself. From here on tabs are kept.
 */
export const restoreTabs = (): void => {
  const tabs = readKept().map((kept) => ({ ...kept, id: ++lastTab, waits: true, unsent: [] }));
  useTabs.setState({ tabs, active: tabs.at(-1)?.id });
  useTabs.subscribe(({ tabs: now }, { tabs: before }) => {
    if (now === before) return;
    storage().setItem(memory, JSON.stringify(now.map(({ place, panes }) => ({ place, panes }))));
  });
};

/** Keeps how the panes of a tab lie. */
export const setPanes = (id: number, panes: PaneTree): void =>
  useTabs.setState(({ tabs }) => ({ tabs: tabs.map((tab) => (tab.id === id ? { ...tab, panes } : tab)) }));

/** Opens a tab and shows it. */
export const openTab = (place: SessionPlace): void => {
  const id = ++lastTab;
  useTabs.setState(({ tabs, shows }) => ({
    tabs: [...tabs, { id, place, panes: onePane, waits: false, unsent: [] }],
    active: id,
    shows: shows + 1,
  }));
};

export const showTab = (id: number): void => useTabs.setState(({ shows }) => ({ active: id, shows: shows + 1 }));

/** Keeps the names of edited files of a tab of which a save was not sent. */
export const noteUnsent = (id: number, unsent: readonly string[]): void =>
  useTabs.setState(({ tabs }) => ({ tabs: tabs.map((tab) => (tab.id === id ? { ...tab, unsent } : tab)) }));

/** Closes a tab, and its session with it; its neighbour is shown. */
export const closeTab = (id: number): void =>
  useTabs.setState(({ tabs, active, shows }) => {
    const at = tabs.findIndex((tab) => tab.id === id);
    const rest = tabs.filter((tab) => tab.id !== id);
    return { tabs: rest, active: active === id ? (rest[at] ?? rest[at - 1])?.id : active, shows: shows + 1 };
  });

/**
 * Opens what the address names, now and whenever it names something else: that is how main says what the window shows
 * next.
 */
export const followAddress = (): void => {
  let isFirst = true;
  const read = (): void => {
    const parameters = new URLSearchParams(location.hash.slice(1));
    if (parameters.size === 0) return;
    const place = sessionPlaceSchema.safeParse(Object.fromEntries(parameters));
    if (!place.success) return;
    // On the desktop the same place may be asked for twice, which would change nothing in the address.
    if (window.quayside !== undefined) history.replaceState(null, '', '/?session');
    const { kind, deviceKey, serviceId } = place.data;
    // A page of a browser that was loaded again has its own tab among those that came back.
    const own =
      isFirst && window.quayside === undefined
        ? useTabs
            .getState()
            .tabs.find(
              (tab) =>
                tab.place.kind === kind && tab.place.deviceKey === deviceKey && tab.place.serviceId === serviceId,
            )
        : undefined;
    isFirst = false;
    if (own === undefined) return openTab(place.data);
    useTabs.setState(({ tabs }) => ({
      tabs: tabs.map((tab) => (tab === own ? { ...tab, waits: false } : tab)),
      active: own.id,
    }));
  };
  window.addEventListener('hashchange', read);
  read();
};
