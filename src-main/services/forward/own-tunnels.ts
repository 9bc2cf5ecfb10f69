import { ok } from '../../core/base/errors.ts';
import type { Result } from '../../core/base/errors.ts';
import type { Document } from '../../core/base/document.ts';
import type { Log } from '../../core/base/log.ts';
import type { TunnelRecords } from '../../core/forward/tunnel-record.ts';
import type { Tunnel } from '../../vendors/vendor.ts';

/** A tunnel as one process of a profile passes it to the next. `reused`: the tunnel is not the profile's own. */
export interface HeldTunnel {
  readonly deviceKey: string;
  readonly tunnel: Tunnel;
}

/** The vendor's end of a tunnel to a device. */
export const endOf = (deviceKey: string, { host, port }: Pick<Tunnel, 'host' | 'port'>): string =>
  `${deviceKey} ${host}:${port}`;

/**
 * The tunnels that this profile opened and the vendor has not closed yet. Only these may be closed, because the vendors
 * list tunnels of other people and programs, too. They are stored, so that they are still known as ours after a crash.
 */
export class OwnTunnels {
  readonly #document: Document<TunnelRecords> | undefined;
  readonly #log: Log;
  /** By the vendor's end. */
  readonly #tunnels = new Map<string, HeldTunnel>();
  /** Tunnels that another process of this profile still uses, and closes itself if this one ends: not stored. */
  readonly #elsewhere = new Map<string, HeldTunnel>();
  #hasLeft = false;
  #writing: Promise<void> = Promise.resolve();
  /** The planned write, which writes the state of its time. */
  #next: Promise<void> | undefined;

  /** Without a document nothing is stored. */
  constructor(document: Document<TunnelRecords> | undefined, log: Log) {
    this.#document = document;
    this.#log = log;
  }

  /** Reads the tunnels of the last run. Errors: those of the document, and then nothing is known. */
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

  /** Resolves when it is stored, or cannot be stored, which is logged. */
  async add(deviceKey: string, tunnel: Tunnel): Promise<void> {
    const end = endOf(deviceKey, tunnel);
    this.#elsewhere.delete(end);
    this.#tunnels.set(end, { deviceKey, tunnel });
    await this.#save();
  }

  /** Adds a tunnel of another process of this profile. */
  adopt(held: HeldTunnel): void {
    const end = endOf(held.deviceKey, held.tunnel);
    if (!this.#tunnels.has(end)) this.#elsewhere.set(end, held);
  }

  async remove(end: string): Promise<void> {
    this.#elsewhere.delete(end);
    if (this.#tunnels.delete(end)) await this.#save();
  }

  /**
   * Removes those that are `used` from the file for good: the process that takes over is told about them and asks when
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
