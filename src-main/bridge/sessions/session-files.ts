import { defined } from '../../core/base/defined.ts';
import { fail, ok, type Result } from '../../core/base/errors.ts';
import type { RemoteFiles } from '../../core/session/remote-files.ts';
import { copyTree } from '../../services/session/copy-tree.ts';
import { downloadFile } from '../../services/session/sftp-download.ts';
import { followed } from '../../services/session/sftp-links.ts';
import { Upload, type PartNews } from '../../services/session/sftp-upload.ts';
import {
  fileWindow,
  maxCounted,
  type FileOperation,
  type SessionEvent,
  type SessionHostFrame,
} from '../../../src-preload/contract/session.ts';
import { countTree, deleteTree } from '../../services/session/sftp-tree.ts';
import { OutgoingStream, streamWithin, type ClientStream } from './session-streams.ts';
import type { EditDesk } from '../../services/session/remote-edits.ts';
import { errorView } from '../views/views.ts';

/** Calls of one session at once; a window that makes more is misbehaving. */
const maxCalls = 64;
/** The client has this many streams at once over all its sessions. */
const maxStreams = 256;

/** What a client may do with files of this computer; the bytes of a copy pass through main alone. */
const localOperations: ReadonlySet<FileOperation['op']> = new Set(['list', 'follow', 'count', 'make-folder', 'copy']);

/** What the calls of a session need from their client. */
export interface SessionFilesDeps {
  readonly files: RemoteFiles;
  /** Of this computer: no byte of theirs goes to the client, and nothing of it changes but by a copy. */
  readonly isLocal: boolean;
  /** The edits of these files. */
  readonly edits: EditDesk;
  readonly tell: (event: SessionEvent) => void;
  readonly send: (frame: SessionHostFrame) => void;
  /** The streams of the client, by number. */
  readonly streams: Map<number, ClientStream>;
  /** Runs work inside the session: what throws there ends the session. */
  readonly within: (work: () => void) => void;
  readonly newName: () => string;
  /** The files of another session of the client; undefined where it has none. */
  readonly filesOf: (session: number) => RemoteFiles | undefined;
  /** Hears what becomes of half-sent files. */
  readonly parts: PartNews;
}

/** The files of a device for a window: calls with results, transfers as streams. */
export class SessionFiles {
  readonly #deps: SessionFilesDeps;
  readonly #calls = new Map<number, AbortController>();
  #idle: (() => void) | undefined;

  constructor(deps: SessionFilesDeps) {
    this.#deps = deps;
  }

  /** For copies to another session. */
  get files(): RemoteFiles {
    return this.#deps.files;
  }

  /** Runs a call and tells its result. */
  async call(call: number, operation: FileOperation): Promise<void> {
    const { tell } = this.#deps;
    if (this.#calls.has(call) || this.#calls.size >= maxCalls) {
      const refused = fail('conflict', 'Too much is being done with these files at once.', 'Wait for some of it.');
      tell({ kind: 'refusal', call, error: errorView(refused.error) });
      return;
    }
    const controller = new AbortController();
    this.#calls.set(call, controller);
    let result: Result<unknown>;
    try {
      result = await this.#run(call, operation, controller.signal);
    } finally {
      this.#calls.delete(call);
      if (this.#calls.size === 0) this.#idle?.();
    }
    if (result.ok) tell({ kind: 'result', call, value: result.value });
    else tell({ kind: 'refusal', call, error: errorView(result.error) });
  }

  cancel(call: number): void {
    this.#calls.get(call)?.abort();
  }

  /** Stops what is running. Resolves when each call has removed what it left half done on the device. */
  dispose(): Promise<void> {
    for (const controller of this.#calls.values()) controller.abort();
    return new Promise((resolve) => {
      if (this.#calls.size === 0) resolve();
      else this.#idle = resolve;
    });
  }

  async #run(call: number, operation: FileOperation, signal: AbortSignal): Promise<Result<unknown>> {
    const { files, isLocal, edits, tell } = this.#deps;
    if (isLocal && !localOperations.has(operation.op))
      return fail(
        'forbidden',
        'Quayside copies files of this computer, and does nothing else with them.',
        'Use your own file manager.',
      );
    const progress = (amount: number): void => tell({ kind: 'progress', call, amount });
    switch (operation.op) {
      case 'list': {
        const path = await files.absolute(operation.path);
        if (!path.ok) return path;
        const entries = await files.list(path.value);
        if (!entries.ok) return entries;
        return ok({
          path: path.value,
          entries: entries.value.map(({ name, kind, size, modifiedAt, mode }) => ({
            name,
            kind,
            size,
            modifiedAt,
            mode,
          })),
        });
      }
      case 'follow': {
        const stats = await followed(files, operation.path);
        if (!stats.ok) return stats;
        const { kind, size, modifiedAt, mode } = stats.value;
        return ok({ kind, size, modifiedAt, mode });
      }
      case 'rename':
        return files.rename(operation.from, operation.to);
      case 'delete':
        return files.removeFile(operation.path);
      case 'count':
        return countTree(files, { path: operation.path, most: maxCounted }, progress, signal);
      case 'delete-folder':
        return deleteTree(files, operation.path, progress, signal);
      case 'make-folder':
        return files.makeFolder(operation.path);
      case 'copy':
        return this.#copy(operation, progress, signal);
      case 'edit':
        return edits.begin(operation.path, progress, signal);
      case 'edit-answer':
        return edits.answer(operation.edit, operation.answer, signal);
      case 'download':
        return this.#download(operation, signal);
      case 'upload':
        return this.#upload(call, operation, signal);
      default:
        return operation satisfies never;
    }
  }

  async #copy(
    { from, to, existing }: Extract<FileOperation, { op: 'copy' }>,
    taken: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<Result<unknown>> {
    const { files: target, filesOf, parts, newName } = this.#deps;
    const source = filesOf(from.session);
    if (source === undefined)
      return fail('not-found', 'The files that were to be copied are no longer open.', 'Reconnect and try again.');
    const copied = await copyTree(
      { source, target },
      { from: from.path, to, existing },
      { newName, news: { taken, ...parts } },
      signal,
    );
    if (!copied.ok) return copied;
    const { files, folders, links, bytes, skipped, failed, failures, changed, unkept } = copied.value;
    const told = failures.map(({ path, error }) => ({ path, error: errorView(error) }));
    return ok({ files, folders, links, bytes, skipped, failed, failures: told, changed, unkept });
  }

  #claim(stream: number, ends: ClientStream): Result<void> {
    const { streams, within } = this.#deps;
    if (streams.has(stream) || streams.size >= maxStreams) {
      return fail('conflict', 'This transfer cannot be started: too many are under way.', 'Wait for some of them.');
    }
    streams.set(stream, streamWithin(within, ends));
    return ok(undefined);
  }

  async #download(
    { path, stream }: Extract<FileOperation, { op: 'download' }>,
    signal: AbortSignal,
  ): Promise<Result<unknown>> {
    const { files, send, streams } = this.#deps;
    const outgoing = new OutgoingStream(stream, send, fileWindow);
    const claimed = this.#claim(stream, { take: () => undefined, give: (bytes) => outgoing.give(bytes) });
    if (!claimed.ok) return claimed;
    const take = async (bytes: Uint8Array): Promise<void> => {
      await outgoing.ready(signal);
      if (!signal.aborted) outgoing.send(bytes);
    };
    const done = await downloadFile(files, path, take, signal);
    streams.delete(stream);
    return done.ok ? ok({ size: done.value.size, isChanged: done.value.isChanged }) : done;
  }

  async #upload(
    call: number,
    { path, size, stream, modifiedAt, inPlace }: Extract<FileOperation, { op: 'upload' }>,
    signal: AbortSignal,
  ): Promise<Result<unknown>> {
    const { files, parts, newName, send, streams, tell } = this.#deps;
    let upload: Upload | undefined;
    const early: Uint8Array[] = [];
    const claimed = this.#claim(stream, {
      take: (bytes) => (upload === undefined ? void early.push(bytes) : upload.write(bytes)),
      give: () => undefined,
    });
    if (!claimed.ok) return claimed;
    // A fast device takes many pieces in one turn of the event loop: they are reported together.
    let moved = 0;
    const tellMoved = (): void => {
      if (moved === 0) return;
      send({ type: 'session-credit', stream, bytes: moved });
      tell({ kind: 'progress', call, amount: moved });
      moved = 0;
    };
    const taken = (bytes: number): void => {
      if (moved === 0) setImmediate(tellMoved);
      moved += bytes;
    };
    const request = { path, size, newName: newName(), ...defined({ modifiedAt, inPlace }) };
    const started = await Upload.start(files, request, { taken, ...parts }, signal);
    if (started.ok) {
      upload = started.value;
      for (const bytes of early.splice(0)) upload.write(bytes);
    }
    const done = started.ok ? await started.value.done : started;
    tellMoved();
    streams.delete(stream);
    return done.ok ? ok({ size, unkept: done.value.unkept }) : done;
  }
}
