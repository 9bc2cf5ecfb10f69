import { flushSync } from 'react-dom';
import { goTo, useView } from '../state/view-store.ts';

/** Focuses the search field before the next letter is typed: a fast typist loses no letter. */
export const focusSearch = (): void => {
  if (useView.getState().page !== 'devices') flushSync(() => goTo('devices'));
  const field = document.getElementById('search');
  if (field instanceof HTMLInputElement) {
    field.focus();
    field.select();
  }
};

/** Focuses the list, so that arrows and shortcuts reach it. */
export const focusList = (): void => document.getElementById('device-list')?.focus();
