import type { CommandEntry } from './command-entry.ts';
import { shells } from './completion.ts';

/** The commands, in the order of the help. */
export const commandTable: readonly CommandEntry[] = [
  {
    name: 'accounts',
    flags: ['label', 'base-url', 'field'],
    positionals: [['add', 'list', 'test', 'rename', 'remove'], 'account'],
    help: [
      {
        form: 'accounts add VENDOR --label L [--base-url URL] [--field key=value]...',
        text: 'secrets: one JSON object on standard input, or prompts',
      },
      { form: 'accounts list [--json]' },
      { form: 'accounts test [LABEL] [--json]' },
      { form: 'accounts rename LABEL NEW' },
      { form: 'accounts remove LABEL' },
    ],
    load: async () => (await import('./commands/accounts-command.ts')).accountsCommand,
  },
  {
    name: 'devices',
    flags: ['timeout'],
    positionals: [],
    help: [
      {
        form: 'devices [QUERY] [--timeout S] [--json]',
        text:
          'words are looked for in names, ids, groups, tags, addresses; is:online, group:"Plant 3", vendor:mode narrow; ' +
          'a leading - negates. After S seconds (15) in all it shows what is known: an account that has not answered by ' +
          'then, or whose key is locked, with its last list and how old it is',
      },
    ],
    load: async () => (await import('./commands/devices-command.ts')).devicesCommand,
  },
  {
    name: 'forward',
    flags: ['service', 'port'],
    positionals: ['device'],
    help: [{ form: 'forward DEVICE [--service S] [--port P] [--json]', text: 'opens a local port; Ctrl-C closes it' }],
    load: async () => (await import('./commands/forward-command.ts')).forwardCommand,
  },
  {
    name: 'ssh',
    flags: ['user', 'service'],
    takesRest: true,
    positionals: ['device'],
    help: [
      {
        form: 'ssh DEVICE [--user U] [--service S] [-- ARGS]',
        text: 'opens a session with the ssh of this computer; ARGS are passed on to it',
      },
    ],
    load: async () => (await import('./commands/forward-command.ts')).sshCommand,
  },
  {
    name: 'action',
    flags: ['list'],
    positionals: ['device'],
    help: [
      {
        form: 'action DEVICE --list [--json]',
        text: "what the vendor's program on this computer can do with it (Remotix)",
      },
      { form: 'action DEVICE ACTION [--json]', text: 'does one of these: ACTION is an id or an unambiguous name' },
    ],
    load: async () => (await import('./commands/portless-commands.ts')).actionCommand,
  },
  {
    name: 'session',
    flags: ['open'],
    positionals: ['device'],
    help: [
      {
        form: 'session DEVICE [--open] [--json]',
        text:
          "a session in the vendor's web client (Reemo): a one-time address, or a window of the running Quayside; Ctrl-C " +
          'ends what this command serves itself',
      },
    ],
    load: async () => (await import('./commands/portless-commands.ts')).sessionCommand,
  },
  {
    name: 'connect',
    flags: ['service', 'user', 'trust'],
    positionals: ['device'],
    help: [
      {
        form: 'connect DEVICE [--service S] [--user U] [--trust SHA256]',
        text: 'opens it in the program chosen for it; --trust takes a changed RDP certificate for the right one',
      },
    ],
    load: async () => (await import('./commands/connect-command.ts')).connectCommand,
  },
  {
    name: 'proxy',
    flags: ['service'],
    positionals: ['device'],
    help: [
      {
        form: 'proxy DEVICE [--service S]',
        text: "standard input and output lead to it: for ssh's ProxyCommand",
      },
    ],
    load: async () => (await import('./commands/proxy-command.ts')).proxyCommand,
  },
  {
    name: 'resolve',
    flags: ['service'],
    positionals: ['device'],
    help: [
      {
        form: 'resolve DEVICE [--service S] [--json]',
        text: 'address and port on this computer, one service a line',
      },
    ],
    load: async () => (await import('./commands/resolve-command.ts')).resolveCommand,
  },
  {
    name: 'ssh-config',
    flags: ['write', 'remove', 'config', 'timeout'],
    positionals: [],
    help: [
      {
        form: 'ssh-config [--write|--remove] [--config FILE] [--timeout S] [--json]',
        text:
          'lets ssh, scp, rsync and editors know the devices by name: shows what it would write to FILE (~/.ssh/config), ' +
          'writes it, or takes it back',
      },
    ],
    load: async () => (await import('./commands/ssh-config-command.ts')).sshConfigCommand,
  },
  {
    name: 'activity',
    flags: ['csv'],
    positionals: [],
    help: [
      {
        form: 'activity [WORDS] [--json|--csv]',
        text: 'what happened: devices lost and back, incidents, connections, calls',
      },
    ],
    load: async () => (await import('./commands/activity-command.ts')).activityCommand,
  },
  {
    name: 'api',
    flags: ['list', 'account', 'input'],
    positionals: ['vendor', 'operation'],
    help: [
      { form: 'api VENDOR --list [--json]', text: 'the operations of its document' },
      {
        form: 'api VENDOR OPERATION --account LABEL --input JSON [--json]',
        text: 'calls one; a field that takes a file may name one: {"File": {"path": "a.sh"}}',
      },
    ],
    load: async () => (await import('./commands/api-command.ts')).apiCommand,
  },
  {
    name: 'serve',
    flags: ['port', 'open'],
    positionals: [],
    help: [
      {
        form: 'serve [--port N] [--open]',
        text:
          'the window in a browser, on this computer only; with a Linux desktop also the tray and notices. --open opens ' +
          'the window, of a running Quayside too',
      },
    ],
    load: async () => (await import('./commands/serve-command.ts')).serveCommand,
  },
  {
    name: 'completion',
    flags: [],
    positionals: [shells],
    help: [
      {
        form: 'completion bash|zsh|fish|pwsh',
        text: 'prints what teaches the shell to complete commands, options and names of devices',
      },
    ],
    load: async () => (await import('./commands/completion-command.ts')).completionCommand,
  },
  {
    name: 'complete',
    flags: [],
    takesRest: true,
    positionals: [],
    help: [{ form: 'complete -- WORDS', text: 'what may stand in place of the last word, one a line' }],
    hidden: true,
    load: async () => (await import('./commands/completion-command.ts')).completeCommand(commandTable),
  },
];

/** The command of that name. */
export const commandNamed = (name: string): CommandEntry | undefined =>
  commandTable.find((entry) => entry.name === name);
