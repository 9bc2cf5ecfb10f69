import type { Device, Service } from '../../core/fleet/device.ts';
import type { ForwardEngineEvent } from '../../core/forward/forward-engine.ts';
import type { ForwardRecord } from '../../core/forward/forward-record.ts';
import { sniff, sniffBytes } from '../../core/forward/sniff-service.ts';
import type { SniffedKind } from '../../core/forward/sniff-service.ts';
import { hostKeyAlias } from '../../core/ssh/ssh-command.ts';
import type { HostKeys, SeenHostKey } from '../ssh/host-keys.ts';

export interface FirstBytesDeps {
  readonly hostKeys?: Pick<HostKeys, 'reader'> | undefined;
  readonly inventory: { device(key: string): Device | undefined; servicesOf(key: string): readonly Service[] };
  readonly keySeen: (id: string, key: SeenHostKey) => void;
  readonly recognised: (id: string, kind: SniffedKind) => void;
}

type Opening = Extract<ForwardEngineEvent, { type: 'opening' }>;

/** Reads the first bytes of servers: SSH host keys, and the kind of an unknown service. */
export class FirstBytes {
  readonly #deps: FirstBytesDeps;
  /** Readers that still need bytes, by connection. */
  readonly #readers = new Map<number, readonly ((bytes: Uint8Array) => boolean)[]>();

  constructor(deps: FirstBytesDeps) {
    this.#deps = deps;
  }

  /** Whether the first bytes of a forward are needed. */
  wants(record: ForwardRecord): boolean {
    return record.serviceKind === 'tcp' || (record.serviceKind === 'ssh' && this.#deps.hostKeys !== undefined);
  }

  /** Handles an engine event with the first bytes of this forward. */
  observe(record: ForwardRecord, { connection, direction, bytes }: Opening): void {
    if (direction === 'up') return;
    if (direction === 'end') {
      this.#readers.delete(connection);
      return;
    }
    const readers = this.#readers.get(connection) ?? this.#start(record);
    this.#readers.set(
      connection,
      readers.filter((read) => read(bytes)),
    );
  }

  dispose(): void {
    this.#readers.clear();
  }

  #start(record: ForwardRecord): readonly ((bytes: Uint8Array) => boolean)[] {
    if (record.serviceKind === 'tcp') return [this.#sniffer(record.id)];
    const { hostKeys, inventory, keySeen } = this.#deps;
    const device = inventory.device(record.deviceKey);
    const service = inventory.servicesOf(record.deviceKey).find(({ id }) => id === record.serviceId);
    if (hostKeys === undefined || device === undefined || service === undefined) return [];
    return [hostKeys.reader(hostKeyAlias(device, service), (key) => keySeen(record.id, key))];
  }

  #sniffer(id: string): (bytes: Uint8Array) => boolean {
    let start = new Uint8Array();
    return (bytes) => {
      const more = bytes.subarray(0, sniffBytes - start.length);
      const joined = new Uint8Array(start.length + more.length);
      joined.set(start);
      joined.set(more, start.length);
      start = joined;
      const kind = sniff(start);
      if (kind === 'more' && start.length < sniffBytes) return true;
      if (kind !== 'more' && kind !== 'unknown') this.#deps.recognised(id, kind);
      return false;
    };
  }
}
