import type { ServiceKind } from '../fleet/device.ts';

/** What something outside the window (tray, notice, link, second launch) asks the window to show. */
export type NavigationIntent =
  | { readonly show: 'devices'; readonly query: string }
  | { readonly show: 'account'; readonly accountId: string }
  | { readonly show: 'device'; readonly deviceKey: string }
  /** Asks the user whether to connect; nothing is opened before the click. */
  | { readonly show: 'connect'; readonly deviceKey: string; readonly service?: ServiceKind }
  | { readonly show: 'page'; readonly page: 'forwards' | 'activity' | 'settings' | 'accounts' }
  /** The activity, with the devices of this incident in sight where it is still known. */
  | { readonly show: 'incident'; readonly incidentId: string }
  | { readonly show: 'palette' };
