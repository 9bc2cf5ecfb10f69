import { create } from 'zustand';
import { sessionPlaceSchema, type SessionPlace } from '../../src-preload/contract/session-frames.ts';

/** A tab of the session window. */
export interface SessionTab {
  readonly id: number;
  readonly place: SessionPlace;
}

/** The tabs, and the one on show. */
export const useTabs = create<{ readonly tabs: readonly SessionTab[]; readonly active: number | undefined }>(() => ({
  tabs: [],
  active: undefined,
}));

let lastTab = 0;

/** Opens a tab and shows it. */
export const openTab = (place: SessionPlace): void => {
  const id = ++lastTab;
  useTabs.setState(({ tabs }) => ({ tabs: [...tabs, { id, place }], active: id }));
};

export const showTab = (id: number): void => useTabs.setState({ active: id });

/** Closes a tab, and its session with it; its neighbour is shown. */
export const closeTab = (id: number): void =>
  useTabs.setState(({ tabs, active }) => {
    const at = tabs.findIndex((tab) => tab.id === id);
    const rest = tabs.filter((tab) => tab.id !== id);
    return { tabs: rest, active: active === id ? (rest[at] ?? rest[at - 1])?.id : active };
  });

/** Opens what the address names, now and whenever it names something else: a window is told so what to show next. */
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
