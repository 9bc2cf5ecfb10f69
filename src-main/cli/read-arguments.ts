import { ok, type Result } from '../core/base/errors.ts';
import { commonFlags } from './command-entry.ts';
import { commandNamed } from './command-table.ts';
import { parseFlags, usage, type Arguments, type Flag } from './flags.ts';

/** Reads a command line. Errors: invalid-input. */
export const readArguments = (argv: readonly string[]): Result<Arguments> => {
  const dashes = argv.indexOf('--');
  const own = dashes === -1 ? argv : argv.slice(0, dashes);
  const rest = dashes === -1 ? undefined : argv.slice(dashes + 1);
  let parsed;
  try {
    parsed = parseFlags(own);
  } catch (error) {
    // The first sentence of Node's message names the option; the other sentences are about parseArgs.
    const text = error instanceof Error ? (error.message.split(/\.\s/)[0] ?? '') : '';
    return usage(`${text.replace(/\.$/, '')}.`);
  }
  const [command, ...positionals] = parsed.positionals;
  if (command !== undefined) {
    const known = commandNamed(command);
    if (known === undefined) return usage(`There is no command ${command}.`);
    for (const flag of Object.keys(parsed.values)) {
      if (![...commonFlags, ...known.flags].includes(flag as Flag)) return usage(`${command} has no option --${flag}.`);
    }
    if (rest !== undefined && known.takesRest !== true) return usage(`${command} takes nothing after --.`);
  }
  return ok({ command, positionals, rest, values: parsed.values });
};
