import { describe, expect, it } from 'vitest';
import type { StateEvent } from '../../src-preload/contract/client.ts';
import type { ClientFrame, FrameChannel, HostFrame } from '../../src-preload/contract/frames.ts';
import { Connection } from './connection.ts';
import { SnapshotAssembly } from './snapshot-assembly.ts';

/** A carrier driven by the test. */
class HandChannel implements FrameChannel {
  readonly sent: ClientFrame[] = [];
  #frame: ((frame: HostFrame) => void) | undefined;
  #lost: (() => void) | undefined;
  send(frame: ClientFrame): void {
    this.sent.push(frame);
  }
  onFrame(listener: (frame: HostFrame) => void): void {
    this.#frame = listener;
  }
  onClose(listener: () => void): void {
    this.#lost = listener;
  }
  close(): void {
    this.#lost?.();
  }
  receive(frame: HostFrame): void {
    this.#frame?.(frame);
  }
}

const setUp = (): {
  connection: Connection;
  channels: HandChannel[];
  events: StateEvent[];
  timers: { ms: number; run: () => void }[];
} => {
  const channels: HandChannel[] = [];
  const events: StateEvent[] = [];
  const timers: { ms: number; run: () => void }[] = [];
  const connection = new Connection({
    open: () => {
      const channel = new HandChannel();
      channels.push(channel);
      return channel;
    },
    onState: (event) => events.push(event),
    later: (ms, run) => {
      const timer = { ms, run };
      timers.push(timer);
      return () => timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0);
    },
    random: () => 0.5,
  });
  return { connection, channels, events, timers };
};

const app: HostFrame = { type: 'snapshot', start: true, end: true, seq: 3, collection: 'app', rows: [] };

describe('connection', () => {
  it('opens again with growing pauses and follows the state again', () => {
    const { connection, channels, events, timers } = setUp();
    connection.connect();
    expect(channels[0]?.sent).toEqual([{ type: 'subscribe' }]);
    for (const expected of [250, 500, 1000, 2000, 4000, 8000, 8000]) {
      channels.at(-1)?.close();
      const timer = timers.shift();
      expect(timer?.ms).toBe(expected);
      timer?.run();
      expect(channels.at(-1)?.sent).toEqual([{ type: 'subscribe' }]);
    }
    expect(events.every((event) => event.type === 'disconnected')).toBe(true);
    channels.at(-1)?.receive(app);
    channels.at(-1)?.close();
    expect(timers.shift()?.ms).toBe(250);
  });

  it('answers requests that were under way when the carrier broke', async () => {
    const { connection, channels } = setUp();
    connection.connect();
    const answer = connection.request('accounts.list', {});
    channels[0]?.close();
    expect(await answer).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
  });

  it('stays closed once disposed', () => {
    const { connection, channels, timers } = setUp();
    connection.connect();
    channels[0]?.close();
    connection.dispose();
    connection.dispose();
    expect(timers).toHaveLength(0);
    expect(channels).toHaveLength(1);
  });
});

describe('snapshot', () => {
  const rows = (
    collection: 'app' | 'devices',
    list: unknown[],
    start: boolean,
    end: boolean,
  ): Extract<StateEvent, { type: 'rows' }> => ({
    type: 'rows',
    collection,
    rows: list,
    start,
    end,
  });

  it('is handed over only when complete', () => {
    const assembly = new SnapshotAssembly();
    expect(assembly.take(rows('app', [{ id: 'app' }], true, false))).toBeUndefined();
    expect(assembly.take(rows('devices', [{ key: 'a' }], false, false))).toBeUndefined();
    expect(assembly.take(rows('devices', [{ key: 'b' }], false, true))?.devices).toEqual([{ key: 'a' }, { key: 'b' }]);
  });

  it('can be looked at while it arrives', () => {
    const assembly = new SnapshotAssembly();
    expect(assembly.underWay()).toBeUndefined();
    assembly.take(rows('app', [{ id: 'app' }], true, false));
    assembly.take(rows('devices', [{ key: 'a' }], false, false));
    expect(assembly.underWay()).toMatchObject({ app: { id: 'app' }, devices: [{ key: 'a' }] });
    assembly.take(rows('devices', [{ key: 'b' }], false, true));
    expect(assembly.underWay()).toBeUndefined();
  });

  it('starts over when another begins, and ignores parts without a beginning', () => {
    const assembly = new SnapshotAssembly();
    expect(assembly.take(rows('devices', [{ key: 'stray' }], false, true))).toBeUndefined();
    assembly.take(rows('devices', [{ key: 'old' }], true, false));
    expect(assembly.take(rows('devices', [{ key: 'new' }], true, true))?.devices).toEqual([{ key: 'new' }]);
  });
});
