import { parseArgs } from 'node:util';
import { fail, ok, type Failure, type Result } from '../core/base/errors.ts';

const flags = {
  profile: { type: 'string' },
  vault: { type: 'string' },
  json: { type: 'boolean' },
  yes: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  label: { type: 'string' },
  'base-url': { type: 'string' },
  field: { type: 'string', multiple: true },
  service: { type: 'string' },
  port: { type: 'string' },
  user: { type: 'string' },
  list: { type: 'boolean' },
  account: { type: 'string' },
  input: { type: 'string' },
  open: { type: 'boolean' },
  write: { type: 'boolean' },
  remove: { type: 'boolean' },
  config: { type: 'string' },
  csv: { type: 'boolean' },
  timeout: { type: 'string' },
} as const;

type Flag = keyof typeof flags;

/** What stands on a command line. */
export interface Arguments {
  readonly command: string | undefined;
  /** The words after the command. */
  readonly words: readonly string[];
  /** What follows `--`; undefined if there is no `--`. */
  readonly rest: readonly string[] | undefined;
  readonly values: {
    readonly profile?: string;
    readonly vault?: string;
    readonly json?: boolean;
    readonly yes?: boolean;
    readonly help?: boolean;
    readonly version?: boolean;
    readonly label?: string;
    readonly 'base-url'?: string;
    readonly field?: readonly string[];
    readonly service?: string;
    readonly port?: string;
    readonly user?: string;
    readonly list?: boolean;
    readonly account?: string;
    readonly input?: string;
    readonly open?: boolean;
    readonly write?: boolean;
    readonly remove?: boolean;
    readonly config?: string;
    readonly csv?: boolean;
    readonly timeout?: string;
  };
}

/** Wrong usage, with the way to the right one. */
export const usage = (message: string): Failure => fail('invalid-input', message, 'See quayside --help.');

const everywhere: readonly Flag[] = ['profile', 'vault', 'json', 'yes', 'help', 'version'];
const allowed: Readonly<Record<string, readonly Flag[]>> = {
  accounts: ['label', 'base-url', 'field'],
  devices: ['timeout'],
  forward: ['service', 'port'],
  ssh: ['user', 'service'],
  action: ['list'],
  session: ['open'],
  connect: ['service', 'user'],
  proxy: ['service'],
  resolve: ['service'],
  'ssh-config': ['write', 'remove', 'config', 'timeout'],
  activity: ['csv'],
  api: ['list', 'account', 'input'],
  serve: ['port', 'open'],
};

/** Reads a command line. Errors: invalid-input. */
export const readArguments = (argv: readonly string[]): Result<Arguments> => {
  const dashes = argv.indexOf('--');
  const own = dashes === -1 ? argv : argv.slice(0, dashes);
  const rest = dashes === -1 ? undefined : argv.slice(dashes + 1);
  let parsed;
  try {
    parsed = parseArgs({ args: [...own], options: flags, allowPositionals: true, strict: true });
  } catch (error) {
    // The first sentence of Node's message names the option; the others speak of its own interface.
    const text = error instanceof Error ? (error.message.split(/\.\s/)[0] ?? '') : '';
    return usage(`${text.replace(/\.$/, '')}.`);
  }
  const [command, ...words] = parsed.positionals;
  if (command !== undefined) {
    const known = allowed[command];
    if (known === undefined) return usage(`There is no command ${command}.`);
    for (const flag of Object.keys(parsed.values)) {
      if (![...everywhere, ...known].includes(flag as Flag)) return usage(`${command} has no option --${flag}.`);
    }
    if (rest !== undefined && command !== 'ssh') return usage(`${command} takes nothing after --.`);
  }
  return ok({ command, words, rest, values: parsed.values });
};

/** A port number given as text. Errors: invalid-input. */
export const readPort = (text: string | undefined, least: 0 | 1): Result<number | undefined> => {
  if (text === undefined) return ok(undefined);
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return port >= least && port <= 65_535 ? ok(port) : usage(`--port takes a number from ${least} to 65535.`);
};

/** A number of seconds given as text; `usual` if there is none. Errors: invalid-input. */
export const readSeconds = (text: string | undefined, usual: number): Result<number> => {
  if (text === undefined) return ok(usual);
  const seconds = /^\d{1,4}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  return seconds > 0 && seconds <= 3600 ? ok(seconds) : usage('--timeout takes a number of seconds, at most 3600.');
};

/** What `quayside --help` prints. */
export const helpText = `Quayside: every device fleet you can reach, in one list.

quayside [--profile DIR] [--vault keychain|file] COMMAND

  accounts add VENDOR --label L [--base-url URL] [--field key=value]...
                                     secrets: one JSON object on standard input, or prompts
  accounts list [--json]
  accounts test [LABEL] [--json]
  accounts rename LABEL NEW
  accounts remove LABEL
  devices [QUERY] [--timeout S] [--json]
                                     words are looked for in names, ids, groups, tags, addresses;
                                     is:online, group:"Plant 3", vendor:mode narrow; a leading - negates.
                                     After S seconds (15) in all it shows what is known: an account that has not
                                     answered by then, or whose key is locked, with its last list and how old it is
  forward DEVICE [--service S] [--port P] [--json]
                                     opens a local port; Ctrl-C closes it
  ssh DEVICE [--user U] [-- ARGS]
  action DEVICE --list [--json]      what the vendor's program on this computer can do with it (Remotix)
  action DEVICE ACTION [--json]      does one of these: ACTION is an id or an unambiguous name
  session DEVICE [--open] [--json]   a session in the vendor's web client (Reemo): a one-time address, or a window
                                     of the running Quayside; Ctrl-C ends what this command serves itself
  connect DEVICE [--service S] [--user U]
                                     opens it in the program chosen for it
  proxy DEVICE [--service S]         standard input and output lead to it: for ssh's ProxyCommand
  resolve DEVICE [--service S] [--json]
                                     address and port on this computer, one service a line
  ssh-config [--write|--remove] [--config FILE] [--timeout S] [--json]
                                     lets ssh, scp, rsync and editors know the devices by name: shows what it would
                                     write to FILE (~/.ssh/config), writes it, or takes it back
  activity [WORDS] [--json|--csv]    what happened: devices lost and back, incidents, connections, calls
  api VENDOR --list [--json]
  api VENDOR OPERATION --account LABEL --input JSON [--json]
                                     a field that takes a file may name one: {"File": {"path": "a.sh"}}
  serve [--port N] [--open]          the window in a browser, on this computer only; with a Linux desktop also the
                                     tray and notices. --open opens the window, of a running Quayside too

VENDOR is remoteit, remoteiot, mode, remotix or reemo. DEVICE is an id or an unambiguous name.
S is a service's id, its kind (ssh), its port, or kind:port.

  --profile DIR     where accounts, settings and caches are kept
  --vault KIND      where secrets are kept: the system's keychain, or a file encrypted with a passphrase
                    (asked for, or QUAYSIDE_VAULT_PASSPHRASE); a profile that has such a file goes on using it
  --yes             confirms what destroys; without it and without a terminal such a call is refused
  --json            one JSON value on standard output, errors as one JSON object on standard error
  --help, --version

Exit codes: 0 done, 1 the operation failed or the list of an account is missing or old, 2 wrong usage, 3 not found or
ambiguous, 4 vault.`;
