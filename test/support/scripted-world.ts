import type { AccountView } from '../../src-preload/contract/account.ts';
import type { IncidentView } from '../../src-preload/contract/alert.ts';
import type { AppView } from '../../src-preload/contract/app.ts';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import type { ErrorView } from '../../src-preload/contract/error-view.ts';
import type { ForwardView } from '../../src-preload/contract/forward.ts';
import { scriptedIncidents } from './scripted-alerts.ts';
import { scriptedAccounts, scriptedApp, scriptedDevices, scriptedForwards } from './scripted-fleet.ts';

/** States of the window that can be asked for by name. */
export const scenarios = [
  'normal',
  'first-run',
  'loading',
  'listing',
  'failing',
  'partial',
  'vault-locked',
  'keychain-absent',
  'notice',
  'update',
  'system-update',
  'eventful',
] as const;
export type Scenario = (typeof scenarios)[number];

export interface ScriptOptions {
  readonly scenario: Scenario;
  readonly devices: number;
  readonly now: number;
  readonly theme: 'system' | 'light' | 'dark';
}

/** What the script keeps, as main would. */
export interface World {
  app: AppView;
  readonly accounts: Map<string, AccountView>;
  readonly devices: Map<string, DeviceView>;
  readonly forwards: Map<string, ForwardView>;
  readonly incidents: Map<string, IncidentView>;
}

const rateLimited: ErrorView = {
  kind: 'rate-limited',
  message: 'RemoteIoT is limiting requests from this address.',
  hint: 'It goes on by itself.',
  retryAfterMs: 40_000,
};
/** What a vendor says to a key that it does not know. */
export const unauthorized: ErrorView = {
  kind: 'unauthorized',
  message: 'RemoteIoT does not accept this token.',
  hint: 'Copy it again from the portal under Account, API.',
  vendorMessage: 'Invalid token.',
};

/** The world a scenario begins with. */
export const worldOf = ({ scenario, devices: count, now, theme }: ScriptOptions): World => {
  const none = scenario === 'first-run';
  const accounts = none ? [] : scriptedAccounts(now);
  const devices = none || scenario === 'listing' ? [] : scriptedDevices(count, accounts, now);
  const failingAccount = (index: number): boolean => scenario === 'failing' || (scenario === 'partial' && index === 0);
  const perAccount = Map.groupBy(devices, (device) => device.accountId);
  let app = scriptedApp(theme);
  if (scenario === 'vault-locked')
    app = {
      ...app,
      vault: {
        kind: 'file',
        error: {
          kind: 'vault-locked',
          message: 'The vault is locked.',
          hint: 'Type its passphrase to reach your accounts.',
        },
      },
    };
  if (scenario === 'keychain-absent')
    app = {
      ...app,
      vault: {
        kind: 'keychain',
        error: {
          kind: 'vault-absent',
          message: 'This computer has no keychain service running.',
          hint: 'Start gnome-keyring or KWallet, or start Quayside with --vault file.',
        },
      },
    };
  if (scenario === 'notice')
    app = {
      ...app,
      notices: [
        {
          id: 'n1',
          text: 'settings.json could not be read and was set aside.',
          hint: 'The defaults are in use. The old file is settings.json.broken.',
        },
        {
          id: 'host-key-shared-1',
          text: `${devices[0]?.name ?? ''} and ${devices[1]?.name ?? ''} have the same SSH host key.`,
          hint: 'Make new host keys on them.',
          devices: devices.slice(0, 2).map(({ key, name }) => ({ key, name })),
        },
      ],
    };
  if (scenario === 'update' || scenario === 'system-update')
    app = {
      ...app,
      host: 'desktop',
      update: {
        method: scenario === 'update' ? 'itself' : 'system',
        ready:
          scenario === 'update'
            ? {
                version: '0.2.0',
                text: 'Quayside 0.2.0 is ready.',
                hint: 'It takes the place of this one when you quit.',
              }
            : {
                version: '0.2.0',
                text: 'Quayside 0.2.0 is out.',
                hint: 'Install it with your package manager, as you did this one.',
              },
        asks: true,
      },
    };
  return {
    app,
    accounts: new Map(
      accounts.map((account, index): [string, AccountView] => {
        const known = { ...account, deviceCount: perAccount.get(account.id)?.length ?? 0 };
        const failing = failingAccount(index);
        if (scenario === 'listing') {
          const { lastGoodAt: _, ...unlisted } = known;
          return [account.id, { ...unlisted, refreshing: true }];
        }
        return [
          account.id,
          failing
            ? {
                ...known,
                error: index === 1 ? { ...unauthorized, message: 'remote.it does not accept this key.' } : rateLimited,
                failingSince: now - 12 * 60_000,
                lastGoodAt: now - 13 * 60_000,
              }
            : known,
        ];
      }),
    ),
    devices: new Map(
      devices.map((device) => {
        const stale = failingAccount(accounts.findIndex((account) => account.id === device.accountId));
        return [
          device.key,
          stale ? { ...device, presence: { ...device.presence, observedAt: now - 13 * 60_000 } } : device,
        ];
      }),
    ),
    forwards: new Map(scriptedForwards(devices).map((forward) => [forward.id, forward])),
    incidents: new Map(
      (scenario === 'eventful' ? scriptedIncidents(devices, now) : []).map((incident) => [incident.id, incident]),
    ),
  };
};
