import type { Clock, Random } from '../../core/base/clock.ts';
import type { Log } from '../../core/base/log.ts';
import type { Result } from '../../core/base/errors.ts';
import {
  afterUpdate,
  freshUpdates,
  tellsOfUpdate,
  updateText,
  waitForCheck,
  type UpdateEvent,
  type UpdateMemory,
  type UpdateMethod,
} from '../../core/app/update-policy.ts';
import type { SettingsStore } from './settings-store.ts';

/** Where new versions come from: the host's part. */
export interface UpdateSource {
  readonly method: Exclude<UpdateMethod, 'never'>;
  /**
   * Answers the newest version of a channel where it is newer than this one, once it is there to be installed. Errors:
   * unreachable, with no more than the name of what failed.
   */
  check(channel: 'latest' | 'beta'): Promise<Result<string | undefined>>;
  /** Whether a version that is there is installed when the user quits. */
  installOnQuit(on: boolean): void;
  /** Quits as ever, tunnels closed, and starts the new version. */
  restart(): void;
}

/** What the window knows of updates. */
export interface UpdateState {
  readonly method: Exclude<UpdateMethod, 'never'>;
  /** The version that waits. */
  readonly ready?: { readonly version: string; readonly text: string; readonly hint: string } | undefined;
  /** Whether the window asks about it now; "Later" holds for a day. */
  readonly asks: boolean;
}

export interface UpdatesOptions {
  readonly source: UpdateSource;
  readonly settings: Pick<SettingsStore, 'get' | 'changed'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** How many forwards a restart would interrupt. */
  readonly openForwards: () => number;
  readonly show: (state: UpdateState) => void;
  /** One notice outside the window. */
  readonly notify: (notice: { readonly text: string; readonly hint: string }) => void;
}

/** Milliseconds between two looks at whether "Later" is over. */
const lookEveryMs = 3_600_000;

/** Looks for new versions and says so. Nothing is installed before the user quits or asks for it. */
export class Updates {
  readonly #options: UpdatesOptions;
  #memory: UpdateMemory = freshUpdates;
  #channel: 'latest' | 'beta' | 'off';
  #isFirst = true;
  #disposed = false;
  #cancelCheck = (): void => undefined;
  #cancelLook = (): void => undefined;
  readonly #stopHearing: () => void;

  constructor(options: UpdatesOptions) {
    this.#options = options;
    this.#channel = options.settings.get().updates;
    this.#stopHearing = options.settings.changed.on(({ updates }) => this.#choose(updates));
    this.#show();
    this.#schedule();
  }

  /** The user is not asked again for a day; the waiting version is still installed when the user quits. */
  later(): void {
    this.#memory = afterUpdate(this.#memory, { kind: 'deferred', at: this.#options.clock.now() });
    this.#look();
  }

  /** Ends the application for the version that waits, where it can replace itself. */
  restart(): void {
    if (this.#memory.ready !== undefined && this.#options.source.method === 'itself') this.#options.source.restart();
  }

  dispose(): void {
    this.#disposed = true;
    this.#cancelCheck();
    this.#cancelLook();
    this.#stopHearing();
  }

  #choose(channel: 'latest' | 'beta' | 'off'): void {
    if (channel === this.#channel) return;
    this.#channel = channel;
    this.#isFirst = true;
    // What one channel had may not be for those of another.
    this.#memory = freshUpdates;
    this.#options.source.installOnQuit(channel !== 'off');
    this.#look();
    this.#schedule();
  }

  #schedule(): void {
    this.#cancelCheck();
    if (this.#disposed || this.#channel === 'off') return;
    const { clock, random } = this.#options;
    this.#cancelCheck = clock.after(waitForCheck(this.#memory, this.#isFirst, random), () => void this.#check());
    this.#isFirst = false;
  }

  async #check(): Promise<void> {
    const channel = this.#channel;
    if (channel === 'off') return;
    const found = await this.#options.source.check(channel);
    // An answer for a channel that was switched off meanwhile is ignored.
    if (this.#disposed || channel !== this.#channel) return;
    if (!found.ok) this.#options.log.write('warn', 'update.failed', { message: found.error.message });
    this.#take(
      !found.ok
        ? { kind: 'failed' }
        : found.value === undefined
          ? { kind: 'none' }
          : { kind: 'ready', version: found.value },
    );
    this.#schedule();
  }

  #take(event: UpdateEvent): void {
    const before = this.#memory.ready;
    this.#memory = afterUpdate(this.#memory, event);
    this.#look();
    const { ready } = this.#memory;
    if (ready === undefined || ready === before) return;
    const { source, openForwards, notify } = this.#options;
    notify(updateText(ready, source.method, openForwards()));
  }

  /** Shows how it is now, and looks again as long as "Later" may end. */
  #look(): void {
    this.#cancelLook();
    if (this.#disposed) return;
    this.#show();
    if (this.#memory.ready !== undefined) this.#cancelLook = this.#options.clock.after(lookEveryMs, () => this.#look());
  }

  #show(): void {
    const { source, clock, show } = this.#options;
    const { ready } = this.#memory;
    show({
      method: source.method,
      // The window counts open forwards itself.
      ...(ready === undefined ? {} : { ready: { version: ready, ...updateText(ready, source.method, 0) } }),
      asks: tellsOfUpdate(this.#memory, clock.now()),
    });
  }
}
