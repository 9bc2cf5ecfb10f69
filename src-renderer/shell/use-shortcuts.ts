import { useLayoutEffect } from 'react';
import { flushSync } from 'react-dom';
import { fleet } from '../state/main-state.ts';
import { focusList, focusSearch } from '../commands/focus.ts';
import { connect, copyCommand, setFavourite } from '../commands/device-commands.ts';
import { hasMod } from '../ui/shortcuts.ts';
import { closePanel, goTo, setOverlay, setQuery, showDevicePage, showScope, useView } from '../state/view-store.ts';

/** Milliseconds in which the second key of `g …` must follow. */
const sequence = 1200;

const destinations: Readonly<Record<string, () => void>> = {
  a: () => showScope({ kind: 'all' }),
  o: () => showScope({ kind: 'offline' }),
  f: () => goTo('forwards'),
  c: () => goTo('accounts'),
  h: () => goTo('activity'),
  s: () => goTo('settings'),
};

/** The page of a device has no list to hold the keys, so those of the list that are about one device work there. */
const connectByKey = (key: string): boolean => {
  const { active } = useView.getState();
  const device = active === undefined ? undefined : fleet.get(active);
  if (device === undefined) return false;
  if (key === 'Enter') void connect(device.key);
  else if (key === ' ') showDevicePage(false);
  else if (key === 'f') void setFavourite(device);
  else if (key === 'c') void copyCommand(device.key);
  else return false;
  return true;
};

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  target.closest('input:not([type=radio]):not([type=checkbox]), textarea, select') !== null;

/** On the page itself, not on a control of it. */
const isNowhere = (target: EventTarget | null): boolean =>
  target === document.body || (target instanceof HTMLElement && target.matches('[data-as-page]'));

/** One level up: the panel, then the selection, then the search, then the page. */
const up = (): void => {
  const view = useView.getState();
  if (view.page !== 'devices') goTo('devices');
  else if (view.devicePage) {
    flushSync(() => showDevicePage(false));
    focusList();
  } else if (view.panelOpen) {
    closePanel();
    focusList();
  } else if (view.marked.size > 0) useView.setState({ marked: new Set() });
  else if (view.query !== '') setQuery('');
  else if (view.scope.kind !== 'all') showScope({ kind: 'all' });
};

/** Shortcuts that work anywhere in the window. Those of the list are on the list. */
export const useShortcuts = (): void => {
  // Before the first paint: a key that is pressed at what is drawn is not lost.
  useLayoutEffect(() => {
    let armed = 0;
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return;
      const { overlay } = useView.getState();
      if (hasMod(event) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setOverlay(overlay === 'palette' ? 'none' : 'palette');
        return;
      }
      // A dialog or menu has the keyboard to itself.
      if (overlay !== 'none' || document.querySelector('dialog[open], [role=menu]') !== null) return;
      if (hasMod(event) && event.key === ',') {
        event.preventDefault();
        goTo('settings');
        return;
      }
      if (event.key === 'Escape') {
        up();
        return;
      }
      if (isTyping(event.target) || hasMod(event) || event.altKey) return;
      const go = destinations[event.key];
      if (armed > event.timeStamp && go !== undefined) {
        armed = 0;
        event.preventDefault();
        go();
      } else if (event.key === 'g') armed = event.timeStamp + sequence;
      else if (event.key === 'p' && useView.getState().page === 'devices' && useView.getState().active !== undefined) {
        event.preventDefault();
        showDevicePage(!useView.getState().devicePage);
      } else if (useView.getState().devicePage && isNowhere(event.target) && connectByKey(event.key))
        event.preventDefault();
      else if (event.key === '/') {
        event.preventDefault();
        focusSearch();
      } else if (event.key === '?') {
        event.preventDefault();
        setOverlay('shortcuts');
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
};
