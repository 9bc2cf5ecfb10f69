import type { VendorSamples } from '../../support/vendor-samples.ts';

export const remoteIotSamples: VendorSamples = {
  baseUrl: 'https://remoteiot.com/portal/api',
  account: { secrets: {} },
  samples: {},
};
