import { BlockList, isIP } from 'node:net';
import { isThisComputer } from '../net/own-addresses.ts';

const inRange = (range: string, address: string): boolean => {
  const [first = '', last = ''] = range.split(range.includes('/') ? '/' : '-').map((part) => part.trim());
  const family = isIP(first) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(first) === 0 || isIP(address) !== isIP(first)) return false;
  const list = new BlockList();
  try {
    if (range.includes('/')) list.addSubnet(first, Number(last), family);
    else list.addRange(first, last, family);
  } catch {
    // An unreadable range excepts nothing.
    return false;
  }
  return list.check(address, family);
};

/**
 * Whether an address is reached without the proxy: this computer always, and what NO_PROXY lists, read as curl and Node
 * do: names with all below them (`corp.example`, `.corp.example`, `*.corp.example`), `name:port`, addresses, ranges
 * (`10.0.0.0/8`, `10.0.0.1-10.0.0.9`), or `*` for everything.
 */
export const isExcepted = (url: URL, noProxy: string): boolean => {
  if (isThisComputer(url.hostname)) return true;
  const host = url.hostname.toLowerCase().replace(/^\[|\]$|\.$/g, '');
  const port = url.port || (/^(?:https|wss):$/.test(url.protocol) ? '443' : '80');
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === '' || entry === '*') return entry === '*';
      if (isIP(host) !== 0 && inRange(entry, host)) return true;
      const [, name = '', only] =
        /^(?:\*?\.)?\[?(.*?)\]?(?::(\d+))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry) ?? [];
      return (only === undefined || only === port) && (host === name || host.endsWith(`.${name}`));
    });
};
