import { cancelled, fail, ok } from '../core/errors.ts';
import { browserPlan } from '../core/launch-plan.ts';
import { checkSshUser, hostKeyAlias, sshCopyable, sshPlan } from '../core/ssh-command.ts';
import { discoverTerminals, terminalProbes } from '../core/terminals.ts';
import type { Device, Service } from '../core/device.ts';
import type { Failure, Result } from '../core/errors.ts';
import type { Executables, LaunchPlan, LaunchPlatform, Processes } from '../core/launch-plan.ts';
import type { FoundTerminal } from '../core/terminals.ts';

/** What is to be launched. */
export interface LaunchRequest {
  readonly deviceKey: string;
  readonly serviceId: string;
  /** For SSH; absent means the user name of the settings, and where that is empty, ssh's own choice. */
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
  readonly settings: { get(): { readonly sshUser: string; readonly terminal: string } };
  readonly executables: Executables;
  readonly processes: Processes;
  readonly platform: LaunchPlatform;
  /** The profile's own known_hosts. */
  readonly knownHostsFile: string;
  /** The environment that says which desktop this is. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

type Prepared =
  | { readonly kind: 'ssh'; readonly command: string; readonly plan: LaunchPlan }
  | { readonly kind: 'browser'; readonly command: string; readonly plan: LaunchPlan };

const noDisplay = (copyable: string): Failure =>
  fail(
    'launcher-missing',
    'Quayside was started without a display, so it cannot open windows.',
    `Copy this and use it where you are: ${copyable}`,
  );

/** Opens services in the user's own programs: ssh in a terminal, the browser. */
export class Launches {
  readonly #needs: LaunchesDependencies;

  constructor(needs: LaunchesDependencies) {
    this.#needs = needs;
  }

  /** The names of the terminals found on this computer, best first. Empty without a display. */
  async terminals(): Promise<readonly string[]> {
    return (await this.#discover()).map(({ name }) => name);
  }

  /**
   * What a launch would run: the line for people to copy, and the plan. Opens the forward, so that the port is
   * true. Errors: not-found, invalid-input, unsupported (the hint names the address), launcher-missing, and those
   * of opening a forward.
   */
  async command(
    request: LaunchRequest,
    signal: AbortSignal,
  ): Promise<Result<{ readonly command: string; readonly plan: LaunchPlan }>> {
    const prepared = await this.#prepare(request, [], signal);
    return prepared.ok ? ok({ command: prepared.value.command, plan: prepared.value.plan }) : prepared;
  }

  /**
   * The plan that runs ssh in the foreground of our own terminal, with what the person typed for ssh: options, then
   * a command for the far end. Errors as `command`; unsupported where the service is not SSH.
   */
  async sshPlan(
    request: LaunchRequest & { readonly args: readonly string[] },
    signal: AbortSignal,
  ): Promise<Result<LaunchPlan>> {
    const found = this.#find(request);
    if (!found.ok) return found;
    if (found.value.service.kind !== 'ssh') {
      return fail(
        'unsupported',
        `${found.value.service.name} is not an SSH service.`,
        'Choose an SSH service of this device.',
      );
    }
    const prepared = await this.#prepare(request, request.args, signal);
    return prepared.ok ? ok(prepared.value.plan) : prepared;
  }

  /**
   * Opens the service in the user's own program; answers which one and the line for people to copy. A terminal that
   * fails at once gives way to the next. Errors as `command`.
   */
  async open(
    request: LaunchRequest,
    signal: AbortSignal,
  ): Promise<Result<{ readonly launcher: string; readonly command: string }>> {
    const prepared = await this.#prepare(request, [], signal);
    if (!prepared.ok) return prepared;
    const { kind, command, plan } = prepared.value;
    if (!this.#hasDisplay()) return noDisplay(command);
    if (kind === 'browser') {
      const started = await this.#needs.processes.start(plan, signal);
      return started.ok ? ok({ launcher: 'Browser', command }) : started;
    }
    let last: Failure = fail(
      'launcher-missing',
      'No terminal was found on this computer.',
      `Install one (such as xterm), or paste this into yours: ${command}`,
    );
    for (const terminal of await this.#discover()) {
      if (signal.aborted) return cancelled();
      const started = await this.#needs.processes.start(terminal.plan([plan.program, ...plan.args]), signal);
      if (started.ok) return ok({ launcher: terminal.name, command });
      if (started.error.kind !== 'launcher-missing') return started;
      last = started;
    }
    return last;
  }

  #hasDisplay(): boolean {
    const { platform, env } = this.#needs;
    return platform !== 'linux' || (env['DISPLAY'] ?? '') !== '' || (env['WAYLAND_DISPLAY'] ?? '') !== '';
  }

  async #discover(): Promise<readonly FoundTerminal[]> {
    const { platform, executables, settings, env } = this.#needs;
    const display = this.#hasDisplay();
    if (!display) return [];
    const found = new Map<string, string>();
    for (const probe of terminalProbes(platform)) {
      const path = await executables.find(probe);
      if (path !== undefined) found.set(probe, path);
    }
    const desktop = env['XDG_CURRENT_DESKTOP'];
    return discoverTerminals({
      platform,
      found,
      display,
      preferred: settings.get().terminal,
      ...(desktop === undefined ? {} : { desktop }),
    });
  }

  #find(request: LaunchRequest): Result<{ readonly device: Device; readonly service: Service }> {
    const device = this.#needs.inventory.device(request.deviceKey);
    if (device === undefined) {
      return fail('not-found', 'This device is not in the list.', 'Refresh its account, or choose another device.');
    }
    const service = this.#needs.inventory.servicesOf(request.deviceKey).find(({ id }) => id === request.serviceId);
    if (service === undefined) {
      return fail('not-found', `${device.name} has no such service.`, 'Choose one of the services of the device.');
    }
    return ok({ device, service });
  }

  async #prepare(request: LaunchRequest, args: readonly string[], signal: AbortSignal): Promise<Result<Prepared>> {
    const found = this.#find(request);
    if (!found.ok) return found;
    const { device, service } = found.value;
    const { platform, knownHostsFile, settings, executables, forwards } = this.#needs;
    const configured = request.user ?? settings.get().sshUser;
    if (service.kind === 'ssh' && configured !== '') {
      const user = checkSshUser(configured);
      if (!user.ok) return user;
    }
    const ssh = service.kind === 'ssh' ? await executables.find('ssh') : undefined;
    if (service.kind === 'ssh' && ssh === undefined) {
      return fail('launcher-missing', 'ssh is not on this computer.', 'Install the OpenSSH client.');
    }
    const forward = await forwards.open({ deviceKey: request.deviceKey, serviceId: request.serviceId }, signal);
    if (!forward.ok) return forward;
    const { address, port } = forward.value;
    switch (service.kind) {
      case 'ssh': {
        const target = {
          address,
          port,
          alias: hostKeyAlias(device, service),
          knownHostsFile,
          platform,
          ...(configured === '' ? {} : { user: configured }),
        };
        const plan = sshPlan(target, { program: ssh ?? 'ssh', args, detached: false });
        if (!plan.ok) return plan;
        const command = sshCopyable(target);
        return command.ok ? ok({ kind: 'ssh', command: command.value, plan: plan.value }) : command;
      }
      case 'http':
      case 'https': {
        const { url, plan } = browserPlan(platform, { scheme: service.kind, address, port });
        return ok({ kind: 'browser', command: url, plan });
      }
      case 'vnc':
      case 'rdp':
      case 'tcp':
        return fail(
          'unsupported',
          `Quayside does not start a program for ${service.kind.toUpperCase()} yet.`,
          `The forward is open: point your own program at ${address}:${port}.`,
        );
      default:
        return service.kind satisfies never;
    }
  }
}
