import { Emitter } from '../../core/base/emitter.ts';
import type { AppError } from '../../core/base/errors.ts';
import type { VaultKind } from '../../core/base/vault.ts';
import type { NavigationIntent } from '../../core/app/navigation-intent.ts';
import type { UpdateState } from './updates.ts';

/** A message that a person should read once. */
export interface Notice {
  readonly id: string;
  readonly text: string;
  readonly hint: string;
  /** Devices named in the text: the window makes links of them. */
  readonly devices?: readonly { readonly key: string; readonly name: string }[];
}

/** The state of the application itself, beside its settings. */
export interface AppInfo {
  readonly version: string;
  readonly host: 'desktop' | 'headless' | 'cli';
  readonly platform: string;
  readonly demo: boolean;
  readonly polling: boolean;
  readonly vaultKind: VaultKind;
  /** Why the vault cannot be used; absent if it can. */
  readonly vaultError?: AppError | undefined;
  readonly terminals: readonly string[];
  readonly notices: readonly Notice[];
  /** What the window is asked to show next; numbered, so that each intent is followed once. */
  readonly intent?: { readonly id: number; readonly intent: NavigationIntent } | undefined;
  /** The state of the global shortcut; absent on hosts without one. */
  readonly shortcut?: ShortcutState | undefined;
  /** With `asked`: the command with the same effect, for the system's keyboard settings. */
  readonly shortcutCommand?: string | undefined;
  /** How this installation updates; absent if it looks for none. */
  readonly update?: UpdateState | undefined;
}

/**
 * `asked`: the desktop was asked and does not answer, so the shortcut may not work. `taken`: another program has it.
 */
export type ShortcutState = 'on' | 'off' | 'taken' | 'asked';

/** Holds the state of the application and announces its changes. */
export class AppState {
  #info: AppInfo;
  #lastIntent = 0;
  readonly changed = new Emitter<AppInfo>();
  /** The user's answers about the version that waits. */
  readonly updateAnswered = new Emitter<'restart' | 'later'>();

  constructor(facts: AppInfo) {
    this.#info = facts;
  }

  get(): AppInfo {
    return this.#info;
  }

  setPolling(polling: boolean): void {
    if (polling !== this.#info.polling) this.#change({ polling });
  }

  /** Sets why the vault cannot be used; undefined once it can. */
  setVaultError(vaultError: AppError | undefined): void {
    if (vaultError?.kind !== this.#info.vaultError?.kind) this.#change({ vaultError });
  }

  setTerminals(terminals: readonly string[]): void {
    this.#change({ terminals });
  }

  /** Shows a notice; it replaces one with the same id. */
  addNotice(notice: Notice): void {
    this.#change({ notices: [...this.#info.notices.filter((other) => other.id !== notice.id), notice] });
  }

  dismissNotice(id: string): void {
    this.#change({ notices: this.#info.notices.filter((notice) => notice.id !== id) });
  }

  /** Asks the window to show something. A later intent replaces one that no window has followed yet. */
  requestNavigation(intent: NavigationIntent): void {
    this.#change({ intent: { id: (this.#lastIntent += 1), intent } });
  }

  /** The window has followed the intent. */
  acknowledgeNavigation(id: number): void {
    if (this.#info.intent?.id === id) this.#change({ intent: undefined });
  }

  setShortcut(shortcut: ShortcutState, shortcutCommand?: string): void {
    if (shortcut !== this.#info.shortcut) this.#change({ shortcut, shortcutCommand });
  }

  setUpdate(update: UpdateState): void {
    this.#change({ update });
  }

  #change(part: Partial<AppInfo>): void {
    this.#info = { ...this.#info, ...part };
    this.changed.emit(this.#info);
  }
}
