import type { WishView } from '../../src-preload/contract/app.ts';
import { request } from '../state/main-state.ts';
import { goTo, openPanel, setOverlay, setQuery, showIncident, showScope, toastError } from '../state/view-store.ts';

/** Where a palette is: over the main window, or in its own small window. */
export interface PaletteFrame {
  readonly kind: 'window' | 'own';
  close(): void;
  /** Shows something in the window. */
  show(intent: WishView): void;
}

/** Shows what a intent names in this window. What is to be connected to is left to whoever asks the user. */
export const showHere = (intent: Exclude<WishView, { readonly show: 'connect' }>): void => {
  switch (intent.show) {
    case 'devices':
      showScope({ kind: 'all' });
      setQuery(intent.query);
      return;
    case 'account':
      showScope({ kind: 'account', accountId: intent.accountId });
      setQuery('');
      return;
    case 'device':
      openPanel(intent.deviceKey);
      return;
    case 'page':
      goTo(intent.page);
      return;
    case 'incident':
      showIncident(intent.incidentId);
      return;
    case 'palette':
      setOverlay('palette');
      return;
    default:
      intent satisfies never;
  }
};

/** The palette over the window. */
export const windowFrame: PaletteFrame = {
  kind: 'window',
  close: () => setOverlay('none'),
  show: (intent) => {
    setOverlay('none');
    if (intent.show !== 'connect') showHere(intent);
  },
};

/** Quick connect: main shows the window; this one hides, which is what closing it means. */
export const ownFrame: PaletteFrame = {
  kind: 'own',
  close: () => window.close(),
  show: (intent) =>
    void request('window.show', { intent }).then((answer) => {
      if (answer.ok) window.close();
      else toastError(answer.error);
    }),
};
