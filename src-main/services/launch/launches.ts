import { cancelled, fail, ok } from '../../core/base/errors.ts';
import { LaunchClients } from './launch-clients.ts';
import type { CustomLauncher } from '../../core/launch/custom-launcher.ts';
import type { ServiceKind } from '../../core/fleet/device.ts';
import type { Failure, Result } from '../../core/base/errors.ts';
import type { LaunchPlan, Processes } from '../../core/launch/launch-plan.ts';
import { LaunchPlanner, noDisplay, noSsh, rdpAlias } from './launch-planner.ts';
import type { LaunchPlannerDeps, LaunchRequest, LaunchAttempt, OpenedForward } from './launch-planner.ts';

/** The dependencies of launches. */
export interface LaunchesDeps extends LaunchPlannerDeps {
  readonly forwards: LaunchPlannerDeps['forwards'] & {
    acquire(
      request: { readonly deviceKey: string; readonly serviceId: string; readonly anyPort: true },
      holder: object,
      signal: AbortSignal,
    ): Promise<Result<OpenedForward>>;
  };
  readonly processes: Processes;
}

/** Opens services in the user's own programs: ssh in a terminal, VNC and RDP clients, the browser, and custom ones. */
export class Launches {
  readonly #deps: LaunchesDeps;
  readonly #clients: LaunchClients;
  readonly #planner: LaunchPlanner;

  constructor(deps: LaunchesDeps) {
    this.#deps = deps;
    this.#clients = new LaunchClients(deps);
    this.#planner = new LaunchPlanner(deps, this.#clients);
  }

  /** The names of the terminals on this computer, best first. Empty without a display. */
  async terminals(): Promise<readonly string[]> {
    return (await this.#clients.terminals([])).map(({ name }) => name);
  }

  /** The names of the programs for a kind of service: the user's own, then those found, best first. */
  launchers(kind: ServiceKind): Promise<readonly string[]> {
    return this.#clients.names(kind);
  }

  /** The path of a custom launcher's program. Error: launcher-missing. */
  checkProgram(launcher: CustomLauncher): Promise<Result<string>> {
    return this.#clients.program(launcher);
  }

  /**
   * What a launch would run: the line to copy, and the plan. Opens the forward, so that the port is right. Errors:
   * not-found, invalid-input, unsupported and launcher-missing (the hint names the address), and those of opening a
   * forward.
   */
  async command(
    request: LaunchRequest,
    signal: AbortSignal,
  ): Promise<Result<{ readonly command: string; readonly plan: LaunchPlan }>> {
    const prepared = await this.#planner.prepare(request, false, signal);
    return prepared.ok ? ok({ command: prepared.value.command, plan: prepared.value.attempts[0].plan }) : prepared;
  }

  /**
   * The plan that runs ssh in the foreground of our own terminal, with what the person typed for ssh: options, then a
   * remote command. The forward is open for as long as `holder` has it. Errors as `command`; unsupported if the service
   * is not SSH.
   */
  async sshPlan(
    request: LaunchRequest & { readonly args: readonly string[] },
    holder: object,
    signal: AbortSignal,
  ): Promise<Result<LaunchPlan>> {
    const chosen = await this.#planner.choose(request);
    if (!chosen.ok) return chosen;
    if (chosen.value.service.kind !== 'ssh') {
      return fail(
        'unsupported',
        `${chosen.value.service.name} is not an SSH service.`,
        'Choose an SSH service of this device.',
      );
    }
    // In our own terminal only ssh itself is possible.
    const { putty: _putty, ...inTerminal } = chosen.value;
    if (inTerminal.ssh === undefined) return noSsh;
    const { deviceKey, serviceId } = request;
    const forward = await this.#deps.forwards.acquire({ deviceKey, serviceId, anyPort: true }, holder, signal);
    if (!forward.ok) return forward;
    const ssh = this.#planner.ssh(inTerminal, forward.value, request.args);
    return ssh.ok ? ok(ssh.value.attempts[0].plan) : ssh;
  }

  /** Takes the changed certificate of a service for the right one. Errors: not-found, invalid-input, those of host-keys.json. */
  async trust(request: LaunchRequest, digits: string): Promise<Result<void>> {
    const chosen = await this.#planner.choose(request);
    if (!chosen.ok) return chosen;
    const { device, service } = chosen.value;
    return (await this.#deps.certificates?.trust(rdpAlias(device, service), digits)) ?? ok(undefined);
  }

  /**
   * Opens the service in the user's own program; returns its name and the line to copy. If a program fails at once, the
   * next is tried. Errors as `command`, and those of the vault.
   */
  async open(
    request: LaunchRequest,
    signal: AbortSignal,
  ): Promise<Result<{ readonly launcher: string; readonly command: string }>> {
    const prepared = await this.#planner.prepare(request, true, signal);
    if (!prepared.ok) return prepared;
    const { command, attempts, password } = prepared.value;
    if (!this.#clients.hasDisplay()) return noDisplay(command);
    let last: Failure | undefined;
    for (const attempt of attempts) {
      const started = attempt.inTerminal
        ? await this.#startInTerminal(attempt, command, signal)
        : await this.#start(attempt, password, signal);
      if (started.ok) return ok({ launcher: started.value, command });
      last = started;
      if (started.error.kind !== 'launcher-missing') break;
    }
    return last ?? cancelled();
  }

  async #start(attempt: LaunchAttempt, password: string | undefined, signal: AbortSignal): Promise<Result<string>> {
    const started = await this.#deps.processes.start(attempt.plan, signal, password);
    return started.ok ? ok(attempt.launcher ?? attempt.plan.program) : started;
  }

  async #startInTerminal(attempt: LaunchAttempt, command: string, signal: AbortSignal): Promise<Result<string>> {
    const { plan, launcher } = attempt;
    let last: Failure = fail(
      'launcher-missing',
      'No terminal was found on this computer.',
      `Install one (such as xterm), or paste this into yours: ${command}`,
    );
    for (const terminal of await this.#clients.terminals(attempt.terminals ?? [])) {
      if (signal.aborted) return cancelled();
      const started = await this.#deps.processes.start(terminal.plan([plan.program, ...plan.args]), signal);
      if (started.ok) return ok(launcher ?? terminal.name);
      if (started.error.kind !== 'launcher-missing') return started;
      last = started;
    }
    return last;
  }
}
