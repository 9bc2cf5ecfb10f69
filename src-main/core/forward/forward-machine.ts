import type { Forward, ForwardEffect, ForwardEvent, Step } from './forward.ts';
import {
  askTunnel,
  awaitRenewal,
  becomeIdle,
  dropTunnels,
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
  withoutTunnel,
} from './forward-transitions.ts';
import { rebindDelay, renewalTime } from './forward-reconnecting.ts';

/**
 * The state machine of one forward: events in, the next state and effects out. It is pure: no clock, no socket. Its
 * owner (services/forward/forward-entry.ts) carries the effects out and reports back with events.
 */

/** Milliseconds until a renewal that the vendor refused is asked for again. */
const renewAgainMs = 15_000;

const onTunnelDead = (
  forward: Forward,
  event: Extract<ForwardEvent, { type: 'tunnel-dead' }>,
  now: number,
  random: number,
): Step => {
  const { tunnelId, error, gone } = event;
  if (!isCurrent(forward, tunnelId)) return stay(forward);
  const waiting: Forward = { ...forward, waiting: true };
  const renewed = awaitRenewal(waiting, tunnelId);
  if (renewed !== undefined) return stay(renewed);
  if (!forward.replaced) return askTunnel({ ...waiting, replaced: true }, tunnelId, gone);
  return failAttempt({ ...waiting, replacing: tunnelId }, error, 0, now, random);
};

/** The current tunnel is lost: its connections are reset, and the next client asks for a new one. */
const onLost = (forward: Forward, tunnelId: number): Step => {
  if (forward.retiring.includes(tunnelId)) return { forward, effects: [{ type: 'break', tunnelId }] };
  if (!isCurrent(forward, tunnelId)) return stay(forward);
  const effects: ForwardEffect[] = [
    { type: 'break', tunnelId },
    { type: 'retire', tunnelId, onlyIfIdle: false },
  ];
  const retiring = [...forward.retiring, tunnelId];
  const renewed = awaitRenewal(forward);
  if (renewed !== undefined) return { forward: { ...renewed, retiring }, effects };
  const rest = healed(withoutError(withoutIdle(withoutTunnel(forward))));
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

const onRetired = (forward: Forward, tunnelId: number): Step => {
  if (forward.retiring.includes(tunnelId)) {
    return {
      forward: { ...forward, retiring: forward.retiring.filter((other) => other !== tunnelId) },
      effects: [{ type: 'close-tunnel', tunnelId }],
    };
  }
  if (!forward.closingIdle || !isCurrent(forward, tunnelId)) return stay(forward);
  return {
    forward: { ...withoutIdle(withoutTunnel(forward)), state: 'listening', connections: 0 },
    effects: [{ type: 'close-tunnel', tunnelId }],
  };
};

const onOpened = (forward: Forward, event: Extract<ForwardEvent, { type: 'tunnel-opened' }>, now: number): Step => {
  const { tunnelId, vendorMs, expiresAt } = event;
  const renew = expiresAt === undefined ? {} : { renewAt: renewalTime(now, expiresAt) };
  if (forward.renewal === tunnelId && forward.tunnelId !== undefined) {
    const old = forward.tunnelId;
    const { renewAt: _renewAt, ...rest } = withoutRenewal(withoutIdle(forward));
    const renewed: Forward = { ...rest, ...renew, tunnelId, retiring: [...forward.retiring, old] };
    return {
      forward: forward.state === 'idle' ? becomeIdle(renewed, now) : renewed,
      effects: [
        { type: 'use-tunnel', tunnelId },
        { type: 'retire', tunnelId: old, onlyIfIdle: false },
      ],
    };
  }
  if (forward.tunnelId !== tunnelId || !forward.opening)
    return { forward, effects: [{ type: 'close-tunnel', tunnelId }] };
  const opened: Forward = { ...forward, ...renew, opening: false, timings: { ...forward.timings, vendorMs } };
  const { forward: next, effects } = retireReplaced(opened);
  return { forward: next, effects: [{ type: 'use-tunnel', tunnelId }, ...effects] };
};

const onTick = (forward: Forward, now: number): Step => {
  const { state, tunnelId, rebindAt, idleUntil, closingIdle, nextAttemptAt, renewAt, opening } = forward;
  if (rebindAt !== undefined) return now < rebindAt ? stay(forward) : startBinding(forward);
  if (state === 'reconnecting') {
    if (nextAttemptAt === undefined || now < nextAttemptAt) return stay(forward);
    return askTunnel({ ...forward, replaced: false });
  }
  if (tunnelId === undefined || opening || closingIdle) return stay(forward);
  const isExpiring = renewAt !== undefined && now >= renewAt && forward.renewal === undefined;
  if (state === 'idle' && (isExpiring || (idleUntil !== undefined && now >= idleUntil)))
    return { forward: { ...forward, closingIdle: true }, effects: [{ type: 'retire', tunnelId, onlyIfIdle: true }] };
  if (!isExpiring) return stay(forward);
  const renewal = forward.lastTunnelId + 1;
  return {
    forward: { ...forward, lastTunnelId: renewal, renewal },
    effects: [{ type: 'open-tunnel', tunnelId: renewal, instead: tunnelId, because: 'expiring' }],
  };
};

/**
 * One step. `now` is epoch milliseconds, `random` in [0, 1). Events that no longer apply (late answers, a report about
 * a tunnel that was replaced) change nothing, except that a tunnel granted too late is closed again.
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
      const { forward: rest, effects } = dropTunnels(wanted);
      return {
        // The answer to a bind that is still under way carries an outdated number and is ignored.
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
      // A tunnel exists already: the pump gets it again, because its client would wait forever otherwise.
      if (forward.tunnelId !== undefined)
        return { forward: waiting, effects: [{ type: 'use-tunnel', tunnelId: forward.tunnelId }] };
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
      if (forward.renewal === event.tunnelId) return stay({ ...withoutRenewal(forward), renewAt: now + renewAgainMs });
      if (forward.tunnelId !== event.tunnelId || !forward.opening) return stay(forward);
      const timed = { ...forward, timings: { ...forward.timings, vendorMs: event.vendorMs } };
      return failAttempt(timed, event.error, event.vendorMs, now, random);
    }
    case 'unused': {
      const isNew = forward.state === 'dialling' || forward.state === 'reconnecting';
      return isNew && isCurrent(forward, event.tunnelId)
        ? stay(becomeIdle({ ...forward, waiting: false }, now))
        : stay(forward);
    }
    case 'connected': {
      if (!isCurrent(forward, event.tunnelId)) return stay(forward);
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
    case 'tunnel-dead':
      return onTunnelDead(forward, event, now, random);
    case 'lost':
      return onLost(forward, event.tunnelId);
    case 'try-now':
      if (forward.rebindAt !== undefined) return startBinding(forward);
      return forward.state === 'reconnecting' && !forward.opening
        ? askTunnel({ ...forward, attempt: 1, replaced: false })
        : stay(withoutCooldown(forward));
    case 'retired':
      return onRetired(forward, event.tunnelId);
    case 'kept':
      return forward.closingIdle && isCurrent(forward, event.tunnelId) ? stay(becomeIdle(forward, now)) : stay(forward);
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
      const { forward: rest, effects } = dropTunnels(forward);
      const binding = startBinding({ ...rest, state: 'failed', error: event.error });
      return { forward: binding.forward, effects: [...effects, ...binding.effects] };
    }
  }
  return event satisfies never;
};
