import { cancelled, fail, ok, type AppError, type Failure, type Result } from '../../core/base/errors.ts';
import { defined } from '../../core/base/defined.ts';
import {
  folderOf,
  nameOf,
  pieceBytes,
  piecesAtOnce,
  within,
  type FileChange,
  type FileOwner,
  type FileStats,
  type RemoteFile,
  type RemoteFiles,
} from '../../core/session/remote-files.ts';
import { placeOf, said } from './sftp-links.ts';

/** For its owner only: what is being written is not shown to others before it has its own permissions. */
const ownersOnly = 0o600;
const setIds = 0o6000;

export interface UploadRequest {
  readonly path: string;
  /** Bytes that come; absent: until `end` is called. */
  readonly size?: number;
  /** A name that no file there has, for what is being written. */
  readonly newName: string;
  /** Permission bits. What is replaced keeps its own where absent, and a new file gets what the server gives. */
  readonly mode?: number;
  /** As `mode`. A new file that may not be given away stays the user's. */
  readonly owner?: FileOwner;
  /** Epoch milliseconds; absent: now. */
  readonly modifiedAt?: number;
  /** Writes into the file that is there, instead of a new one that takes its place. */
  readonly inPlace?: boolean;
}

/** The events of a running upload. */
export interface UploadNews extends PartNews {
  /** The device has written so many bytes more. */
  readonly taken: (bytes: number) => void;
}

/** What becomes of the files that uploads are written to first. */
export interface PartNews {
  /** One is about to be made at this path. */
  readonly begun: (part: string) => void;
  /** It is in its place, or was taken away. */
  readonly gone: (part: string) => void;
  /** It failed, and the half-sent file of this path could not be taken away. */
  readonly left: (part: string) => void;
}

/** What of a file could not be kept. */
export type Unkept = 'permissions' | 'owner' | 'time';

/** Where the bytes go first. */
interface Begun {
  readonly file: RemoteFile;
  /** The file beside the target; absent where it is written in place. */
  readonly part?: string;
  readonly target: string;
  /** What the file is given once it has its bytes. */
  readonly after: FileChange;
  readonly unkept: readonly Unkept[];
}

const inPlaceHint = 'Write into the file as it is: where that is interrupted, it is left half written.';

const startInPlace = async (files: RemoteFiles, target: string, stats: FileStats): Promise<Result<Begun>> => {
  const file = await files.open(target, { how: 'present' });
  if (!file.ok) return file;
  // Writing takes setuid and setgid away, nothing else.
  const after = (stats.mode & setIds) === 0 ? {} : { mode: stats.mode };
  return ok({ file: file.value, target, after, unkept: [] });
};

/** Answers `question` where the file could be written in place, and `refusal` where not even that. */
const askInPlace = async (
  files: RemoteFiles,
  target: string,
  question: string,
  refusal: Failure,
): Promise<Result<Begun>> => {
  const file = await files.open(target, { how: 'present' });
  if (!file.ok) return file.error.kind === 'unreachable' ? file : refusal;
  await file.value.close();
  return fail('confirmation-required', question, inPlaceHint);
};

/** Makes what is written the owner's of what it replaces. Undefined: it is. */
const giveAway = async (
  files: RemoteFiles,
  part: string,
  file: RemoteFile,
  owner: FileOwner | undefined,
): Promise<Failure | undefined> => {
  if (owner === undefined) return undefined;
  const made = await files.look(part);
  if (!made.ok) return made;
  const own = made.value.owner;
  if (own === undefined || (own.uid === owner.uid && own.gid === owner.gid)) return undefined;
  const given = await file.change({ owner });
  return given.ok ? undefined : given;
};

/** Finds out where the bytes go, and opens that. */
const begin = async (
  files: RemoteFiles,
  request: UploadRequest,
  { begun, gone, left }: PartNews,
): Promise<Result<Begun>> => {
  const place = await placeOf(files, request.path);
  if (!place.ok) return place;
  const { path: target, stats } = place.value;
  const name = said(nameOf(target));
  if (stats !== undefined && stats.kind !== 'file') {
    const what = stats.kind === 'folder' ? 'a folder' : 'a device, a pipe or a socket';
    return fail('conflict', `${name} is ${what} there.`, 'Choose another name.');
  }
  if (request.inPlace === true && stats !== undefined) return startInPlace(files, target, stats);
  const part = within(folderOf(target), `.${request.newName}.part`);
  const mode = request.mode ?? stats?.mode;
  begun(part);
  const opened = await files.open(part, { how: 'new', ...defined({ mode: mode === undefined ? mode : ownersOnly }) });
  if (!opened.ok) {
    // Whether it was made is not known: the answer did not get here.
    if (opened.error.kind === 'unreachable') left(part);
    else gone(part);
    if (opened.error.kind !== 'forbidden' || stats === undefined) return opened;
    const why = `You may make no file in ${said(folderOf(target))}, so ${name} cannot be replaced as a whole.`;
    return askInPlace(files, target, why, opened);
  }
  const file = opened.value;
  const kept = await giveAway(files, part, file, request.owner ?? stats?.owner);
  const after = defined({ mode });
  if (kept === undefined) return ok({ file, part, target, after, unkept: [] });
  if (kept.error.kind !== 'unreachable' && stats === undefined)
    return ok({ file, part, target, after, unkept: ['owner'] });
  await file.close();
  if ((await files.removeFile(part)).ok) gone(part);
  else left(part);
  if (kept.error.kind === 'unreachable' || stats === undefined) return kept;
  const why = `${name} belongs to another user, and a new file in its place would be yours.`;
  const refusal = fail(
    'forbidden',
    `${name} belongs to another user, and you may not write to it.`,
    'Sign in as a user who may, or delete it first.',
  );
  return askInPlace(files, target, why, refusal);
};

/** An upload under way: bytes go in, the far end says how many it has. */
export class Upload {
  readonly #files: RemoteFiles;
  readonly #begun: Begun;
  readonly #request: UploadRequest;
  readonly #news: UploadNews;
  readonly #unkept: Unkept[];
  #refusedMode = false;
  #received = 0;
  #written = 0;
  #under = 0;
  #isEnded = false;
  #changed: Promise<void> | undefined;
  #closed: Promise<Result<void>> | undefined;
  #failure: Result<never> | undefined;
  #settle: ((result: Result<void>) => void) | undefined;
  #hasRoom: (() => void) | undefined;
  /** Resolves when the file is in place, or is not going to be. */
  readonly done: Promise<Result<{ readonly unkept: readonly Unkept[] }>>;

  private constructor(files: RemoteFiles, begun: Begun, request: UploadRequest, news: UploadNews) {
    this.#files = files;
    this.#begun = begun;
    this.#request = request;
    this.#news = news;
    this.#unkept = [...begun.unkept];
    this.done = new Promise<Result<void>>((resolve) => {
      this.#settle = resolve;
    }).then((result) => this.#finish(result));
    this.#endWhenAll();
    this.#look();
  }

  /**
   * Opens a file beside `path`, which takes its place once all has arrived: until then what was there stays. What is
   * replaced keeps its permissions and its owner, and a link what it leads to. Errors: those of the files;
   * confirmation-required where it can only be written `inPlace`.
   */
  static async start(
    files: RemoteFiles,
    request: UploadRequest,
    news: UploadNews,
    signal: AbortSignal,
  ): Promise<Result<Upload>> {
    const begun = await begin(files, request, news);
    if (!begun.ok) return begun;
    const upload = new Upload(files, begun.value, request, news);
    const abort = (): void => upload.#fail(cancelled());
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    return ok(upload);
  }

  /** Takes the next bytes. */
  write(bytes: Uint8Array): void {
    if (this.#failure !== undefined) return;
    if (this.#received + bytes.length > (this.#request.size ?? Infinity)) {
      return this.#fail(fail('invalid-input', 'The file became longer while it was read.', 'Upload it again.'));
    }
    for (let from = 0; from < bytes.length; from += pieceBytes) {
      const piece = bytes.subarray(from, from + pieceBytes);
      const offset = this.#received;
      this.#received += piece.length;
      this.#under += 1;
      void this.#begun.file.write(offset, piece).then((written) => {
        this.#under -= 1;
        if (this.#under < piecesAtOnce) this.#hasRoom?.();
        if (written.ok) {
          this.#written += piece.length;
          this.#news.taken(piece.length);
          this.#look();
        } else this.#fail(written);
        if (this.#failure !== undefined) this.#look();
      });
    }
    this.#endWhenAll();
  }

  /** Resolves once more bytes may come: without a window of its own, whoever writes waits for this. */
  async room(): Promise<void> {
    while (this.#under >= piecesAtOnce && this.#failure === undefined)
      await new Promise<void>((resolve) => {
        this.#hasRoom = resolve;
      });
  }

  /** No more bytes come. */
  end(): void {
    if (this.#failure === undefined) this.#close();
    this.#look();
  }

  /** Gives it up for a reason of who sends it. */
  fail(failure: Failure): void {
    this.#fail(failure);
  }

  #endWhenAll(): void {
    if (this.#received === this.#request.size) this.#close();
  }

  /**
   * Closes the file behind its last request, whose answer need not be waited for: a server does what is asked of one
   * file in the order it was asked (draft-ietf-secsh-filexfer-02, section 6.1).
   */
  #close(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#changed = this.#change();
    this.#closed = this.#begun.file.close();
  }

  async #change(): Promise<void> {
    const { after, file, part } = this.#begun;
    const { modifiedAt } = this.#request;
    const [cut, mode, time] = await Promise.all([
      // What was there was longer, perhaps.
      part === undefined ? file.change({ size: this.#received }) : ok(undefined),
      after.mode === undefined ? ok(undefined) : file.change(after),
      modifiedAt === undefined ? ok(undefined) : file.change({ modifiedAt }),
    ]);
    if (!cut.ok) this.#failure ??= cut;
    if (!mode.ok) this.#refusedMode = true;
    if (!time.ok) this.#unkept.push('time');
  }

  /** A file system without permissions of its own refuses all, also those that it shows. */
  async #lookAtMode(path: string): Promise<void> {
    const made = await this.#files.look(path);
    if (!made.ok || made.value.mode !== this.#begun.after.mode) this.#unkept.push('permissions');
  }

  #fail(failure: Result<never>): void {
    this.#failure ??= failure;
    this.#hasRoom?.();
    this.#look();
  }

  #look(): void {
    if (this.#under > 0) return;
    if (this.#failure !== undefined) this.#settle?.(this.#failure);
    else if (this.#isEnded && this.#written === this.#received) this.#settle?.(ok(undefined));
  }

  async #finish(result: Result<void>): Promise<Result<{ readonly unkept: readonly Unkept[] }>> {
    const { part, target } = this.#begun;
    const closed = await (this.#closed ?? this.#begun.file.close());
    await this.#changed;
    const whole = this.#failure ?? (result.ok ? closed : result);
    if (this.#refusedMode) await this.#lookAtMode(part ?? target);
    if (part === undefined) return whole.ok ? ok({ unkept: this.#unkept }) : halfWritten(target, whole.error);
    const placed = whole.ok ? await this.#files.replace(part, target) : whole;
    if (placed.ok || (await this.#files.removeFile(part)).ok) this.#news.gone(part);
    else this.#news.left(part);
    return placed.ok ? ok({ unkept: this.#unkept }) : placed;
  }
}

/** What was written in place stays as far as it got, and that is said. */
const halfWritten = (target: string, error: AppError): Failure => ({
  ok: false,
  error: { ...error, message: `${error.message} ${said(nameOf(target))} is half written now.` },
});
