import { noDevice } from '../../core/fleet/not-found-errors.ts';
import { cancelled, fail, ok } from '../../core/base/errors.ts';
import { browserPlan } from '../../core/launch/launch-plan.ts';
import { chosenLaunchers } from '../../core/launch/launcher-choice.ts';
import { customLauncherPlan } from '../../core/launch/custom-launcher.ts';
import { puttyPlan } from '../../core/ssh/putty-command.ts';
import { joinPasteWindows, joinPosix } from '../../core/base/shell-quoting.ts';
import { checkSshUser, hostKeyAlias, sshCopyable, sshPlan } from '../../core/ssh/ssh-command.ts';
import { launcherKindOf } from '../../core/forward/sniff-service.ts';
import { LaunchClients, putty as puttyName } from './launch-clients.ts';
import type { CustomLauncher } from '../../core/launch/custom-launcher.ts';
import type { Device, Service } from '../../core/fleet/device.ts';
import type { Failure, Result } from '../../core/base/errors.ts';
import type { LaunchPlan } from '../../core/launch/launch-plan.ts';
import type { SniffedKind } from '../../core/forward/sniff-service.ts';
import type { ViewerTarget } from '../../core/launch/screen-clients.ts';
import type { SshVersion } from '../../core/ssh/ssh-version.ts';
import type { RdpCertificates } from './rdp-certificates.ts';
import type { LaunchClientsDeps } from './launch-clients.ts';
import { defined } from '../../core/base/defined.ts';

/** The port of RDP where a vendor names none: without it, the alias would be that of SSH. */
const rdpPort = 3389;

/** What is to be launched. */
export interface LaunchRequest {
  readonly deviceKey: string;
  readonly serviceId: string;
  /** Absent: the stored user of the service; for SSH then the one of the settings, then ssh's own default. */
  readonly user?: string;
}

/** The address of a forward, and what is known of its service. */
export interface OpenedForward {
  readonly address: string;
  readonly port: number;
  /**
   * Whether it is on the device's own loopback address: credentials and cookies stored by address are separate there.
   */
  readonly deviceEndpoint?: { readonly address: string; readonly port: number };
  /** What a service of kind tcp turned out to be. */
  readonly recognised?: SniffedKind;
}

/** The dependencies of planning. */
export interface LaunchPlannerDeps extends LaunchClientsDeps {
  readonly forwards: {
    open(
      request: { readonly deviceKey: string; readonly serviceId: string; readonly anyPort: true },
      signal: AbortSignal,
    ): Promise<Result<OpenedForward>>;
  };
  readonly inventory: {
    device(key: string): Device | undefined;
    servicesOf(key: string): readonly Service[];
  };
  readonly settings: {
    get(): ReturnType<LaunchClientsDeps['settings']['get']> & { readonly sshUser: string };
  };
  /** Stored user names and passwords of services; if absent, clients ask. */
  readonly credentials?: {
    facts(deviceKey: string, serviceId: string): { readonly user?: string; readonly hasPassword: boolean };
    password(deviceKey: string, serviceId: string): Promise<Result<string | undefined>>;
  };
  /** Recognises a service of unknown kind, given its port on the device; absent: it is not recognised. */
  readonly recognise?: (
    forward: { readonly host: string; readonly port: number },
    port: number | undefined,
    signal: AbortSignal,
  ) => Promise<SniffedKind | undefined>;
  /** The profile's own known_hosts. */
  readonly knownHostsFile: string;
  /** Outdated algorithms allowed for the device with this host key alias. */
  readonly outdated?: (alias: string) => readonly string[];
  /** Compares the certificates of RDP servers with their pins; absent: the programs do by themselves. */
  readonly certificates?: Pick<RdpCertificates, 'check' | 'trust'>;
  /** The version of the ssh on this computer, undefined where it is not known. */
  readonly sshVersion?: () => Promise<SshVersion | undefined>;
}

/** One program to try for a service, and how to start it. */
export interface LaunchAttempt {
  /** Absent: a terminal, whose name is known once it has started. */
  readonly launcher?: string;
  readonly plan: LaunchPlan;
  /** For a program that runs in a terminal. */
  readonly inTerminal: boolean;
  /** Names of terminals chosen for it. */
  readonly terminals?: readonly string[];
}

/** A service with an open forward, and the attempts to open it. */
export interface PreparedLaunch {
  /** The line for people to copy. */
  readonly command: string;
  /** Best first; never empty. */
  readonly attempts: readonly [LaunchAttempt, ...LaunchAttempt[]];
  readonly password?: string;
}

/** A service with everything its launch depends on, before its forward is open. */
export interface ChosenLaunch {
  readonly device: Device;
  readonly service: Service;
  /** Names of its chosen launchers, the most specific first. */
  readonly names: readonly string[];
  readonly custom?: { readonly launcher: CustomLauncher; readonly program: string };
  readonly ssh?: string;
  readonly sshVersion?: SshVersion;
  readonly putty?: string;
  readonly user?: string;
}

/** The name that the certificate of an RDP service is pinned under. */
export const rdpAlias = (device: Device, service: Service): string =>
  hostKeyAlias(device, { ...service, port: service.port ?? rdpPort });

export const noSsh = fail('launcher-missing', 'ssh is not on this computer.', 'Install the OpenSSH client.');

export const noDisplay = (copyable: string): Failure =>
  fail(
    'launcher-missing',
    'Quayside was started without a display, so it cannot open windows.',
    `Copy this and use it where you are: ${copyable}`,
  );

/** Plans how a service is opened: the programs, their arguments, and the line to copy. Starts nothing. */
export class LaunchPlanner {
  readonly #deps: LaunchPlannerDeps;
  readonly #clients: LaunchClients;

  constructor(deps: LaunchPlannerDeps, clients: LaunchClients) {
    this.#deps = deps;
    this.#clients = clients;
  }

  /** Checks everything that can be refused before a forward is opened. */
  async choose(request: LaunchRequest): Promise<Result<ChosenLaunch>> {
    const { inventory, settings, executables, credentials } = this.#deps;
    const { deviceKey, serviceId } = request;
    const device = inventory.device(deviceKey);
    if (device === undefined) {
      return noDevice;
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
    const sshVersion = ssh === undefined ? undefined : await this.#deps.sshVersion?.();
    return ok({
      ...base,
      ...defined({ ssh, sshVersion }),
      // Used if it was chosen, or if there is nothing else.
      ...(putty !== undefined && (first?.name === puttyName || ssh === undefined) ? { putty } : {}),
    });
  }

  /**
   * Opens the forward of a service and returns how it can be opened. `starts`: it will be opened at once, so a password
   * may be fetched and the service recognised; a line to copy has no password.
   */
  async prepare(request: LaunchRequest, starts: boolean, signal: AbortSignal): Promise<Result<PreparedLaunch>> {
    const chosen = await this.choose(request);
    if (!chosen.ok) return chosen;
    const { service, custom } = chosen.value;
    const { deviceKey, serviceId } = request;
    const forward = await this.#deps.forwards.open({ deviceKey, serviceId, anyPort: true }, signal);
    if (!forward.ok) return forward;
    const { deviceEndpoint } = forward.value;
    if (custom !== undefined) return this.#custom(chosen.value, custom, forward.value);
    let { recognised } = forward.value;
    if (service.kind === 'tcp' && starts) {
      const place = { host: forward.value.address, port: forward.value.port };
      recognised ??= await this.#deps.recognise?.(place, service.port, signal);
      if (signal.aborted) return cancelled();
    }
    const kind = service.kind === 'tcp' && recognised !== undefined ? launcherKindOf(recognised) : service.kind;
    const { address, port } = kind === 'ssh' || kind === 'vnc' ? forward.value : (deviceEndpoint ?? forward.value);
    switch (kind) {
      case 'ssh':
        return this.ssh(chosen.value, forward.value, []);
      case 'http':
      case 'https': {
        const { url, plan } = browserPlan(this.#deps.platform, { scheme: kind, address, port });
        return ok({ command: url, attempts: [{ launcher: 'Browser', plan, inTerminal: false }] });
      }
      case 'vnc':
      case 'rdp':
        return this.#viewer(chosen.value, kind, { address, port }, starts, signal);
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
    const args = [plan.program, ...plan.args];
    return this.#deps.platform === 'win32' ? joinPasteWindows(args) : joinPosix(args);
  }

  #custom(
    chosen: ChosenLaunch,
    custom: { readonly launcher: CustomLauncher; readonly program: string },
    forward: { readonly address: string; readonly port: number },
  ): Result<PreparedLaunch> {
    const { launcher, program } = custom;
    const values = {
      ...forward,
      device: chosen.device.name,
      ...defined({ user: chosen.user }),
    };
    const plan = customLauncherPlan({ ...launcher, program }, { ...values });
    if (!plan.ok) return plan;
    const attempt = { launcher: launcher.name, plan: plan.value, inTerminal: false };
    return ok({ command: this.#copyable(plan.value), attempts: [attempt] });
  }

  /** The attempts to open an SSH service; `args` are what the person typed for ssh. */
  ssh(
    { device, service, user, ssh, sshVersion, putty, names }: ChosenLaunch,
    { address, port }: { readonly address: string; readonly port: number },
    args: readonly string[],
  ): Result<PreparedLaunch> {
    const { platform, knownHostsFile } = this.#deps;
    const target = {
      address,
      port,
      alias: hostKeyAlias(device, service),
      knownHostsFile,
      outdated: this.#deps.outdated?.(hostKeyAlias(device, service)) ?? [],
      platform,
      ...defined({ user, sshVersion }),
    };
    const plan = sshPlan(target, { program: ssh ?? 'ssh', args, detached: false });
    if (!plan.ok) return plan;
    const command = sshCopyable(target);
    if (!command.ok) return command;
    if (putty !== undefined) {
      const other = puttyPlan(putty, target);
      if (!other.ok) return other;
      return ok({ command: command.value, attempts: [{ launcher: puttyName, plan: other.value, inTerminal: false }] });
    }
    return ok({ command: command.value, attempts: [{ plan: plan.value, inTerminal: true, terminals: names }] });
  }

  async #viewer(
    { device, service, user, names }: ChosenLaunch,
    kind: 'vnc' | 'rdp',
    { address, port }: { readonly address: string; readonly port: number },
    starts: boolean,
    signal: AbortSignal,
  ): Promise<Result<PreparedLaunch>> {
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
    const alias = kind === 'rdp' ? rdpAlias(device, service) : hostKeyAlias(device, service);
    const checked =
      kind === 'rdp' && starts
        ? await this.#deps.certificates?.check({ host: address, port }, alias, signal)
        : undefined;
    if (checked?.ok === false) return checked;
    if (signal.aborted) return cancelled();
    const certificate = checked?.value;
    const kept = starts ? await this.#deps.credentials?.password(device.key, service.id) : undefined;
    if (kept?.ok === false) return kept;
    const password = kept?.value;
    const target: ViewerTarget = {
      address,
      port,
      alias,
      withPassword: password !== undefined,
      ...defined({ user, certificate }),
    };
    const attempts: LaunchAttempt[] = [];
    let refused: Failure | undefined;
    for (const viewer of viewers) {
      const planned = viewer.plan(target);
      if (planned.ok) attempts.push({ launcher: viewer.name, ...planned.value });
      else refused ??= planned;
    }
    const [first, ...others] = attempts;
    if (first === undefined) return refused ?? cancelled();
    const bare = viewers.find(({ name }) => name === first.launcher)?.plan({ ...target, withPassword: false });
    const command = this.#copyable(bare?.ok === true ? bare.value.plan : first.plan);
    return ok({ command, attempts: [first, ...others], ...defined({ password }) });
  }
}
