import type { Clock } from '../../core/base/clock.ts';
import { cancelled, fail, ok, type AppError, type Result } from '../../core/base/errors.ts';
import { maxEditBytes, type LocalCopies } from '../../core/session/local-copies.ts';
import type { RemoteEditAnswer, RemoteEditPhase } from '../../core/session/remote-edit.ts';
import type { RemoteFiles } from '../../core/session/remote-files.ts';
import { readVersion } from './file-version.ts';
import { LiveEdit } from './live-edit.ts';
import type { PartNews } from './sftp-upload.ts';

export interface RemoteEditsDeps {
  readonly copies: LocalCopies;
  readonly editor: { open(file: string, signal: AbortSignal): Promise<Result<void>> };
  readonly sha256: (bytes: Uint8Array) => Uint8Array;
  readonly clock: Clock;
  readonly newName: () => string;
}

/** One edited file, as a window shows it. */
export interface EditedFile {
  readonly edit: number;
  /** On the device. */
  readonly path: string;
  readonly phase: RemoteEditPhase;
  readonly isUnsent: boolean;
  readonly sentAt: number | undefined;
  readonly error: AppError | undefined;
}

/** What a person can say about an edit: of the machine, or `always` send saves of this file, also next time. */
export type EditAnswer = RemoteEditAnswer | 'always' | 'open' | 'end';

/** A window with files of a place. */
interface Viewer {
  readonly files: RemoteFiles;
  readonly tell: (edits: readonly EditedFile[]) => void;
  /** Hears what becomes of half-sent files. */
  readonly parts: PartNews;
}

/** What is edited of one place: a device, a service, a user. */
interface Desk {
  readonly edits: Map<number, LiveEdit>;
  readonly viewers: Set<Viewer>;
  /** Paths whose saves are sent without asking until Quayside ends. */
  readonly allowed: Set<string>;
  stopForgetting: () => void;
}

/** Edits at one place at once. */
const maxEdits = 32;
/** Milliseconds after which copies without anything unsent go, when no window has come back. */
const forgetMs = 10 * 60_000;

const noEdit = fail('not-found', 'This file is not being edited any more.', 'Choose Edit again.');

/** A window’s end of what is edited at its place. */
export interface EditDesk {
  /** Fetches a file and opens it in the editor. `report` hears of bytes. Errors: those of the files, unsupported, launcher-missing. */
  begin(path: string, report: (bytes: number) => void, signal: AbortSignal): Promise<Result<{ readonly edit: number }>>;
  answer(edit: number, answer: EditAnswer, signal: AbortSignal): Promise<Result<void>>;
  /** The connection or the window is gone: what is unsent waits. */
  leave(): void;
  /** The person closed the files of this place: the copies go with their last window. */
  close(): void;
}

/**
 * Files of devices that are edited on this computer. They outlive a connection and a window, so that what was saved
 * meanwhile is not lost: the next window with files of the same place has them again.
 */
export class RemoteEdits {
  readonly #deps: RemoteEditsDeps;
  readonly #desks = new Map<string, Desk>();
  #lastEdit = 0;

  constructor(deps: RemoteEditsDeps) {
    this.#deps = deps;
  }

  /** `place`: the device, the service and the user whose files these are. */
  attach(place: string, viewer: Viewer): EditDesk {
    const desk = this.#desk(place);
    desk.stopForgetting();
    desk.viewers.add(viewer);
    for (const edit of desk.edits.values()) edit.connect(viewer);
    viewer.tell(shown(desk));
    return {
      begin: (path, report, signal) => this.#begin(desk, viewer, path, report, signal),
      answer: (edit, answer, signal) => this.#answer(desk, edit, answer, signal),
      leave: () => this.#leave(place, desk, viewer),
      close: () => {
        this.#leave(place, desk, viewer);
        if (desk.viewers.size === 0) this.#end(place, desk);
      },
    };
  }

  /** Ends all edits and removes their copies. */
  dispose(): void {
    for (const [place, desk] of this.#desks) this.#end(place, desk);
  }

  #desk(place: string): Desk {
    const found = this.#desks.get(place);
    if (found !== undefined) return found;
    const desk: Desk = { edits: new Map(), viewers: new Set(), allowed: new Set(), stopForgetting: () => undefined };
    this.#desks.set(place, desk);
    return desk;
  }

  #leave(place: string, desk: Desk, viewer: Viewer): void {
    if (!desk.viewers.delete(viewer)) return;
    const other = [...desk.viewers].at(-1);
    for (const edit of desk.edits.values()) {
      if (other === undefined) edit.disconnect();
      else edit.connect(other);
    }
    if (other !== undefined) return;
    desk.stopForgetting = this.#deps.clock.after(forgetMs, () => {
      for (const [number, edit] of desk.edits) {
        if (edit.isUnsent) continue;
        edit.dispose();
        desk.edits.delete(number);
      }
      if (desk.edits.size === 0) this.#end(place, desk);
    });
  }

  #end(place: string, desk: Desk): void {
    desk.stopForgetting();
    for (const edit of desk.edits.values()) edit.dispose();
    desk.edits.clear();
    if (this.#desks.get(place) === desk) this.#desks.delete(place);
  }

  async #begin(
    desk: Desk,
    viewer: Viewer,
    path: string,
    report: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<Result<{ readonly edit: number }>> {
    const { copies, editor, sha256, clock, newName } = this.#deps;
    const before = [...desk.edits].find(([, edit]) => edit.path === path);
    if (before !== undefined) {
      const opened = await editor.open(before[1].copyPath, signal);
      return opened.ok ? ok({ edit: before[0] }) : opened;
    }
    if (desk.edits.size >= maxEdits)
      return fail('conflict', `${maxEdits} files are being edited here already.`, 'End some of them first.');
    const version = await readVersion(viewer.files, path, { most: maxEditBytes, sha256, report }, signal);
    if (!version.ok) return version;
    const number = ++this.#lastEdit;
    const tell = (): void => {
      for (const each of desk.viewers) each.tell(shown(desk));
    };
    const live = await LiveEdit.begin({ copies, sha256, clock, newName, tell }, viewer, {
      path,
      version: version.value,
      isAllowed: desk.allowed.has(path),
    });
    if (!live.ok) return live;
    const opened = signal.aborted ? cancelled() : await editor.open(live.value.copyPath, signal);
    if (!opened.ok) {
      live.value.dispose();
      return opened;
    }
    // The window may have gone while the editor started.
    if (!desk.viewers.has(viewer)) live.value.disconnect();
    desk.edits.set(number, live.value);
    tell();
    return ok({ edit: number });
  }

  async #answer(desk: Desk, number: number, answer: EditAnswer, signal: AbortSignal): Promise<Result<void>> {
    const edit = desk.edits.get(number);
    if (edit === undefined) return noEdit;
    switch (answer) {
      case 'open':
        return this.#deps.editor.open(edit.copyPath, signal);
      case 'end':
        edit.dispose();
        desk.edits.delete(number);
        for (const each of desk.viewers) each.tell(shown(desk));
        return ok(undefined);
      case 'always':
        desk.allowed.add(edit.path);
        edit.answer('send');
        return ok(undefined);
      default:
        if (answer === 'not') desk.allowed.delete(edit.path);
        edit.answer(answer);
        return ok(undefined);
    }
  }
}

const shown = (desk: Desk): readonly EditedFile[] => [...desk.edits].map(([edit, live]) => ({ edit, ...live.view }));
