/** A block of addresses in CIDR notation, `192.168.1.0/24`; a single address is a block, too. */
export interface AddressBlock {
  readonly family: 'ipv4' | 'ipv6';
  readonly address: string;
  readonly prefix: number;
}

const isV4 = (text: string): boolean =>
  /^(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2})$/.test(text) && text.split('.').every((part) => Number(part) <= 255);

/** Whether a text is an IPv6 address without a zone, in any of its spellings. */
const isV6 = (text: string): boolean => {
  if (!/^[0-9a-f:.]+$/i.test(text) || text.split('::').length > 2) return false;
  const tail = text.slice(text.lastIndexOf(':') + 1);
  const v4 = tail.includes('.');
  if (v4 && !isV4(tail)) return false;
  const groups = (v4 ? `${text.slice(0, text.length - tail.length)}0:0` : text).split('::');
  const parts = groups.map((side) => (side === '' ? [] : side.split(':')));
  if (parts.flat().some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return false;
  const count = parts.flat().length;
  return groups.length === 2 ? count < 8 : count === 8;
};

/** Reads an address or a CIDR block; undefined if it is neither. Names are not looked up. */
export const parseAddressBlock = (text: string): AddressBlock | undefined => {
  const [address = '', length, ...rest] = text.trim().split('/');
  const family = isV4(address) ? 'ipv4' : isV6(address) ? 'ipv6' : undefined;
  if (family === undefined || rest.length > 0) return undefined;
  const maxPrefix = family === 'ipv4' ? 32 : 128;
  if (length === undefined) return { family, address, prefix: maxPrefix };
  if (!/^\d{1,3}$/.test(length) || Number(length) > maxPrefix) return undefined;
  return { family, address, prefix: Number(length) };
};
