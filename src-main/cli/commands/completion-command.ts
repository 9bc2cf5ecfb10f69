import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fleetCacheFormat } from '../../core/fleet/fleet-cache.ts';
import { serviceKinds } from '../../core/fleet/device.ts';
import type { DocumentFormat } from '../../core/base/document.ts';
import { accountsFormat } from '../../services/fleet/accounts-format.ts';
import { defaultProfile, profilePaths } from '../../node/storage/profile-paths.ts';
import type { CommandEntry } from '../command-entry.ts';
import { completions, completionScript, shells, type CompletionSource, type Shell } from '../completion.ts';
import type { Command, Context } from '../command-context.ts';
import { usage } from '../flags.ts';
import { exitCodes, print, printError } from '../terminal.ts';

const isShell = (name: string | undefined): name is Shell => shells.some((shell) => shell === name);

/** `quayside completion SHELL`: prints the script. */
export const completionCommand: Command = async ({ args, json }) => {
  const [shell, ...more] = args.positionals;
  if (!isShell(shell) || more.length > 0)
    return printError(usage('completion takes one of bash, zsh, fish and pwsh.').error, json);
  print(completionScript(shell));
  return exitCodes.done;
};

/** The value of a stored document. It is only read, because the owner of the profile may be writing it. */
const glance = async <T>(path: string, format: DocumentFormat<T>): Promise<T> => {
  try {
    const stored: unknown = JSON.parse(await readFile(path, 'utf8'));
    const isOurs = typeof stored === 'object' && stored !== null && 'version' in stored && 'value' in stored;
    return isOurs && stored.version === format.version
      ? (format.parse(stored.value) ?? format.fallback)
      : format.fallback;
  } catch {
    return format.fallback;
  }
};

/** Names that only one device has, and the ids of all other devices. */
const deviceWords = async (folder: string): Promise<readonly string[]> => {
  const files = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'));
  const fleets = await Promise.all(files.map((name) => glance(join(folder, name), fleetCacheFormat)));
  const devices = fleets.flatMap((fleet) => fleet.devices);
  const times = new Map<string, number>();
  for (const { name } of devices) times.set(name, (times.get(name) ?? 0) + 1);
  return (
    devices
      .map(({ id, name }) => (times.get(name) === 1 ? name : id))
      // Each line of the answer is one word.
      .filter((word) => !/\p{Cc}/u.test(word))
  );
};

/** The profile named on the line that is being completed, else the one of this call. */
const profileOf = ({ args, place }: Context): string => {
  const words = args.rest ?? [];
  const at = words.indexOf('--profile');
  const named = at === -1 || at > words.length - 3 ? undefined : words[at + 1];
  return named ?? place.profile ?? defaultProfile();
};

const factsOf = (context: Context): CompletionSource => {
  const paths = profilePaths(profileOf(context));
  const registry = () => import('../../vendors/registry.ts');
  return {
    vendors: async () => (await registry()).vendors.map(({ id }) => id),
    operations: async (vendor) =>
      (await registry()).vendors.find(({ id }) => id === vendor)?.operations.map(({ id }) => id) ?? [],
    accounts: async () =>
      (await glance(paths.accounts, accountsFormat((await registry()).vendors))).map(({ label }) => label),
    devices: () => deviceWords(paths.cache),
    services: () => serviceKinds,
  };
};

/**
 * `quayside complete -- WORDS`: what can replace the last word, one a line. It contacts no vendor and changes nothing.
 */
export const completeCommand =
  (commands: readonly CommandEntry[]): Command =>
  async (context) => {
    const found = await completions(context.args.rest ?? [], commands, factsOf(context));
    if (found.length > 0) print(found.join('\n'));
    return exitCodes.done;
  };
