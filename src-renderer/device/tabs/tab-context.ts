import type { AccountView, CapabilityView, DeviceView } from '../../../src-preload/contract/views.ts';

/** What every tab works with. */
export interface TabProps {
  readonly device: DeviceView;
  readonly account: AccountView | undefined;
  readonly capabilities: readonly CapabilityView[];
}
