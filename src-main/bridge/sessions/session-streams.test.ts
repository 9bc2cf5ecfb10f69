import { describe, expect, it } from 'vitest';
import type { ByteChannel } from '../../core/session/byte-channel.ts';
import { creditStep, streamWindow, type SessionHostFrame } from '../../../src-preload/contract/session.ts';
import { joinStream } from './session-streams.ts';

/** A stream joined with a device that takes bytes or holds them back. */
const joined = (takes: () => boolean) => {
  const frames: SessionHostFrame[] = [];
  let drain = (): void => undefined;
  let give = (_bytes: Uint8Array): void => undefined;
  const channel: ByteChannel = {
    write: takes,
    onDrain: (listener) => {
      drain = listener;
    },
    onData: (listener) => {
      give = listener;
    },
    onEnd: () => undefined,
    pause: () => undefined,
    resume: () => undefined,
    close: () => undefined,
  };
  const stream = joinStream(1, channel, (frame) => frames.push(frame));
  const credit = (): number =>
    frames.reduce((sum, frame) => sum + (frame.type === 'session-credit' ? frame.bytes : 0), 0);
  return { stream, frames, credit, drain: () => drain(), give: (bytes: Uint8Array) => give(bytes) };
};

describe('the stream of a shell', () => {
  it('costs nothing but the key for a key', () => {
    const { stream, frames } = joined(() => true);
    for (let key = 0; key < 1000; key += 1) stream.take(Uint8Array.of(107));
    expect(frames).toEqual([]);
  });

  it('gives back credit long before the window is used up, and all of it after the device was slow', () => {
    const quick = joined(() => true);
    for (let sent = 0; sent < streamWindow; sent += 1024) {
      quick.stream.take(new Uint8Array(1024));
      expect(sent + 1024 - quick.credit()).toBeLessThan(creditStep);
    }
    const slow = joined(() => false);
    slow.stream.take(new Uint8Array(streamWindow));
    expect(slow.credit()).toBe(0);
    slow.drain();
    expect(slow.credit()).toBe(streamWindow);
  });

  it('carries every byte of the device', () => {
    const { frames, give } = joined(() => true);
    const all = Uint8Array.from({ length: 200_000 }, (_, at) => (at * 7) % 251);
    give(all.subarray(0, 150_000));
    give(all.subarray(150_000));
    const parts = frames.map((frame) => (frame.type === 'session-bytes' ? frame.bytes : new Uint8Array()));
    expect(Buffer.concat(parts).equals(all)).toBe(true);
  });
});
