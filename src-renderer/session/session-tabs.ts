import { create } from 'zustand';
import { sessionPlaceSchema, type SessionPlace } from '../../src-preload/contract/session.ts';

/** A tab of the session window. */
export interface SessionTab {
  readonly id: number;
  readonly place: SessionPlace;
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

/** Opens a tab and shows it. */
export const openTab = (place: SessionPlace): void => {
  const id = ++lastTab;
  useTabs.setState(({ tabs, shows }) => ({ tabs: [...tabs, { id, place, unsent: [] }], active: id, shows: shows + 1 }));
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
  const read = (): void => {
    const parameters = new URLSearchParams(location.hash.slice(1));
    if (parameters.size === 0) return;
    const place = sessionPlaceSchema.safeParse(Object.fromEntries(parameters));
    if (!place.success) return;
    // On the desktop the same place may be asked for twice, which would change nothing in the address.
    if (window.quayside !== undefined) history.replaceState(null, '', '/?session');
    openTab(place.data);
  };
  window.addEventListener('hashchange', read);
  read();
};
