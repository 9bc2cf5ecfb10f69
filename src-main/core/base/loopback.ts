/**
 * Whether an address belongs to this computer only: a literal in 127.0.0.0/8, or ::1. A name never does, because it may
 * resolve to anything.
 */
export const isLoopback = (address: string): boolean => {
  if (address === '::1') return true;
  const parts = address.split('.');
  return (
    parts.length === 4 &&
    parts[0] === '127' &&
    parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
  );
};

/**
 * Whether the host of a URL is this computer: `localhost`, which browsers and Node keep to loopback, or a loopback
 * address. `URL` has already normalised 127.1, 0x7f.1 and the like, and put brackets around ::1.
 */
export const isLoopbackHost = (hostname: string): boolean =>
  hostname === 'localhost' || isLoopback(hostname.replace(/^\[(.*)\]$/, '$1'));
