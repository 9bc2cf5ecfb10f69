import { cancelled, fail, ok, type AppError, type Result } from '../../core/base/errors.ts';
import { count } from '../../core/alert/incident-text.ts';
import { within, type RemoteEntry, type RemoteFiles } from '../../core/session/remote-files.ts';

/** Requests of one walk under way at once: enough to hide a round trip, few enough for a small device. */
const inFlight = 8;

/** Something to do; it may add more. */
type Job = (add: (job: Job) => void) => Promise<void>;

/**
 * Runs jobs until none is left or `isOver`, the newest first: a tree is walked in depth, so what waits is little
 * however large the tree. Resolves when nothing is under way any more.
 */
const runJobs = (first: Job, isOver: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const waiting: Job[] = [first];
    let running = 0;
    const next = (): void => {
      while (running < inFlight && !isOver()) {
        const job = waiting.pop();
        if (job === undefined) break;
        running += 1;
        void job((more) => void waiting.push(more)).then(() => {
          running -= 1;
          next();
        });
      }
      if (running === 0) resolve();
    };
    next();
  });

/** What is in a folder. A name with a slash is no name: it could lead out of the folder. */
const inside = async (files: RemoteFiles, folder: string): Promise<Result<readonly RemoteEntry[]>> => {
  const listed = await files.list(folder);
  if (!listed.ok) return listed;
  const entries = listed.value.filter(({ name }) => name !== '.' && name !== '..');
  if (entries.every(({ name }) => name !== '' && !name.includes('/'))) return ok(entries);
  return fail('bad-response', 'The device answered with names that no file can have.', 'Delete it at the device.');
};

/** What a folder holds, all the way down. */
export interface TreeCount {
  /** Files, folders and links below it; `most` where there are more. */
  readonly items: number;
  readonly isMore: boolean;
  /** Folders that could not be looked into. */
  readonly unread: number;
  /** Of all files counted. */
  readonly bytes: number;
}

/**
 * Counts what is below a folder, and stops when it is more than `most`. Links are counted, never followed. `tell`
 * hears of items found. Errors: unreachable, cancelled.
 */
export const countTree = async (
  files: RemoteFiles,
  request: { readonly path: string; readonly most: number },
  report: (items: number) => void,
  signal: AbortSignal,
): Promise<Result<TreeCount>> => {
  let items = 0;
  let unread = 0;
  let bytes = 0;
  let lost: AppError | undefined;
  const look =
    (path: string): Job =>
    async (add) => {
      // A listing of some servers says of a link what it leads to.
      const found = await files.look(path);
      if (found.ok && found.value.kind !== 'folder') return;
      const entries = found.ok ? await inside(files, path) : found;
      if (!entries.ok) {
        if (entries.error.kind === 'unreachable') lost = entries.error;
        else if (entries.error.kind !== 'not-found') unread += 1;
        return;
      }
      items += entries.value.length;
      report(entries.value.length);
      for (const { name, kind, size } of entries.value) {
        if (kind === 'folder') add(look(within(path, name)));
        else if (kind === 'file') bytes += size;
      }
    };
  await runJobs(look(request.path), () => signal.aborted || lost !== undefined || items > request.most);
  if (signal.aborted) return cancelled();
  if (lost !== undefined) return { ok: false, error: lost };
  return ok({ items: Math.min(items, request.most), isMore: items > request.most, unread, bytes });
};

/** A folder that is being emptied. */
interface Emptied {
  readonly path: string;
  readonly above: Emptied | undefined;
  /** What is in it and not dealt with yet. */
  left: number;
  /** Something in it could not be deleted, so neither can it. */
  isKept: boolean;
}

interface Kept {
  readonly path: string;
  readonly error: AppError;
}

const reasonFor = (kind: AppError['kind']): string => {
  if (kind === 'forbidden') return 'the device does not allow it';
  if (kind === 'bad-response') return 'the device answered with names that no file can have';
  return 'the device refused, without a reason';
};

/** The one sentence about what is still there, and what to do. */
const keptFailure = (kept: readonly Kept[], first: Kept, deleted: number): Result<never> => {
  const folderOf = ({ path }: Kept): string => path.slice(0, path.lastIndexOf('/')) || '/';
  const what =
    kept.length === 1
      ? first.path
      : kept.every((one) => folderOf(one) === folderOf(first))
        ? `${count(kept.length)} items in ${folderOf(first)}`
        : `${count(kept.length)} items, the first of them ${first.path},`;
  const gone =
    deleted === 0 ? 'Nothing was deleted.' : `${count(deleted)} ${deleted === 1 ? 'item is' : 'items are'} gone.`;
  const next =
    first.error.kind === 'forbidden'
      ? 'Sign in as a user who may.'
      : 'Look again: something may be in use, or still writing there.';
  return fail(first.error.kind, `${what} could not be deleted: ${reasonFor(first.error.kind)}.`, `${gone} ${next}`);
};

/**
 * Deletes a folder with all that is in it. A link is removed and what it leads to stays as it is. What cannot be
 * deleted stays, with the folders around it, and all else goes. `tell` hears of items that are gone, the folder itself
 * not counted. Errors: forbidden, conflict and bad-response name what is still there; unreachable; cancelled, which
 * leaves what had not been reached.
 */
export const deleteTree = async (
  files: RemoteFiles,
  path: string,
  report: (items: number) => void,
  signal: AbortSignal,
): Promise<Result<void>> => {
  const kept: Kept[] = [];
  let deleted = 0;
  let lost: AppError | undefined;

  /** Takes the outcome of one removal; the folder above follows when that was the last in it. */
  const settle = (item: string, above: Emptied | undefined, result: Result<void>, add: (job: Job) => void): void => {
    if (!result.ok && result.error.kind === 'unreachable') {
      lost = result.error;
      return;
    }
    // What somebody else has deleted meanwhile is as gone.
    const isGone = result.ok || result.error.kind === 'not-found';
    if (!isGone) kept.push({ path: item, error: result.error });
    if (isGone && above !== undefined) {
      deleted += 1;
      report(1);
    }
    leave(above, isGone, add);
  };
  const leave = (folder: Emptied | undefined, isGone: boolean, add: (job: Job) => void): void => {
    if (folder === undefined) return;
    folder.left -= 1;
    folder.isKept ||= !isGone;
    if (folder.left > 0) return;
    if (folder.isKept) leave(folder.above, false, add);
    else add(async (more) => settle(folder.path, folder.above, await files.removeFolder(folder.path), more));
  };
  const remove =
    (item: string, above: Emptied | undefined): Job =>
    async (add) =>
      settle(item, above, await files.removeFile(item), add);
  const empty =
    (item: string, above: Emptied | undefined): Job =>
    async (add) => {
      // Asked of the thing itself, and just before it is entered: a listing may say of a link what it leads to.
      const found = await files.look(item);
      if (!found.ok) return settle(item, above, found, add);
      if (found.value.kind !== 'folder') return add(remove(item, above));
      const entries = await inside(files, item);
      if (!entries.ok) {
        if (entries.error.kind === 'unreachable' || entries.error.kind === 'not-found')
          return settle(item, above, entries, add);
        // One that cannot be looked into may still be empty.
        const removed = await files.removeFolder(item);
        return settle(item, above, removed.ok ? removed : entries, add);
      }
      const folder: Emptied = { path: item, above, left: entries.value.length, isKept: false };
      if (folder.left === 0) return settle(item, above, await files.removeFolder(item), add);
      for (const { name, kind: shown } of entries.value) {
        const below = within(item, name);
        add(shown === 'folder' ? empty(below, folder) : remove(below, folder));
      }
    };

  await runJobs(empty(path, undefined), () => signal.aborted || lost !== undefined);
  if (signal.aborted) return cancelled();
  if (lost !== undefined) return { ok: false, error: lost };
  const [first] = kept;
  return first === undefined ? ok(undefined) : keptFailure(kept, first, deleted);
};
