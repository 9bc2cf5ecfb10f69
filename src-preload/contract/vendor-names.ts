import type { DeviceView } from './views.ts';

/** The vendors' own spellings of their names. */
export const vendorNames: Readonly<Record<DeviceView['vendor'], string>> = {
  remoteit: 'remote.it',
  remoteiot: 'RemoteIoT',
  mode: 'MODE',
  remotix: 'Remotix',
  reemo: 'Reemo',
};
