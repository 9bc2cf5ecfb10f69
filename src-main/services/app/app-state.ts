import { Emitter } from '../../core/base/emitter.ts';
import type { AppError } from '../../core/base/errors.ts';
import type { VaultKind } from '../../core/base/vault.ts';
import type { NavigationIntent } from '../../core/app/navigation-intent.ts';
import type { UpdateState } from './updates.ts';

/** Something a person should know once. */
export interface Notice {
  readonly id: string;
  readonly text: string;
  readonly hint: string;
  /** Devices whose names stand in the text: the window makes links of them. */
  readonly devices?: readonly { readonly key: string; readonly name: string }[];
}

/** What is true of the application itself, beside its settings. */
export interface AppInfo {
  readonly version: string;
  readonly host: 'desktop' | 'headless' | 'cli';
  readonly platform: string;
  readonly demo: boolean;
  readonly polling: boolean;
  readonly vaultKind: VaultKind;
  /** Why the vault cannot be used, where that is so. */
  readonly vaultError?: AppError | undefined;
  readonly terminals: readonly string[];
  readonly notices: readonly Notice[];
  /** What the window is to show next; numbered, so that each is shown once. */
  readonly intent?: { readonly id: number; readonly intent: NavigationIntent } | undefined;
  /** How the global shortcut is doing; absent on hosts that have none. */
  readonly shortcut?: ShortcutState | undefined;
  /** With `asked`: the command that does the same, to be bound in the system's keyboard settings. */
  readonly shortcutCommand?: string | undefined;
  /** How this installation updates; absent if it looks for none. */
  readonly update?: UpdateState | undefined;
}

/** `asked`: a desktop that says nothing was asked for it, so it may do nothing. `taken`: another program has it. */
export type ShortcutState = 'on' | 'off' | 'taken' | 'asked';

/** Keeps the facts of the application and says when they change. */
export class AppState {
  #facts: AppInfo;
  #lastIntent = 0;
  readonly changed = new Emitter<AppInfo>();
  /** What the user says about the version that waits. */
  readonly updateAnswered = new Emitter<'restart' | 'later'>();

  constructor(facts: AppInfo) {
    this.#facts = facts;
  }

  get(): AppInfo {
    return this.#facts;
  }

  setPolling(polling: boolean): void {
    if (polling !== this.#facts.polling) this.#change({ polling });
  }

  /** Says why the vault cannot be used; undefined once it can. */
  setVaultError(vaultError: AppError | undefined): void {
    if (vaultError?.kind !== this.#facts.vaultError?.kind) this.#change({ vaultError });
  }

  setTerminals(terminals: readonly string[]): void {
    this.#change({ terminals });
  }

  /** Shows a notice; one with the id of another takes its place. */
  addNotice(notice: Notice): void {
    this.#change({ notices: [...this.#facts.notices.filter((other) => other.id !== notice.id), notice] });
  }

  dismissNotice(id: string): void {
    this.#change({ notices: this.#facts.notices.filter((notice) => notice.id !== id) });
  }

  /** Asks the window to show something. A later intent takes the place of one that no window has met yet. */
  requestNavigation(intent: NavigationIntent): void {
    this.#change({ intent: { id: (this.#lastIntent += 1), intent } });
  }

  /** The window has shown what it was asked to. */
  acknowledgeNavigation(id: number): void {
    if (this.#facts.intent?.id === id) this.#change({ intent: undefined });
  }

  setShortcut(shortcut: ShortcutState, shortcutCommand?: string): void {
    if (shortcut !== this.#facts.shortcut) this.#change({ shortcut, shortcutCommand });
  }

  setUpdate(update: UpdateState): void {
    this.#change({ update });
  }

  #change(part: Partial<AppInfo>): void {
    this.#facts = { ...this.#facts, ...part };
    this.changed.emit(this.#facts);
  }
}
