import type { AppError, Result } from '../../core/base/errors.ts';
import type { ForwardRecord, ForwardSnapshot } from '../../core/forward/forward-record.ts';
import type { ForwardEntry } from './forward-entry.ts';
import type { ForwardStore } from './forward-store.ts';
import type { ForwardTunnels } from './forward-tunnels.ts';
import type { OpenForward } from './forwards-deps.ts';
import type { LocalPorts } from './local-ports.ts';

export interface ForwardOpenerDeps {
  readonly store: ForwardStore;
  readonly ports: LocalPorts;
  readonly tunnels: Pick<ForwardTunnels, 'service'>;
}

/** Opens forwards: finds the forward of a service or creates it, and gives it a port. One call at a time. */
export class ForwardOpener {
  readonly #deps: ForwardOpenerDeps;

  constructor(deps: ForwardOpenerDeps) {
    this.#deps = deps;
  }

  /**
   * Opens the forward of a service; with `keep` it listens again after a restart. Nothing is written. Errors:
   * not-found, unsupported, port-in-use with a free port.
   */
  open(request: OpenForward, keep: boolean): Promise<Result<ForwardSnapshot>> {
    const known = this.#deps.store.find(request.deviceKey, request.serviceId);
    return known === undefined ? this.#create(request, keep) : this.#reopen(known, request, keep);
  }

  async #reopen(entry: ForwardEntry, { port, anyPort }: OpenForward, keep: boolean): Promise<Result<ForwardSnapshot>> {
    const isOther = port !== undefined && port !== entry.record.port;
    if (isOther) {
      const free = await this.#deps.ports.checkReserved(port);
      if (!free.ok) return free;
    }
    if (isOther || (entry.isElsewhere && anyPort !== true)) {
      const moved = await entry.move(port ?? entry.record.port);
      if (!moved.ok) return moved;
    }
    const started = await entry.start(keep);
    return started.ok || anyPort !== true ? started : this.#elsewhere(entry, keep, started.error);
  }

  /** Listens on any free port, because the forward's own was refused for `error`. */
  async #elsewhere(entry: ForwardEntry, keep: boolean, error: AppError): Promise<Result<ForwardSnapshot>> {
    const started = await this.#deps.ports.bindFree((port) => entry.start(keep, { port, error }));
    if (started.ok || started.error.kind !== 'port-in-use') return started;
    return { ok: false, error };
  }

  async #create({ deviceKey, serviceId, port }: OpenForward, keep: boolean): Promise<Result<ForwardSnapshot>> {
    const { store, ports, tunnels } = this.#deps;
    const found = tunnels.service(deviceKey, serviceId);
    if (!found.ok) return found;
    const { kind: serviceKind } = found.value.service;
    const base = { id: store.newId(), deviceKey, serviceId, serviceKind, listening: keep };
    if (port === undefined) return ports.bindFree((free) => this.#tryPort({ ...base, port: free }));
    const checked = await ports.checkReserved(port);
    return checked.ok ? this.#tryPort({ ...base, port }) : checked;
  }

  /** Adds a forward; it stays only if its port can be bound. */
  async #tryPort(record: ForwardRecord): Promise<Result<ForwardSnapshot>> {
    const { store } = this.#deps;
    const entry = store.add(record);
    const started = await entry.start(record.listening);
    if (started.ok) return started;
    store.delete(record.id);
    await entry.stop();
    return started;
  }
}
