import { join } from 'node:path';
import type { Clock, Random } from '../core/base/clock.ts';
import type { Log } from '../core/base/log.ts';
import type { Vault } from '../core/base/vault.ts';
import { settingsFormat } from '../core/app/settings.ts';
import { fleetCacheFormat } from '../core/fleet/fleet-cache.ts';
import { createHttpClient } from '../node/http/http-client.ts';
import { createWebSocketClient } from '../node/http/websocket-client.ts';
import { jsonDocument, jsonFolder } from '../node/storage/json-document.ts';
import type { ProfilePaths } from '../node/storage/profile-paths.ts';
import { SettingsStore } from '../services/app/settings-store.ts';
import { accountsFormat } from '../services/fleet/accounts-format.ts';
import { Accounts } from '../services/fleet/accounts.ts';
import { devicePreferencesFormat, DevicePreferences } from '../services/fleet/device-preferences.ts';
import { Inventory } from '../services/fleet/inventory.ts';
import { pendingSecretsFormat } from '../services/fleet/pending-secrets.ts';
import { vendors } from '../vendors/registry.ts';
import { composeNetwork, judgeSettings } from './compose-network.ts';
import { version } from './core.ts';
import type { StartProblems } from './start-problems.ts';

/** Builds settings, the connection to vendors, accounts and their devices, as they were stored in the profile. */
export const composeFleet = async (deps: {
  readonly paths: ProfilePaths;
  readonly vault: Vault;
  /** Asks the system which proxies it uses; if absent, only the environment's are used. */
  readonly systemProxy: ((url: string) => Promise<string>) | undefined;
  readonly problems: StartProblems;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}) => {
  const { paths, vault, problems, clock, random, log } = deps;
  const settings = await SettingsStore.load(jsonDocument({ path: paths.settings, ...settingsFormat }), judgeSettings);
  if (settings.problem !== undefined) problems.add(settings.problem);
  const network = composeNetwork({ settings, systemProxy: deps.systemProxy, clock, log });
  problems.note(network.problem);
  const userAgent = `Quayside/${version}`;
  const http = createHttpClient({ clock, random, userAgent, log, out: network.out });
  const sockets = createWebSocketClient({ clock, userAgent, out: network.out });
  const preferences = new DevicePreferences(
    jsonDocument({ path: paths.devicePreferences, ...devicePreferencesFormat }),
  );
  problems.note(await preferences.load());
  const accounts = new Accounts({
    document: jsonDocument({ path: paths.accounts, ...accountsFormat(vendors) }),
    pendingSecrets: jsonDocument({ path: join(paths.profile, 'pending-secrets.json'), ...pendingSecretsFormat }),
    vault,
    vendors,
    http,
    sockets,
    clock,
    random,
    log,
  });
  problems.note(await accounts.load());
  const inventory = new Inventory({
    accounts,
    preferences,
    settings,
    cache: jsonFolder({ folder: paths.cache, ...fleetCacheFormat }),
    clock,
    random,
    log,
  });
  problems.add(...(await inventory.load()));
  return {
    settings,
    preferences,
    accounts,
    inventory,
    out: network.out,
    networkChanged: () => http.networkChanged(),
    /** Ends all connections to vendors. */
    closeNetwork: () => {
      network.dispose();
      sockets.dispose();
      http.dispose();
    },
  };
};
