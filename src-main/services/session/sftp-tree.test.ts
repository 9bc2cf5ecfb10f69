import { describe, expect, it } from 'vitest';
import { fail, ok, type Failure, type Result } from '../../core/base/errors.ts';
import type { RemoteEntry, RemoteFiles } from '../../core/session/remote-files.ts';
import { countTree, deleteTree } from './sftp-tree.ts';

type Node = { readonly kind: 'file' } | { readonly kind: 'link'; readonly to: string } | { readonly kind: 'folder' };

const gone = fail('not-found', 'Not there.', 'Look again.');
const notEmpty = fail('conflict', 'The device could not do this.', 'It may not be empty.');
const denied = fail('forbidden', 'The device does not let you do this.', 'Sign in as a user who may.');
const lost = fail('unreachable', 'The connection was lost.', 'Reconnect.');

/**
 * A device's tree in memory, whose answers come out of order. `lies`: its listings say of links what they lead to, as
 * those of some servers do. `refuse` is asked before each change and each listing.
 */
const device = (
  paths: readonly string[],
  options: {
    readonly lies?: boolean;
    readonly refuse?: (what: 'list' | 'remove', path: string) => Failure | undefined;
  } = {},
) => {
  const tree = new Map<string, Node>();
  for (const path of paths) {
    const [name = '', to] = path.split(' -> ');
    if (to !== undefined) tree.set(name, { kind: 'link', to });
    else if (name.endsWith('/')) tree.set(name.slice(0, -1), { kind: 'folder' });
    else tree.set(name, { kind: 'file' });
  }
  const names = (folder: string): string[] =>
    [...tree.keys()].filter((path) => path.startsWith(`${folder}/`) && !path.slice(folder.length + 1).includes('/'));
  const real = (path: string): string => {
    const node = tree.get(path);
    return node?.kind === 'link' ? node.to : path;
  };
  let requests = 0;
  let under = 0;
  let maxUnder = 0;
  const later = (turns: number): Promise<void> =>
    turns < 1 ? Promise.resolve() : Promise.resolve().then(() => later(turns - 1));
  const answer = async <T>(give: () => Result<T>): Promise<Result<T>> => {
    requests += 1;
    under += 1;
    maxUnder = Math.max(maxUnder, under);
    await later((requests * 7) % 5);
    under -= 1;
    return give();
  };
  const entry = (path: string): RemoteEntry => {
    const kind = tree.get(options.lies === true ? real(path) : path)?.kind ?? 'file';
    return { name: path.slice(path.lastIndexOf('/') + 1), kind, size: 1, modifiedAt: 0, mode: 0o644 };
  };
  const files: Pick<RemoteFiles, 'list' | 'look' | 'removeFile' | 'removeFolder'> = {
    list: (path) =>
      answer(() => {
        const refused = options.refuse?.('list', path);
        if (refused !== undefined) return refused;
        // Like a real one, it lists what a link leads to.
        if (tree.get(real(path))?.kind !== 'folder') return gone;
        const dots = ['.', '..'].map((name) => ({ ...entry(path), name, kind: 'folder' as const }));
        return ok([...dots, ...names(real(path)).map(entry)]);
      }),
    look: (path) =>
      answer(() => {
        const node = tree.get(path);
        return node === undefined ? gone : ok({ kind: node.kind, size: 1, modifiedAt: 0, mode: 0o644 });
      }),
    removeFile: (path) =>
      answer(() => {
        const refused = options.refuse?.('remove', path);
        if (refused !== undefined) return refused;
        const node = tree.get(path);
        if (node === undefined) return gone;
        if (node.kind === 'folder') return notEmpty;
        tree.delete(path);
        return ok(undefined);
      }),
    removeFolder: (path) =>
      answer(() => {
        const refused = options.refuse?.('remove', path);
        if (refused !== undefined) return refused;
        if (tree.get(path)?.kind !== 'folder') return gone;
        if (names(path).length > 0) return notEmpty;
        tree.delete(path);
        return ok(undefined);
      }),
  };
  return {
    files: files as RemoteFiles,
    left: () => [...tree.keys()],
    vanish: (path: string) => tree.delete(path),
    most: () => maxUnder,
  };
};

const never = new AbortController().signal;
const nobody = (): void => undefined;
const logs = [
  '/srv/',
  '/srv/keep/',
  '/srv/keep/precious',
  '/srv/logs/',
  '/srv/logs/a.log',
  '/srv/logs/out -> /srv/keep',
  '/srv/logs/old/',
  '/srv/logs/old/b.log',
  '/srv/logs/old/empty/',
];
const rest = ['/srv', '/srv/keep', '/srv/keep/precious'];

describe.each([{ lies: false }, { lies: true }])('a folder with a link out of it (listings lie: $lies)', ({ lies }) => {
  it('is counted without what the link leads to', async () => {
    const { files } = device(logs, { lies });
    let told = 0;
    const counted = await countTree(files, { path: '/srv/logs', most: 100 }, (items) => (told += items), never);
    expect(counted).toEqual(ok({ items: 5, isMore: false, unread: 0, bytes: 2 }));
    expect(told).toBe(5);
  });

  it('is deleted whole, and what the link leads to stays', async () => {
    const { files, left } = device(logs, { lies });
    let told = 0;
    expect(await deleteTree(files, '/srv/logs', (items) => (told += items), never)).toEqual(ok(undefined));
    expect(left()).toEqual(rest);
    expect(told).toBe(5);
  });

  it('is not followed when the folder itself is the link', async () => {
    const { files, left } = device(
      [...rest.map((path) => (path.endsWith('precious') ? path : `${path}/`)), '/l -> /srv'],
      {
        lies,
      },
    );
    expect(await countTree(files, { path: '/l', most: 9 }, nobody, never)).toMatchObject({ value: { items: 0 } });
    expect(await deleteTree(files, '/l', nobody, never)).toEqual(ok(undefined));
    expect(left()).toEqual(rest);
  });
});

describe('a large folder', () => {
  const large = ['/big/', ...Array.from({ length: 30 }, (_, at) => `/big/${at}/`)];
  for (let at = 0; at < 600; at += 1) large.push(`/big/${at % 30}/${at}.log`);

  it('is counted only as far as asked', async () => {
    const { files } = device(large);
    expect(await countTree(files, { path: '/big', most: 100 }, nobody, never)).toEqual(
      ok({ items: 100, isMore: true, unread: 0, bytes: expect.any(Number) }),
    );
    expect(await countTree(files, { path: '/big', most: 630 }, nobody, never)).toEqual(
      ok({ items: 630, isMore: false, unread: 0, bytes: expect.any(Number) }),
    );
  });

  it('is deleted with eight requests at a time', async () => {
    const { files, left, most } = device(large);
    expect(await deleteTree(files, '/big', nobody, never)).toEqual(ok(undefined));
    expect(left()).toEqual([]);
    expect(most()).toBe(8);
  });

  it('keeps what had not been reached when it is cancelled, and asks for nothing more', async () => {
    const { files, left } = device(large);
    const controller = new AbortController();
    let told = 0;
    const tell = (items: number): void => {
      told += items;
      if (told === 40) controller.abort();
    };
    expect(await deleteTree(files, '/big', tell, controller.signal)).toMatchObject({ error: { kind: 'cancelled' } });
    expect(told).toBeGreaterThanOrEqual(40);
    // What was under way has come to its end, and counts.
    expect(told).toBeLessThan(40 + 8);
    expect(left()).toHaveLength(large.length - told);
    const counting = await countTree(files, { path: '/big', most: 1000 }, nobody, controller.signal);
    expect(counting).toMatchObject({ error: { kind: 'cancelled' } });
  });

  it('is left alone when the connection is lost', async () => {
    let changes = 0;
    const { files, left } = device(large, {
      refuse: (what) => (what === 'remove' && ++changes > 50 ? lost : undefined),
    });
    expect(await deleteTree(files, '/big', nobody, never)).toEqual(lost);
    expect(left()).toHaveLength(large.length - 50);
    const cut = device(large, { refuse: (_what, path) => (path === '/big/7' ? lost : undefined) });
    expect(await countTree(cut.files, { path: '/big', most: 1000 }, nobody, never)).toEqual(lost);
  });
});

describe('what the device does not let go', () => {
  it('stays with the folders around it, all else goes, and one sentence says which', async () => {
    const { files, left } = device(logs, {
      refuse: (what, path) => (what === 'remove' && path.endsWith('b.log') ? denied : undefined),
    });
    const result = await deleteTree(files, '/srv/logs', nobody, never);
    expect(left()).toEqual([...rest, '/srv/logs', '/srv/logs/old', '/srv/logs/old/b.log']);
    expect(result).toEqual(
      fail(
        'forbidden',
        '/srv/logs/old/b.log could not be deleted: the device does not allow it.',
        '3 items are gone. Sign in as a user who may.',
      ),
    );
  });

  it('is named by its folder, or by the first of it', async () => {
    const tree = ['/d/', '/d/a/', '/d/a/1', '/d/a/2', '/d/b/', '/d/b/3'];
    const inOne = device(tree, {
      refuse: (what, path) => (what === 'remove' && /[12]$/.test(path) ? denied : undefined),
    });
    expect(await deleteTree(inOne.files, '/d', nobody, never)).toMatchObject({
      error: { message: '2 items in /d/a could not be deleted: the device does not allow it.' },
    });
    const inTwo = device(tree, {
      refuse: (what, path) => (what === 'remove' && /[123]$/.test(path) ? notEmpty : undefined),
    });
    expect(await deleteTree(inTwo.files, '/d', nobody, never)).toMatchObject({
      error: {
        kind: 'conflict',
        message: expect.stringMatching(/^3 items, the first of them \/d\/[ab]\/[123], could not be deleted: /),
        hint: expect.stringMatching(/^Nothing was deleted\. /),
      },
    });
  });

  it('may be a folder that cannot be looked into: it goes if it is empty', async () => {
    const tree = ['/d/', '/d/empty/', '/d/full/', '/d/full/1'];
    const { files, left } = device(tree, {
      refuse: (what, path) => (what === 'list' && path !== '/d' ? denied : undefined),
    });
    expect(await countTree(files, { path: '/d', most: 9 }, nobody, never)).toEqual(
      ok({ items: 2, isMore: false, unread: 2, bytes: expect.any(Number) }),
    );
    expect(await deleteTree(files, '/d', nobody, never)).toMatchObject({
      error: { kind: 'forbidden', message: '/d/full could not be deleted: the device does not allow it.' },
    });
    expect(left()).toEqual(['/d', '/d/full', '/d/full/1']);
  });

  it('is not what somebody else has deleted meanwhile', async () => {
    const { files, left, vanish } = device(logs);
    const others: RemoteFiles = {
      ...files,
      removeFile: (path) => {
        if (path.endsWith('.log')) vanish(path);
        return files.removeFile(path);
      },
    };
    expect(await deleteTree(others, '/srv/logs', nobody, never)).toEqual(ok(undefined));
    expect(left()).toEqual(rest);
    expect(await deleteTree(files, '/srv/logs', nobody, never)).toEqual(ok(undefined));
  });

  it('includes names that would lead out of the folder', async () => {
    const { files, left } = device(logs);
    const tricked: RemoteFiles = {
      ...files,
      list: async (path) => {
        const listed = await files.list(path);
        if (!listed.ok || path !== '/srv/logs/old') return listed;
        return ok([{ name: '../../keep/precious', kind: 'file', size: 1, modifiedAt: 0, mode: 0 }]);
      },
    };
    expect(await deleteTree(tricked, '/srv/logs', nobody, never)).toMatchObject({ error: { kind: 'bad-response' } });
    expect(left()).toContain('/srv/keep/precious');
  });
});
