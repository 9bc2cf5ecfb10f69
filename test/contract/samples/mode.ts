import type { VendorSamples } from '../../support/vendor-samples.ts';

export const modeSamples: VendorSamples = {
  baseUrl: 'https://api.tinkermode.com',
  account: { secrets: {} },
  samples: {},
};
