import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fail, ok } from '../../src-main/core/base/errors.ts';
import { echo, rigDevice, sshService, startFarEnd, startRig, webService } from '../support/forward-rig.ts';
import type { FarEnd, Rig } from '../support/forward-rig.ts';
import { claimPorts } from '../support/own-ports.ts';

const seed = 20_261_121;

/** What ought to be true of one forward. */
interface Expected {
  id: string | undefined;
  port: number;
  isListening: boolean;
  moved: number;
}

interface Model {
  readonly forwards: readonly [Expected, Expected];
}

/** The forwards with their worker, a far end that can be torn down, and a vendor that can refuse. */
interface Real {
  readonly rig: Rig;
  /** One for each forward: those that forwards choose by themselves are shared with whatever else runs here. */
  readonly ports: readonly number[];
  far: FarEnd;
  refuses: boolean;
}

const services = [sshService, webService] as const;
const never = new AbortController().signal;

/** Listeners on a port of 127.0.0.1, over all processes. */
const listeners = (port: number): number => {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .filter((line) => {
      const [, address, , state] = line.trim().split(/\s+/);
      return address === local && state === '0A';
    }).length;
};

/** What comes back for some bytes: all of them, or a reset. */
const exchange = (port: number, bytes: Buffer): Promise<'same' | 'other' | 'reset'> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const heard: Buffer[] = [];
    socket.on('data', (data: Buffer) => heard.push(data));
    socket.on('error', () => resolve('reset'));
    socket.on('end', () => resolve(Buffer.concat(heard).equals(bytes) ? 'same' : 'other'));
    socket.end(bytes);
  });

type Command = fc.AsyncCommand<Model, Real>;

const command = (name: string, run: (model: Model, real: Real) => Promise<void>): Command => ({
  check: () => true,
  run: async (model, real) => {
    await run(model, real);
    for (const expected of model.forwards) {
      if (expected.id === undefined) continue;
      expect(real.rig.forwards.get(expected.id)?.port).toBe(expected.port);
      expect(listeners(expected.port), 'never two listeners on one port, one while it listens').toBe(
        expected.isListening ? 1 : 0,
      );
    }
  },
  toString: () => name,
});

const open = (index: 0 | 1): Command =>
  command(`open ${index}`, async (model, { rig, ports }) => {
    const port = ports[index] ?? 0;
    const opened = await rig.forwards.open({ deviceKey: rigDevice.key, serviceId: services[index].id, port }, never);
    if (!opened.ok) throw new Error(opened.error.message);
    const expected = model.forwards[index];
    if (expected.id !== undefined) expect(opened.value.id).toBe(expected.id);
    expect(opened.value.port).toBe(port);
    Object.assign(expected, { id: opened.value.id, port: opened.value.port, isListening: true });
  });

const stop = (index: 0 | 1): Command =>
  command(`stop ${index}`, async (model, { rig }) => {
    const expected = model.forwards[index];
    if (expected.id === undefined) return;
    expect(await rig.forwards.stop(expected.id)).toEqual(ok(undefined));
    expected.isListening = false;
  });

const remove = (index: 0 | 1): Command =>
  command(`remove ${index}`, async (model, { rig }) => {
    const expected = model.forwards[index];
    if (expected.id === undefined) return;
    expect(await rig.forwards.remove(expected.id)).toEqual(ok(undefined));
    expect(listeners(expected.port)).toBe(0);
    Object.assign(expected, { id: undefined, isListening: false, moved: 0 });
  });

const send = (index: 0 | 1, length: number): Command =>
  command(`send ${length} to ${index}`, async (model, real) => {
    const expected = model.forwards[index];
    const { id, port, isListening } = expected;
    if (id === undefined) return;
    const before = real.rig.forwards.get(id);
    const outcome = await exchange(port, randomBytes(length));
    const hasTunnel = before?.state === 'idle' || before?.state === 'open';
    if (!isListening) expect(outcome).toBe('reset');
    else if (!real.refuses) expect(outcome).toBe('same');
    else if (!hasTunnel) expect(outcome).toBe('reset');
    if (outcome !== 'same') return;
    expected.moved += length;
    const moved = await real.rig.until(id, ({ bytesDown }) => bytesDown >= expected.moved);
    expect([moved.bytesUp, moved.bytesDown], 'the counters are the bytes moved').toEqual([
      expected.moved,
      expected.moved,
    ]);
  });

const tearDown = command('tear the far end down and put it elsewhere', async (_model, real) => {
  await real.far.dispose();
  real.far = await startFarEnd(echo);
});

const refuse = (refuses: boolean): Command =>
  command(refuses ? 'the vendor refuses' : 'the vendor grants', async (_model, real) => {
    real.refuses = refuses;
  });

const wake = command('wake', async (_model, { rig }) => {
  rig.forwards.suspend();
  await rig.forwards.resume();
});

const story = fc.commands(
  [
    ...([0, 1] as const).flatMap((index) => [
      fc.constant(open(index)),
      fc.constant(open(index)),
      fc.constant(stop(index)),
      fc.constant(remove(index)),
      fc.integer({ min: 1, max: 300_000 }).map((length) => send(index, length)),
      fc.integer({ min: 1, max: 100 }).map((length) => send(index, length)),
    ]),
    fc.constant(tearDown),
    fc.constant(refuse(true)),
    fc.constant(refuse(false)),
    fc.constant(wake),
  ],
  { maxCommands: 40, size: 'max' },
);

test(`real forwards, worker and sockets keep ports, bytes and promises in any order of events (seed ${seed})`, async () => {
  const own = await claimPorts(services.length);
  const property = fc.asyncProperty(story, async (commands) => {
    const real: Real = {
      ports: own.ports,
      far: await startFarEnd(echo),
      refuses: false,
      rig: startRig({
        grants: () => (real.refuses ? fail('forbidden', 'Not allowed.', 'Ask the administrator.') : ok(real.far.port)),
      }),
    };
    const forward = (): Expected => ({ id: undefined, port: 0, isListening: false, moved: 0 });
    const model: Model = { forwards: [forward(), forward()] };
    try {
      await fc.asyncModelRun(() => ({ model, real }), commands);
    } finally {
      await real.rig.forwards.dispose();
      await real.far.dispose();
    }
    for (const { id, port } of model.forwards) if (id !== undefined) expect(listeners(port), 'closed').toBe(0);
    // Two forwards may share a tunnel, which is then given back by the last of them.
    const [opened, closed] = [real.rig.calls.opened, real.rig.calls.closed].map(
      (tunnels) => new Set(tunnels.map((tunnel) => tunnel.port)),
    );
    expect(closed, 'every tunnel was given back').toEqual(opened);
  });
  try {
    await fc.assert(property, { seed, numRuns: 25, endOnFailure: true });
  } finally {
    await own.dispose();
  }
});
