import type { Forward, ForwardEffect, ForwardEvent, Step } from './forward.ts';
import {
  askTunnel,
  awaitRenewal,
  becomeIdle,
  dropRoutes,
  failAttempt,
  giveUp,
  healed,
  isCurrent,
  retireReplaced,
  startBinding,
  stay,
  withoutCooldown,
  withoutError,
  withoutIdle,
  withoutRenewal,
  withoutRoute,
} from './forward-transitions.ts';
import { rebindDelay, renewalTime } from './forward-reconnecting.ts';

/**
 * The state machine of one forward: events in, the next state and effects out. Pure: no clock, no socket. Who
 * runs it (services/forward/forward-entry.ts) carries the effects out and reports back with events.
 */

/** Milliseconds until a renewal that the vendor refused is asked for again. */
const renewAgainMs = 15_000;

const onRouteDead = (
  forward: Forward,
  event: Extract<ForwardEvent, { type: 'route-dead' }>,
  now: number,
  random: number,
): Step => {
  const { route, error, gone } = event;
  if (!isCurrent(forward, route)) return stay(forward);
  const waiting: Forward = { ...forward, waiting: true };
  const renewed = awaitRenewal(waiting, route);
  if (renewed !== undefined) return stay(renewed);
  if (!forward.replaced) return askTunnel({ ...waiting, replaced: true }, route, gone);
  return failAttempt({ ...waiting, replacing: route }, error, 0, now, random);
};

/** The current route cannot be used any more: its connections are reset, the next client asks for another. */
const onLost = (forward: Forward, route: number): Step => {
  if (forward.retiring.includes(route)) return { forward, effects: [{ type: 'break', route }] };
  if (!isCurrent(forward, route)) return stay(forward);
  const effects: ForwardEffect[] = [
    { type: 'break', route },
    { type: 'retire', route, onlyIfIdle: false },
  ];
  const retiring = [...forward.retiring, route];
  const renewed = awaitRenewal(forward);
  if (renewed !== undefined) return { forward: { ...renewed, retiring }, effects };
  const rest = healed(withoutError(withoutIdle(withoutRoute(forward))));
  return { forward: { ...rest, state: 'listening', retiring, connections: 0 }, effects };
};

const onTraffic = (forward: Forward, event: Extract<ForwardEvent, { type: 'traffic' }>, now: number): Step => {
  const counted: Forward = {
    ...forward,
    // The last report of a closed listener still counts bytes.
    connections: forward.bound ? event.connections : 0,
    bytesUp: forward.bytesUp + event.bytesUp,
    bytesDown: forward.bytesDown + event.bytesDown,
    timings: { ...forward.timings, ...event.timings },
  };
  if (forward.state === 'open' && event.connections === 0) return stay(becomeIdle(counted, now));
  if (forward.state === 'idle' && event.connections > 0) return stay({ ...withoutIdle(counted), state: 'open' });
  return stay(counted);
};

const onRetired = (forward: Forward, route: number): Step => {
  if (forward.retiring.includes(route)) {
    return {
      forward: { ...forward, retiring: forward.retiring.filter((other) => other !== route) },
      effects: [{ type: 'close-tunnel', route }],
    };
  }
  if (!forward.closingIdle || !isCurrent(forward, route)) return stay(forward);
  return {
    forward: { ...withoutIdle(withoutRoute(forward)), state: 'listening', connections: 0 },
    effects: [{ type: 'close-tunnel', route }],
  };
};

const onOpened = (forward: Forward, event: Extract<ForwardEvent, { type: 'tunnel-opened' }>, now: number): Step => {
  const { route, vendorMs, expiresAt } = event;
  const renew = expiresAt === undefined ? {} : { renewAt: renewalTime(now, expiresAt) };
  if (forward.renewal === route && forward.route !== undefined) {
    const old = forward.route;
    const { renewAt: _renewAt, ...rest } = withoutRenewal(withoutIdle(forward));
    const renewed: Forward = { ...rest, ...renew, route, retiring: [...forward.retiring, old] };
    return {
      forward: forward.state === 'idle' ? becomeIdle(renewed, now) : renewed,
      effects: [
        { type: 'route', route },
        { type: 'retire', route: old, onlyIfIdle: false },
      ],
    };
  }
  if (forward.route !== route || !forward.opening) return { forward, effects: [{ type: 'close-tunnel', route }] };
  const opened: Forward = { ...forward, ...renew, opening: false, timings: { ...forward.timings, vendorMs } };
  const { forward: next, effects } = retireReplaced(opened);
  return { forward: next, effects: [{ type: 'route', route }, ...effects] };
};

const onTick = (forward: Forward, now: number): Step => {
  const { state, route, rebindAt, idleUntil, closingIdle, nextAttemptAt, renewAt, opening } = forward;
  if (rebindAt !== undefined) return now < rebindAt ? stay(forward) : startBinding(forward);
  if (state === 'reconnecting') {
    if (nextAttemptAt === undefined || now < nextAttemptAt) return stay(forward);
    return askTunnel({ ...forward, replaced: false });
  }
  if (route === undefined || opening || closingIdle) return stay(forward);
  const isExpiring = renewAt !== undefined && now >= renewAt && forward.renewal === undefined;
  if (state === 'idle' && (isExpiring || (idleUntil !== undefined && now >= idleUntil)))
    return { forward: { ...forward, closingIdle: true }, effects: [{ type: 'retire', route, onlyIfIdle: true }] };
  if (!isExpiring) return stay(forward);
  const renewal = forward.lastRoute + 1;
  return {
    forward: { ...forward, lastRoute: renewal, renewal },
    effects: [{ type: 'open-tunnel', route: renewal, instead: route, because: 'expiring' }],
  };
};

/**
 * One step. `now` is epoch milliseconds, `random` in [0, 1). Events that no longer apply (late answers, a report about
 * a route that was replaced) change nothing, except that a tunnel granted too late is closed again.
 */
export const advance = (forward: Forward, event: ForwardEvent, now: number, random = 0.5): Step => {
  switch (event.type) {
    case 'start': {
      if (forward.bound || forward.binding) return stay(forward);
      return startBinding({
        ...withoutCooldown({ ...withoutError(forward) }),
        failures: 0,
        taken: 0,
        wanted: true,
        state: 'stopped',
      });
    }
    case 'stop': {
      if (!forward.wanted) return stay(forward);
      const { rebindAt: _rebindAt, ...wanted } = forward;
      const { forward: rest, effects } = dropRoutes(wanted);
      return {
        // A bind still under way is answered for a number that is no longer the last.
        forward: {
          ...withoutError(rest),
          wanted: false,
          bound: false,
          binding: false,
          bind: forward.bind + 1,
          state: 'stopped',
        },
        effects: [{ type: 'unbind' }, ...effects],
      };
    }
    case 'bound': {
      if (event.bind !== forward.bind || !forward.binding) return stay(forward);
      return stay({
        ...withoutError(forward),
        binding: false,
        bound: true,
        taken: 0,
        state: 'listening',
        timings: { bindMs: event.bindMs },
      });
    }
    case 'bind-failed': {
      if (event.bind !== forward.bind || !forward.binding) return stay(forward);
      const refused: Forward = { ...forward, binding: false, state: 'failed', error: event.error };
      if (event.error.kind !== 'port-in-use') return stay(refused);
      const taken = forward.taken + 1;
      return stay({ ...refused, taken, rebindAt: now + rebindDelay(taken) });
    }
    case 'waiting': {
      if (!forward.bound) return stay(forward);
      if (forward.state === 'failed' && now < (forward.cooldownUntil ?? 0))
        return { forward, effects: [{ type: 'reject-waiting' }] };
      const waiting: Forward = { ...forward, waiting: true };
      // While an attempt is under way or planned, the client shares it.
      if (forward.opening || forward.state === 'reconnecting') return stay(waiting);
      // A route exists already: the pump gets it again, because otherwise its client would wait forever.
      if (forward.route !== undefined) return { forward: waiting, effects: [{ type: 'route', route: forward.route }] };
      return askTunnel({ ...waiting, replaced: false });
    }
    case 'none-waiting': {
      const alone: Forward = { ...forward, waiting: false };
      const isHopeless =
        forward.state === 'reconnecting' && !forward.opening && !forward.worked && forward.error !== undefined;
      return isHopeless ? giveUp(alone, forward.error, now) : stay(alone);
    }
    case 'tunnel-opened':
      return onOpened(forward, event, now);
    case 'tunnel-refused': {
      if (forward.renewal === event.route) return stay({ ...withoutRenewal(forward), renewAt: now + renewAgainMs });
      if (forward.route !== event.route || !forward.opening) return stay(forward);
      const timed = { ...forward, timings: { ...forward.timings, vendorMs: event.vendorMs } };
      return failAttempt(timed, event.error, event.vendorMs, now, random);
    }
    case 'unused': {
      const isNew = forward.state === 'dialling' || forward.state === 'reconnecting';
      return isNew && isCurrent(forward, event.route)
        ? stay(becomeIdle({ ...forward, waiting: false }, now))
        : stay(forward);
    }
    case 'connected': {
      if (!isCurrent(forward, event.route)) return stay(forward);
      const connections = Math.max(1, forward.connections);
      const timings = { ...forward.timings, dialMs: event.dialMs };
      const open = healed(withoutError(withoutIdle(forward)));
      return stay({
        ...open,
        state: 'open',
        replaced: false,
        waiting: false,
        worked: true,
        failures: 0,
        connections,
        timings,
      });
    }
    case 'route-dead':
      return onRouteDead(forward, event, now, random);
    case 'lost':
      return onLost(forward, event.route);
    case 'try-now':
      if (forward.rebindAt !== undefined) return startBinding(forward);
      return forward.state === 'reconnecting' && !forward.opening
        ? askTunnel({ ...forward, attempt: 1, replaced: false })
        : stay(withoutCooldown(forward));
    case 'retired':
      return onRetired(forward, event.route);
    case 'kept':
      return forward.closingIdle && isCurrent(forward, event.route) ? stay(becomeIdle(forward, now)) : stay(forward);
    case 'traffic':
      return onTraffic(forward, event, now);
    case 'tick':
      return onTick(forward, now);
    case 'idle-timeout': {
      const changed: Forward = { ...forward, idleTimeoutMs: event.ms };
      return stay(forward.state === 'idle' && !forward.closingIdle ? becomeIdle(changed, now) : changed);
    }
    case 'pump-lost': {
      if (!forward.wanted) return stay(forward);
      const { forward: rest, effects } = dropRoutes(forward);
      const binding = startBinding({ ...rest, state: 'failed', error: event.error });
      return { forward: binding.forward, effects: [...effects, ...binding.effects] };
    }
  }
  return event satisfies never;
};
