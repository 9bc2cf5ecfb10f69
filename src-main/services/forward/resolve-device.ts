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

/** The local addresses of a device's services, for a hosts file and its ports. */
export interface ResolvedDevice {
  readonly deviceKey: string;
  /** The device's own address if it has one. */
  readonly address: string;
  readonly forwards: readonly {
    readonly serviceId: string;
    readonly kind: ForwardSnapshot['serviceKind'];
    readonly address: string;
    readonly port: number;
    readonly state: ForwardSnapshot['state'];
  }[];
}

/** Where a device is on this computer, by its address and its forwards. */
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
