import { commonFlags, type CommandEntry, type PositionalKind } from './command-entry.ts';
import { flags, type Flag } from './flags.ts';

/** Shells that can be taught to complete. */
export const shells = ['bash', 'zsh', 'fish', 'pwsh'] as const;
export type Shell = (typeof shells)[number];

/** The names of a profile and of the vendors; each list is asked for only when it is needed. */
export interface CompletionSource {
  /** Ids. */
  vendors(): Promise<readonly string[]>;
  /** Ids of a vendor's operations; empty for an unknown vendor. */
  operations(vendor: string): Promise<readonly string[]>;
  /** Labels. */
  accounts(): Promise<readonly string[]>;
  /** Names, or ids where two devices have one name. */
  devices(): Promise<readonly string[]>;
  /** Kinds of services. */
  services(): readonly string[];
}

const valuesOf = async (flag: Flag, source: CompletionSource): Promise<readonly string[]> => {
  switch (flag) {
    case 'vault':
      return ['keychain', 'file'];
    case 'service':
      return source.services();
    case 'account':
      return source.accounts();
    default:
      return [];
  }
};

const isFlag = (name: string): name is Flag => Object.hasOwn(flags, name);

/**
 * What can replace the last word. `words` are those after `quayside`, the last one as far as it is typed. Empty where
 * the shell's own completion of files is right.
 */
export const completions = async (
  words: readonly string[],
  commands: readonly CommandEntry[],
  source: CompletionSource,
): Promise<readonly string[]> => {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  if (before.includes('--')) return [];
  const said: string[] = [];
  let waiting: Flag | undefined;
  for (const word of before) {
    if (waiting !== undefined) waiting = undefined;
    else if (word.startsWith('--')) {
      const name = word.slice(2);
      if (isFlag(name) && flags[name].type === 'string') waiting = name;
    } else said.push(word);
  }
  const fitting = (all: readonly string[]): readonly string[] => all.filter((word) => word.startsWith(typed));
  if (waiting !== undefined) return fitting(await valuesOf(waiting, source));
  const [name, ...given] = said;
  const command = commands.find((entry) => entry.name === name);
  if (typed.startsWith('-')) return fitting([...(command?.flags ?? []), ...commonFlags].map((flag) => `--${flag}`));
  if (name === undefined) return fitting(commands.filter(({ hidden }) => hidden !== true).map((entry) => entry.name));
  const of = async (kind: PositionalKind | undefined): Promise<readonly string[]> => {
    switch (kind) {
      case undefined:
        return [];
      case 'vendor':
        return source.vendors();
      case 'account':
        // `accounts add` takes a vendor, `accounts list` nothing.
        return given[0] === 'add' ? source.vendors() : given[0] === 'list' ? [] : source.accounts();
      case 'device':
        return source.devices();
      case 'operation':
        return source.operations(given[0] ?? '');
      default:
        return kind;
    }
  };
  return fitting(await of(command?.positionals[given.length]));
};

/** A script that makes a shell ask `quayside complete`. Where that answers nothing, the shell offers files. */
const scripts: Readonly<Record<Shell, string>> = {
  bash: `_quayside() {
  local word
  COMPREPLY=()
  while IFS= read -r word; do
    COMPREPLY+=("$(printf '%q' "$word")")
  done < <(quayside complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _quayside quayside`,
  zsh: `#compdef quayside
_quayside() {
  local -a found
  found=("\${(@f)$(quayside complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${found[1]}" ]]; then compadd -a found; else _files; fi
}
compdef _quayside quayside`,
  fish: `function __quayside
  set -l words (commandline --tokenize --cut-at-cursor --current-process)
  quayside complete -- $words[2..-1] (commandline --current-token --cut-at-cursor) 2>/dev/null
end
complete --command quayside --arguments '(__quayside)'`,
  pwsh: `Register-ArgumentCompleter -Native -CommandName quayside -ScriptBlock {
  param($word, $command, $cursor)
  $words = @($command.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_".Trim("'", '"') })
  if ($word -eq '') { $words += '' }
  quayside complete '--' @words 2>$null | ForEach-Object {
    $text = if ($_ -match '[\\s''"$();&|]') { "'" + $_.Replace("'", "''") + "'" } else { $_ }
    [System.Management.Automation.CompletionResult]::new($text, $_, 'ParameterValue', $_)
  }
}`,
};

/** The script that teaches a shell to complete. */
export const completionScript = (shell: Shell): string => scripts[shell];
