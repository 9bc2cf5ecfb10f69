import { networkInterfaces } from 'node:os';

/** The addresses this computer has now, as `networkInterfaces` writes them. */
export const ownAddresses = (): ReadonlySet<string> =>
  new Set(
    Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .map(({ address }) => address),
  );

/** Whether a socket went out by an address that is none of `own` any more: nothing will ever come back to it. */
export const isCutOff = (socket: { readonly localAddress?: string | undefined }, own: ReadonlySet<string>): boolean => {
  const { localAddress } = socket;
  return localAddress !== undefined && !own.has(localAddress.replace(/^::ffff:/, ''));
};
