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

/** The host's source of new versions. */
export interface UpdateSource {
  readonly method: Exclude<UpdateMethod, 'never'>;
  /**
   * The newest version of a channel, if it is newer than this one and ready to be installed. Errors: unreachable, with
   * only the name of the failure.
   */
  check(channel: 'latest' | 'beta'): Promise<Result<string | undefined>>;
  /** Whether a waiting version is installed when the user quits. */
  installOnQuit(on: boolean): void;
  /** Quits normally, which closes tunnels, and starts the new version. */
  restart(): void;
}

/** The state of updates for the window. */
export interface UpdateState {
  readonly method: Exclude<UpdateMethod, 'never'>;
  /** The version that waits to be installed. */
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

/** Milliseconds between two checks whether "Later" is over. */
const lookEveryMs = 3_600_000;

/** Looks for new versions and announces them. Nothing is installed before the user quits or asks for it. */
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

  /** Restarts into the waiting version, if this installation can replace itself. */
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
    // A version of one channel may not be meant for the other.
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

  /** Publishes the present state, and checks again while "Later" lasts. */
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
