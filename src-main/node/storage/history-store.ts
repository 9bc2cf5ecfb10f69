import { access, open } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import {
  activityKinds,
  type ActivityKind,
  type ActivityPage,
  type ActivityQuery,
  type HistoryBatch,
  type HistoryStore,
  type PresenceSample,
  type StoredActivity,
} from '../../core/activity/activity-entry.ts';
import { cancelled, fail, ok } from '../../core/base/errors.ts';
import type { AppError, Failure, Result } from '../../core/base/errors.ts';
import { SerialQueue } from '../../core/base/serial-queue.ts';
import type { PresenceGap, PresenceStep } from '../../core/activity/uptime.ts';
import { replaceFile } from './atomic-write.ts';

export interface HistoryStoreOptions {
  readonly path: string;
  /** Called once if the file had to be set aside or cannot be used. */
  readonly onProblem: (error: AppError) => void;
  /** Epoch milliseconds, for the name of a file set aside. */
  readonly now?: () => number;
}

const schemaVersion = 1;
/** Rows written or read before other work gets a turn: some milliseconds. */
const sliceRows = 2000;
const scanRows = 20_000;
/** Milliseconds between two tries of a file that another program has locked, and the number of tries. */
const lockedMs = 50;
const lockedTries = 40;
/** Milliseconds after which a run that ended without a record counts as over. */
const aliveSlackMs = 60_000;

const schema = `
  CREATE TABLE entries (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, account TEXT, device TEXT,
    name TEXT NOT NULL, text TEXT NOT NULL, incident TEXT, search TEXT
  );
  CREATE INDEX entries_at ON entries (at, id);
  CREATE INDEX entries_device ON entries (device, at, id) WHERE device IS NOT NULL;
  CREATE TABLE devices (device TEXT PRIMARY KEY, first_seen INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE gaps (id INTEGER PRIMARY KEY, account TEXT, since INTEGER NOT NULL, until INTEGER NOT NULL);
  CREATE INDEX gaps_until ON gaps (until);
  CREATE TABLE samples (
    hour INTEGER NOT NULL, account TEXT NOT NULL, online_ms REAL NOT NULL, offline_ms REAL NOT NULL,
    unknown_ms REAL NOT NULL, watched_ms REAL NOT NULL, PRIMARY KEY (hour, account)
  ) WITHOUT ROWID;
  CREATE TABLE alive (one INTEGER PRIMARY KEY CHECK (one = 1), at INTEGER NOT NULL);
  PRAGMA user_version = ${schemaVersion};
`;

/**
 * The history in one SQLite file, readable by its owner only. Opened at first use, so that a program without history
 * never loads SQLite. Calls run one after another, in slices that leave turns to other work. A file that is damaged or
 * no database is set aside as NAME.broken-TIME.db, and a new one is begun.
 */
export const historyStore = (options: HistoryStoreOptions): HistoryStore => new SqliteHistory(options);

type Row = Readonly<Record<string, unknown>>;

class SqliteHistory implements HistoryStore {
  readonly #options: HistoryStoreOptions;
  readonly #turns = new SerialQueue();
  #database: DatabaseSync | undefined;
  /** Why the file is not used any more. */
  #refusal: Failure | undefined;
  #wasReported = false;
  /** The gap since the last run is recorded with the first sign of life. */
  #isAlive = false;

  constructor(options: HistoryStoreOptions) {
    this.#options = options;
  }

  write(batch: HistoryBatch): Promise<Result<void>> {
    return this.#use(async (database) => {
      database.exec('BEGIN IMMEDIATE');
      try {
        await this.#writeAll(database, batch);
        database.exec('COMMIT');
      } catch (failure) {
        if (database.isOpen && database.isTransaction) database.exec('ROLLBACK');
        throw failure;
      }
      this.#isAlive = true;
      return ok(undefined);
    });
  }

  query(query: ActivityQuery, signal: AbortSignal): Promise<Result<ActivityPage>> {
    return this.#use((database) => queryEntries(database, query, signal));
  }

  stepsOf(deviceKey: string, since: number, until: number): Promise<Result<readonly PresenceStep[]>> {
    return this.#use(async (database) => {
      const of = "SELECT at, kind FROM entries WHERE device = ? AND kind IN ('offline', 'online')";
      const before = database.prepare(`${of} AND at < ? ORDER BY at DESC, id DESC LIMIT 1`).all(deviceKey, since);
      const inside = database.prepare(`${of} AND at >= ? AND at < ? ORDER BY at, id`).all(deviceKey, since, until);
      return ok(
        [...before, ...inside].map((row): PresenceStep => ({
          at: Number(row['at']),
          to: row['kind'] === 'online' ? 'online' : 'offline',
        })),
      );
    });
  }

  firstSeen(deviceKey: string): Promise<Result<number | undefined>> {
    return this.#use(async (database) => {
      const row = database.prepare('SELECT first_seen FROM devices WHERE device = ?').get(deviceKey);
      return ok(row === undefined ? undefined : Number(row['first_seen']));
    });
  }

  gaps(accountId: string, since: number, until: number): Promise<Result<readonly PresenceGap[]>> {
    return this.#use(async (database) => {
      const rows = database
        .prepare(
          'SELECT since, until FROM gaps WHERE until > ? AND since < ? AND (account IS NULL OR account = ?) ORDER BY since',
        )
        .all(since, until, accountId);
      return ok(rows.map((row) => ({ since: Number(row['since']), until: Number(row['until']) })));
    });
  }

  samples(accountId: string | undefined, since: number, until: number): Promise<Result<readonly PresenceSample[]>> {
    return this.#use(async (database) => {
      const rows = database
        .prepare('SELECT * FROM samples WHERE hour >= ? AND hour < ? AND (? IS NULL OR account = ?) ORDER BY hour')
        .all(since, until, accountId ?? null, accountId ?? null);
      return ok(
        rows.map((row): PresenceSample => ({
          accountId: textOf(row['account']),
          hour: Number(row['hour']),
          onlineMs: Number(row['online_ms']),
          offlineMs: Number(row['offline_ms']),
          unknownMs: Number(row['unknown_ms']),
          watchedMs: Number(row['watched_ms']),
        })),
      );
    });
  }

  prune(before: number): Promise<Result<void>> {
    return this.#use(async (database) => {
      const remove = database.prepare(
        'DELETE FROM entries WHERE id IN (SELECT id FROM entries WHERE at < ? ORDER BY at LIMIT ?)',
      );
      while (Number(remove.run(before, sliceRows).changes) === sliceRows) await turn();
      database.prepare('DELETE FROM gaps WHERE until < ?').run(before);
      database.prepare('DELETE FROM samples WHERE hour < ?').run(before);
      return ok(undefined);
    });
  }

  close(): Promise<void> {
    return this.#turns.run(async () => this.#shut());
  }

  #shut(): void {
    const database = this.#database;
    this.#database = undefined;
    if (database?.isOpen === true) database.close();
  }

  /**
   * Runs a task on the open database, and again on a new one if the old one turns out to be damaged. A database locked
   * by another program is waited for here: SQLite itself would block everything meanwhile.
   */
  #use<T>(task: (database: DatabaseSync) => Promise<Result<T>>): Promise<Result<T>> {
    return this.#turns.run(async () => {
      let waits = 0;
      for (let tries = 0; ;) {
        try {
          if (this.#refusal !== undefined) return this.#refusal;
          this.#database ??= await this.#open();
          if (this.#database === undefined) return this.#refusal ?? this.#unusable('for an unknown reason');
          return await task(this.#database);
        } catch (failure) {
          if (isLocked(failure) && waits < lockedTries) {
            waits += 1;
            await wait(lockedMs);
            continue;
          }
          if (!isDamage(failure)) return this.#unusable(reasonOf(failure));
          try {
            const aside = await this.#setAside();
            if (tries > 0) return aside;
            tries += 1;
          } catch (refusal) {
            return this.#unusable(reasonOf(refusal));
          }
        }
      }
    });
  }

  async #open(): Promise<DatabaseSync | undefined> {
    const { path } = this.#options;
    // SQLite gives its side files the permissions of the main one.
    await (await open(path, 'a', 0o600)).close();
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(path, { timeout: 0 });
    try {
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY');
      const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
      if (version > schemaVersion) {
        database.close();
        this.#refusal = fail(
          'file-corrupt',
          `${basename(path)} was written by a newer Quayside.`,
          'Update Quayside. Until then the file is left as it is and no history is kept.',
        );
        this.#report(this.#refusal);
        return undefined;
      }
      if (version === 0) database.exec(`BEGIN; ${schema} COMMIT`);
      return database;
    } catch (failure) {
      if (database.isOpen) database.close();
      throw failure;
    }
  }

  async #writeAll(database: DatabaseSync, batch: HistoryBatch): Promise<void> {
    const entry = database.prepare(
      'INSERT INTO entries (at, kind, account, device, name, text, incident, search) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    await inSlices(batch.entries, ({ at, kind, accountId, deviceKey, name, text, incidentId }) => {
      const search = isAscii(name) && isAscii(text) ? null : `${name} ${text}`.toLowerCase();
      entry.run(at, kind, accountId ?? null, deviceKey ?? null, name, text, incidentId ?? null, search);
    });
    const seen = database.prepare('INSERT OR IGNORE INTO devices (device, first_seen) VALUES (?, ?)');
    await inSlices(batch.firstSeen, ({ deviceKey, at }) => void seen.run(deviceKey, at));
    const gap = database.prepare('INSERT INTO gaps (account, since, until) VALUES (?, ?, ?)');
    for (const { accountId, since, until } of batch.gaps) gap.run(accountId ?? null, since, until);
    const sample = database.prepare(
      `INSERT INTO samples (hour, account, online_ms, offline_ms, unknown_ms, watched_ms) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (hour, account) DO UPDATE SET online_ms = online_ms + excluded.online_ms,
         offline_ms = offline_ms + excluded.offline_ms, unknown_ms = unknown_ms + excluded.unknown_ms,
         watched_ms = watched_ms + excluded.watched_ms`,
    );
    for (const { hour, accountId, onlineMs, offlineMs, unknownMs, watchedMs } of batch.samples)
      sample.run(hour, accountId, onlineMs, offlineMs, unknownMs, watchedMs);
    if (!this.#isAlive) {
      const last = database.prepare('SELECT at FROM alive').get()?.['at'];
      if (last !== undefined && Number(last) + aliveSlackMs < batch.aliveAt) gap.run(null, Number(last), batch.aliveAt);
    }
    database
      .prepare('INSERT INTO alive (one, at) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET at = excluded.at')
      .run(batch.aliveAt);
  }

  async #setAside(): Promise<Failure> {
    const { path, now = Date.now } = this.#options;
    this.#shut();
    const stamp = new Date(now()).toISOString().replaceAll(/[-:.]/g, '');
    const extension = extname(path);
    const stem = basename(path, extension);
    let name = `${stem}.broken-${stamp}${extension}`;
    for (let n = 2; await exists(join(dirname(path), name)); n += 1) name = `${stem}.broken-${stamp}-${n}${extension}`;
    await replaceFile(path, join(dirname(path), name));
    for (const side of ['-wal', '-shm']) {
      if (await exists(`${path}${side}`)) await replaceFile(`${path}${side}`, join(dirname(path), `${name}${side}`));
    }
    const failure = fail(
      'file-corrupt',
      `${basename(path)} is damaged. It has been set aside as ${name}, and a new history begins.`,
      'What Quayside noted before is not shown any more. Delete the old file if you do not need it.',
    );
    this.#report(failure);
    return failure;
  }

  #unusable(reason: string): Failure {
    const failure = fail(
      'internal',
      `The history in ${basename(this.#options.path)} cannot be used: ${reason}.`,
      'Check the free space and the rights of the profile folder.',
    );
    this.#report(failure);
    return failure;
  }

  #report(failure: Failure): void {
    if (this.#wasReported) return;
    this.#wasReported = true;
    this.#options.onProblem(failure.error);
  }
}

const queryEntries = async (
  database: DatabaseSync,
  query: ActivityQuery,
  signal: AbortSignal,
): Promise<Result<ActivityPage>> => {
  const [inner, innerValues] = conditions([
    ['device = ?', query.deviceKey],
    ['at >= ?', query.since],
    ['at < ?', query.until],
  ]);
  const kinds = query.kinds ?? [];
  const words = (query.text ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const [outer, outerValues] = conditions([
    ['account = ?', query.accountId],
    ['incident = ?', query.incidentId],
    ...(kinds.length === 0 ? [] : ([[`kind IN (SELECT value FROM json_each(?))`, JSON.stringify(kinds)]] as const)),
    ...words.map(
      (word) =>
        ["(CASE WHEN search IS NULL THEN name || ' ' || text ELSE search END) LIKE ? ESCAPE '\\'", like(word)] as const,
    ),
  ]);
  const rowsBefore = `SELECT * FROM entries WHERE ${inner} AND (at, id) < (?, ?) ORDER BY at DESC, id DESC LIMIT ${scanRows}`;
  const page = database.prepare(`SELECT * FROM (${rowsBefore}) WHERE ${outer} ORDER BY at DESC, id DESC LIMIT ?`);
  const end = database.prepare(
    `SELECT at, id FROM entries WHERE ${inner} AND (at, id) < (?, ?) ORDER BY at DESC, id DESC LIMIT 1 OFFSET ${scanRows - 1}`,
  );
  let [at, id] = positionOf(query.cursor);
  const entries: StoredActivity[] = [];
  for (;;) {
    if (signal.aborted) return cancelled();
    const missing = query.limit - entries.length;
    const found = page.all(...innerValues, at, id, ...outerValues, missing).map(entryOf);
    entries.push(...found);
    const last = entries.at(-1);
    if (found.length === missing && last !== undefined) return ok({ entries, next: `${last.at}.${last.id}` });
    const reached = end.get(...innerValues, at, id);
    if (reached === undefined) return ok({ entries });
    [at, id] = [Number(reached['at']), Number(reached['id'])];
    await turn();
  }
};

/** A condition that holds for all given values; undefined ones are ignored. */
const conditions = (
  parts: readonly (readonly [sql: string, value: SQLInputValue | undefined])[],
): readonly [string, readonly SQLInputValue[]] => {
  const given = parts.filter((part): part is readonly [string, SQLInputValue] => part[1] !== undefined);
  return [['TRUE', ...given.map(([sql]) => sql)].join(' AND '), given.map(([, value]) => value)];
};

const like = (word: string): string => `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`;

const positionOf = (cursor: string | undefined): readonly [number, number] => {
  const match = /^(-?\d{1,16})\.(\d{1,16})$/.exec(cursor ?? '');
  return match === null ? [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] : [Number(match[1]), Number(match[2])];
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const optionalText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const kindOf = (value: unknown): ActivityKind => activityKinds.find((kind) => kind === value) ?? 'operation';

const entryOf = (row: Row): StoredActivity => ({
  id: Number(row['id']),
  at: Number(row['at']),
  kind: kindOf(row['kind']),
  accountId: optionalText(row['account']),
  deviceKey: optionalText(row['device']),
  name: textOf(row['name']),
  text: textOf(row['text']),
  incidentId: optionalText(row['incident']),
});

const inSlices = async <T>(items: readonly T[], each: (item: T) => void): Promise<void> => {
  for (let at = 0; at < items.length; at += sliceRows) {
    if (at > 0) await turn();
    for (const item of items.slice(at, at + sliceRows)) each(item);
  }
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const isAscii = (text: string): boolean => !/[^\x20-\x7e]/.test(text);

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** SQLite's own code, without its extension. */
const codeOf = (failure: unknown): number =>
  failure instanceof Error && 'errcode' in failure ? Number(failure.errcode) & 0xff : 0;

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const isDamage = (failure: unknown): boolean => [11, 26].includes(codeOf(failure));

/** SQLITE_BUSY. */
const isLocked = (failure: unknown): boolean => codeOf(failure) === 5;

const reasonOf = (failure: unknown): string => {
  if (!(failure instanceof Error)) return 'for an unknown reason';
  if ('errstr' in failure && typeof failure.errstr === 'string') return failure.errstr;
  return 'code' in failure && typeof failure.code === 'string' ? failure.code : failure.name;
};
