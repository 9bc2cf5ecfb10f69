import { checkLauncher } from '../../core/launch/custom-launcher.ts';
import { serviceKinds } from '../../core/fleet/device.ts';
import { fail, ok } from '../../core/base/errors.ts';
import { withChoice } from '../../core/launch/launcher-choice.ts';
import type { launchRequests as contract } from '../../../src-preload/contract/launch.ts';
import type { Handlers } from './handler.ts';
import type { SecretTickets } from './secret-tickets.ts';
import type { SettingsStore } from '../../services/app/settings-store.ts';
import type { DevicePreferences } from '../../services/fleet/device-preferences.ts';
import type { Inventory } from '../../services/fleet/inventory.ts';
import type { ServiceCredentials } from '../../services/launch/service-credentials.ts';
import type { Launches } from '../../services/launch/launches.ts';
import type { Recents } from '../../services/launch/recents.ts';
import { openByRoute, type OpenByRouteDeps } from './portless-requests.ts';
import { defined } from '../../core/base/defined.ts';

const noService = fail(
  'not-found',
  'There is no such service on this device.',
  'It may have been removed; look at the device.',
);

export interface LaunchRequestDeps extends OpenByRouteDeps {
  readonly credentials: Pick<ServiceCredentials, 'change'>;
  readonly inventory: Pick<Inventory, 'device' | 'servicesOf'>;
  readonly preferences: Pick<DevicePreferences, 'setDefaultService'>;
  readonly launches: Pick<Launches, 'command' | 'sshPlan' | 'open' | 'trust' | 'launchers' | 'checkProgram'>;
  readonly recents: Pick<Recents, 'note'>;
  readonly settings: Pick<SettingsStore, 'get' | 'change'>;
  readonly tickets: SecretTickets;
}

/** Requests about the programs that open services, and about the credentials they use. */
export const launchRequests = (deps: LaunchRequestDeps): Handlers<keyof typeof contract> => ({
  'services.credentials': async ({ deviceKey, serviceId, user, ticket, forgetPassword }) => {
    const { credentials, inventory, tickets } = deps;
    const handed = ticket === undefined ? undefined : tickets.take(ticket);
    if (handed?.ok === false) return handed;
    if (!inventory.servicesOf(deviceKey).some((service) => service.id === serviceId)) return noService;
    const given = handed?.value['password'];
    if (handed !== undefined && (given === undefined || given === '')) {
      return fail('invalid-input', 'No password was handed over.', 'Enter the password of the service.');
    }
    const password = given ?? (forgetPassword === true ? '' : undefined);
    const changed = await credentials.change(deviceKey, serviceId, {
      ...defined({ user, password }),
    });
    return changed.ok ? ok({ user: changed.value.user, hasPassword: changed.value.hasPassword }) : changed;
  },

  'devices.default': async ({ deviceKey, serviceId }) => {
    if (serviceId !== undefined && !deps.inventory.servicesOf(deviceKey).some(({ id }) => id === serviceId)) {
      return noService;
    }
    const chosen = await deps.preferences.setDefaultService(deviceKey, serviceId);
    return chosen.ok ? ok({}) : chosen;
  },

  'launchers.list': async () => {
    const lists = await Promise.all(
      serviceKinds.map(async (kind) => ({ kind, names: [...(await deps.launches.launchers(kind))] })),
    );
    return ok(lists);
  },

  'launchers.save': async ({ launchers }) => {
    for (const launcher of launchers) {
      const checked = checkLauncher(launcher);
      if (!checked.ok) return checked;
      const program = await deps.launches.checkProgram(launcher);
      if (!program.ok) return program;
    }
    const changed = await deps.settings.change({ launchers });
    return changed.ok ? ok({}) : changed;
  },

  'launchers.choose': async ({ kind, scope, target, launcher }) => {
    if (launcher !== undefined && !(await deps.launches.launchers(kind)).includes(launcher)) {
      return fail(
        'not-found',
        `${launcher} is not among the programs for ${kind.toUpperCase()} on this computer.`,
        'Choose one of those listed, or add a launcher of your own.',
      );
    }
    const choice = { kind, scope, target, ...defined({ launcher }) };
    const changed = await deps.settings.change({
      launcherChoices: withChoice(deps.settings.get().launcherChoices, choice),
    });
    return changed.ok ? ok({}) : changed;
  },

  'launch.command': async ({ deviceKey, serviceId, user }, signal) => {
    const request = { deviceKey, serviceId, ...defined({ user }) };
    const planned = await deps.launches.command(request, signal);
    return planned.ok ? ok({ command: planned.value.command }) : planned;
  },

  'launch.ssh': async ({ deviceKey, serviceId, user, args }, signal, client) => {
    const planned = await deps.launches.sshPlan({ deviceKey, serviceId, args, ...defined({ user }) }, client, signal);
    return planned.ok ? ok({ program: planned.value.program, args: [...planned.value.args] }) : planned;
  },

  'launch.trust': async ({ deviceKey, serviceId, certificate }) => {
    const trusted = await deps.launches.trust({ deviceKey, serviceId }, certificate);
    return trusted.ok ? ok({}) : trusted;
  },

  'launch.open': async ({ deviceKey, serviceId, user }, signal) => {
    const request = { deviceKey, serviceId, ...defined({ user }) };
    const routed = await openByRoute(deps, request, signal);
    if (routed !== undefined) return routed;
    const launched = await deps.launches.open(request, signal);
    if (launched.ok) void deps.recents.note(deviceKey);
    return launched.ok ? ok({ launcher: launched.value.launcher, command: launched.value.command }) : launched;
  },
});
