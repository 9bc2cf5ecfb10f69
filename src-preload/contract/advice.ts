/** What to do about a failure, with the vendor's own words where there are any: they often name what is wrong. */
export const adviceOf = (error: { readonly hint: string; readonly vendorMessage?: string | undefined }): string =>
  error.vendorMessage === undefined ? error.hint : `${error.hint} The vendor said: “${error.vendorMessage}”`;
