import type { Command } from './command-context.ts';
import type { Flag } from './flags.ts';

/** What a word of a command line stands for, so that a shell can complete it. Other words are the user's own. */
export type PositionalKind = 'vendor' | 'account' | 'device' | 'operation' | readonly string[];

/** A command of the command line: all that its parsing, its help and its completion need. */
export interface CommandEntry {
  readonly name: string;
  /** Options besides those of every command. */
  readonly flags: readonly Flag[];
  /** Whether words after `--` are passed on. */
  readonly takesRest?: true;
  /** Its words in order, as far as they can be completed. */
  readonly positionals: readonly PositionalKind[];
  /** Each way to call it, without `quayside`, and what it does then. */
  readonly help: readonly { readonly form: string; readonly text?: string }[];
  /** Left out of the help: for programs, not for people. */
  readonly hidden?: true;
  /** Loaded when called: what only lists or explains should not load the vault, HTTP and the rest. */
  readonly load: () => Promise<Command>;
}

/** Options that every command takes. */
export const commonFlags: readonly Flag[] = ['profile', 'vault', 'json', 'yes', 'help', 'version'];
