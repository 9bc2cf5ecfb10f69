import { join } from 'node:path';
import type { Clock, Random } from '../core/base/clock.ts';
import type { Log } from '../core/base/log.ts';
import { forwardHistoryFormat } from '../core/forward/forward-attempt.ts';
import { forwardRecordsFormat } from '../core/forward/forward-record.ts';
import { tunnelRecordsFormat } from '../core/forward/tunnel-record.ts';
import { hostKeyPinsFormat } from '../core/ssh/host-key-pins.ts';
import { createForwardEngine } from '../node/forward/worker-forward-engine.ts';
import { createWebForwarder } from '../node/forward/web-forwarder.ts';
import type { OutboundAgents } from '../node/http/outbound-agents.ts';
import { reachable } from '../node/net/reachable.ts';
import { jsonDocument } from '../node/storage/json-document.ts';
import { forgetKnownHost } from '../node/storage/known-hosts.ts';
import type { ProfilePaths } from '../node/storage/profile-paths.ts';
import type { SettingsStore } from '../services/app/settings-store.ts';
import type { Accounts } from '../services/fleet/accounts.ts';
import type { Inventory } from '../services/fleet/inventory.ts';
import { Forwards } from '../services/forward/forwards.ts';
import { HostKeys } from '../services/ssh/host-keys.ts';
import { adoptTunnels, type HandOver } from './compose-hand-over.ts';
import type { CoreOptions } from './core.ts';
import { sha256 } from './sha256.ts';
import type { StartProblems } from './start-problems.ts';

/** Builds the forwards and the host keys they see. They store nothing more once the profile is handed over. */
export const composeForwards = async (deps: {
  readonly options: Pick<CoreOptions, 'forwardWorker' | 'host' | 'longLived' | 'takenOver'>;
  readonly paths: ProfilePaths;
  readonly handOver: HandOver;
  readonly out: OutboundAgents;
  readonly accounts: Accounts;
  readonly inventory: Inventory;
  readonly settings: SettingsStore;
  readonly problems: StartProblems;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}) => {
  const { options, paths, handOver, accounts, inventory, settings, problems, clock, random, log } = deps;
  const hostKeys = new HostKeys({
    document: handOver.owned(jsonDocument({ path: join(paths.profile, 'host-keys.json'), ...hostKeyPinsFormat })),
    sha256,
    clock,
    forgetInClients: (alias) => forgetKnownHost(paths.knownHosts, alias),
  });
  problems.note(await hostKeys.load());
  const forwards = new Forwards({
    document: handOver.owned(jsonDocument({ path: paths.forwards, ...forwardRecordsFormat })),
    engine: createForwardEngine({ worker: options.forwardWorker, log }),
    history: handOver.owned(
      jsonDocument({ path: join(paths.profile, 'forward-history.json'), ...forwardHistoryFormat }),
    ),
    tunnelDocument: handOver.owned(
      jsonDocument({ path: join(paths.profile, 'forward-tunnels.json'), ...tunnelRecordsFormat }),
    ),
    hostKeys,
    reachable,
    web: createWebForwarder({ out: deps.out }),
    isTransient: options.host === 'cli',
    accounts,
    inventory,
    settings,
    clock,
    random,
    log,
  });
  problems.note(await forwards.load());
  for (const takenOver of options.takenOver ?? []) void adoptTunnels(forwards, takenOver);
  // When an account answers, the tunnels of a crashed run can be closed. Short commands leave this to others.
  const stopClosing = inventory.changed.on(({ health }) => {
    if (!options.longLived) return;
    for (const id of health) if (inventory.health(id).error === undefined) void forwards.closeLeftovers(id);
  });
  return { hostKeys, forwards, stopClosing };
};
