import { thisComputer } from '../../src-preload/contract/session.ts';
import { useMainState } from '../state/main-state.ts';

/** What a session is called by; before the fleet is there, only that it is of a device. */
export const useDeviceName = (key: string): string =>
  useMainState(({ loaded, devices }) =>
    key === thisComputer ? 'This computer' : loaded ? devices.nameOf(key) : (devices.get(key)?.name ?? 'Device'),
  );
