import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { FrameClient } from '../../src-preload/contract/client.ts';
import type { ClientFrame, HostFrame } from '../../src-preload/contract/frames.ts';
import { ownerSilent, watchedChannel } from './owner-watch.ts';

const rig = (answers: (frame: ClientFrame) => HostFrame | undefined) => {
  const clock = new VirtualClock();
  const sent: ClientFrame[] = [];
  let hear = (_frame: HostFrame): void => undefined;
  const channel = watchedChannel(
    {
      send: (frame) => {
        sent.push(frame);
        const answer = answers(frame);
        if (answer !== undefined) queueMicrotask(() => hear(answer));
      },
      onFrame: (listener) => (hear = listener),
      onClose: () => undefined,
      close: () => undefined,
    },
    clock,
    () => client.close(ownerSilent(4711).error),
  );
  const client: FrameClient = new FrameClient(channel);
  return { clock, client, sent };
};

describe('the owner of a profile', () => {
  it('that owes an answer and says nothing at all is given up, by the number of its process', async () => {
    const { clock, client } = rig(() => undefined);
    const asked = client.request('accounts.refresh', {});
    await clock.advance(15_000);
    expect(await asked).toMatchObject({ ok: false, error: { kind: 'timeout', hint: expect.stringContaining('4711') } });
    expect(await client.request('accounts.list', {})).toMatchObject({ error: { kind: 'timeout' } });
    expect(clock.pending).toBe(0);
  });

  it('that takes long for an answer but is there is waited for', async () => {
    const { clock, client, sent } = rig((frame) =>
      frame.type === 'request' && frame.name === 'accounts.list'
        ? { type: 'answer', id: frame.id, ok: true, value: [] }
        : undefined,
    );
    let isAnswered = false;
    void client.request('accounts.refresh', {}).then(() => (isAnswered = true));
    await clock.advance(120_000);
    expect([isAnswered, sent.length > 10]).toEqual([false, true]);
    client.close();
    expect(clock.pending).toBe(0);
  });

  it('that owes nothing is left alone', async () => {
    const { clock, client, sent } = rig((frame) =>
      frame.type === 'request' ? { type: 'answer', id: frame.id, ok: true, value: [] } : undefined,
    );
    expect(await client.request('accounts.list', {})).toEqual({ ok: true, value: [] });
    await clock.advance(60_000);
    expect(sent).toHaveLength(1);
    const stop = new AbortController();
    void client.request('accounts.refresh', {}, stop.signal);
    stop.abort();
    await clock.advance(60_000);
    expect(sent.filter(({ type }) => type === 'request')).toHaveLength(2);
  });
});
