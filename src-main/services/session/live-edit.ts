import type { Clock } from '../../core/base/clock.ts';
import { defined } from '../../core/base/defined.ts';
import { fail, ok, type AppError, type Result } from '../../core/base/errors.ts';
import { maxEditBytes, type LocalCopies, type LocalCopy } from '../../core/session/local-copies.ts';
import {
  beginEdit,
  isUnsent,
  phaseOf,
  stepEdit,
  type RemoteEdit,
  type RemoteEditAnswer,
  type RemoteEditEffect,
  type RemoteEditFact,
} from '../../core/session/remote-edit.ts';
import type { RemoteFiles } from '../../core/session/remote-files.ts';
import { hashOf, lookAt, stampOf, type FileVersion } from './file-version.ts';
import { Upload, type PartNews } from './sftp-upload.ts';

/** The way to the device at the moment. */
export interface EditWay {
  readonly files: RemoteFiles;
  /** Hears what becomes of half-sent files. */
  readonly parts: PartNews;
}

interface LiveEditDeps {
  readonly copies: LocalCopies;
  readonly sha256: (bytes: Uint8Array) => Uint8Array;
  readonly clock: Clock;
  readonly newName: () => string;
  /** Called after every change of what is shown. */
  readonly tell: () => void;
}

/** Names that are tried for a save that is kept beside the device’s own file. */
const mostBeside = 99;

/** The name for a copy beside a file: `hosts.conf` is `hosts (yours).conf`, then `hosts (yours 2).conf`. */
export const besideName = (path: string, count: number): string => {
  const slash = path.lastIndexOf('/') + 1;
  const dot = path.lastIndexOf('.');
  const at = dot > slash ? dot : path.length;
  return `${path.slice(0, at)} (yours${count === 1 ? '' : ` ${count}`})${path.slice(at)}`;
};

/** Carries out what the machine of one edit decides. */
export class LiveEdit {
  readonly #deps: LiveEditDeps;
  #copy: LocalCopy | undefined;
  #edit: RemoteEdit;
  #way: EditWay | undefined;
  #path: string;
  #lost = new AbortController();
  #isOver = false;

  private constructor(deps: LiveEditDeps, way: EditWay, path: string, edit: RemoteEdit) {
    this.#deps = deps;
    this.#way = way;
    this.#path = path;
    this.#edit = edit;
  }

  /** Keeps a copy of what was fetched and begins to watch it. Error: invalid-input. */
  static async begin(
    deps: LiveEditDeps,
    way: EditWay,
    file: { readonly path: string; readonly version: FileVersion; readonly isAllowed: boolean },
  ): Promise<Result<LiveEdit>> {
    const { path, version, isAllowed } = file;
    const live = new LiveEdit(deps, way, path, beginEdit({ ...version, isAllowed }));
    const name = path.slice(path.lastIndexOf('/') + 1);
    const copy = await deps.copies.make(name, version.content, () => void live.#look());
    if (!copy.ok) return copy;
    live.#copy = copy.value;
    return ok(live);
  }

  /** On the device. */
  get path(): string {
    return this.#path;
  }

  /** On this computer. */
  get copyPath(): string {
    return this.#copy?.path ?? '';
  }

  get isUnsent(): boolean {
    return isUnsent(this.#edit);
  }

  get view(): {
    readonly path: string;
    readonly phase: ReturnType<typeof phaseOf>;
    readonly isUnsent: boolean;
    readonly sentAt: number | undefined;
    readonly error: AppError | undefined;
  } {
    const { sentAt, error } = this.#edit;
    return { path: this.#path, phase: phaseOf(this.#edit), isUnsent: this.isUnsent, sentAt, error };
  }

  answer(answer: RemoteEditAnswer): void {
    this.#take({ type: 'answer', answer });
  }

  /** There is a way to the device, perhaps another one than before. */
  connect(way: EditWay): void {
    if (this.#way === way) return;
    if (this.#way !== undefined) this.disconnect();
    this.#way = way;
    this.#lost = new AbortController();
    this.#take({ type: 'connected' });
  }

  disconnect(): void {
    if (this.#way === undefined) return;
    this.#way = undefined;
    this.#lost.abort();
    this.#take({ type: 'disconnected' });
  }

  dispose(): void {
    this.#isOver = true;
    this.#lost.abort();
    void this.#copy?.dispose();
  }

  #take(fact: RemoteEditFact): void {
    if (this.#isOver) return;
    const [next, effect] = stepEdit(this.#edit, fact);
    const isNews = next !== this.#edit;
    this.#edit = next;
    if (effect !== undefined) void this.#carryOut(effect);
    if (isNews) this.#deps.tell();
  }

  /** Looks what was saved here. */
  async #look(): Promise<void> {
    const content = await this.#copy?.read();
    // Without a file, a program is about to put another one in its place.
    if (content?.ok === true) this.#take({ type: 'saved', hash: hashOf(this.#deps.sha256, content.value) });
  }

  async #carryOut(effect: RemoteEditEffect): Promise<void> {
    const way = this.#way;
    if (way === undefined) return;
    const { turn } = effect;
    const { signal } = this.#lost;
    if (effect.type === 'look') {
      const reading = { most: maxEditBytes, sha256: this.#deps.sha256 };
      const found = await lookAt(way.files, this.#path, this.#edit.known, reading, signal);
      return this.#take(
        found.ok ? { type: 'looked', turn, found: found.value } : { type: 'failed', turn, error: found.error },
      );
    }
    const sent = await this.#send(way, effect.beside, signal);
    this.#take(sent.ok ? { type: 'sent', turn, ...sent.value } : { type: 'failed', turn, error: sent.error });
  }

  async #send(
    way: EditWay,
    isBeside: boolean,
    signal: AbortSignal,
  ): Promise<Result<Omit<Extract<RemoteEditFact, { type: 'sent' }>, 'type' | 'turn'>>> {
    const content = await this.#copy?.read();
    if (content === undefined) return goneError;
    if (!content.ok) return content;
    const path = isBeside ? await freeName(way.files, this.#path) : ok(this.#path);
    if (!path.ok) return path;
    const { clock, newName, sha256 } = this.#deps;
    // A file beside another is as private as that.
    const mode = isBeside ? await modeBeside(way.files, this.#path) : undefined;
    const request = { path: path.value, size: content.value.length, newName: newName(), ...defined({ mode }) };
    const start = (inPlace: boolean) =>
      Upload.start(way.files, { ...request, inPlace }, { taken: () => undefined, ...way.parts }, signal);
    let upload = await start(false);
    // The person has said yes to this file, and its content is here if the way is lost in the middle.
    if (!upload.ok && upload.error.kind === 'confirmation-required') upload = await start(true);
    if (!upload.ok) return upload;
    if (content.value.length > 0) upload.value.write(content.value);
    const done = await upload.value.done;
    if (!done.ok) return done;
    if (isBeside) this.#path = path.value;
    const stamp = await stampOf(way.files, path.value);
    return ok({
      hash: hashOf(sha256, content.value),
      stamp: stamp.ok ? stamp.value : undefined,
      at: clock.now(),
    });
  }
}

const goneError = fail('not-found', 'The copy on this computer is gone.', 'Save it again in your editor.');

/** Permissions for a file beside another; those of a secret where that one is gone. */
const modeBeside = async (files: RemoteFiles, path: string): Promise<number> => {
  const stats = await files.follow(path);
  return stats.ok ? stats.value.mode & 0o777 : 0o600;
};

/** A name beside a path that nothing has yet. Errors: conflict, and those of the files. */
const freeName = async (files: RemoteFiles, path: string): Promise<Result<string>> => {
  for (let count = 1; count <= mostBeside; count += 1) {
    const name = besideName(path, count);
    const found = await files.look(name);
    if (!found.ok) return found.error.kind === 'not-found' ? ok(name) : found;
  }
  return fail('conflict', 'There are too many copies beside this file.', 'Delete some of them.');
};
