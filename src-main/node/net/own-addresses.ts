import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';

type Interfaces = Readonly<Record<string, NetworkInterfaceInfo[] | undefined>>;

let known: Interfaces = {};

/**
 * This computer's interfaces by name. The system needs a descriptor for that: if none is left (EMFILE), the last answer
 * is used, or none before the first.
 */
export const interfacesNow = (read: () => Interfaces = networkInterfaces): Interfaces => {
  try {
    known = read();
  } catch {
    // Callers ask often, and when the network changed.
  }
  return known;
};

/** The present addresses of this computer, as `networkInterfaces` writes them; empty if the system never gave them. */
export const ownAddresses = (): ReadonlySet<string> =>
  new Set(
    Object.values(interfacesNow())
      .flatMap((addresses) => addresses ?? [])
      .map(({ address }) => address),
  );

/** Whether a socket's local address is no longer one of `own`: such a socket will never receive anything. */
export const isCutOff = (socket: { readonly localAddress?: string | undefined }, own: ReadonlySet<string>): boolean => {
  const { localAddress } = socket;
  return own.size > 0 && localAddress !== undefined && !own.has(localAddress.replace(/^::ffff:/, ''));
};

/** Whether the host of a URL is this computer: by name, on loopback, or by one of its addresses. */
export const isThisComputer = (hostname: string): boolean => {
  const host = hostname.toLowerCase().replace(/^\[|\]$|\.$/g, '');
  if (host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127(?:\.\d+){3}$/.test(host))
    return true;
  return ownAddresses().has(host);
};
