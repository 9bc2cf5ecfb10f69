import { join } from 'node:path';
import type { Clock } from '../core/base/clock.ts';
import type { Log } from '../core/base/log.ts';
import type { Vault } from '../core/base/vault.ts';
import { usesFormat } from '../core/launch/frecency.ts';
import type { LaunchPlatform } from '../core/launch/launch-plan.ts';
import { createExecutables } from '../node/desktop/executables.ts';
import { createProcesses } from '../node/desktop/processes.ts';
import { readRdpCertificate } from '../node/net/rdp-certificate.ts';
import { dialTcp } from '../node/net/stream-channel.ts';
import { jsonDocument } from '../node/storage/json-document.ts';
import type { ProfilePaths } from '../node/storage/profile-paths.ts';
import { sshEnvironment } from '../node/ssh/ssh-environment.ts';
import { userFiles } from '../node/storage/user-files.ts';
import type { SettingsStore } from '../services/app/settings-store.ts';
import type { Accounts } from '../services/fleet/accounts.ts';
import type { Inventory } from '../services/fleet/inventory.ts';
import type { Forwards } from '../services/forward/forwards.ts';
import { recogniseService } from '../services/forward/recognise-service.ts';
import { Editors } from '../services/launch/editors.ts';
import { ServiceCredentials, serviceCredentialsFormat } from '../services/launch/service-credentials.ts';
import { Launches } from '../services/launch/launches.ts';
import { RdpCertificates } from '../services/launch/rdp-certificates.ts';
import { Recents } from '../services/launch/recents.ts';
import type { HostKeys } from '../services/ssh/host-keys.ts';
import { SshConfigSync } from '../services/ssh/ssh-config-sync.ts';
import { SshConfig } from '../services/ssh/ssh-config.ts';
import type { StartProblems } from './start-problems.ts';

const launchPlatform = (): LaunchPlatform =>
  process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux';

/** Builds the programs that open services, their credentials, and the user's ssh configuration. */
export const composeLaunches = async (deps: {
  readonly longLived: boolean;
  readonly paths: ProfilePaths;
  readonly vault: Vault;
  readonly accounts: Accounts;
  readonly inventory: Inventory;
  readonly forwards: Forwards;
  readonly hostKeys: HostKeys;
  readonly settings: SettingsStore;
  readonly problems: StartProblems;
  readonly clock: Clock;
  readonly log: Log;
}) => {
  const { paths, vault, accounts, inventory, forwards, hostKeys, settings, problems, clock, log } = deps;
  const platform = launchPlatform();
  const recents = new Recents({ document: jsonDocument({ path: paths.recents, ...usesFormat }), clock });
  problems.note(await recents.load());
  const credentials = new ServiceCredentials({
    document: jsonDocument({ path: paths.serviceCredentials, ...serviceCredentialsFormat }),
    vault,
  });
  problems.note(await credentials.load());
  const stopForgetting = accounts.changed.on(({ kind, account }) => {
    if (kind !== 'removed') return;
    void credentials.forgetAccount(account.id);
    void recents.forgetAccount(account.id);
  });
  const programs = {
    executables: createExecutables({ platform: process.platform, env: process.env }),
    processes: createProcesses({ clock, env: process.env, platform: process.platform }),
    platform,
    env: process.env,
  };
  const surroundings = sshEnvironment();
  const launches = new Launches({
    ...programs,
    forwards,
    credentials,
    inventory,
    settings,
    recognise: (place, port, signal) =>
      recogniseService({ dial: (limit) => dialTcp(place, limit), clock }, port, signal),
    knownHostsFile: paths.knownHosts,
    outdated: (alias) => hostKeys.outdated(alias),
    certificates: new RdpCertificates({ read: readRdpCertificate, hostKeys }),
    sshVersion: surroundings.version,
  });
  // A short command leaves this to the process that keeps running.
  const sshConfigSync = deps.longLived
    ? new SshConfigSync({
        config: new SshConfig({
          files: userFiles,
          surroundings,
          ownFile: join(paths.profile, 'ssh_config'),
        }),
        inventory,
        settings,
        clock,
        log,
        knownHostsFile: paths.knownHosts,
        hostKeys,
        platform,
      })
    : undefined;
  return {
    launches,
    editors: new Editors({ ...programs, settings }),
    credentials,
    recents,
    stop: () => {
      stopForgetting();
      sshConfigSync?.dispose();
    },
  };
};
