import type { Emitter } from '../../core/base/emitter.ts';
import type { ForwardHistory } from '../../core/forward/forward-attempt.ts';
import type { ForwardEngine } from '../../core/forward/forward-engine.ts';
import type { ForwardRecords } from '../../core/forward/forward-record.ts';
import type { Document } from '../../core/base/document.ts';
import type { Random } from '../../core/base/clock.ts';
import type { ForwardTunnelsDeps } from './forward-tunnels.ts';
import type { HostKeys } from '../ssh/host-keys.ts';

export interface ForwardsDeps extends ForwardTunnelsDeps {
  readonly document: Document<ForwardRecords>;
  readonly engine: ForwardEngine;
  /** Attempts of the last runs; absent: not stored. */
  readonly history?: Document<ForwardHistory>;
  readonly hostKeys?: Pick<HostKeys, 'reader' | 'accept' | 'accepted'>;
  readonly settings: {
    get(): ForwardSettings;
    readonly changed: Pick<Emitter<ForwardSettings>, 'on'>;
  };
  readonly random: Random;
  /** Whether this process only runs a command: what it opens does not listen again after a restart. */
  readonly isTransient?: boolean;
}

export interface ForwardSettings {
  readonly idleTimeoutMs: number;
  /** Whether each device has a loopback address of its own; such addresses exist on Linux and Windows. */
  readonly deviceAddresses?: boolean;
}

export interface OpenForward {
  readonly deviceKey: string;
  readonly serviceId: string;
  /** 1 to 65535; absent: a port of Quayside's own range. */
  readonly port?: number;
  /** The caller only needs a connection: any port is fine while the forward's own port is taken. */
  readonly anyPort?: boolean;
}
