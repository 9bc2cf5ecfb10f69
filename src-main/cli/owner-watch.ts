import { fail, type Failure } from '../core/base/errors.ts';
import type { Clock } from '../core/base/clock.ts';
import type { FrameChannel } from '../../src-preload/contract/frames.ts';

/** Milliseconds an owner may be silent while it owes an answer, before it is asked whether it is alive. */
const quietMs = 5_000;
/** Milliseconds the owner may take to say that it is alive; other requests do not delay that answer. */
const wordMs = 10_000;
/** A number that no client counts up to. */
const probeId = Number.MAX_SAFE_INTEGER;

/** The error for an owner of the profile that does not answer. */
export const ownerSilent = (pid?: number): Failure =>
  fail(
    'timeout',
    'The Quayside that is running on this profile does not answer.',
    `It may be stopped or hang. Let it go on or end it${pid === undefined ? '' : ` (process ${pid})`}, and try again.`,
  );

/** The same channel. `silent` is called once if the other side owes answers and does not say that it is alive. */
export const watchedChannel = (channel: FrameChannel, clock: Clock, silent: () => void): FrameChannel => {
  const owed = new Set<number>();
  let cancelTimer: (() => void) | undefined;
  let isOver = false;
  const rest = (): void => {
    cancelTimer?.();
    cancelTimer = undefined;
  };
  const watch = (): void => {
    if (isOver || cancelTimer !== undefined || owed.size === 0) return;
    cancelTimer = clock.after(quietMs, () => {
      channel.send({ type: 'request', id: probeId, name: 'accounts.list', input: {} });
      cancelTimer = clock.after(wordMs, silent);
    });
  };
  const end = (): void => {
    isOver = true;
    rest();
  };
  channel.onClose(end);
  return {
    send: (frame) => {
      if (frame.type === 'request') owed.add(frame.id);
      if (frame.type === 'cancel') owed.delete(frame.id);
      if (owed.size === 0) rest();
      channel.send(frame);
      watch();
    },
    onFrame: (listener) =>
      channel.onFrame((frame) => {
        rest();
        if (frame.type === 'answer' || frame.type === 'refusal') owed.delete(frame.id);
        watch();
        listener(frame);
      }),
    onClose: (listener) => channel.onClose(listener),
    close: () => {
      end();
      channel.close();
    },
  };
};
