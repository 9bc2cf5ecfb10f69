import type { VendorSamples } from '../../support/vendor-samples.ts';

export const remotixSamples: VendorSamples = {
  baseUrl: 'http://127.0.0.1',
  account: { secrets: {} },
  samples: {},
};
