import { lookup } from 'node:dns';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';
import { endsHere } from '../../core/forward/forward-errors.ts';
import type { TunnelTarget } from '../../core/forward/forward-engine.ts';
import { ownAddresses } from './own-addresses.ts';

const add = (list: BlockList, address: string): void => list.addAddress(address, isIPv6(address) ? 'ipv6' : 'ipv4');

/**
 * Loopback, "this host" and the addresses of one link, among which clouds keep their metadata servers (RFC 6890), with
 * IPv4 written as IPv6 (RFC 4291 2.5.5: `::7f00:1`; Node itself takes `::ffff:7f00:1` for IPv4).
 */
const within = new BlockList();
within.addSubnet('127.0.0.0', 8, 'ipv4');
within.addSubnet('0.0.0.0', 8, 'ipv4');
within.addSubnet('169.254.0.0', 16, 'ipv4');
within.addSubnet('::', 96, 'ipv6');
within.addSubnet('fe80::', 10, 'ipv6');

/** Whether an address leads out of this computer and beyond its link. A text that is no literal address does not. */
export const isOutside = (address: string, own: ReadonlySet<string> = ownAddresses()): boolean => {
  if (isIP(address) === 0) return false;
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  const ours = new BlockList();
  for (const one of own) if (isIP(one) !== 0) add(ours, one);
  // An address of one link may name its interface.
  const plain = address.replace(/%.*$/, '');
  return !within.check(plain, family) && !ours.check(plain, family);
};

/**
 * Keeps a tunnel's end off this computer. A vendor names the end, and could expose local services to a forward's
 * clients or lead the forward into itself. `isListening` knows our own ports, which are never allowed.
 */
export class EndGuard {
  readonly #target: TunnelTarget;
  readonly #isListening: (port: number) => boolean;

  constructor(target: TunnelTarget, isListening: (port: number) => boolean) {
    this.#target = target;
    this.#isListening = isListening;
  }

  /** Whether the end is a literal address that may not be dialled; names are checked by `lookup`. */
  get refuses(): boolean {
    return isIP(this.#target.host) !== 0 && !this.#admits(this.#target.host, ownAddresses());
  }

  /** For `connect`: removes the forbidden addresses of a name, so that exactly the checked addresses are dialled. */
  readonly lookup: LookupFunction = (name, options, callback) => {
    lookup(name, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '');
      const own = ownAddresses();
      const admitted = addresses.filter(({ address }) => this.#admits(address, own));
      const [first] = admitted;
      if (first === undefined) callback(Object.assign(new Error(endsHere), { code: endsHere }), '');
      else if (options.all === true) callback(null, admitted);
      else callback(null, first.address, first.family);
    });
  };

  #admits(address: string, own: ReadonlySet<string>): boolean {
    const { outside, port } = this.#target;
    return (outside !== true && !this.#isListening(port)) || isOutside(address, own);
  }
}
