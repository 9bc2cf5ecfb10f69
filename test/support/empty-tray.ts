import type { TrayState } from '../../src-main/core/app/tray-state.ts';

/** The tray of an application that has nothing to show. */
export const emptyTray: TrayState = {
  forwards: [],
  favourites: [],
  recents: [],
  troubled: [],
  offline: 0,
  devices: 0,
  notices: 'on',
};
