import type { AppError } from '../base/errors.ts';
import type { Forward, ForwardEffect, ForwardTimings, Step } from './forward.ts';
import { canHeal, giveUpAfterMs, reconnectingDelay, cooldownAfter } from './forward-reconnecting.ts';
import { defined } from '../base/defined.ts';

/** The transitions of the forward state machine (forward-machine.ts). Each is pure. */

type Without<K extends keyof Forward> = Omit<Forward, K>;

export const withoutError = ({ error: _error, ...rest }: Forward): Without<'error'> => rest;
export const withoutTunnel = ({ tunnelId: _tunnelId, renewAt: _renewAt, ...rest }: Forward): Without<'tunnelId'> =>
  rest;
const withoutReplacing = ({ replacing: _replacing, ...rest }: Forward): Without<'replacing'> => rest;
export const withoutRenewal = ({ renewal: _renewal, ...rest }: Forward): Without<'renewal'> => rest;
export const withoutIdle = ({ idleUntil: _idleUntil, ...rest }: Forward): Forward => ({ ...rest, closingIdle: false });
const withoutNext = ({ nextAttemptAt: _next, ...rest }: Forward): Without<'nextAttemptAt'> => rest;

export const withoutCooldown = (forward: Forward): Forward => {
  if (forward.cooldownUntil === undefined) return forward;
  const { cooldownUntil: _cooldownUntil, ...rest } = forward;
  return rest;
};

/** Ends an outage. */
export const healed = (forward: Forward): Forward => {
  const { reconnectingSince: _since, ...rest } = withoutNext(forward);
  return { ...rest, attempt: 0 };
};

/** No change. */
export const stay = (forward: Forward): Step => ({ forward, effects: [] });

/** The timings that outlive an attempt. */
const bindTiming = (timings: ForwardTimings): ForwardTimings => defined({ bindMs: timings.bindMs });

/** Asks for the bound port; everything about tunnels is already cleared. */
export const startBinding = ({ rebindAt: _rebindAt, ...forward }: Forward): Step => {
  const bind = forward.bind + 1;
  return { forward: { ...forward, bind, binding: true, bound: false }, effects: [{ type: 'bind', bind }] };
};

/** Drops every tunnel: each is closed at the vendor. */
export const dropTunnels = (forward: Forward): Step => {
  const effects: ForwardEffect[] = [];
  if (forward.tunnelId !== undefined) {
    effects.push({ type: forward.opening ? 'abandon-tunnel' : 'close-tunnel', tunnelId: forward.tunnelId });
  }
  if (forward.renewal !== undefined) effects.push({ type: 'abandon-tunnel', tunnelId: forward.renewal });
  if (forward.replacing !== undefined) effects.push({ type: 'close-tunnel', tunnelId: forward.replacing });
  for (const tunnelId of forward.retiring) effects.push({ type: 'close-tunnel', tunnelId });
  const cleared = healed(withoutIdle(withoutRenewal(withoutReplacing(withoutTunnel(forward)))));
  return {
    forward: {
      ...cleared,
      opening: false,
      replaced: false,
      waiting: false,
      worked: false,
      retiring: [],
      connections: 0,
    },
    effects,
  };
};

/** Asks the vendor for a new tunnel; an outage ends only with a successful connection. */
export const askTunnel = (forward: Forward, instead?: number, gone = false): Step => {
  const tunnelId = forward.lastTunnelId + 1;
  const asking: Forward = {
    ...withoutIdle(withoutNext(forward)),
    lastTunnelId: tunnelId,
    tunnelId,
    opening: true,
    timings: bindTiming(forward.timings),
    ...defined({ replacing: instead }),
  };
  return {
    forward:
      forward.attempt > 0 ? { ...asking, state: 'reconnecting' } : { ...withoutError(asking), state: 'dialling' },
    effects: [
      {
        type: 'open-tunnel',
        tunnelId,
        ...defined({ instead }),
        ...(gone ? { because: 'gone' as const } : {}),
      },
    ],
  };
};

/** Moves the dead tunnel, if there is one, to the retiring ones. */
export const retireReplaced = (forward: Forward): Step => {
  if (forward.replacing === undefined) return stay(forward);
  const tunnelId = forward.replacing;
  return {
    forward: { ...withoutReplacing(forward), retiring: [...forward.retiring, tunnelId] },
    effects: [{ type: 'retire', tunnelId, onlyIfIdle: false }],
  };
};

/** Gives up the outage: held clients are closed, the next client starts a new attempt. */
export const giveUp = (forward: Forward, error: AppError, now: number): Step => {
  const { forward: rest, effects } = retireReplaced(forward);
  const failures = forward.failures + 1;
  return {
    forward: {
      ...healed(withoutIdle(withoutTunnel(rest))),
      state: 'failed',
      error,
      opening: false,
      replaced: false,
      waiting: false,
      worked: false,
      failures,
      cooldownUntil: now + cooldownAfter(failures),
    },
    effects: [{ type: 'reject-waiting' }, ...effects],
  };
};

/** The attempt failed. Held clients stay if waiting can help and a client waits or was connected before. */
export const failAttempt = (forward: Forward, error: AppError, tookMs: number, now: number, random: number): Step => {
  const since = forward.reconnectingSince ?? now;
  const attempt = forward.attempt + 1;
  const isWanted = forward.waiting || forward.worked;
  if (!canHeal(error, forward.worked) || !isWanted || now - since >= giveUpAfterMs) return giveUp(forward, error, now);
  const { forward: rest, effects } = retireReplaced(forward);
  const nextAttemptAt = now + reconnectingDelay({ error, attempt, lastedMs: now - since, tookMs, random });
  const waits = withoutIdle(withoutTunnel(rest));
  return {
    forward: {
      ...waits,
      state: 'reconnecting',
      error,
      opening: false,
      attempt,
      reconnectingSince: since,
      nextAttemptAt,
    },
    effects,
  };
};

/** No client is connected: the tunnel is kept for the idle time. */
export const becomeIdle = (forward: Forward, now: number): Forward => {
  const idle: Forward = { ...healed(withoutError(withoutIdle(forward))), state: 'idle' };
  return idle.idleTimeoutMs === 0 ? idle : { ...idle, idleUntil: now + idle.idleTimeoutMs };
};

/** Whether `tunnelId` is the tunnel of new clients. */
export const isCurrent = (forward: Forward, tunnelId: number): boolean =>
  forward.tunnelId === tunnelId && !forward.opening;

/** Makes the renewal the tunnel that is waited for: the one it was to replace is gone. */
export const awaitRenewal = (forward: Forward, replacing?: number): Forward | undefined => {
  if (forward.renewal === undefined) return undefined;
  const { renewal } = forward;
  return {
    ...withoutIdle(withoutError(withoutRenewal(withoutTunnel(forward)))),
    state: 'dialling',
    tunnelId: renewal,
    opening: true,
    ...defined({ replacing }),
  };
};
