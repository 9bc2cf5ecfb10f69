import { fail, ok, type AppError, type Result } from '../../core/base/errors.ts';
import type { ForwardEngine } from '../../core/forward/forward-engine.ts';
import { forwardAddress, forwardAddress6 } from './forward-listening.ts';

/** Free ports to try for a forward before giving up: each may be taken between the check and the bind. */
const bindTries = 5;
const bothLoopbacks = [forwardAddress, forwardAddress6];

/** Local ports for forwards: which are free, and which are reserved for a forward that does not listen now. */
export class LocalPorts {
  readonly #engine: Pick<ForwardEngine, 'freePort'>;
  readonly #reserved: () => ReadonlySet<number>;

  /** `reserved` returns the reserved ports. */
  constructor(engine: Pick<ForwardEngine, 'freePort'>, reserved: () => ReadonlySet<number>) {
    this.#engine = engine;
    this.#reserved = reserved;
  }

  /** Binds a free port by `bind`; if it was taken meanwhile, tries another. Error: that of the last port. */
  async bindFree<T>(bind: (port: number) => Promise<Result<T>>): Promise<Result<T>> {
    let last: Result<T> = fail('port-in-use', 'No local port is free.', 'Remove forwards you no longer need.');
    for (let tries = 0; tries < bindTries; tries += 1) {
      const port = await this.#free();
      if (port === undefined) return last;
      last = await bind(port);
      if (last.ok || last.error.kind !== 'port-in-use') return last;
    }
    return last;
  }

  /** Whether a forward may have a port. Error: port-in-use if it is reserved for another, with a free port. */
  async checkReserved(port: number): Promise<Result<void>> {
    if (!this.#reserved().has(port)) return ok(undefined);
    const error = fail(
      'port-in-use',
      `Port ${port} is kept for another forward.`,
      'Choose another port, or remove that forward.',
    ).error;
    return { ok: false, error: await this.suggest(error) };
  }

  /** Adds a free port to a port-in-use error. */
  async suggest(error: AppError): Promise<AppError> {
    if (error.kind !== 'port-in-use') return error;
    const suggestedPort = await this.#free();
    return suggestedPort === undefined ? error : { ...error, suggestedPort };
  }

  #free(): Promise<number | undefined> {
    return this.#engine.freePort(bothLoopbacks, this.#reserved());
  }
}
