import { create } from 'zustand';
import { adviceOf, type ErrorView } from '../../src-preload/contract/error-view.ts';
import { sortColumns, type Scope, type Sort } from './fleet-index.ts';

export type Page = 'devices' | 'accounts' | 'forwards' | 'activity' | 'settings';

/** A short message at the edge of the window. */
export interface Toast {
  readonly id: number;
  readonly tone: 'done' | 'error';
  readonly text: string;
  readonly hint?: string | undefined;
  readonly action?: { readonly label: string; readonly run: () => void } | undefined;
}

/** Where the user is in the window; nothing of it concerns main. */
export interface ViewState {
  readonly page: Page;
  readonly scope: Scope;
  readonly query: string;
  readonly sort: Sort;
  /** The device the keyboard is on. */
  readonly active: string | undefined;
  readonly marked: ReadonlySet<string>;
  /** Where a range of the selection begins: the device marked or opened last. */
  readonly anchor: string | undefined;
  readonly panelOpen: boolean;
  /** The panel takes the place of the list. */
  readonly devicePage: boolean;
  /** The incident that something outside the page asked for; it opens itself and forgets this. */
  readonly incident: string | undefined;
  /** The menu of other ways to connect is open. */
  readonly launchers: boolean;
  readonly overlay: 'none' | 'palette' | 'shortcuts';
  readonly toasts: readonly Toast[];
  /** Said to screen readers once, politely. */
  readonly announcement: string;
  /** The account form: absent, a new account, or the one being edited. */
  readonly accountForm: { readonly kind: 'add' } | { readonly kind: 'edit'; readonly accountId: string } | undefined;
}

const sortKey = 'quayside.sort';

const storedSort = (): Sort => {
  const fallback: Sort = { column: 'name', descending: false };
  if (typeof localStorage === 'undefined') return fallback;
  const [column, direction] = (localStorage.getItem(sortKey) ?? '').split(' ');
  const known = sortColumns.find((name) => name === column);
  return known === undefined ? fallback : { column: known, descending: direction === 'descending' };
};

export const useView = create<ViewState>(() => ({
  page: 'devices',
  scope: { kind: 'all' },
  query: '',
  sort: storedSort(),
  active: undefined,
  marked: new Set(),
  anchor: undefined,
  panelOpen: false,
  devicePage: false,
  incident: undefined,
  launchers: false,
  overlay: 'none',
  toasts: [],
  announcement: '',
  accountForm: undefined,
}));

const set = useView.setState;

/** Goes to a page. */
export const goTo = (page: Page): void =>
  set({ page, overlay: 'none', ...(page === 'devices' ? {} : { panelOpen: false, devicePage: false }) });

/** Goes to the activity, and to one incident in it. */
export const showIncident = (incident: string): void => {
  goTo('activity');
  set({ incident });
};

/** Shows a part of the fleet, with whatever is being searched for. */
export const showScope = (scope: Scope): void =>
  set({ page: 'devices', scope, marked: new Set(), overlay: 'none', devicePage: false });

export const setQuery = (query: string): void => set({ query });

/** Sorts by a column; the same column again turns the order around. */
export const toggleSort = (column: Sort['column']): void => {
  const { sort } = useView.getState();
  const next: Sort = { column, descending: sort.column === column && !sort.descending };
  localStorage.setItem(sortKey, `${next.column} ${next.descending ? 'descending' : 'ascending'}`);
  set({ sort: next });
};

/** Puts the keyboard on a device. */
export const activate = (key: string | undefined): void => set({ active: key });

/** Shows a device in the panel. */
export const openPanel = (key: string): void =>
  set({ page: 'devices', active: key, anchor: key, panelOpen: true, overlay: 'none' });

export const closePanel = (): void => set({ panelOpen: false, devicePage: false, launchers: false });

/** Gives the device on show the whole page, or puts it beside the list again. */
export const showDevicePage = (devicePage: boolean): void =>
  set(devicePage ? { page: 'devices', panelOpen: true, devicePage, overlay: 'none' } : { devicePage });

export const showLaunchers = (launchers: boolean): void => set({ launchers });

export const toggleMark = (key: string): void => {
  const marked = new Set(useView.getState().marked);
  if (!marked.delete(key)) marked.add(key);
  set({ marked, anchor: key });
};

/** Marks all from the anchor to a device, in the order of the list; what was marked elsewhere stays. */
export const markRange = (key: string, keys: readonly string[]): void => {
  const { marked, anchor, active } = useView.getState();
  const from = keys.indexOf(anchor ?? active ?? key);
  const to = keys.indexOf(key);
  const first = from < 0 ? to : Math.min(from, to);
  set({ marked: new Set([...marked, ...keys.slice(first, Math.max(from, to) + 1)]) });
};

export const mark = (keys: Iterable<string>): void => set({ marked: new Set(keys) });

export const setOverlay = (overlay: ViewState['overlay']): void => set({ overlay });

export const setAccountForm = (accountForm: ViewState['accountForm']): void =>
  set(accountForm === undefined ? { accountForm } : { accountForm, page: 'accounts', overlay: 'none' });

export const announce = (announcement: string): void => set({ announcement });

let nextToast = 1;

/** Milliseconds a toast stays. Errors stay longer; they have more to read. */
const toastTime = { done: 4000, error: 12_000 } as const;

export const dismissToast = (id: number): void =>
  set((state) => ({ toasts: state.toasts.filter((toast) => toast.id !== id) }));

/** Shows a message; the last three are kept. */
export const toast = (message: Omit<Toast, 'id'>): void => {
  const id = nextToast++;
  set((state) => ({ toasts: [...state.toasts.slice(-2), { ...message, id }] }));
  setTimeout(() => dismissToast(id), toastTime[message.tone]);
};

/** Shows a failure with its way out. Cancelled requests are no news. */
export const toastError = (error: ErrorView, action?: Toast['action']): void => {
  if (error.kind !== 'cancelled') toast({ tone: 'error', text: error.message, hint: adviceOf(error), action });
};
