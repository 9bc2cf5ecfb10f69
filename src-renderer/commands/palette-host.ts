import type { WishView } from '../../src-preload/contract/views.ts';
import { ask } from '../state/main-state.ts';
import { goTo, openPanel, setOverlay, setQuery, showIncident, showScope, toastError } from '../state/view-store.ts';

/** Where a palette is: over the window, or in a small window of its own. */
export interface PaletteHost {
  readonly kind: 'window' | 'own';
  close(): void;
  /** Shows something in the window. */
  show(wish: WishView): void;
}

/** Shows what a wish names in this window. What is to be connected to is left to whoever asks the user. */
export const showHere = (wish: Exclude<WishView, { readonly show: 'connect' }>): void => {
  switch (wish.show) {
    case 'devices':
      showScope({ kind: 'all' });
      setQuery(wish.query);
      return;
    case 'account':
      showScope({ kind: 'account', accountId: wish.accountId });
      setQuery('');
      return;
    case 'device':
      openPanel(wish.deviceKey);
      return;
    case 'page':
      goTo(wish.page);
      return;
    case 'incident':
      showIncident(wish.incidentId);
      return;
    case 'palette':
      setOverlay('palette');
      return;
    default:
      wish satisfies never;
  }
};

/** The palette over the window. */
export const windowHost: PaletteHost = {
  kind: 'window',
  close: () => setOverlay('none'),
  show: (wish) => {
    setOverlay('none');
    if (wish.show !== 'connect') showHere(wish);
  },
};

/** Quick connect: main shows the window; this one hides, which is what closing it means. */
export const ownHost: PaletteHost = {
  kind: 'own',
  close: () => window.close(),
  show: (wish) =>
    void ask('window.show', { wish }).then((answer) => {
      if (answer.ok) window.close();
      else toastError(answer.error);
    }),
};
