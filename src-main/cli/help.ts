import type { CommandEntry } from './command-entry.ts';
import { commandTable } from './command-table.ts';

/** Columns: where explanations begin and where lines end. */
const explained = 37;
const width = 119;

/** Text in lines no longer than the width, starting at a column. */
const wrapped = (text: string, column: number): string => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && column + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${' '.repeat(column)}`);
};

const entryText = ({ help }: CommandEntry): string =>
  help
    .map(({ form, text }) => {
      const head = `  ${form}`;
      if (text === undefined) return head;
      const gap = head.length + 2 <= explained ? ' '.repeat(explained - head.length) : `\n${' '.repeat(explained)}`;
      return `${head}${gap}${wrapped(text, explained)}`;
    })
    .join('\n');

const words = (vendors: readonly string[]): string =>
  `VENDOR is ${vendors.slice(0, -1).join(', ')} or ${vendors.at(-1) ?? ''}. DEVICE is an id or an unambiguous name.
S is a service's id, its kind (ssh), its port, or kind:port.`;

const common = `  --profile DIR     where accounts, settings and caches are kept
  --vault KIND      where secrets are kept: the system's keychain, or a file encrypted with a passphrase
                    (asked for, or QUAYSIDE_VAULT_PASSPHRASE); a profile that has such a file goes on using it
  --yes             confirms what destroys; without it and without a terminal such a call is refused
  --json            one JSON value on standard output, errors as one JSON object on standard error
  --help, --version`;

const exitCodes = `Exit codes: 0 done, 1 the operation failed or the list of an account is missing or old, 2 wrong usage, 3 not found or
ambiguous, 4 vault.`;

/** The text of `quayside --help`, or of a command's `--help`. `vendors` are ids. */
export const helpText = (vendors: readonly string[], command?: CommandEntry): string =>
  command === undefined
    ? `Quayside: every device fleet you can reach, in one list.

quayside [--profile DIR] [--vault keychain|file] COMMAND

${commandTable
  .filter(({ hidden }) => hidden !== true)
  .map(entryText)
  .join('\n')}

${words(vendors)}

${common}

${exitCodes}`
    : `quayside [--profile DIR] [--vault keychain|file]
${entryText(command)}

${words(vendors)}

${common}`;
