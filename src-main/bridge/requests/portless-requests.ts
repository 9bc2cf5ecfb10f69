import { ok, type Result } from '../../core/base/errors.ts';
import type { RequestOutput } from '../../../src-preload/contract/requests.ts';
import type { portlessRequests as contract } from '../../../src-preload/contract/portless.ts';
import type { Handlers } from './handler.ts';
import type { Accounts } from '../../services/fleet/accounts.ts';
import type { Inventory } from '../../services/fleet/inventory.ts';
import type { LocalActions } from '../../services/operation/local-actions.ts';
import type { WebSessions } from '../../services/session/web-sessions.ts';

/** What is needed to open a service that has no local port. */
export interface OpenByRouteDeps {
  readonly accounts: Pick<Accounts, 'vendor'>;
  readonly actions: Pick<LocalActions, 'run'>;
  readonly inventory: Pick<Inventory, 'device' | 'servicesOf'>;
  readonly webSessions: Pick<WebSessions, 'open'>;
}

export interface PortlessRequestDeps {
  readonly actions: Pick<LocalActions, 'list' | 'run'>;
  readonly webSessions: Pick<WebSessions, 'open'>;
}

/** Requests about ways to a device that need no local port. */
export const portlessRequests = (deps: PortlessRequestDeps): Handlers<keyof typeof contract> => {
  const { actions, webSessions } = deps;
  return {
    'actions.list': async ({ deviceKey }, signal) => {
      const listed = await actions.list(deviceKey, signal);
      return listed.ok ? ok({ actions: listed.value.map(({ id, label, type }) => ({ id, label, type })) }) : listed;
    },

    'actions.run': async ({ deviceKey, actionId }, signal) => {
      const ran = await actions.run(deviceKey, actionId, signal);
      return ran.ok ? ok({}) : ran;
    },

    'webSession.open': async ({ deviceKey }, signal) => {
      const opened = await webSessions.open(deviceKey, signal);
      return opened.ok ? ok({ address: opened.value.address }) : opened;
    },
  };
};

/** Opens a service that is not reached through a local port; undefined if it is. */
export const openByRoute = async (
  deps: OpenByRouteDeps,
  { deviceKey, serviceId }: { readonly deviceKey: string; readonly serviceId: string },
  signal: AbortSignal,
): Promise<Result<RequestOutput<'launch.open'>> | undefined> => {
  const device = deps.inventory.device(deviceKey);
  const service = deps.inventory.servicesOf(deviceKey).find(({ id }) => id === serviceId);
  if (device === undefined || service === undefined) return undefined;
  const launcher = deps.accounts.vendor(device.vendor)?.name ?? device.vendor;
  switch (service.route) {
    case 'tunnel':
    case 'http':
      return undefined;
    case 'local-action': {
      const ran = await deps.actions.run(deviceKey, service.id, signal);
      return ran.ok ? ok({ launcher, command: '' }) : ran;
    }
    case 'web-session': {
      const opened = await deps.webSessions.open(deviceKey, signal);
      return opened.ok ? ok({ launcher, command: '', address: opened.value.address }) : opened;
    }
    default:
      return service.route satisfies never;
  }
};
