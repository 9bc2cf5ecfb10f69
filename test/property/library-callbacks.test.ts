import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startIsolationRig, type IsolationRig } from '../support/isolation-rig.ts';
import { startDBusDesktop } from '../support/dbus-desktop.ts';
import type { LiveSession } from '../support/live-host.ts';
import type { FaultPlace } from '../support/fault-injection.ts';

const seed = 20_261_130;

/** A session, or whatever was done, is over: as it should be, or with an end that the window hears of. */
const over = async (isOver: () => boolean, steps: Promise<unknown>): Promise<void> => {
  const ended = (async () => {
    for (;;) {
      if (isOver()) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  await Promise.race([steps, ended]);
};

/** Over, or back at a person: a sign-in that was broken off may be asked for again. */
const isDone = ({ events, isOver }: LiveSession): boolean =>
  isOver || events.some((event) => event.kind === 'ask' && event.question.type === 'sign-in');

/** What makes a library call us, by library. */
const work: Readonly<
  Record<FaultPlace, (rig: IsolationRig, call: (method: string) => Promise<string>) => Promise<void>>
> = {
  ssh2: async (rig) => {
    const page = await rig.host.page();
    const terminal = page.open('terminal', rig.victim);
    const typed = async (): Promise<void> => {
      // The first of all asks for the host key.
      const first = await Promise.race([terminal.event('ask'), terminal.event('ready')]);
      if (first.kind === 'ask') terminal.answer(first.ask, { type: 'host-key', accept: true });
      await terminal.event('ready');
      await terminal.run('echo $((6 * 7))-here', '42-here');
      await terminal.run('exit', 'never said');
    };
    await over(() => page.isOver || isDone(terminal), typed());
    const files = page.open('files', rig.victim);
    const listed = async (): Promise<void> => {
      await files.event('ready');
      files.call(1, { op: 'list', path: '/' });
      await files.event('result');
    };
    await over(() => page.isOver || isDone(files), listed());
    await page.leave();
  },
  events: (rig, call) => work.ssh2(rig, call),
  ws: async (rig) => {
    const page = await rig.host.page();
    const asked = async (): Promise<void> => {
      for (let round = 0; round < 8; round += 1) await page.client.request('forwards.list', {});
    };
    await over(() => page.isOver, asked());
    await page.leave();
  },
  dbus: async (_rig, call) => {
    // Whatever comes back, it is an answer.
    await call('GetLayout').catch(() => '');
  },
  sqlite: async (rig) => {
    await rig.page.client.request('history.query', { limit: 10 });
  },
};

test('what throws in a callback of a library ends its own session at most: others, forwards and the host go on', async () => {
  const desktop = await startDBusDesktop();
  try {
    const { DISPLAY = '', DBUS_SESSION_BUS_ADDRESS = '' } = desktop.environment;
    await using rig = await startIsolationRig({ faults: true, env: { DISPLAY, DBUS_SESSION_BUS_ADDRESS } });
    const { host } = rig;
    const tray = `org.kde.StatusNotifierItem-${host.pid}-1000`;
    await desktop.owned(tray);
    const call = (method: string): Promise<string> =>
      desktop.call(tray, '/MenuBar', `com.canonical.dbusmenu.${method}`, '0', '-1', '[]');
    const struck = new Map<FaultPlace, number>();
    const place = fc.constantFrom<FaultPlace>('ssh2', 'ssh2', 'events', 'events', 'ws', 'dbus', 'sqlite');
    const fault = fc.record({ place, at: fc.integer({ min: 1, max: 24 }) });
    await fc.assert(
      fc.asyncProperty(fault, async ({ place: where, at }) => {
        const before = host.struck;
        await host.order({
          type: 'arm',
          place: where,
          at: where === 'dbus' ? 1 : where === 'sqlite' ? (at % 4) + 1 : at,
        });
        await work[where](rig, call);
        await host.order({ type: 'disarm' });
        if (host.struck > before) struck.set(where, (struck.get(where) ?? 0) + 1);
        await rig.othersGoOn();
        expect(host.isAlive, host.output()).toBe(true);
        // More than five in a minute would end it, and are meant to.
        await host.order({ type: 'minute' });
      }),
      { seed, numRuns: 60 },
    );
    // Each library was met.
    expect([...struck.keys()].toSorted()).toEqual(['dbus', 'events', 'sqlite', 'ssh2', 'ws']);
    // Afterwards everything works as before.
    expect(await call('GetLayout')).toContain('Quit');
    await work.ssh2(rig, call);
    expect(host.isAlive).toBe(true);
  } finally {
    await desktop.dispose();
  }
});
