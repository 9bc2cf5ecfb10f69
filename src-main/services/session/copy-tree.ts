import { cancelled, fail, ok, type AppError, type Result } from '../../core/base/errors.ts';
import { defined } from '../../core/base/defined.ts';
import { folderOf, nameOf, within, type FileStats, type RemoteFiles } from '../../core/session/remote-files.ts';
import { downloadFile } from './sftp-download.ts';
import { followed, said } from './sftp-links.ts';
import { Upload, type Unkept, type UploadNews } from './sftp-upload.ts';

/** Files of one folder that are copied at once: a small one waits for both ends several times. */
const atOnce = 4;
/** Failures that are told one by one; further ones are counted. */
const maxTold = 100;
/** Who owns a folder may enter and change it while it is filled. */
const ownersOnly = 0o700;

export interface CopyRequest {
  readonly from: string;
  /** The path of the copy itself. */
  readonly to: string;
  /** What becomes of files that are there already. Folders are filled up. */
  readonly existing: 'refuse' | 'replace' | 'skip';
}

/** What came of a copy. */
export interface Copied {
  readonly files: number;
  readonly folders: number;
  readonly links: number;
  readonly bytes: number;
  /** Were there already, and were left. */
  readonly skipped: number;
  /** Could not be copied; the first of them with their reasons, by their path at the source. */
  readonly failed: number;
  readonly failures: readonly { readonly path: string; readonly error: AppError }[];
  /** Copies that changed at the source while they were read. */
  readonly changed: number;
  /** Copies that did not get everything the original has. */
  readonly unkept: Readonly<Record<Unkept, number>>;
}

/** The same name to a file system that knows no capitals or composes letters: those of Windows and macOS. */
const folded = (name: string): string => name.normalize('NFC').toLowerCase();

type Made = Map<string, Promise<Result<void>>>;

/** Runs work for each item, a few at once, until all are done or `isOver`. */
const forEach = async <T>(
  items: readonly T[],
  isOver: () => boolean,
  work: (item: T) => Promise<void>,
): Promise<void> => {
  let next = 0;
  const run = async (): Promise<void> => {
    while (next < items.length && !isOver()) {
      const item = items[next] as T;
      next += 1;
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, run));
};

/** One copy under way. */
class TreeCopy {
  readonly #source: RemoteFiles;
  readonly #target: RemoteFiles;
  readonly #request: CopyRequest;
  readonly #newName: () => string;
  readonly #news: UploadNews;
  readonly #signal: AbortSignal;
  readonly #counts = { files: 0, folders: 0, links: 0, bytes: 0, skipped: 0, failed: 0, changed: 0 };
  readonly #unkept: Record<Unkept, number> = { permissions: 0, owner: 0, time: 0 };
  readonly #failures: { readonly path: string; readonly error: AppError }[] = [];
  #lost: AppError | undefined;

  constructor(
    ends: { readonly source: RemoteFiles; readonly target: RemoteFiles },
    request: CopyRequest,
    deps: { readonly newName: () => string; readonly news: UploadNews; readonly signal: AbortSignal },
  ) {
    this.#source = ends.source;
    this.#target = ends.target;
    this.#request = request;
    this.#newName = deps.newName;
    this.#news = deps.news;
    this.#signal = deps.signal;
  }

  get isOver(): boolean {
    return this.#signal.aborted || this.#lost !== undefined;
  }

  async run(): Promise<Result<Copied>> {
    const { from, to } = this.#request;
    // What a person chose is copied as what it leads to; links below it stay links.
    const stats = await followed(this.#source, from);
    if (!stats.ok) return stats;
    await this.#copy(from, to, stats.value, new Map());
    if (this.#signal.aborted) return cancelled();
    if (this.#lost !== undefined) return { ok: false, error: this.#lost };
    const [only] = this.#failures;
    if (stats.value.kind !== 'folder' && only !== undefined) return { ok: false, error: only.error };
    return ok({ ...this.#counts, failures: this.#failures, unkept: this.#unkept });
  }

  /** `made`: what this copy puts into the folder, by its name as a file system without capitals has it. */
  async #copy(from: string, to: string, stats: FileStats, made: Made): Promise<void> {
    const name = folded(nameOf(to));
    const before = made.get(name);
    const copying = (before ?? Promise.resolve()).then(() => this.#copyOne(from, to, stats, before !== undefined));
    made.set(name, copying);
    const done = await copying;
    if (!done.ok) this.#fail(from, done.error);
  }

  /** Whether what is at a path has this very name, as the folder lists it. */
  async #isItself(path: string): Promise<boolean> {
    const listed = await this.#target.list(folderOf(path));
    return listed.ok && listed.value.some(({ name }) => name === nameOf(path));
  }

  #fail(path: string, error: AppError): void {
    if (error.kind === 'cancelled') return;
    // The way is lost, and with it all the rest.
    if (error.kind === 'unreachable') this.#lost ??= error;
    this.#counts.failed += 1;
    if (this.#failures.length < maxTold) this.#failures.push({ path, error });
  }

  /** `isTwin`: another name in the folder is the same to a file system without capitals. */
  async #copyOne(from: string, to: string, stats: FileStats, isTwin: boolean): Promise<Result<void>> {
    if (stats.kind === 'other')
      return fail(
        'unsupported',
        `${said(nameOf(from))} is a device, a pipe or a socket.`,
        'It has no content to copy.',
      );
    const there = await this.#target.look(to);
    if (!there.ok && there.error.kind !== 'not-found') return there;
    if (there.ok && isTwin && !(await this.#isItself(to)))
      return fail(
        'conflict',
        `${said(nameOf(from))} and another name beside it are the same name there.`,
        'Rename one of them and copy it by itself.',
      );
    if (stats.kind === 'folder') return this.#copyFolder(from, to, stats, there.ok);
    if (there.ok && this.#request.existing === 'skip') {
      this.#counts.skipped += 1;
      return ok(undefined);
    }
    if (there.ok && this.#request.existing === 'refuse')
      return fail('conflict', `${said(nameOf(to))} is there already.`, 'Replace it, or choose another name.');
    return stats.kind === 'link'
      ? this.#copyLink(from, to, stats, there.ok ? there.value : undefined)
      : this.#copyFile(from, to, stats, there.ok);
  }

  async #copyFolder(from: string, to: string, stats: FileStats, isThere: boolean): Promise<Result<void>> {
    // Listed before its copy is made, so that a folder copied into itself ends.
    const listed = await this.#source.list(from);
    if (!listed.ok) return listed;
    if (isThere) {
      const there = await this.#target.follow(to);
      if (!there.ok) return there;
      if (there.value.kind !== 'folder')
        return fail('conflict', `${said(nameOf(to))} is no folder there.`, 'Rename one of the two.');
    } else {
      const folder = await this.#target.makeFolder(to, ownersOnly);
      if (!folder.ok) return folder;
    }
    this.#counts.folders += 1;
    const made: Made = new Map();
    const isFit = ({ name }: { readonly name: string }): boolean => name !== '' && !name.includes('/');
    const fit = listed.value.filter(isFit);
    const flat = fit.filter(({ kind }) => kind !== 'folder');
    await forEach(
      flat,
      () => this.isOver,
      (entry) => this.#copy(within(from, entry.name), within(to, entry.name), entry, made),
    );
    for (const entry of fit) {
      if (this.isOver) return ok(undefined);
      if (entry.kind === 'folder') await this.#copy(within(from, entry.name), within(to, entry.name), entry, made);
    }
    if (!isThere && !this.isOver) await this.#dress(to, stats);
    if (fit.length === listed.value.length) return ok(undefined);
    return fail('bad-response', 'The source has names that no file can have.', 'Copy what is left by hand.');
  }

  /** Gives a new folder what the original has; its time last, because each file in it changed that. */
  async #dress(to: string, { mode, modifiedAt, owner }: FileStats): Promise<void> {
    const made = owner === undefined ? undefined : await this.#target.look(to);
    const own = made?.ok === true ? made.value.owner : undefined;
    if (owner !== undefined && (own?.uid !== owner.uid || own.gid !== owner.gid)) {
      const given = await this.#target.change(to, { owner });
      if (!given.ok) this.#unkept.owner += 1;
    }
    if (!(await this.#target.change(to, { mode })).ok) this.#unkept.permissions += 1;
    if (!(await this.#target.change(to, { modifiedAt })).ok) this.#unkept.time += 1;
  }

  async #copyLink(from: string, to: string, stats: FileStats, there: FileStats | undefined): Promise<Result<void>> {
    const leadsTo = await this.#source.readLink(from);
    if (!leadsTo.ok) return leadsTo;
    if (there?.kind === 'folder')
      return fail('conflict', `${said(nameOf(to))} is a folder there.`, 'Rename one of the two.');
    if (there !== undefined) {
      const removed = await this.#target.removeFile(to);
      if (!removed.ok) return removed;
    }
    const made = await this.#target.makeLink(to, leadsTo.value);
    if (!made.ok) return made;
    this.#counts.links += 1;
    const { modifiedAt, owner } = stats;
    if (owner !== undefined && !(await this.#keepsOwner(to, owner))) this.#unkept.owner += 1;
    if (!(await this.#target.changeLink(to, { modifiedAt })).ok) this.#unkept.time += 1;
    return ok(undefined);
  }

  async #keepsOwner(link: string, owner: NonNullable<FileStats['owner']>): Promise<boolean> {
    const made = await this.#target.look(link);
    if (made.ok && made.value.owner?.uid === owner.uid && made.value.owner.gid === owner.gid) return true;
    return (await this.#target.changeLink(link, { owner })).ok;
  }

  async #copyFile(from: string, to: string, stats: FileStats, isThere: boolean): Promise<Result<void>> {
    const { mode, modifiedAt, owner } = stats;
    // A replaced file keeps its owner and permissions; a new file gets those of the original.
    const request = {
      path: to,
      newName: this.#newName(),
      modifiedAt,
      ...(isThere ? {} : { mode, ...defined({ owner }) }),
    };
    const started = await Upload.start(this.#target, request, this.#news, this.#signal);
    if (!started.ok) return started;
    const upload = started.value;
    const take = async (bytes: Uint8Array): Promise<void> => {
      upload.write(bytes);
      await upload.room();
    };
    const halt = new AbortController();
    void upload.done.then((done) => !done.ok && halt.abort());
    const read = await downloadFile(this.#source, from, take, AbortSignal.any([this.#signal, halt.signal]));
    if (read.ok) upload.end();
    else upload.fail(read);
    const done = await upload.done;
    if (!done.ok) return done;
    this.#counts.files += 1;
    this.#counts.bytes += read.ok ? read.value.size : 0;
    if (read.ok && read.value.isChanged) this.#counts.changed += 1;
    for (const what of done.value.unkept) this.#unkept[what] += 1;
    return ok(undefined);
  }
}

/**
 * Copies a file, or a folder with all that is in it, from one tree of files to another, with permissions, times, links
 * and, where that is allowed, owners. Bytes go from one end to the other as fast as the slower one takes them and are
 * kept nowhere. What cannot be copied is told in the result, and all else goes on. Errors: of a single file those of the
 * files; unreachable, when either way is lost; cancelled.
 */
export const copyTree = (
  ends: { readonly source: RemoteFiles; readonly target: RemoteFiles },
  request: CopyRequest,
  deps: { readonly newName: () => string; readonly news: UploadNews },
  signal: AbortSignal,
): Promise<Result<Copied>> => new TreeCopy(ends, request, { ...deps, signal }).run();
