import type { Clock } from '../core/base/clock.ts';
import type { Change, CollectionName, HostFrame } from '../../src-preload/contract/frames.ts';

/** The source of the rows of one collection. A row is read when it is sent, not before. */
export interface StateSource {
  keys(): Iterable<string>;
  /** The present row; undefined if it does not exist (any more). */
  row(key: string): unknown;
}

/** The output of the feed. */
export interface FeedOutput {
  send(frame: HostFrame): void;
  /** Bytes the carrier has not taken yet; while they exceed the limit, the feed waits. */
  backlog(): number;
}

/** One client's view of the feed. */
export interface FeedClient {
  /** Starts (again) with a snapshot. */
  subscribe(): void;
  dispose(): void;
}

export interface StateFeedOptions {
  readonly sources: Readonly<Record<CollectionName, StateSource>>;
  readonly clock: Clock;
  /** Rows in one frame. */
  readonly chunkRows?: number;
  /** Least time between two batches of deltas, milliseconds. */
  readonly intervalMs?: number;
  /** Bytes a client may be behind before the feed pauses for it, and milliseconds until it is checked again. */
  readonly backlogBytes?: number;
  readonly congestedMs?: number;
  /** Changed rows from which on a fresh snapshot is sent instead of deltas. */
  readonly changesLimit?: number;
}

/** Small collections come first, so that a window can draw its frame before the fleet has arrived. */
const order: readonly CollectionName[] = ['app', 'accounts', 'forwards', 'incidents', 'devices'];

type Settled = Required<StateFeedOptions>;

/**
 * Sends the state to clients: a snapshot in chunks, then deltas numbered without gaps. For each client it stores the
 * keys that changed since its last delta, not the frames: a slow client gets fewer and newer rows, and main's memory
 * never grows beyond the size of the fleet.
 */
export class StateFeed {
  readonly #options: Settled;
  readonly #clients = new Set<Subscription>();

  constructor(options: StateFeedOptions) {
    this.#options = {
      chunkRows: 1000,
      intervalMs: 100,
      backlogBytes: 4 * 1024 * 1024,
      congestedMs: 50,
      changesLimit: 10_000,
      ...options,
    };
  }

  /** Reports that these rows were added, changed or removed. */
  touch(collection: CollectionName, keys: Iterable<string>): void {
    if (this.#clients.size === 0) return;
    const list = [...keys];
    if (list.length === 0) return;
    for (const client of this.#clients) client.touch(collection, list);
  }

  /** Adds a client, which receives nothing until it subscribes. */
  attach(output: FeedOutput): FeedClient {
    const client = new Subscription(this.#options, output, () => this.#clients.delete(client));
    this.#clients.add(client);
    return client;
  }
}

interface Chunk {
  readonly collection: CollectionName;
  readonly keys: readonly string[];
}

class Subscription implements FeedClient {
  readonly #options: Settled;
  readonly #output: FeedOutput;
  readonly #forget: () => void;
  readonly #dirty: Record<CollectionName, Set<string>> = {
    app: new Set(),
    accounts: new Set(),
    forwards: new Set(),
    incidents: new Set(),
    devices: new Set(),
  };
  #subscribed = false;
  #disposed = false;
  /** The rest of the snapshot, last chunk first; empty once it is sent. */
  #chunks: Chunk[] = [];
  #started = false;
  #seq = 0;
  #batchAt = Number.NEGATIVE_INFINITY;
  #cancelTimer: (() => void) | undefined;

  constructor(options: Settled, output: FeedOutput, forget: () => void) {
    this.#options = options;
    this.#output = output;
    this.#forget = forget;
  }

  subscribe(): void {
    if (this.#disposed) return;
    this.#subscribed = true;
    this.#restart();
    this.#schedule(0);
  }

  touch(collection: CollectionName, keys: readonly string[]): void {
    if (!this.#subscribed) return;
    const dirty = this.#dirty[collection];
    for (const key of keys) dirty.add(key);
    if (this.#cancelTimer !== undefined) return;
    this.#schedule(Math.max(0, this.#batchAt + this.#options.intervalMs - this.#options.clock.monotonic()));
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#subscribed = false;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#chunks = [];
    for (const collection of order) this.#dirty[collection].clear();
    this.#forget();
  }

  /** Plans a snapshot. Keys that appear from now on are in `#dirty` and are sent as a delta after it. */
  #restart(): void {
    const chunks: Chunk[] = [];
    for (const collection of order) {
      this.#dirty[collection].clear();
      const keys = [...this.#options.sources[collection].keys()];
      for (let at = 0; at < keys.length; at += this.#options.chunkRows)
        chunks.push({ collection, keys: keys.slice(at, at + this.#options.chunkRows) });
    }
    // An empty snapshot is still sent.
    if (chunks.length === 0) chunks.push({ collection: 'app', keys: [] });
    this.#chunks = chunks.reverse();
    this.#started = false;
  }

  #schedule(ms: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#options.clock.after(ms, () => {
      this.#cancelTimer = undefined;
      this.#step();
    });
  }

  /** Sends one frame and plans the next, so that a large fleet never holds the event loop. */
  #step(): void {
    if (!this.#subscribed) return;
    if (this.#output.backlog() > this.#options.backlogBytes) return this.#schedule(this.#options.congestedMs);
    const chunk = this.#chunks.pop();
    if (chunk !== undefined) this.#sendChunk(chunk);
    else this.#sendDelta();
    if (this.#disposed) return;
    if (this.#chunks.length > 0 || this.#dirtyCount() > 0) this.#schedule(0);
    else this.#batchAt = this.#options.clock.monotonic();
  }

  #sendChunk(chunk: Chunk): void {
    const source = this.#options.sources[chunk.collection];
    const rows: unknown[] = [];
    for (const key of chunk.keys) {
      const row = source.row(key);
      if (row !== undefined) rows.push(row);
    }
    const start = !this.#started;
    this.#started = true;
    this.#output.send({
      type: 'snapshot',
      start,
      end: this.#chunks.length === 0,
      seq: this.#seq,
      collection: chunk.collection,
      rows,
    });
  }

  #sendDelta(): void {
    const count = this.#dirtyCount();
    if (count === 0) return;
    if (count > this.#options.changesLimit) return this.#restart();
    const changes: Change[] = [];
    let room = this.#options.chunkRows;
    for (const collection of order) {
      const dirty = this.#dirty[collection];
      if (dirty.size === 0 || room <= 0) continue;
      const upsert: unknown[] = [];
      const remove: string[] = [];
      for (const key of dirty) {
        if (room <= 0) break;
        room -= 1;
        dirty.delete(key);
        const row = this.#options.sources[collection].row(key);
        if (row === undefined) remove.push(key);
        else upsert.push(row);
      }
      changes.push({ collection, upsert, remove });
    }
    this.#seq += 1;
    this.#output.send({ type: 'delta', seq: this.#seq, changes });
  }

  #dirtyCount(): number {
    let count = 0;
    for (const collection of order) count += this.#dirty[collection].size;
    return count;
  }
}
