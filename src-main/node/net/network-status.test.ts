import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import {
  defaultRouteOf,
  lookAtNetwork,
  NetworkStatus,
  type NetworkChange,
  type NetworkState,
} from './network-status.ts';

const stage = (first: NetworkState) => {
  const clock = new VirtualClock();
  let facts = first;
  const network = new NetworkStatus({ clock, intervalMs: 1000, look: async () => facts });
  const heard: NetworkChange[] = [];
  network.changed.on((change) => heard.push(change));
  network.start();
  return {
    clock,
    network,
    heard,
    set: async (next: NetworkState) => {
      facts = next;
      await clock.advance(1000);
    },
  };
};

const home = { addresses: ['eth0 192.0.2.2'], route: 'eth0 010200C0' };
const none = { addresses: [], route: '' };

describe('the network of this computer', () => {
  it('is told when it goes, comes back, and is another one', async () => {
    const { clock, network, heard, set } = stage(home);
    await clock.advance(5000);
    expect(heard).toEqual([]);
    await set(none);
    await set(none);
    expect(network.isOnline).toBe(false);
    await set(home);
    await set({ ...home, route: 'eth0 FE0200C0' });
    await set({ addresses: ['wlan0 198.51.100.7'], route: '' });
    expect(heard).toEqual(['offline', 'online', 'changed', 'changed']);
    network.dispose();
    network.dispose();
    expect(clock.pending).toBe(0);
  });

  it('that never was is not missed', async () => {
    const { network, heard, set } = stage(none);
    await set(none);
    expect(network.isOnline).toBe(true);
    await set(home);
    await set(none);
    expect(heard).toEqual(['changed', 'offline']);
    network.dispose();
  });

  it('stays as it was seen while it cannot be seen, and is looked at again', async () => {
    const clock = new VirtualClock();
    const looks: (() => Promise<NetworkState>)[] = [
      async () => home,
      () => Promise.reject(Object.assign(new Error('uv_interface_addresses'), { errno: 24 })),
      async () => home,
      async () => none,
    ];
    const network = new NetworkStatus({ clock, intervalMs: 1000, look: async () => (await looks.shift()?.()) ?? none });
    const heard: NetworkChange[] = [];
    network.changed.on((change) => heard.push(change));
    network.start();
    await clock.advance(2000);
    expect(looks).toHaveLength(1);
    expect([network.isOnline, heard]).toEqual([true, []]);
    await clock.advance(1000);
    expect(heard).toEqual(['offline']);
    network.dispose();
  });

  it('is read from this system without asking anybody', async () => {
    const facts = await lookAtNetwork();
    expect(facts.addresses.join(' ')).not.toMatch(/127\.0\.0\.1|::1\b/);
    const table = [
      'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
      'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
      'eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
    ].join('\n');
    expect(defaultRouteOf(table)).toBe('eth0 010200C0');
    expect(defaultRouteOf('')).toBe('');
  });
});
