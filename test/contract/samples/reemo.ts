import type { VendorSamples } from '../../support/vendor-samples.ts';

export const reemoSamples: VendorSamples = {
  baseUrl: 'https://restapi.reemo.io/v1',
  account: { secrets: {} },
  samples: {},
};
