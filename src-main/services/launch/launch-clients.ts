import { fail, ok } from '../../core/base/errors.ts';
import { puttyProbes } from '../../core/ssh/putty-command.ts';
import { rdpClients } from '../../core/launch/rdp-clients.ts';
import { discoverTerminals, terminalProbes } from '../../core/launch/terminals.ts';
import { discoverViewers, viewerProbes } from '../../core/launch/screen-clients.ts';
import { vncClients } from '../../core/launch/vnc-clients.ts';
import type { CustomLauncher } from '../../core/launch/custom-launcher.ts';
import type { ServiceKind } from '../../core/fleet/device.ts';
import type { Result } from '../../core/base/errors.ts';
import { hasDisplay, type Executables, type LaunchPlatform } from '../../core/launch/launch-plan.ts';
import type { LauncherChoice } from '../../core/launch/launcher-choice.ts';
import type { FoundTerminal } from '../../core/launch/terminals.ts';
import type { FoundViewer } from '../../core/launch/screen-clients.ts';
import { defined } from '../../core/base/defined.ts';

/** The dependencies of finding clients. */
export interface LaunchClientsDeps {
  readonly settings: {
    get(): {
      readonly terminal: string;
      readonly launchers?: readonly CustomLauncher[];
      readonly launcherChoices?: readonly LauncherChoice[];
    };
  };
  readonly executables: Executables;
  readonly platform: LaunchPlatform;
  /** The environment, which says which desktop this is. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The name of PuTTY among the SSH launchers, on Windows. */
export const putty = 'PuTTY';

/**
 * Finds the programs on this computer that open services. It looks each time, because people install and remove them.
 */
export class LaunchClients {
  readonly #deps: LaunchClientsDeps;

  constructor(deps: LaunchClientsDeps) {
    this.#deps = deps;
  }

  /** Whether windows can be shown at all. */
  hasDisplay(): boolean {
    const { platform, env } = this.#deps;
    return hasDisplay(platform, env);
  }

  /** Terminals, best first; those in `chosen` before all. */
  async terminals(chosen: readonly string[]): Promise<readonly FoundTerminal[]> {
    const { platform, settings, env } = this.#deps;
    if (!this.hasDisplay()) return [];
    const desktop = env['XDG_CURRENT_DESKTOP'];
    const terminals = discoverTerminals({
      platform,
      found: await this.#probe(terminalProbes(platform)),
      display: true,
      preferred: settings.get().terminal,
      ...defined({ desktop }),
    });
    const rank = ({ name }: FoundTerminal): number => (chosen.includes(name) ? chosen.indexOf(name) : chosen.length);
    return terminals.toSorted((one, other) => rank(one) - rank(other));
  }

  /** VNC or RDP clients, best first; those in `chosen` before all. */
  async viewers(kind: 'vnc' | 'rdp', chosen: readonly string[]): Promise<readonly FoundViewer[]> {
    const { platform } = this.#deps;
    if (!this.hasDisplay()) return [];
    const catalogue = (kind === 'vnc' ? vncClients : rdpClients)[platform];
    const found = await this.#probe(viewerProbes(catalogue));
    return discoverViewers(catalogue, { platform, found, display: true, preferred: chosen });
  }

  /** The path of PuTTY, on Windows only. */
  async putty(): Promise<string | undefined> {
    if (this.#deps.platform !== 'win32') return undefined;
    return [...(await this.#probe(puttyProbes)).values()][0];
  }

  /** The names of the programs for a kind of service: the user's own, then those found, best first. */
  async names(kind: ServiceKind): Promise<readonly string[]> {
    const own = this.#own(kind).map(({ name }) => name);
    return [...new Set([...own, ...(await this.#found(kind))])];
  }

  async #found(kind: ServiceKind): Promise<readonly string[]> {
    switch (kind) {
      case 'ssh': {
        const terminals = (await this.terminals([])).map(({ name }) => name);
        return (await this.putty()) === undefined ? terminals : [...terminals, putty];
      }
      case 'vnc':
      case 'rdp':
        return (await this.viewers(kind, [])).map(({ name }) => name);
      case 'http':
      case 'https':
        return ['Browser'];
      case 'tcp':
        return [];
      default:
        return kind satisfies never;
    }
  }

  /** The first chosen name that exists here, with the user's own program behind it, if it is one. */
  async first(
    kind: ServiceKind,
    chosen: readonly string[],
  ): Promise<{ readonly name: string; readonly own?: CustomLauncher } | undefined> {
    if (chosen.length === 0) return undefined;
    const here = await this.names(kind);
    const name = chosen.find((candidate) => here.includes(candidate));
    if (name === undefined) return undefined;
    const own = this.#own(kind).find((launcher) => launcher.name === name);
    return { name, ...defined({ own }) };
  }

  /** The path of a custom launcher's program. Error: launcher-missing. */
  async program(launcher: CustomLauncher): Promise<Result<string>> {
    const path = await this.#deps.executables.find(launcher.program);
    return path === undefined
      ? fail(
          'launcher-missing',
          `${launcher.name} cannot be started: ${launcher.program} is not on this computer.`,
          'Install it, or change this launcher in the settings.',
        )
      : ok(path);
  }

  #own(kind: ServiceKind): readonly CustomLauncher[] {
    return (this.#deps.settings.get().launchers ?? []).filter((launcher) => launcher.kind === kind);
  }

  async #probe(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const name of names) {
      const path = await this.#deps.executables.find(name);
      if (path !== undefined) found.set(name, path);
    }
    return found;
  }
}
