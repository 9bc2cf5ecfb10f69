import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fail } from '../../src-main/core/base/errors.ts';
import { newForward } from '../../src-main/core/forward/forward.ts';
import type { Forward, ForwardEffect, ForwardEvent } from '../../src-main/core/forward/forward.ts';
import { advance } from '../../src-main/core/forward/forward-machine.ts';

const seed = 20_261_121;
const error = fail('tunnel-failed', 'It failed.', 'Try again.').error;
const portTaken = fail('port-in-use', 'It is taken.', 'End that program.').error;
const idleTimeoutMs = 1_000;

/**
 * A forward with a made-up pump and vendor around it. Both answer in their own time, the pump in order, as a worker
 * thread does; every command below is one thing that can happen next.
 */
class World {
  forward: Forward = newForward(idleTimeoutMs);
  now = 0;
  /** Binds and unbinds not carried out yet, and routing commands, in order: what main posted to the worker. */
  readonly toPump: ForwardEffect[] = [];
  /** What the worker posted to main. */
  readonly toMain: ForwardEvent[] = [];
  /** Vendor calls under way. */
  readonly asking = new Set<number>();
  /** Tunnels open at the vendor. */
  readonly tunnels = new Set<number>();
  isListening = false;
  pumpTunnel: number | undefined;
  hasAsked = false;
  held = 0;
  /** Connections by tunnel. */
  readonly links = new Map<number, number>();
  readonly retiring = new Set<number>();
  reportedUp = 0;
  unreported = { up: 0, down: 0 };
  movedUp = 0;
  movedDown = 0;

  dispatch(event: ForwardEvent): void {
    const { forward, effects } = advance(this.forward, event, this.now);
    this.forward = forward;
    for (const effect of effects) this.#carryOut(effect);
    this.check();
  }

  #carryOut(effect: ForwardEffect): void {
    if (effect.type === 'open-tunnel') this.asking.add(effect.tunnelId);
    else if (effect.type === 'close-tunnel') {
      expect(this.tunnels.has(effect.tunnelId), 'a tunnel is closed once, and only after it was granted').toBe(true);
      this.tunnels.delete(effect.tunnelId);
    } else if (effect.type === 'use-tunnel') {
      expect(this.tunnels.has(effect.tunnelId), 'clients are sent only where a tunnel is').toBe(true);
      this.toPump.push(effect);
    } else if (effect.type !== 'abandon-tunnel') this.toPump.push(effect);
  }

  connections(): number {
    return [...this.links.values()].reduce((sum, count) => sum + count, 0);
  }

  used(tunnelId: number): boolean {
    return (this.links.get(tunnelId) ?? 0) > 0;
  }

  report(): void {
    this.toMain.push({
      type: 'traffic',
      connections: this.connections(),
      bytesUp: this.unreported.up,
      bytesDown: this.unreported.down,
    });
    this.unreported = { up: 0, down: 0 };
  }

  reportRetired(tunnelId: number): void {
    if (!this.retiring.has(tunnelId) || this.used(tunnelId)) return;
    this.retiring.delete(tunnelId);
    this.toMain.push({ type: 'retired', tunnelId });
  }

  wait(): void {
    this.held += 1;
    if (this.hasAsked) return;
    this.hasAsked = true;
    this.toMain.push({ type: 'waiting' });
  }

  connect(tunnelId: number): void {
    this.links.set(tunnelId, (this.links.get(tunnelId) ?? 0) + 1);
    this.toMain.push({ type: 'connected', tunnelId, dialMs: 1 });
  }

  loseEverything(): void {
    this.isListening = false;
    this.pumpTunnel = undefined;
    this.hasAsked = false;
    this.held = 0;
    this.links.clear();
    this.retiring.clear();
  }

  /** The pump carries out its oldest command. */
  pump(): void {
    const effect = this.toPump.shift();
    if (effect === undefined) return;
    switch (effect.type) {
      case 'bind':
        expect(this.isListening, 'never two listeners').toBe(false);
        this.isListening = true;
        this.toMain.push({ type: 'bound', bind: effect.bind, bindMs: 1 });
        return;
      case 'unbind':
        this.loseEverything();
        this.report();
        return;
      case 'use-tunnel':
        this.hasAsked = false;
        this.pumpTunnel = effect.tunnelId;
        if (this.held === 0 && !this.used(effect.tunnelId))
          this.toMain.push({ type: 'unused', tunnelId: effect.tunnelId });
        while (this.held > 0) {
          this.held -= 1;
          this.connect(effect.tunnelId);
        }
        return;
      case 'retire':
        if (effect.onlyIfIdle && this.used(effect.tunnelId)) {
          this.toMain.push({ type: 'kept', tunnelId: effect.tunnelId });
          return;
        }
        if (this.pumpTunnel === effect.tunnelId) this.pumpTunnel = undefined;
        this.retiring.add(effect.tunnelId);
        this.reportRetired(effect.tunnelId);
        return;
      case 'break':
        if (this.pumpTunnel === effect.tunnelId) this.pumpTunnel = undefined;
        if (!this.used(effect.tunnelId)) return;
        this.links.delete(effect.tunnelId);
        this.report();
        this.reportRetired(effect.tunnelId);
        return;
      case 'reject-waiting':
        this.hasAsked = false;
        this.held = 0;
        return;
      default:
        throw new Error(`not for the pump: ${effect.type}`);
    }
  }

  /** The oldest message reaches main. */
  hear(): void {
    const event = this.toMain.shift();
    if (event !== undefined) this.dispatch(event);
  }

  check(): void {
    const { state, error: shown, connections, idleUntil, tunnelId, bound, wanted } = this.forward;
    expect(shown !== undefined, 'a reason exactly while failed or reconnecting').toBe(
      state === 'failed' || state === 'reconnecting',
    );
    expect(this.forward.nextAttemptAt === undefined || state === 'reconnecting').toBe(true);
    if (this.forward.rebindAt !== undefined)
      expect(this.forward).toMatchObject({ state: 'failed', wanted: true, bound: false, binding: false });
    expect(this.forward.attempt > 0, 'failures are counted exactly while reconnecting').toBe(state === 'reconnecting');
    expect(connections).toBeGreaterThanOrEqual(0);
    expect(idleUntil === undefined || state === 'idle', 'only an idle forward has a deadline').toBe(true);
    if (state === 'open' || state === 'idle') expect(tunnelId !== undefined && this.tunnels.has(tunnelId)).toBe(true);
    if (state === 'open') expect(connections).toBeGreaterThan(0);
    if (state === 'listening') expect(tunnelId).toBeUndefined();
    if (!wanted) {
      expect({ state, bound, connections }).toEqual({ state: 'stopped', bound: false, connections: 0 });
      expect(this.tunnels.size, 'a stopped forward has no tunnel').toBe(0);
    }
  }

  /** Lets everything under way finish. */
  settle(): void {
    for (let steps = 0; steps < 10_000; steps += 1) {
      if (this.toPump.length > 0) this.pump();
      else if (this.toMain.length > 0) this.hear();
      else if (this.asking.size > 0) this.answer(true);
      else if (this.forward.nextAttemptAt !== undefined) {
        this.now = this.forward.nextAttemptAt;
        this.dispatch({ type: 'tick' });
      } else if (this.forward.rebindAt !== undefined) {
        this.now = this.forward.rebindAt;
        this.dispatch({ type: 'tick' });
      } else return;
    }
    throw new Error('it never comes to rest');
  }

  /** The vendor answers its oldest call. */
  answer(granted: boolean): void {
    const [tunnelId] = this.asking;
    if (tunnelId === undefined) return;
    this.asking.delete(tunnelId);
    if (granted) {
      this.tunnels.add(tunnelId);
      const expiresAt = tunnelId % 3 === 0 ? { expiresAt: this.now + 2_000 } : {};
      this.dispatch({ type: 'tunnel-opened', tunnelId, vendorMs: 1, ...expiresAt });
    } else this.dispatch({ type: 'tunnel-refused', tunnelId, vendorMs: 1, error });
  }
}

const commands: Readonly<Record<string, (world: World) => void>> = {
  start: (world) => world.dispatch({ type: 'start' }),
  stop: (world) => world.dispatch({ type: 'stop' }),
  pump: (world) => world.pump(),
  hear: (world) => world.hear(),
  grant: (world) => world.answer(true),
  refuse: (world) => world.answer(false),
  client: (world) => {
    if (!world.isListening) return;
    if (world.pumpTunnel === undefined) world.wait();
    else world.connect(world.pumpTunnel);
  },
  move: (world) => {
    if (world.connections() === 0) return;
    world.unreported = { up: world.unreported.up + 3, down: world.unreported.down + 5 };
    world.movedUp += 3;
    world.movedDown += 5;
  },
  report: (world) => {
    if (world.isListening) world.report();
  },
  leave: (world) => {
    const tunnelId = [...world.links.keys()].find((candidate) => world.used(candidate));
    if (tunnelId === undefined) return;
    world.links.set(tunnelId, (world.links.get(tunnelId) ?? 1) - 1);
    world.report();
    world.reportRetired(tunnelId);
  },
  tunnelDies: (world) => {
    const tunnelId = world.pumpTunnel;
    if (tunnelId === undefined) return;
    world.pumpTunnel = undefined;
    world.held += 1;
    world.hasAsked = true;
    world.toMain.push({ type: 'tunnel-dead', tunnelId, error, gone: world.now % 800 === 0, hop: 'tunnel' });
  },
  expire: (world) => {
    const tunnelId = [...world.tunnels].at(-1);
    if (tunnelId !== undefined) world.dispatch({ type: 'lost', tunnelId });
  },
  clientsLeave: (world) => {
    if (world.held === 0 || !world.hasAsked) return;
    world.held = 0;
    world.hasAsked = false;
    world.toMain.push({ type: 'none-waiting' });
  },
  wake: (world) => world.dispatch({ type: 'try-now' }),
  portTaken: (world) => {
    const [next] = world.toPump;
    if (next?.type !== 'bind') return;
    world.toPump.shift();
    world.toMain.push({ type: 'bind-failed', bind: next.bind, error: portTaken });
  },
  time: (world) => {
    world.now += 400;
    world.dispatch({ type: 'tick' });
  },
  crash: (world) => {
    // What the old worker had not said or done is never said or done; bytes not reported are not known either.
    world.toPump.length = 0;
    world.toMain.length = 0;
    world.movedUp -= world.unreported.up;
    world.movedDown -= world.unreported.down;
    world.unreported = { up: 0, down: 0 };
    world.loseEverything();
    world.dispatch({ type: 'pump-lost', error });
  },
};

const story = fc.array(fc.constantFrom(...Object.keys(commands)), { maxLength: 120 });
const options = { seed, numRuns: 3_000 };

const play = (names: readonly string[]): World => {
  const world = new World();
  for (const name of names) commands[name]?.(world);
  return world;
};

test(`whatever happens, in any order, a stopped forward has no listener, client or tunnel left (seed ${seed})`, () => {
  fc.assert(
    fc.property(story, (names) => {
      const world = play(names);
      world.dispatch({ type: 'stop' });
      world.settle();
      expect(world).toMatchObject({ isListening: false, held: 0, forward: { state: 'stopped' } });
      expect(world.tunnels.size).toBe(0);
    }),
    options,
  );
});

test(`whatever happened, a client that comes to a listening forward is served or closed, never left waiting (seed ${seed})`, () => {
  fc.assert(
    fc.property(story, (names) => {
      const world = play(names);
      world.dispatch({ type: 'start' });
      world.settle();
      expect(world.isListening).toBe(true);
      const before = world.connections();
      commands['client']?.(world);
      world.settle();
      expect(world.held).toBe(0);
      expect(world.connections()).toBe(before + 1);
      expect(world.forward.state).toBe('open');
    }),
    options,
  );
});

test(`an unused tunnel is given back after the idle time, and the counters are the bytes moved (seed ${seed})`, () => {
  fc.assert(
    fc.property(
      story.filter((names) => !names.includes('crash')),
      (names) => {
        const world = play(names);
        world.dispatch({ type: 'start' });
        world.settle();
        while (world.connections() > 0) commands['leave']?.(world);
        if (world.isListening) world.report();
        world.settle();
        // Twice: a tunnel that expired meanwhile may have been renewed once.
        for (let times = 0; times < 2; times += 1) {
          world.now += idleTimeoutMs;
          world.dispatch({ type: 'tick' });
          world.settle();
        }
        expect(world.tunnels.size).toBe(0);
        expect(['listening', 'failed']).toContain(world.forward.state);
        expect([world.forward.bytesUp, world.forward.bytesDown]).toEqual([world.movedUp, world.movedDown]);
      },
    ),
    options,
  );
});
