import type { ForwardPeer } from '../../core/forward/forward-engine.ts';
import type { ForwardSnapshot } from '../../core/forward/forward-record.ts';
import type { MeterSample } from './forward-meter.ts';

/** The traffic and clients of one forward. */
export interface ForwardStatistics {
  /** Bytes a second, over the last whole second. */
  readonly rateUp: number;
  readonly rateDown: number;
  /** The last 60 seconds, oldest first. */
  readonly samples: readonly MeterSample[];
  readonly peers: readonly ForwardPeer[];
}

/** Where the services of a device are on this computer, as a hosts file and its ports would say. */
export interface ResolvedDevice {
  readonly deviceKey: string;
  /** The device's own where it has one. */
  readonly address: string;
  readonly forwards: readonly {
    readonly serviceId: string;
    readonly kind: ForwardSnapshot['serviceKind'];
    readonly address: string;
    readonly port: number;
    readonly state: ForwardSnapshot['state'];
  }[];
}

/** Where a device is, by its address and the forwards that lead to it. */
export const resolveDevice = (
  deviceKey: string,
  address: string,
  forwards: readonly ForwardSnapshot[],
): ResolvedDevice => ({
  deviceKey,
  address,
  forwards: forwards
    .filter((forward) => forward.deviceKey === deviceKey)
    .map(({ deviceEndpoint, ...forward }) => ({
      serviceId: forward.serviceId,
      kind: forward.serviceKind,
      address: deviceEndpoint?.address ?? forward.address,
      port: deviceEndpoint?.port ?? forward.port,
      state: forward.state,
    })),
});
