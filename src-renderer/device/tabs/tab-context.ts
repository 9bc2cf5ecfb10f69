import type { AccountView, CapabilityView } from '../../../src-preload/contract/account.ts';
import type { DeviceView } from '../../../src-preload/contract/device.ts';

/** What every tab works with. */
export interface TabProps {
  readonly device: DeviceView;
  readonly account: AccountView | undefined;
  readonly capabilities: readonly CapabilityView[];
}
