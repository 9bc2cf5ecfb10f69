import { cancelled, fail, ok } from '../../core/base/errors.ts';
import { browserPlan } from '../../core/launch/launch-plan.ts';
import { chosenLaunchers } from '../../core/launch/launcher-choice.ts';
import { customLauncherPlan } from '../../core/launch/custom-launcher.ts';
import { puttyPlan } from '../../core/ssh/putty-command.ts';
import { joinPasteWindows, joinPosix } from '../../core/base/shell-quoting.ts';
import { checkSshUser, hostKeyAlias, sshCopyable, sshPlan } from '../../core/ssh/ssh-command.ts';
import { launcherKindOf } from '../../core/forward/sniff.ts';
import { LaunchClients, putty as puttyName } from './launch-clients.ts';
import type { CustomLauncher } from '../../core/launch/custom-launcher.ts';
import type { Device, Service, ServiceKind } from '../../core/fleet/device.ts';
import type { Failure, Result } from '../../core/base/errors.ts';
import type { LaunchPlan, Processes } from '../../core/launch/launch-plan.ts';
import type { SniffedKind } from '../../core/forward/sniff.ts';
import type { ViewerTarget } from '../../core/launch/viewers.ts';
import type { LaunchClientsDependencies } from './launch-clients.ts';

/** What is to be launched. */
export interface LaunchRequest {
  readonly deviceKey: string;
  readonly serviceId: string;
  /** Absent means the user kept for the service; for SSH then the one of the settings, then ssh's own choice. */
  readonly user?: string;
}

/** Where a forward listens, and what is known of the service behind it. */
export interface OpenedForward {
  readonly address: string;
  readonly port: number;
  /** On a loopback address of the device's own: credentials and cookies kept by address stay apart there. */
  readonly deviceEndpoint?: { readonly address: string; readonly port: number };
  /** What a service of kind tcp turned out to be. */
  readonly recognised?: SniffedKind;
}

/** What launches need of the rest, as narrow as possible. */
export interface LaunchesDependencies extends LaunchClientsDependencies {
  readonly forwards: {
    open(
      request: { readonly deviceKey: string; readonly serviceId: string; readonly anyPort: true },
      signal: AbortSignal,
    ): Promise<Result<OpenedForward>>;
    acquire(
      request: { readonly deviceKey: string; readonly serviceId: string; readonly anyPort: true },
      holder: object,
      signal: AbortSignal,
    ): Promise<Result<OpenedForward>>;
  };
  readonly inventory: {
    device(key: string): Device | undefined;
    servicesOf(key: string): readonly Service[];
  };
  readonly settings: {
    get(): ReturnType<LaunchClientsDependencies['settings']['get']> & { readonly sshUser: string };
  };
  /** User names and passwords kept for services; without, clients ask. */
  readonly credentials?: {
    facts(deviceKey: string, serviceId: string): { readonly user?: string; readonly hasPassword: boolean };
    password(deviceKey: string, serviceId: string): Promise<Result<string | undefined>>;
  };
  /** Asks a service of unknown kind what it is, given the port it has on the device; absent: nothing is asked. */
  readonly recognise?: (
    forward: { readonly host: string; readonly port: number },
    port: number | undefined,
    signal: AbortSignal,
  ) => Promise<SniffedKind | undefined>;
  readonly processes: Processes;
  /** The profile's own known_hosts. */
  readonly knownHostsFile: string;
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
  readonly putty?: string;
  readonly user?: string;
}

const noSsh = fail('launcher-missing', 'ssh is not on this computer.', 'Install the OpenSSH client.');

const noDisplay = (copyable: string): Failure =>
  fail(
    'launcher-missing',
    'Quayside was started without a display, so it cannot open windows.',
    `Copy this and use it where you are: ${copyable}`,
  );

/** Opens services in the user's own programs: ssh in a terminal, VNC and RDP clients, the browser, and custom ones. */
export class Launches {
  readonly #needs: LaunchesDependencies;
  readonly #clients: LaunchClients;

  constructor(needs: LaunchesDependencies) {
    this.#needs = needs;
    this.#clients = new LaunchClients(needs);
  }

  /** The names of the terminals found on this computer, best first. Empty without a display. */
  async terminals(): Promise<readonly string[]> {
    return (await this.#clients.terminals([])).map(({ name }) => name);
  }

  /** The names of what can open a kind of service here: the user's own programs, then what was found, best first. */
  launchers(kind: ServiceKind): Promise<readonly string[]> {
    return this.#clients.names(kind);
  }

  /** Where the program of a custom launcher is. Error: launcher-missing. */
  checkProgram(launcher: CustomLauncher): Promise<Result<string>> {
    return this.#clients.program(launcher);
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
   * a command for the far end. The forward is open for as long as `holder` has it. Errors as `command`; unsupported
   * where the service is not SSH.
   */
  async sshPlan(
    request: LaunchRequest & { readonly args: readonly string[] },
    holder: object,
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
    // In our own terminal only ssh itself will do.
    const { putty: _putty, ...inTerminal } = chosen.value;
    if (inTerminal.ssh === undefined) return noSsh;
    const { deviceKey, serviceId } = request;
    const forward = await this.#needs.forwards.acquire({ deviceKey, serviceId, anyPort: true }, holder, signal);
    if (!forward.ok) return forward;
    const ssh = this.#ssh(inTerminal, forward.value, request.args);
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
    if (!this.#clients.hasDisplay()) return noDisplay(command);
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
    for (const terminal of await this.#clients.terminals(way.terminals ?? [])) {
      if (signal.aborted) return cancelled();
      const started = await this.#needs.processes.start(terminal.plan([plan.program, ...plan.args]), signal);
      if (started.ok) return ok(launcher ?? terminal.name);
      if (started.error.kind !== 'launcher-missing') return started;
      last = started;
    }
    return last;
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
    const first = await this.#clients.first(kind, names);
    const kept = request.user ?? credentials?.facts(deviceKey, serviceId).user;
    const configured = kept ?? (kind === 'ssh' ? sshUser : '');
    const user = configured === '' ? {} : { user: configured };
    const base = { device, service, names, ...user };
    if (first?.own !== undefined) {
      const program = await this.#clients.program(first.own);
      return program.ok ? ok({ ...base, custom: { launcher: first.own, program: program.value } }) : program;
    }
    if (kind !== 'ssh') return ok(base);
    if (configured !== '') {
      const checked = checkSshUser(configured);
      if (!checked.ok) return checked;
    }
    const ssh = await executables.find('ssh');
    const putty = await this.#clients.putty();
    if (ssh === undefined && putty === undefined) return noSsh;
    return ok({
      ...base,
      ...(ssh === undefined ? {} : { ssh }),
      // Where it was chosen, and where nothing else is.
      ...(putty !== undefined && (first?.name === puttyName || ssh === undefined) ? { putty } : {}),
    });
  }

  /**
   * `starts`: whether it is to be opened at once, so that a password may be fetched and the device asked; a line to copy
   * holds none.
   */
  async #prepare(
    request: LaunchRequest,
    args: readonly string[],
    starts: boolean,
    signal: AbortSignal,
  ): Promise<Result<Prepared>> {
    const chosen = await this.#choose(request);
    if (!chosen.ok) return chosen;
    const { service, custom } = chosen.value;
    const { deviceKey, serviceId } = request;
    const forward = await this.#needs.forwards.open({ deviceKey, serviceId, anyPort: true }, signal);
    if (!forward.ok) return forward;
    const { deviceEndpoint } = forward.value;
    if (custom !== undefined) return this.#custom(chosen.value, custom, forward.value);
    let { recognised } = forward.value;
    if (service.kind === 'tcp' && starts) {
      const place = { host: forward.value.address, port: forward.value.port };
      recognised ??= await this.#needs.recognise?.(place, service.port, signal);
      if (signal.aborted) return cancelled();
    }
    const kind = service.kind === 'tcp' && recognised !== undefined ? launcherKindOf(recognised) : service.kind;
    const { address, port } = kind === 'ssh' || kind === 'vnc' ? forward.value : (deviceEndpoint ?? forward.value);
    switch (kind) {
      case 'ssh':
        return this.#ssh(chosen.value, forward.value, args);
      case 'http':
      case 'https': {
        const { url, plan } = browserPlan(this.#needs.platform, { scheme: kind, address, port });
        return ok({ command: url, ways: [{ launcher: 'Browser', plan, inTerminal: false }] });
      }
      case 'vnc':
      case 'rdp':
        return this.#viewer(chosen.value, kind, { address, port }, starts);
      case 'tcp':
        return fail(
          'unsupported',
          'Quayside does not know what speaks on this port.',
          `The forward is open: point your own program at ${address}:${port}, or choose a launcher for it.`,
        );
      default:
        return kind satisfies never;
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
    { device, service, user, ssh, putty, names }: Chosen,
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
    if (putty !== undefined) {
      const other = puttyPlan(putty, target);
      if (!other.ok) return other;
      return ok({ command: command.value, ways: [{ launcher: puttyName, plan: other.value, inTerminal: false }] });
    }
    return ok({ command: command.value, ways: [{ plan: plan.value, inTerminal: true, terminals: names }] });
  }

  async #viewer(
    { device, service, user, names }: Chosen,
    kind: 'vnc' | 'rdp',
    { address, port }: { readonly address: string; readonly port: number },
    secret: boolean,
  ): Promise<Result<Prepared>> {
    const place = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
    if (!this.#clients.hasDisplay()) return noDisplay(place);
    const viewers = await this.#clients.viewers(kind, names);
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
