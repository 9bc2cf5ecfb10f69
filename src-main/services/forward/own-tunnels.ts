import { ok } from '../../core/base/errors.ts';
import type { Result } from '../../core/base/errors.ts';
import type { Document } from '../../core/base/document.ts';
import type { Log } from '../../core/base/log.ts';
import type { TunnelRecords } from '../../core/forward/tunnel-record.ts';
import type { Tunnel } from '../../vendors/vendor.ts';

/** A tunnel as one process of a profile tells the next about it. `reused` is true for one that is not the profile's. */
export interface HeldTunnel {
  readonly deviceKey: string;
  readonly tunnel: Tunnel;
}

/** The vendor's end of a tunnel to a device. */
export const endOf = (deviceKey: string, { host, port }: Pick<Tunnel, 'host' | 'port'>): string =>
  `${deviceKey} ${host}:${port}`;

/**
 * The tunnels that this profile opened and the vendor has not closed yet. Only these may be closed: the vendors list
 * tunnels of other people and programs as well. They are kept on disk, so that one is still known as ours after a crash.
 */
export class OwnTunnels {
  readonly #document: Document<TunnelRecords> | undefined;
  readonly #log: Log;
  /** By the vendor's end. */
  readonly #tunnels = new Map<string, HeldTunnel>();
  /** Those that another process of this profile still uses and closes itself should this one end: not on disk. */
  readonly #elsewhere = new Map<string, HeldTunnel>();
  #hasLeft = false;
  #writing: Promise<void> = Promise.resolve();
  /** The write that has not begun yet: it writes what there is then. */
  #next: Promise<void> | undefined;

  /** Nothing is kept without a document. */
  constructor(document: Document<TunnelRecords> | undefined, log: Log) {
    this.#document = document;
    this.#log = log;
  }

  /** Reads what the last run left open. Errors: those of the document, and then nothing is known. */
  async load(): Promise<Result<void>> {
    const read = await this.#document?.read();
    if (read?.ok === false) return read;
    for (const { deviceKey, host, port, handle } of read?.value.tunnels ?? []) {
      const tunnel: Tunnel = { host, port, reused: false, handle };
      this.#tunnels.set(endOf(deviceKey, tunnel), { deviceKey, tunnel });
    }
    return ok(undefined);
  }

  has(end: string): boolean {
    return this.#tunnels.has(end) || this.#elsewhere.has(end);
  }

  list(): readonly (readonly [end: string, held: HeldTunnel])[] {
    return [...this.#tunnels];
  }

  /** Resolves when it is on disk, or cannot be written, which is logged. */
  async add(deviceKey: string, tunnel: Tunnel): Promise<void> {
    const end = endOf(deviceKey, tunnel);
    this.#elsewhere.delete(end);
    this.#tunnels.set(end, { deviceKey, tunnel });
    await this.#save();
  }

  /** One of another process of this profile. */
  adopt(held: HeldTunnel): void {
    const end = endOf(held.deviceKey, held.tunnel);
    if (!this.#tunnels.has(end)) this.#elsewhere.set(end, held);
  }

  async remove(end: string): Promise<void> {
    this.#elsewhere.delete(end);
    if (this.#tunnels.delete(end)) await this.#save();
  }

  /**
   * Leaves those that are `used` out of the file, for good: the process that takes over learns of them and asks when
   * they are free.
   */
  async leave(used: (end: string) => boolean): Promise<void> {
    const rest = [...this.#tunnels].filter(([end]) => !used(end)).map(([, held]) => held);
    this.#hasLeft = true;
    await this.#writing;
    await this.#write(rest);
  }

  #save(): Promise<void> {
    if (this.#hasLeft) return Promise.resolve();
    this.#next ??= this.#writing.then(() => {
      this.#next = undefined;
      return this.#hasLeft ? undefined : this.#write([...this.#tunnels.values()]);
    });
    this.#writing = this.#next;
    return this.#next;
  }

  async #write(held: readonly HeldTunnel[]): Promise<void> {
    const tunnels = held.map(({ deviceKey, tunnel: { host, port, handle } }) => ({ deviceKey, host, port, handle }));
    const written = await this.#document?.write({ tunnels });
    if (written?.ok === false) this.#log.write('warn', 'forward.tunnels', { reason: written.error.message });
  }
}
