import { interactiveMs, secondsText, withDeadline } from '../../core/base/deadline.ts';
import { fail } from '../../core/base/errors.ts';
import type { Result } from '../../core/base/errors.ts';
import type { Clock } from '../../core/base/clock.ts';
import type { Connector, Operation } from '../../vendors/vendor.ts';

/** The maximum duration of an operation with this input, milliseconds; a wrong input is refused at once anyway. */
export const operationMs = (operation: Operation, input: unknown): number => {
  if (operation.withinMs === undefined) return interactiveMs;
  const parsed = operation.input.safeParse(input ?? {});
  return parsed.success ? operation.withinMs(parsed.data) : interactiveMs;
};

const again = 'Try again. If it stays so, look whether the vendor has an outage.';
const mayBeDone = 'It may have been done all the same: look before you try again.';

/**
 * A connector with time limits: each call that a person waits for ends within a total time, attempts, pauses and slow
 * answers included, as `timeout`. Listings and events run in the background and have their own limits; tunnels have
 * theirs in `ForwardTunnels`, and web requests in the forward that passes them on.
 */
export const boundedConnector = (connector: Connector, vendorName: string, clock: Clock): Connector => {
  const bounded = <T>(
    what: string,
    ms: number,
    hint: string,
    signal: AbortSignal,
    call: (limit: AbortSignal) => Promise<Result<T>>,
  ): Promise<Result<T>> => {
    const late = (waitingFor: string | undefined) =>
      fail(
        'timeout',
        `${vendorName}: ${what} took longer than ${secondsText(ms)} and was given up.${waitingFor === undefined ? '' : ` It waited for ${waitingFor.replace(/\.$/, '')}.`}`,
        hint,
      );
    return withDeadline({ clock, ms, signal, late }, call);
  };
  const { actions, webSession, events } = connector;
  return {
    check: (signal) => bounded('the test', interactiveMs, again, signal, (limit) => connector.check(limit)),
    call: (operation, input, signal) => {
      const hint = operation.danger.level === 'none' ? again : mayBeDone;
      const ms = operationMs(operation, input);
      return bounded(operation.id, ms, hint, signal, (limit) => connector.call(operation, input, limit));
    },
    listDevices: (signal) => connector.listDevices(signal),
    events: events === undefined ? undefined : (listener, signal) => events.call(connector, listener, signal),
    tunnels: connector.tunnels,
    webRequests: connector.webRequests,
    actions: actions && {
      list: (id, signal) =>
        bounded('the list of actions', interactiveMs, again, signal, (limit) => actions.list(id, limit)),
      run: (id, actionId, signal) =>
        bounded('the action', interactiveMs, mayBeDone, signal, (limit) => actions.run(id, actionId, limit)),
    },
    webSession: webSession && {
      ready: (id, signal) =>
        bounded('the question for a session', interactiveMs, again, signal, (limit) => webSession.ready(id, limit)),
      open: (id, signal) => bounded('the session', interactiveMs, again, signal, (limit) => webSession.open(id, limit)),
    },
    get credentialsExpireAt() {
      return connector.credentialsExpireAt;
    },
  } satisfies { readonly [Member in keyof Required<Connector>]: Connector[Member] };
};
