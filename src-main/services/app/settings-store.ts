import { Emitter } from '../../core/base/emitter.ts';
import { fail, ok } from '../../core/base/errors.ts';
import type { AppError, Result } from '../../core/base/errors.ts';
import type { Document } from '../../core/base/document.ts';
import { SerialQueue } from '../../core/base/serial-queue.ts';
import { badSettings, defaultSettings } from '../../core/app/settings.ts';
import type { Settings } from '../../core/app/settings.ts';
import { checkEditor } from '../../core/launch/editors.ts';

type Judge = (patch: Partial<Settings>) => Result<void>;

/** The user's settings, stored on disk. */
export class SettingsStore {
  readonly changed = new Emitter<Settings>();
  /** Why the stored settings could not be read; the defaults apply then. */
  readonly problem: AppError | undefined;
  readonly #document: Document<Settings>;
  readonly #judge: Judge;
  readonly #writes = new SerialQueue();
  #settings: Settings;

  private constructor(document: Document<Settings>, settings: Settings, problem: AppError | undefined, judge: Judge) {
    this.#document = document;
    this.#judge = judge;
    this.#settings = settings;
    this.problem = problem;
  }

  /**
   * Never fails: unreadable settings are the defaults, with the reason in `problem`. `judge` refuses a change that this
   * computer cannot apply.
   */
  static async load(document: Document<Settings>, judge: Judge = () => ok(undefined)): Promise<SettingsStore> {
    const read = await document.read();
    return read.ok
      ? new SettingsStore(document, read.value, undefined, judge)
      : new SettingsStore(document, defaultSettings, read.error, judge);
  }

  get(): Settings {
    return this.#settings;
  }

  /**
   * Changes the given settings; they apply and are announced once they are on disk. Errors: invalid-input naming the
   * keys, those of `judge`, and those of the document.
   */
  change(patch: Partial<Settings>): Promise<Result<Settings>> {
    return this.#writes.run(async () => {
      // The check of an editor has its own message.
      const editor = patch.editor === undefined ? ok(undefined) : checkEditor(patch.editor);
      if (!editor.ok) return editor;
      const bad = badSettings(patch);
      if (bad.length > 0) {
        return fail(
          'invalid-input',
          `This setting has no such value: ${bad.join(', ')}.`,
          'Choose one of those offered.',
        );
      }
      const judged = this.#judge(patch);
      if (!judged.ok) return judged;
      const next: Settings = { ...this.#settings, ...patch };
      const written = await this.#document.write(next);
      if (!written.ok) return written;
      this.#settings = next;
      this.changed.emit(next);
      return ok(next);
    });
  }
}
