import { cancelled, fail, ok } from '../core/errors.ts';
import { browserPlan } from '../core/launch-plan.ts';
import { chosenLaunchers } from '../core/launcher-choice.ts';
import { customLauncherPlan } from '../core/custom-launcher.ts';
import { rdpClients } from '../core/rdp-clients.ts';
import { joinPasteWindows, joinPosix } from '../core/shell-quoting.ts';
import { checkSshUser, hostKeyAlias, sshCopyable, sshPlan } from '../core/ssh-command.ts';
import { discoverTerminals, terminalProbes } from '../core/terminals.ts';
import { discoverViewers, viewerProbes } from '../core/viewers.ts';
import { vncClients } from '../core/vnc-clients.ts';
import type { CustomLauncher } from '../core/custom-launcher.ts';
import type { Device, Service, ServiceKind } from '../core/device.ts';
import type { Failure, Result } from '../core/errors.ts';
import type { Executables, LaunchPlan, LaunchPlatform, Processes } from '../core/launch-plan.ts';
import type { LauncherChoice } from '../core/launcher-choice.ts';
import type { FoundTerminal } from '../core/terminals.ts';
import type { FoundViewer, ViewerTarget } from '../core/viewers.ts';

/** What is to be launched. */
export interface LaunchRequest {
  readonly deviceKey: string;
  readonly serviceId: string;
  /** Absent means the user kept for the service; for SSH then the one of the settings, then ssh's own choice. */
  readonly user?: string;
}

/** What launches need of the rest, as narrow as possible. */
export interface LaunchesDependencies {
  readonly forwards: {
    open(
      request: { readonly deviceKey: string; readonly serviceId: string },
      signal: AbortSignal,
    ): Promise<Result<{ readonly address: string; readonly port: number }>>;
  };
  readonly inventory: {
    device(key: string): Device | undefined;
    servicesOf(key: string): readonly Service[];
  };
  readonly settings: {
    get(): {
      readonly sshUser: string;
      readonly terminal: string;
      readonly launchers?: readonly CustomLauncher[];
      readonly launcherChoices?: readonly LauncherChoice[];
    };
  };
  /** User names and passwords kept for services; without, clients ask. */
  readonly credentials?: {
    facts(deviceKey: string, serviceId: string): { readonly user?: string; readonly hasPassword: boolean };
    password(deviceKey: string, serviceId: string): Promise<Result<string | undefined>>;
  };
  readonly executables: Executables;
  readonly processes: Processes;
  readonly platform: LaunchPlatform;
  /** The profile's own known_hosts. */
  readonly knownHostsFile: string;
  /** The environment that says which desktop this is. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** One way to open a service. */
interface Way {
  /** Absent: a terminal, whose name is told once it has started. */
  readonly launcher?: string;
  readonly plan: LaunchPlan;
  /** For a program that talks in a terminal. */
  readonly inTerminal: boolean;
  /** Names of terminals chosen for it. */
  readonly terminals?: readonly string[];
}

interface Prepared {
  /** The line for people to copy. */
  readonly command: string;
  /** Best first; never empty. */
  readonly ways: readonly [Way, ...Way[]];
  readonly password?: string;
}

/** A service with all that its launch depends on, before a forward is open. */
interface Chosen {
  readonly device: Device;
  readonly service: Service;
  /** Names of launchers chosen for it, the most particular first. */
  readonly names: readonly string[];
  readonly custom?: { readonly launcher: CustomLauncher; readonly program: string };
  readonly ssh?: string;
  readonly user?: string;
}

const noDisplay = (copyable: string): Failure =>
  fail(
    'launcher-missing',
    'Quayside was started without a display, so it cannot open windows.',
    `Copy this and use it where you are: ${copyable}`,
  );

/** Opens services in the user's own programs: ssh in a terminal, VNC and RDP clients, the browser, and custom ones. */
export class Launches {
  readonly #needs: LaunchesDependencies;

  constructor(needs: LaunchesDependencies) {
    this.#needs = needs;
  }

  /** The names of the terminals found on this computer, best first. Empty without a display. */
  async terminals(): Promise<readonly string[]> {
    return (await this.#terminals([])).map(({ name }) => name);
  }

  /** The names of what can open a kind of service here: the user's own programs, then what was found, best first. */
  async launchers(kind: ServiceKind): Promise<readonly string[]> {
    const own = (this.#needs.settings.get().launchers ?? []).filter((launcher) => launcher.kind === kind);
    const found =
      kind === 'ssh'
        ? await this.terminals()
        : kind === 'vnc' || kind === 'rdp'
          ? (await this.#viewers(kind, [])).map(({ name }) => name)
          : kind === 'http' || kind === 'https'
            ? ['Browser']
            : [];
    return [...new Set([...own.map(({ name }) => name), ...found])];
  }

  /** Whether the program of a custom launcher is on this computer. Error: launcher-missing. */
  async checkProgram(launcher: CustomLauncher): Promise<Result<string>> {
    const path = await this.#needs.executables.find(launcher.program);
    return path === undefined
      ? fail(
          'launcher-missing',
          `${launcher.name} cannot be started: ${launcher.program} is not on this computer.`,
          'Install it, or change this launcher in the settings.',
        )
      : ok(path);
  }

  /**
   * What a launch would run: the line for people to copy, and the plan. Opens the forward, so that the port is
   * true. Errors: not-found, invalid-input, unsupported and launcher-missing (the hint names the address), and those
   * of opening a forward.
   */
  async command(
    request: LaunchRequest,
    signal: AbortSignal,
  ): Promise<Result<{ readonly command: string; readonly plan: LaunchPlan }>> {
    const prepared = await this.#prepare(request, [], false, signal);
    return prepared.ok ? ok({ command: prepared.value.command, plan: prepared.value.ways[0].plan }) : prepared;
  }

  /**
   * The plan that runs ssh in the foreground of our own terminal, with what the person typed for ssh: options, then
   * a command for the far end. Errors as `command`; unsupported where the service is not SSH.
   */
  async sshPlan(
    request: LaunchRequest & { readonly args: readonly string[] },
    signal: AbortSignal,
  ): Promise<Result<LaunchPlan>> {
    const chosen = await this.#choose(request);
    if (!chosen.ok) return chosen;
    if (chosen.value.service.kind !== 'ssh') {
      return fail(
        'unsupported',
        `${chosen.value.service.name} is not an SSH service.`,
        'Choose an SSH service of this device.',
      );
    }
    const forward = await this.#needs.forwards.open(request, signal);
    if (!forward.ok) return forward;
    const ssh = this.#ssh(chosen.value, forward.value, request.args);
    return ssh.ok ? ok(ssh.value.ways[0].plan) : ssh;
  }

  /**
   * Opens the service in the user's own program; answers which one and the line for people to copy. A program that
   * fails at once gives way to the next. Errors as `command`, and those of the vault.
   */
  async open(
    request: LaunchRequest,
    signal: AbortSignal,
  ): Promise<Result<{ readonly launcher: string; readonly command: string }>> {
    const prepared = await this.#prepare(request, [], true, signal);
    if (!prepared.ok) return prepared;
    const { command, ways, password } = prepared.value;
    if (!this.#hasDisplay()) return noDisplay(command);
    let last: Failure | undefined;
    for (const way of ways) {
      const started = way.inTerminal
        ? await this.#startInTerminal(way, command, signal)
        : await this.#start(way, password, signal);
      if (started.ok) return ok({ launcher: started.value, command });
      last = started;
      if (started.error.kind !== 'launcher-missing') break;
    }
    return last ?? cancelled();
  }

  async #start(way: Way, password: string | undefined, signal: AbortSignal): Promise<Result<string>> {
    const started = await this.#needs.processes.start(way.plan, signal, password);
    return started.ok ? ok(way.launcher ?? way.plan.program) : started;
  }

  async #startInTerminal(way: Way, command: string, signal: AbortSignal): Promise<Result<string>> {
    const { plan, launcher } = way;
    let last: Failure = fail(
      'launcher-missing',
      'No terminal was found on this computer.',
      `Install one (such as xterm), or paste this into yours: ${command}`,
    );
    for (const terminal of await this.#terminals(way.terminals ?? [])) {
      if (signal.aborted) return cancelled();
      const started = await this.#needs.processes.start(terminal.plan([plan.program, ...plan.args]), signal);
      if (started.ok) return ok(launcher ?? terminal.name);
      if (started.error.kind !== 'launcher-missing') return started;
      last = started;
    }
    return last;
  }

  #hasDisplay(): boolean {
    const { platform, env } = this.#needs;
    return platform !== 'linux' || (env['DISPLAY'] ?? '') !== '' || (env['WAYLAND_DISPLAY'] ?? '') !== '';
  }

  async #probe(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const name of names) {
      const path = await this.#needs.executables.find(name);
      if (path !== undefined) found.set(name, path);
    }
    return found;
  }

  async #terminals(chosen: readonly string[]): Promise<readonly FoundTerminal[]> {
    const { platform, settings, env } = this.#needs;
    if (!this.#hasDisplay()) return [];
    const desktop = env['XDG_CURRENT_DESKTOP'];
    const terminals = discoverTerminals({
      platform,
      found: await this.#probe(terminalProbes(platform)),
      display: true,
      preferred: settings.get().terminal,
      ...(desktop === undefined ? {} : { desktop }),
    });
    const rank = ({ name }: FoundTerminal): number => (chosen.includes(name) ? chosen.indexOf(name) : chosen.length);
    return terminals.toSorted((one, other) => rank(one) - rank(other));
  }

  async #viewers(kind: 'vnc' | 'rdp', preferred: readonly string[]): Promise<readonly FoundViewer[]> {
    const { platform } = this.#needs;
    if (!this.#hasDisplay()) return [];
    const catalogue = (kind === 'vnc' ? vncClients : rdpClients)[platform];
    const found = await this.#probe(viewerProbes(catalogue));
    return discoverViewers(catalogue, { platform, found, display: true, preferred });
  }

  /** The user's own program, where the first of `names` that is here is one. */
  async #ownLauncher(kind: ServiceKind, names: readonly string[]): Promise<CustomLauncher | undefined> {
    if (names.length === 0) return undefined;
    const here = await this.launchers(kind);
    const name = names.find((candidate) => here.includes(candidate));
    return (this.#needs.settings.get().launchers ?? []).find((own) => own.kind === kind && own.name === name);
  }

  /** Everything that can be refused before a forward is opened. */
  async #choose(request: LaunchRequest): Promise<Result<Chosen>> {
    const { inventory, settings, executables, credentials } = this.#needs;
    const { deviceKey, serviceId } = request;
    const device = inventory.device(deviceKey);
    if (device === undefined) {
      return fail('not-found', 'This device is not in the list.', 'Refresh its account, or choose another device.');
    }
    const service = inventory.servicesOf(deviceKey).find(({ id }) => id === serviceId);
    if (service === undefined) {
      return fail('not-found', `${device.name} has no such service.`, 'Choose one of the services of the device.');
    }
    const { kind } = service;
    const { launcherChoices = [], sshUser } = settings.get();
    const names = chosenLaunchers(launcherChoices, { kind, deviceKey, serviceId, groups: device.groups });
    const own = await this.#ownLauncher(kind, names);
    const kept = request.user ?? credentials?.facts(deviceKey, serviceId).user;
    const configured = kept ?? (kind === 'ssh' ? sshUser : '');
    const user = configured === '' ? {} : { user: configured };
    const base = { device, service, names, ...user };
    if (own !== undefined) {
      const program = await this.checkProgram(own);
      return program.ok ? ok({ ...base, custom: { launcher: own, program: program.value } }) : program;
    }
    if (kind !== 'ssh') return ok(base);
    if (configured !== '') {
      const checked = checkSshUser(configured);
      if (!checked.ok) return checked;
    }
    const ssh = await executables.find('ssh');
    if (ssh === undefined) {
      return fail('launcher-missing', 'ssh is not on this computer.', 'Install the OpenSSH client.');
    }
    return ok({ ...base, ssh });
  }

  /** `secret`: whether a password may be fetched; a line to copy never holds one. */
  async #prepare(
    request: LaunchRequest,
    args: readonly string[],
    secret: boolean,
    signal: AbortSignal,
  ): Promise<Result<Prepared>> {
    const chosen = await this.#choose(request);
    if (!chosen.ok) return chosen;
    const { service, custom } = chosen.value;
    const { deviceKey, serviceId } = request;
    const forward = await this.#needs.forwards.open({ deviceKey, serviceId }, signal);
    if (!forward.ok) return forward;
    const { address, port } = forward.value;
    if (custom !== undefined) return this.#custom(chosen.value, custom, forward.value);
    switch (service.kind) {
      case 'ssh':
        return this.#ssh(chosen.value, forward.value, args);
      case 'http':
      case 'https': {
        const { url, plan } = browserPlan(this.#needs.platform, { scheme: service.kind, address, port });
        return ok({ command: url, ways: [{ launcher: 'Browser', plan, inTerminal: false }] });
      }
      case 'vnc':
      case 'rdp':
        return this.#viewer(chosen.value, service.kind, forward.value, secret);
      case 'tcp':
        return fail(
          'unsupported',
          'Quayside does not know what speaks on this port.',
          `The forward is open: point your own program at ${address}:${port}, or choose a launcher for it.`,
        );
      default:
        return service.kind satisfies never;
    }
  }

  #copyable(plan: LaunchPlan): string {
    const words = [plan.program, ...plan.args];
    return this.#needs.platform === 'win32' ? joinPasteWindows(words) : joinPosix(words);
  }

  #custom(
    chosen: Chosen,
    custom: { readonly launcher: CustomLauncher; readonly program: string },
    forward: { readonly address: string; readonly port: number },
  ): Result<Prepared> {
    const { launcher, program } = custom;
    const values = {
      ...forward,
      device: chosen.device.name,
      ...(chosen.user === undefined ? {} : { user: chosen.user }),
    };
    const plan = customLauncherPlan({ ...launcher, program }, { ...values });
    if (!plan.ok) return plan;
    const way = { launcher: launcher.name, plan: plan.value, inTerminal: false };
    return ok({ command: this.#copyable(plan.value), ways: [way] });
  }

  #ssh(
    { device, service, user, ssh, names }: Chosen,
    { address, port }: { readonly address: string; readonly port: number },
    args: readonly string[],
  ): Result<Prepared> {
    const { platform, knownHostsFile } = this.#needs;
    const target = {
      address,
      port,
      alias: hostKeyAlias(device, service),
      knownHostsFile,
      platform,
      ...(user === undefined ? {} : { user }),
    };
    const plan = sshPlan(target, { program: ssh ?? 'ssh', args, detached: false });
    if (!plan.ok) return plan;
    const command = sshCopyable(target);
    if (!command.ok) return command;
    return ok({ command: command.value, ways: [{ plan: plan.value, inTerminal: true, terminals: names }] });
  }

  async #viewer(
    { device, service, user, names }: Chosen,
    kind: 'vnc' | 'rdp',
    { address, port }: { readonly address: string; readonly port: number },
    secret: boolean,
  ): Promise<Result<Prepared>> {
    const place = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
    if (!this.#hasDisplay()) return noDisplay(place);
    const viewers = await this.#viewers(kind, names);
    if (viewers.length === 0) {
      const example = kind === 'vnc' ? 'TigerVNC' : 'FreeRDP';
      return fail(
        'launcher-missing',
        `No program for ${kind.toUpperCase()} was found on this computer.`,
        `Install one (such as ${example}). The forward is open: you can also point your own at ${place}.`,
      );
    }
    const kept = secret ? await this.#needs.credentials?.password(device.key, service.id) : undefined;
    if (kept?.ok === false) return kept;
    const password = kept?.value;
    const target: ViewerTarget = {
      address,
      port,
      alias: hostKeyAlias(device, service),
      withPassword: password !== undefined,
      ...(user === undefined ? {} : { user }),
    };
    const ways: Way[] = [];
    let refused: Failure | undefined;
    for (const viewer of viewers) {
      const planned = viewer.plan(target);
      if (planned.ok) ways.push({ launcher: viewer.name, ...planned.value });
      else refused ??= planned;
    }
    const [first, ...others] = ways;
    if (first === undefined) return refused ?? cancelled();
    const bare = viewers.find(({ name }) => name === first.launcher)?.plan({ ...target, withPassword: false });
    const command = this.#copyable(bare?.ok === true ? bare.value.plan : first.plan);
    return ok({ command, ways: [first, ...others], ...(password === undefined ? {} : { password }) });
  }
}
