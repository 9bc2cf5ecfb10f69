import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ActivityEntry, ActivityQuery, HistoryBatch, HistoryStore } from '../../core/activity/activity-entry.ts';
import type { AppError, Result } from '../../core/base/errors.ts';
import { historyStore } from './history-store.ts';

let folder = '';
let path = '';
let problems: AppError[] = [];
const opened: HistoryStore[] = [];
const forever = new AbortController().signal;

const open = (): HistoryStore => {
  const store = historyStore({ path, onProblem: (error) => problems.push(error), now: () => Date.UTC(2026, 0, 2) });
  opened.push(store);
  return store;
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quayside-history-'));
  path = join(folder, 'history.db');
  problems = [];
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  await rm(folder, { recursive: true, force: true });
});

const batch = (entries: readonly ActivityEntry[], part: Partial<HistoryBatch> = {}): HistoryBatch => ({
  entries,
  firstSeen: [],
  gaps: [],
  samples: [],
  aliveAt: 1000,
  ...part,
});
const entry = (at: number, part: Partial<ActivityEntry> = {}): ActivityEntry => ({
  at,
  kind: 'offline',
  accountId: 'acme',
  deviceKey: `acme/d${at}`,
  name: `device ${at}`,
  text: `device ${at} went offline`,
  ...part,
});
const valueOf = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};
const names = async (store: HistoryStore, query: Partial<ActivityQuery> = {}): Promise<readonly string[]> =>
  valueOf(await store.query({ limit: 100, ...query }, forever)).entries.map(({ name }) => name);

describe('the history on disk', () => {
  it('keeps what is written, newest first, for its owner alone', async () => {
    const store = open();
    expect(await store.write(batch([entry(2), entry(1), entry(3)]))).toMatchObject({ ok: true });
    expect(await names(store)).toEqual(['device 3', 'device 2', 'device 1']);
    if (process.platform !== 'win32') {
      for (const name of await readdir(folder)) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    }
    await store.close();
    expect(await names(open())).toEqual(['device 3', 'device 2', 'device 1']);
    expect(problems).toEqual([]);
  });

  it('finds by words, kind, device, account, incident and time, page by page', async () => {
    const store = open();
    await store.write(
      batch([
        entry(1, { name: 'plant3-gw-01', text: 'went offline' }),
        entry(2, { name: 'Plant3-gw-02', text: 'is back', kind: 'online', incidentId: 'i1' }),
        entry(3, { name: 'lab%pi', text: 'went offline', accountId: 'home', deviceKey: 'home/x' }),
        entry(4, { name: 'ÜBERWACHUNG', text: 'Grün', kind: 'operation', deviceKey: undefined }),
      ]),
    );
    expect(await names(store, { text: 'PLANT3 gw' })).toEqual(['Plant3-gw-02', 'plant3-gw-01']);
    expect(await names(store, { text: 'offline plant3' })).toEqual(['plant3-gw-01']);
    expect(await names(store, { text: '%' })).toEqual(['lab%pi']);
    expect(await names(store, { text: 'überwachung grün' })).toEqual(['ÜBERWACHUNG']);
    expect(await names(store, { text: "'; DROP TABLE entries; --" })).toEqual([]);
    expect(await names(store, { kinds: ['online', 'operation'] })).toEqual(['ÜBERWACHUNG', 'Plant3-gw-02']);
    expect(await names(store, { deviceKey: 'home/x' })).toEqual(['lab%pi']);
    expect(await names(store, { accountId: 'acme', incidentId: 'i1' })).toEqual(['Plant3-gw-02']);
    expect(await names(store, { since: 2, until: 4 })).toEqual(['lab%pi', 'Plant3-gw-02']);
    const seen: string[] = [];
    for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
      const page = valueOf(await store.query({ limit: 3, ...(cursor === undefined ? {} : { cursor }) }, forever));
      seen.push(...page.entries.map(({ name }) => name));
      cursor = page.next;
    }
    expect(seen).toEqual(['ÜBERWACHUNG', 'lab%pi', 'Plant3-gw-02', 'plant3-gw-01']);
    expect(await names(store, { cursor: 'nonsense', limit: 1 })).toEqual(['ÜBERWACHUNG']);
  });

  it('takes 10,000 changes in one transaction, leaving others their turn, and searches 60,000 lines', async () => {
    const store = open();
    await store.write(batch([]));
    let turns = 0;
    const beat = setInterval(() => (turns += 1), 0);
    for (let part = 0; part < 6; part += 1) {
      const entries = Array.from({ length: 10_000 }, (_, index) => entry(part * 10_000 + index));
      if (part === 0) entries[77] = entry(77, { name: 'a needle' });
      expect(await store.write(batch(entries))).toMatchObject({ ok: true });
    }
    expect(await names(store, { text: 'needle' })).toEqual(['a needle']);
    expect(await names(store, { text: 'nothing like it' })).toEqual([]);
    clearInterval(beat);
    expect(turns).toBeGreaterThan(6);
    const aborted = new AbortController();
    aborted.abort();
    expect(await store.query({ limit: 1 }, aborted.signal)).toMatchObject({ ok: false, error: { kind: 'cancelled' } });
    expect(await store.prune(59_990)).toMatchObject({ ok: true });
    expect(await names(store)).toHaveLength(10);
  });

  it('answers what uptime and the picture of a fleet are made of', async () => {
    const store = open();
    const device = { deviceKey: 'acme/d', accountId: 'acme' };
    await store.write(
      batch(
        [
          entry(100, { ...device, kind: 'offline' }),
          entry(200, { ...device, kind: 'online' }),
          entry(250, { ...device, kind: 'operation' }),
          entry(300, { ...device, kind: 'offline' }),
        ],
        {
          firstSeen: [{ deviceKey: 'acme/d', at: 50 }],
          gaps: [
            { accountId: 'acme', since: 10, until: 20 },
            { accountId: 'home', since: 30, until: 40 },
          ],
          samples: [{ accountId: 'acme', hour: 0, onlineMs: 5, offlineMs: 1, unknownMs: 0, watchedMs: 2 }],
        },
      ),
    );
    await store.write(
      batch([], {
        firstSeen: [{ deviceKey: 'acme/d', at: 999 }],
        samples: [{ accountId: 'acme', hour: 0, onlineMs: 5, offlineMs: 1, unknownMs: 0, watchedMs: 2 }],
      }),
    );
    expect(valueOf(await store.stepsOf('acme/d', 250, 400))).toEqual([
      { at: 200, to: 'online' },
      { at: 300, to: 'offline' },
    ]);
    expect(valueOf(await store.firstSeen('acme/d'))).toBe(50);
    expect(valueOf(await store.firstSeen('acme/other'))).toBeUndefined();
    expect(valueOf(await store.gaps('acme', 0, 1000))).toEqual([{ since: 10, until: 20 }]);
    expect(valueOf(await store.samples('acme', 0, 1))).toMatchObject([{ onlineMs: 10, offlineMs: 2, watchedMs: 4 }]);
    expect(valueOf(await store.samples(undefined, 1, 2))).toEqual([]);
  });

  it('knows the time in which nobody was there', async () => {
    const first = open();
    await first.write(batch([], { aliveAt: 1_000_000 }));
    await first.close();
    const second = open();
    await second.write(batch([], { aliveAt: 9_000_000 }));
    await second.write(batch([], { aliveAt: 19_000_000 }));
    expect(valueOf(await second.gaps('acme', 0, 1e12))).toEqual([{ since: 1_000_000, until: 9_000_000 }]);
  });
});

describe('a history that cannot be used', () => {
  it('is set aside where it is no database, reported once, and begun again', async () => {
    await writeFile(path, 'this was never a database, whatever its name says'.repeat(100));
    const store = open();
    expect(await store.write(batch([entry(1)]))).toMatchObject({ ok: true });
    expect(await names(store)).toEqual(['device 1']);
    expect(problems).toMatchObject([{ kind: 'file-corrupt' }]);
    expect(problems[0]?.message).toContain('history.broken-20260102T000000000Z.db');
    const aside = await readFile(join(folder, 'history.broken-20260102T000000000Z.db'), 'utf8');
    expect(aside).toContain('never a database');
  });

  it('is set aside where a page of it is damaged', async () => {
    const store = open();
    await store.write(batch(Array.from({ length: 5000 }, (_, index) => entry(index))));
    await store.close();
    const bytes = await readFile(path);
    await truncate(path, 0);
    await writeFile(path, Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 0xa5)]));
    const again = open();
    expect(await again.write(batch([entry(1)]))).toMatchObject({ ok: true });
    expect(await names(again)).toEqual(['device 1']);
    expect(problems).toMatchObject([{ kind: 'file-corrupt' }]);
  });

  it('is left alone where a newer Quayside wrote it', async () => {
    const newer = new DatabaseSync(path);
    newer.exec('PRAGMA user_version = 99; CREATE TABLE precious (x)');
    newer.close();
    const store = open();
    expect(await store.write(batch([entry(1)]))).toMatchObject({ ok: false, error: { kind: 'file-corrupt' } });
    expect(await store.query({ limit: 1 }, forever)).toMatchObject({ ok: false });
    expect(problems).toHaveLength(1);
    expect(await readdir(folder)).toEqual(['history.db']);
  });

  it('is waited for while another program has it locked, and everything else goes on', async () => {
    const store = open();
    await store.write(batch([entry(1)]));
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const written = store.write(batch([entry(2)]));
    // This very thread lets it go: it is not held up by the store.
    setImmediate(() => other.close());
    expect(await written).toMatchObject({ ok: true });
    expect(await names(store)).toEqual(['device 2', 'device 1']);
    expect(problems).toEqual([]);
  });

  it('says so where there is no such folder', async () => {
    path = join(folder, 'no', 'such', 'folder', 'history.db');
    const store = open();
    expect(await store.write(batch([entry(1)]))).toMatchObject({ ok: false, error: { kind: 'internal' } });
    expect(problems).toHaveLength(1);
  });
});
