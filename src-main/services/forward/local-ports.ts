import { fail, ok, type AppError, type Result } from '../../core/base/errors.ts';
import type { ForwardEngine } from '../../core/forward/forward-engine.ts';
import { forwardAddress, forwardAddress6 } from './forward-listening.ts';

/** Free ports tried for a forward before giving up: each may be taken between the look and the bind. */
const bindTries = 5;
const bothLoopbacks = [forwardAddress, forwardAddress6];

/** Local ports for forwards: which are free, and which are kept for a forward that does not listen now. */
export class LocalPorts {
  readonly #engine: Pick<ForwardEngine, 'freePort'>;
  readonly #reserved: () => ReadonlySet<number>;

  /** `reserved` answers the ports that are kept for forwards. */
  constructor(engine: Pick<ForwardEngine, 'freePort'>, reserved: () => ReadonlySet<number>) {
    this.#engine = engine;
    this.#reserved = reserved;
  }

  /** Binds a free port by `bind`; one that was taken meanwhile is followed by another. Error: that of the last port. */
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

  /** Whether a port may be given to a forward. Error: port-in-use where it is kept for another, with a free port. */
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
