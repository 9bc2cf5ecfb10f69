import { Emitter } from '../core/emitter.ts';
import { fail, ok } from '../core/errors.ts';
import type { AppError, Result } from '../core/errors.ts';
import type { Document } from '../core/ports.ts';
import { Serial } from '../core/serial.ts';
import { badSettings, defaultSettings } from '../core/settings.ts';
import type { Settings } from '../core/settings.ts';

/** What the user chose, kept on disk. */
export class SettingsStore {
  readonly changed = new Emitter<Settings>();
  /** Why the stored settings could not be read, if so; the defaults are in force then. */
  readonly problem: AppError | undefined;
  readonly #document: Document<Settings>;
  readonly #writes = new Serial();
  #settings: Settings;

  private constructor(document: Document<Settings>, settings: Settings, problem: AppError | undefined) {
    this.#document = document;
    this.#settings = settings;
    this.problem = problem;
  }

  /** Never fails: settings that cannot be read are the defaults, with the reason in `problem`. */
  static async load(document: Document<Settings>): Promise<SettingsStore> {
    const read = await document.read();
    return read.ok
      ? new SettingsStore(document, read.value, undefined)
      : new SettingsStore(document, defaultSettings, read.error);
  }

  get(): Settings {
    return this.#settings;
  }

  /**
   * Changes what is given; in force and announced once it is on disk. Errors: invalid-input naming the keys,
   * and those of the document.
   */
  change(patch: Partial<Settings>): Promise<Result<Settings>> {
    return this.#writes.run(async () => {
      const bad = badSettings(patch);
      if (bad.length > 0) {
        return fail(
          'invalid-input',
          `This setting has no such value: ${bad.join(', ')}.`,
          'Choose one of those offered.',
        );
      }
      const next: Settings = { ...this.#settings, ...patch };
      const written = await this.#document.write(next);
      if (!written.ok) return written;
      this.#settings = next;
      this.changed.emit(next);
      return ok(next);
    });
  }
}
