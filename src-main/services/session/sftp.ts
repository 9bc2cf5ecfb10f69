import { cancelled, fail, ok, type Result } from '../../core/base/errors.ts';
import type { RemoteFile, RemoteFiles } from '../../core/ssh/ssh-client.ts';

/** Bytes of one request. With the words around them they fit into an SSH packet of 32 KiB; of two, one would be tiny. */
const pieceBytes = 31 * 1024;
/** Requests under way at once, about a window of SSH's: a slow way to the device would else cost one round trip a piece. */
const pieces = 64;

const changed = fail(
  'bad-response',
  'The file became shorter while it was read.',
  'Download it again when the device has finished writing it.',
);

/**
 * Reads a file to its end, in order. `take` is waited for before more is asked of the device. Errors: those of the
 * files, cancelled.
 */
export const downloadFile = async (
  files: RemoteFiles,
  path: string,
  take: (bytes: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<Result<number>> => {
  const size = await files.size(path);
  if (!size.ok) return size;
  const opened = await files.open(path, 'read');
  if (!opened.ok) return opened;
  const file = opened.value;
  const done = await readAll(file, size.value, take, signal);
  await file.close();
  return done;
};

/** A piece whole: a server may answer with less than was asked for. */
const readPiece = async (file: RemoteFile, from: number, length: number): Promise<Result<Uint8Array>> => {
  const first = await file.read(from, length);
  if (!first.ok || first.value.length === length) return first;
  const parts = [first.value];
  let read = first.value.length;
  while (read < length) {
    const more = await file.read(from + read, length - read);
    if (!more.ok) return more;
    if (more.value.length === 0) return changed;
    parts.push(more.value);
    read += more.value.length;
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return ok(whole);
};

const readAll = async (
  file: RemoteFile,
  size: number,
  take: (bytes: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<Result<number>> => {
  const asked: Promise<Result<Uint8Array>>[] = [];
  let at = 0;
  let failure: Result<number> | undefined;
  for (;;) {
    while (at < size && asked.length < pieces && failure === undefined) {
      const length = Math.min(pieceBytes, size - at);
      asked.push(readPiece(file, at, length));
      at += length;
    }
    const next = asked.shift();
    // What was asked for is waited for even after a failure: the file cannot be closed before.
    if (next === undefined) return failure ?? ok(size);
    const piece = await next;
    if (failure !== undefined) continue;
    if (signal.aborted) failure = cancelled();
    else if (!piece.ok) failure = piece;
    else await take(piece.value);
  }
};

/** Half-sent files on devices: the way to the device went before they could be taken away. Gone with this process. */
export class LeftParts {
  readonly #parts = new Map<string, Set<string>>();

  /** `place`: the device and the service whose files these are. */
  note(place: string, part: string): void {
    const parts = this.#parts.get(place) ?? new Set();
    this.#parts.set(place, parts.add(part));
  }

  /** Takes away what was left there; what another user sent stays until that user is back. */
  async clear(place: string, files: Pick<RemoteFiles, 'removeFile'>): Promise<void> {
    const parts = this.#parts.get(place);
    if (parts === undefined) return;
    for (const part of parts) {
      const removed = await files.removeFile(part);
      if (removed.ok || removed.error.kind === 'not-found') parts.delete(part);
    }
    if (parts.size === 0) this.#parts.delete(place);
  }
}

/** The events of a running upload. */
export interface UploadNews {
  /** The device has written so many bytes more. */
  readonly taken: (bytes: number) => void;
  /** It failed, and the half-sent file of this path could not be taken away. */
  readonly left: (part: string) => void;
}

/** An upload under way: bytes go in, the far end says how many it has. */
export class Upload {
  readonly #files: RemoteFiles;
  readonly #path: string;
  readonly #part: string;
  readonly #size: number;
  readonly #file: RemoteFile;
  readonly #news: UploadNews;
  #received = 0;
  #written = 0;
  #under = 0;
  #closed: Promise<Result<void>> | undefined;
  #failure: Result<never> | undefined;
  #settle: ((result: Result<void>) => void) | undefined;
  /** Resolves when the file is in place, or is not going to be. */
  readonly done: Promise<Result<void>>;

  private constructor(deps: {
    readonly files: RemoteFiles;
    readonly path: string;
    readonly part: string;
    readonly size: number;
    readonly file: RemoteFile;
    readonly news: UploadNews;
  }) {
    this.#files = deps.files;
    this.#path = deps.path;
    this.#part = deps.part;
    this.#size = deps.size;
    this.#file = deps.file;
    this.#news = deps.news;
    this.done = new Promise<Result<void>>((resolve) => {
      this.#settle = resolve;
    }).then((result) => this.#finish(result));
    this.#closeWhenSent();
    this.#look();
  }

  /**
   * Opens a file beside `path`, which takes its place once all has arrived: until then what was there stays.
   */
  static async start(
    files: RemoteFiles,
    request: { readonly path: string; readonly size: number; readonly newName: string },
    news: UploadNews,
    signal: AbortSignal,
  ): Promise<Result<Upload>> {
    const slash = request.path.lastIndexOf('/') + 1;
    const part = `${request.path.slice(0, slash)}.${request.newName}.part`;
    const opened = await files.open(part, 'write');
    if (!opened.ok) {
      // Whether it was made is not known: the answer did not get here.
      if (opened.error.kind === 'unreachable') news.left(part);
      return opened;
    }
    const upload = new Upload({ files, path: request.path, part, size: request.size, file: opened.value, news });
    const abort = (): void => upload.#fail(cancelled());
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    return ok(upload);
  }

  /** Takes the next bytes. The window of the stream keeps them few. */
  write(bytes: Uint8Array): void {
    if (this.#failure !== undefined) return;
    if (this.#received + bytes.length > this.#size) {
      return this.#fail(fail('invalid-input', 'The file became longer while it was read.', 'Upload it again.'));
    }
    for (let from = 0; from < bytes.length; from += pieceBytes) {
      const piece = bytes.subarray(from, from + pieceBytes);
      const offset = this.#received;
      this.#received += piece.length;
      this.#under += 1;
      void this.#file.write(offset, piece).then((written) => {
        this.#under -= 1;
        if (written.ok) {
          this.#written += piece.length;
          this.#news.taken(piece.length);
          this.#look();
        } else this.#fail(written);
        if (this.#failure !== undefined) this.#look();
      });
    }
    this.#closeWhenSent();
  }

  /**
   * Closes the file behind its last request, whose answer need not be waited for: a server does what is asked of one
   * file in the order it was asked (draft-ietf-secsh-filexfer-02, section 6.1).
   */
  #closeWhenSent(): void {
    if (this.#received === this.#size) this.#closed ??= this.#file.close();
  }

  #fail(failure: Result<never>): void {
    this.#failure ??= failure;
    this.#look();
  }

  #look(): void {
    if (this.#under > 0) return;
    if (this.#failure !== undefined) this.#settle?.(this.#failure);
    else if (this.#written === this.#size) this.#settle?.(ok(undefined));
  }

  async #finish(result: Result<void>): Promise<Result<void>> {
    const closed = await (this.#closed ?? this.#file.close());
    const placed = result.ok ? (closed.ok ? await this.#files.replace(this.#part, this.#path) : closed) : result;
    if (!placed.ok && !(await this.#files.removeFile(this.#part)).ok) this.#news.left(this.#part);
    return placed;
  }
}
