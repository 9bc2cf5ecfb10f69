import type { AppError } from './errors.ts';

/**
 * The state machine of one forward: events in, the next state and effects out. Pure: no clock, no socket. Who
 * runs it (services/forward-entry.ts) carries the effects out and reports back with events.
 *
 * A *route* is one tunnel as the pump sees it: a number that only grows, so that late answers are told from
 * current ones. Tunnels are replaced first and then retired: a retired route takes no new clients and its tunnel is
 * closed at the vendor when its last connection has ended.
 */

/** stopped: the port is kept but nothing listens. failed: `error` says why; the port may still be bound. */
export type ForwardState = 'stopped' | 'listening' | 'dialling' | 'open' | 'idle' | 'failed';

/** Milliseconds of the phases of the last attempt; a phase not reached yet is absent. */
export interface ForwardTimings {
  readonly bindMs?: number;
  readonly vendorMs?: number;
  readonly dialMs?: number;
  readonly firstByteMs?: number;
}

export interface Forward {
  readonly state: ForwardState;
  /** Present exactly while `state` is failed. */
  readonly error?: AppError;
  /** Whether the user wants it; false only when stopped. */
  readonly wanted: boolean;
  /** Number of the last bind asked for; answers to earlier ones are ignored. */
  readonly bind: number;
  /** Whether the answer to that bind is still awaited. */
  readonly binding: boolean;
  readonly bound: boolean;
  /** Number of the last route asked for. */
  readonly lastRoute: number;
  /** The route new clients take, or that the vendor is being asked for. */
  readonly route?: number;
  /** Whether the vendor's answer for `route` is still awaited. */
  readonly opening: boolean;
  /** A dead route whose replacement has been asked for. */
  readonly replacing?: number;
  /** Whether a fresh tunnel was already asked for since a connection last succeeded. */
  readonly replaced: boolean;
  /** Routes without new clients, whose last connections have not ended yet. */
  readonly retiring: readonly number[];
  /** Whether the pump has been asked to let go of `route` if it is really idle. */
  readonly closingIdle: boolean;
  readonly connections: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly timings: ForwardTimings;
  /** Milliseconds; zero means the tunnel is never closed for being idle. */
  readonly idleTimeoutMs: number;
  /** Epoch milliseconds at which the present idle period ends the tunnel. */
  readonly idleUntil?: number;
}

export type ForwardEvent =
  | { readonly type: 'start' }
  | { readonly type: 'stop' }
  | { readonly type: 'bound'; readonly bind: number; readonly bindMs: number }
  | { readonly type: 'bind-failed'; readonly bind: number; readonly error: AppError }
  /** A client is held and has no route. */
  | { readonly type: 'waiting' }
  | { readonly type: 'tunnel-opened'; readonly route: number; readonly vendorMs: number }
  | { readonly type: 'tunnel-refused'; readonly route: number; readonly vendorMs: number; readonly error: AppError }
  /** The pump took the route but no client was waiting any more. */
  | { readonly type: 'unused'; readonly route: number }
  | { readonly type: 'connected'; readonly route: number; readonly dialMs: number }
  /** The tunnel's end could not be dialled. The pump holds the clients and routes no more to it. */
  | { readonly type: 'route-dead'; readonly route: number; readonly error: AppError }
  /** The last connection of a retired route has ended. */
  | { readonly type: 'retired'; readonly route: number }
  /** The route asked to be closed for idleness is in use after all. */
  | { readonly type: 'kept'; readonly route: number }
  /** Connections now, bytes since the last report. */
  | {
      readonly type: 'traffic';
      readonly connections: number;
      readonly bytesUp: number;
      readonly bytesDown: number;
      readonly dialMs?: number;
      readonly firstByteMs?: number;
    }
  | { readonly type: 'tick' }
  | { readonly type: 'idle-timeout'; readonly ms: number }
  /** The pump is gone with every listener and connection; a new one is to be asked. */
  | { readonly type: 'pump-lost'; readonly error: AppError };

export type ForwardEffect =
  | { readonly type: 'bind'; readonly bind: number }
  /** Closes the listener and all connections. */
  | { readonly type: 'unbind' }
  /** Asks the vendor; `instead` names the route whose tunnel was found dead. */
  | { readonly type: 'open-tunnel'; readonly route: number; readonly instead?: number }
  /** Ends the wait for the vendor's answer. A tunnel granted all the same comes back as `tunnel-opened`. */
  | { readonly type: 'abandon-tunnel'; readonly route: number }
  | { readonly type: 'close-tunnel'; readonly route: number }
  /** Sends held and new clients by this route. */
  | { readonly type: 'route'; readonly route: number }
  | { readonly type: 'retire'; readonly route: number; readonly onlyIfIdle: boolean }
  /** Closes the clients that are held. */
  | { readonly type: 'reject-waiting' };

export interface Step {
  readonly forward: Forward;
  readonly effects: readonly ForwardEffect[];
}

/** A forward as it is before it was ever started. `idleTimeoutMs` zero means never. */
export const newForward = (idleTimeoutMs: number): Forward => ({
  state: 'stopped',
  wanted: false,
  bind: 0,
  binding: false,
  bound: false,
  lastRoute: 0,
  opening: false,
  replaced: false,
  retiring: [],
  closingIdle: false,
  connections: 0,
  bytesUp: 0,
  bytesDown: 0,
  timings: {},
  idleTimeoutMs,
});

type Without<K extends keyof Forward> = Omit<Forward, K>;

const withoutError = ({ error: _error, ...rest }: Forward): Without<'error'> => rest;
const withoutRoute = ({ route: _route, ...rest }: Forward): Without<'route'> => rest;
const withoutReplacing = ({ replacing: _replacing, ...rest }: Forward): Without<'replacing'> => rest;
const withoutIdle = ({ idleUntil: _idleUntil, ...rest }: Forward): Forward => ({ ...rest, closingIdle: false });

const stay = (forward: Forward): Step => ({ forward, effects: [] });

/** The part of the timings that outlives an attempt. */
const bindTiming = (timings: ForwardTimings): ForwardTimings =>
  timings.bindMs === undefined ? {} : { bindMs: timings.bindMs };

/** Asks for the bound port; everything about routes is already cleared. */
const startBinding = (forward: Forward): Step => {
  const bind = forward.bind + 1;
  return { forward: { ...forward, bind, binding: true, bound: false }, effects: [{ type: 'bind', bind }] };
};

/** Drops every route: the vendor is told of each tunnel it has granted. */
const dropRoutes = (forward: Forward): Step => {
  const effects: ForwardEffect[] = [];
  if (forward.route !== undefined) {
    effects.push({ type: forward.opening ? 'abandon-tunnel' : 'close-tunnel', route: forward.route });
  }
  if (forward.replacing !== undefined) effects.push({ type: 'close-tunnel', route: forward.replacing });
  for (const route of forward.retiring) effects.push({ type: 'close-tunnel', route });
  const cleared = withoutIdle(withoutReplacing(withoutRoute(forward)));
  return { forward: { ...cleared, opening: false, replaced: false, retiring: [], connections: 0 }, effects };
};

/** Asks the vendor for a new tunnel. */
const askTunnel = (forward: Forward, instead?: number): Step => {
  const route = forward.lastRoute + 1;
  return {
    forward: {
      ...withoutIdle(withoutError(forward)),
      state: 'dialling',
      lastRoute: route,
      route,
      opening: true,
      timings: bindTiming(forward.timings),
      ...(instead === undefined ? {} : { replacing: instead }),
    },
    effects: [{ type: 'open-tunnel', route, ...(instead === undefined ? {} : { instead }) }],
  };
};

/** Moves the dead route, if there is one, to the retiring ones. */
const retireReplaced = (forward: Forward): Step => {
  if (forward.replacing === undefined) return stay(forward);
  const route = forward.replacing;
  return {
    forward: { ...withoutReplacing(forward), retiring: [...forward.retiring, route] },
    effects: [{ type: 'retire', route, onlyIfIdle: false }],
  };
};

/** The attempt is over without a route: held clients are closed, the next one tries again. */
const failAttempt = (forward: Forward, error: AppError): Step => {
  const { forward: rest, effects } = retireReplaced(forward);
  return {
    forward: { ...withoutIdle(withoutRoute(rest)), state: 'failed', error, opening: false, replaced: false },
    effects: [{ type: 'reject-waiting' }, ...effects],
  };
};

const becomeIdle = (forward: Forward, now: number): Forward => {
  const idle: Forward = { ...withoutIdle(forward), state: 'idle' };
  return idle.idleTimeoutMs === 0 ? idle : { ...idle, idleUntil: now + idle.idleTimeoutMs };
};

/** Whether `route` is the one new clients take. */
const isCurrent = (forward: Forward, route: number): boolean => forward.route === route && !forward.opening;

const onRouteDead = (forward: Forward, route: number, error: AppError): Step => {
  if (!isCurrent(forward, route)) return stay(forward);
  if (!forward.replaced) return askTunnel({ ...forward, replaced: true }, route);
  return failAttempt({ ...forward, replacing: route }, error);
};

const onTraffic = (forward: Forward, event: Extract<ForwardEvent, { type: 'traffic' }>, now: number): Step => {
  const counted: Forward = {
    ...forward,
    // The last report of a listener that was closed still tells bytes.
    connections: forward.bound ? event.connections : 0,
    bytesUp: forward.bytesUp + event.bytesUp,
    bytesDown: forward.bytesDown + event.bytesDown,
    timings: {
      ...forward.timings,
      ...(event.dialMs === undefined ? {} : { dialMs: event.dialMs }),
      ...(event.firstByteMs === undefined ? {} : { firstByteMs: event.firstByteMs }),
    },
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

/**
 * One step. `now` is epoch milliseconds. Events that no longer apply (late answers, a report about a route that was
 * replaced) change nothing, except that a tunnel granted too late is closed again.
 */
export const advance = (forward: Forward, event: ForwardEvent, now: number): Step => {
  switch (event.type) {
    case 'start': {
      if (forward.bound || forward.binding) return stay(forward);
      return startBinding({ ...withoutError(forward), wanted: true, state: 'stopped' });
    }
    case 'stop': {
      if (!forward.wanted) return stay(forward);
      const { forward: rest, effects } = dropRoutes(forward);
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
        state: 'listening',
        timings: { bindMs: event.bindMs },
      });
    }
    case 'bind-failed': {
      if (event.bind !== forward.bind || !forward.binding) return stay(forward);
      return stay({ ...forward, binding: false, state: 'failed', error: event.error });
    }
    case 'waiting': {
      if (!forward.bound || forward.opening) return stay(forward);
      // A route is there already: the pump is told again rather than left with a client nobody serves.
      if (forward.route !== undefined) return { forward, effects: [{ type: 'route', route: forward.route }] };
      return askTunnel({ ...forward, replaced: false });
    }
    case 'tunnel-opened': {
      if (forward.route !== event.route || !forward.opening) {
        return { forward, effects: [{ type: 'close-tunnel', route: event.route }] };
      }
      const opened: Forward = { ...forward, opening: false, timings: { ...forward.timings, vendorMs: event.vendorMs } };
      const { forward: next, effects } = retireReplaced(opened);
      return { forward: next, effects: [{ type: 'route', route: event.route }, ...effects] };
    }
    case 'tunnel-refused': {
      if (forward.route !== event.route || !forward.opening) return stay(forward);
      return failAttempt({ ...forward, timings: { ...forward.timings, vendorMs: event.vendorMs } }, event.error);
    }
    case 'unused':
      return isCurrent(forward, event.route) && forward.state === 'dialling'
        ? stay(becomeIdle(forward, now))
        : stay(forward);
    case 'connected': {
      if (!isCurrent(forward, event.route)) return stay(forward);
      const connections = Math.max(1, forward.connections);
      const timings = { ...forward.timings, dialMs: event.dialMs };
      return stay({ ...withoutIdle(forward), state: 'open', replaced: false, connections, timings });
    }
    case 'route-dead':
      return onRouteDead(forward, event.route, event.error);
    case 'retired':
      return onRetired(forward, event.route);
    case 'kept':
      return forward.closingIdle && isCurrent(forward, event.route) ? stay(becomeIdle(forward, now)) : stay(forward);
    case 'traffic':
      return onTraffic(forward, event, now);
    case 'tick': {
      const { state, route, idleUntil, closingIdle } = forward;
      if (state !== 'idle' || route === undefined || closingIdle || idleUntil === undefined || now < idleUntil)
        return stay(forward);
      return { forward: { ...forward, closingIdle: true }, effects: [{ type: 'retire', route, onlyIfIdle: true }] };
    }
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
