import { noForward } from '../../core/forward/forward-errors.ts';
import { noDevice } from '../../core/fleet/not-found-errors.ts';
import type { z } from 'zod';
import { ok } from '../../core/base/errors.ts';
import type { forwardRequests as contract, ForwardView } from '../../../src-preload/contract/forward.ts';
import type { Requests } from '../../../src-preload/contract/requests.ts';
import type { Inventory } from '../../services/fleet/inventory.ts';
import type { OpenForward } from '../../services/forward/forwards-deps.ts';
import type { Forwards } from '../../services/forward/forwards.ts';
import type { Recents } from '../../services/launch/recents.ts';
import type { Handlers } from './handler.ts';
import { forwardAttemptView, forwardStatisticsView, forwardView, resolvedDeviceView } from '../views/views.ts';
import { defined } from '../../core/base/defined.ts';

export interface ForwardRequestDeps {
  readonly inventory: Pick<Inventory, 'device' | 'nameOf'>;
  readonly forwards: Pick<
    Forwards,
    | 'list'
    | 'open'
    | 'acquire'
    | 'release'
    | 'stop'
    | 'remove'
    | 'acceptHostKey'
    | 'share'
    | 'limit'
    | 'history'
    | 'statistics'
    | 'resolve'
  >;
  readonly recents: Pick<Recents, 'note'>;
}

const openingOf = ({
  deviceKey,
  serviceId,
  port,
  anyPort,
}: z.output<Requests['forwards.open']['input']>): OpenForward => ({
  deviceKey,
  serviceId,
  ...defined({ port, anyPort }),
});

type Forward = ReturnType<Forwards['list']>[number];

/** The view of a forward, by its device's present name. */
export const presentForward = (
  deps: { readonly inventory: Pick<Inventory, 'nameOf'> },
  forward: Forward,
): ForwardView => forwardView(forward, deps.inventory.nameOf(forward.deviceKey));

/** Requests about forwards. */
export const forwardRequests = (deps: ForwardRequestDeps): Handlers<keyof typeof contract> => {
  const { inventory, forwards } = deps;

  const used = (forward: Forward): ForwardView => {
    void deps.recents.note(forward.deviceKey);
    return presentForward(deps, forward);
  };

  return {
    'forwards.list': async () => ok(forwards.list().map((forward) => presentForward(deps, forward))),

    'forwards.open': async (request, signal) => {
      if (inventory.device(request.deviceKey) === undefined) return noDevice;
      const opened = await forwards.open(openingOf(request), signal);
      return opened.ok ? ok(used(opened.value)) : opened;
    },

    'forwards.acquire': async (request, signal, client) => {
      if (inventory.device(request.deviceKey) === undefined) return noDevice;
      const held = await forwards.acquire(openingOf(request), client, signal);
      return held.ok ? ok(used(held.value)) : held;
    },

    'forwards.release': async ({ forwardId }, _signal, client) => {
      await forwards.release(client, forwardId);
      return ok({});
    },

    'forwards.stop': async ({ forwardId }) => {
      const stopped = await forwards.stop(forwardId);
      return stopped.ok ? ok({}) : stopped;
    },

    'forwards.remove': async ({ forwardId }) => {
      const removed = await forwards.remove(forwardId);
      return removed.ok ? ok({}) : removed;
    },

    'forwards.share': async ({ forwardId, allow }) => {
      const shared = await forwards.share(forwardId, allow);
      return shared.ok ? ok(presentForward(deps, shared.value)) : shared;
    },

    'forwards.limit': async ({ forwardId, maxConnections, maxDials, idleTimeoutMs }) => {
      const limited = await forwards.limit(forwardId, {
        ...defined({ maxConnections, maxDials, idleTimeoutMs }),
      });
      return limited.ok ? ok(presentForward(deps, limited.value)) : limited;
    },

    'forwards.acceptHostKey': async ({ forwardId, fingerprint }) => {
      const accepted = await forwards.acceptHostKey(forwardId, fingerprint);
      return accepted.ok ? ok(presentForward(deps, accepted.value)) : accepted;
    },

    'forwards.history': async ({ forwardId }) => {
      const attempts = forwards.history(forwardId);
      return attempts === undefined ? noForward : ok(attempts.map(forwardAttemptView));
    },

    'forwards.statistics': async ({ forwardId }) => {
      const statistics = await forwards.statistics(forwardId);
      return statistics.ok ? ok(forwardStatisticsView(statistics.value)) : statistics;
    },

    'forwards.resolve': async ({ deviceKey }) =>
      inventory.device(deviceKey) === undefined ? noDevice : ok(resolvedDeviceView(forwards.resolve(deviceKey))),
  };
};
