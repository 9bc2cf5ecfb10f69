import packageFacts from '../../package.json' with { type: 'json' };
import { ok, type Result } from '../core/base/errors.ts';
import { readArguments } from './read-arguments.ts';
import type { Place } from './attach.ts';
import type { CommandEntry } from './command-entry.ts';
import { commandNamed } from './command-table.ts';
import { endOnCrash, printBug } from './crashes.ts';
import { usage, type Arguments } from './flags.ts';
import { ask, exitCodes, isInteractive, note, print, printError } from './terminal.ts';

const askPassphrase = async (isNew: boolean): Promise<string | undefined> => {
  if (!isInteractive()) return undefined;
  if (!isNew) return ask('Passphrase of the vault file: ', true);
  const chosen = await ask('Choose a passphrase for the vault file: ', true);
  if (chosen === undefined || chosen === '') return undefined;
  const again = await ask('The same again: ', true);
  if (again === chosen) return chosen;
  note('The two differ.');
  return undefined;
};

const readPlace = (values: Arguments['values']): Result<Place> => {
  const { profile, vault } = values;
  if (vault !== undefined && vault !== 'keychain' && vault !== 'file') return usage('--vault takes keychain or file.');
  if (profile === '') return usage('--profile takes a folder.');
  // Removed from the environment, so that no child process finds it there.
  const given = process.env['QUAYSIDE_VAULT_PASSPHRASE'];
  delete process.env['QUAYSIDE_VAULT_PASSPHRASE'];
  return ok({
    profile,
    vault,
    passphrase: (isNew) => (given === undefined ? askPassphrase(isNew) : Promise.resolve(given)),
  });
};

/** Only the help needs the vendors: they are not loaded to run a command. */
const help = async (command?: CommandEntry): Promise<string> => {
  const [{ helpText }, { vendors }] = await Promise.all([import('./help.ts'), import('../vendors/registry.ts')]);
  return helpText(
    vendors.map(({ id }) => id),
    command,
  );
};

const run = async (argv: readonly string[], signal: AbortSignal): Promise<number> => {
  const json = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : undefined).includes('--json');
  const args = readArguments(argv);
  if (!args.ok) return printError(args.error, json);
  const { command, values } = args.value;
  if (values.version === true) {
    print(packageFacts.version);
    return exitCodes.done;
  }
  const entry = command === undefined ? undefined : commandNamed(command);
  if (values.help === true) {
    print(await help(entry));
    return exitCodes.done;
  }
  const place = readPlace(values);
  if (!place.ok) return printError(place.error, json);
  if (entry === undefined) {
    if (!json) note(await help());
    else printError(usage('No command was given.').error, json);
    return exitCodes.usage;
  }
  const action = await entry.load();
  return action({ args: args.value, json, place: place.value, signal });
};

/** Ends the process with the exit code of its command, after the output is written, whatever a library keeps open. */
export const endProcess = async (): Promise<void> => {
  await new Promise<void>((done) => void process.stdout.write('', () => done()));
  process.exit();
};

/** Runs one command and stores its exit code in `process.exitCode`. */
export const main = async (argv: readonly string[]): Promise<void> => {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  // The reader of our output may stop reading, as `head` does.
  process.stdout.on('error', stop);
  process.stderr.on('error', stop);
  const json = argv.includes('--json');
  const stopHearing = endOnCrash(json);
  try {
    process.exitCode = await run(argv, controller.signal);
  } catch (thrown) {
    process.exitCode = printBug(thrown, json);
  }
  stopHearing();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.removeListener(signal, stop);
  // Unread standard input would keep the process alive.
  process.stdin.pause();
};
