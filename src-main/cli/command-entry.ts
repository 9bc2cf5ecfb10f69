import type { Command } from './command-context.ts';
import type { Flag } from './flags.ts';

/** What an argument of a command stands for, so that a shell can complete it. Other arguments are free text. */
export type PositionalKind = 'vendor' | 'account' | 'device' | 'operation' | readonly string[];

/** A command of the command line, with everything that parsing, help and completion need. */
export interface CommandEntry {
  readonly name: string;
  /** Options besides those of every command. */
  readonly flags: readonly Flag[];
  /** Whether words after `--` are passed on. */
  readonly takesRest?: true;
  /** Its arguments in order, as far as they can be completed. */
  readonly positionals: readonly PositionalKind[];
  /** Each way to call it, without `quayside`, and what it does then. */
  readonly help: readonly { readonly form: string; readonly text?: string }[];
  /** Left out of the help: for programs, not for people. */
  readonly hidden?: true;
  /** Loaded when called, so that help and completion do not load the vault, HTTP and the rest. */
  readonly load: () => Promise<Command>;
}

/** Options that every command takes. */
export const commonFlags: readonly Flag[] = ['profile', 'vault', 'json', 'yes', 'help', 'version'];
