import type { Device, Service } from '../../core/fleet/device.ts';
import type { Emitter } from '../../core/base/emitter.ts';
import type { LaunchPlatform } from '../../core/launch/launch-plan.ts';
import type { Clock } from '../../core/base/clock.ts';
import type { Log } from '../../core/base/log.ts';
import type { SshConfig } from './ssh-config.ts';

/** What keeping our file of hosts true needs of the rest. */
export interface SshConfigSyncDeps {
  readonly config: Pick<SshConfig, 'refresh'>;
  readonly inventory: {
    readonly devices: ReadonlyMap<string, Device>;
    servicesOf(key: string): readonly Service[];
    readonly changed: Pick<Emitter<{ readonly upsert: readonly unknown[]; readonly remove: readonly unknown[] }>, 'on'>;
  };
  readonly settings: { get(): { readonly sshUser: string } };
  readonly clock: Clock;
  readonly log: Log;
  readonly knownHostsFile: string;
  readonly hostKeys: {
    outdated(alias: string): readonly string[];
    readonly allowed: Pick<Emitter<string>, 'on'>;
  };
  readonly platform: LaunchPlatform;
}

/** Milliseconds from a change to the file: many devices change at once, and ssh reads it only when it is run. */
const settleMs = 2_000;

/** Writes the hosts of the user's ssh again when devices come, go or change, where the user has asked for them. */
export class SshConfigSync {
  readonly #deps: SshConfigSyncDeps;
  readonly #unsubscribe: () => void;
  #cancel: (() => void) | undefined;

  constructor(deps: SshConfigSyncDeps) {
    this.#deps = deps;
    const stops = [
      deps.inventory.changed.on(({ upsert, remove }) => {
        if (upsert.length + remove.length > 0) this.#soon();
      }),
      deps.hostKeys.allowed.on(() => this.#soon()),
    ];
    this.#unsubscribe = () => {
      for (const stop of stops) stop();
    };
  }

  #soon(): void {
    this.#cancel ??= this.#deps.clock.after(settleMs, () => {
      this.#cancel = undefined;
      void this.#refresh();
    });
  }

  async #refresh(): Promise<void> {
    const { config, hostKeys, inventory, settings, log, knownHostsFile, platform } = this.#deps;
    const devices = [...inventory.devices.values()].map(({ key, accountId, vendor, id, name }) => ({
      key,
      accountId,
      vendor,
      id,
      name,
      services: inventory.servicesOf(key),
    }));
    const refreshed = await config.refresh(devices, {
      knownHostsFile,
      outdated: (alias) => hostKeys.outdated(alias),
      platform,
      user: settings.get().sshUser,
    });
    if (!refreshed.ok) log.write('warn', 'ssh-config.failed', { kind: refreshed.error.kind });
  }

  dispose(): void {
    this.#unsubscribe();
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
