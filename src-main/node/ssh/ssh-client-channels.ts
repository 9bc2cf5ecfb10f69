import type { Duplex } from 'node:stream';
import { fail, type Failure } from '../../core/base/errors.ts';
import type { SshShell } from '../../core/ssh/ssh-client.ts';
import { streamChannel } from '../net/stream-channel.ts';
import { LibraryCalls } from '../runtime/library-calls.ts';

export const lost = (): Failure =>
  fail(
    'unreachable',
    'The SSH server ended the connection.',
    'Reconnect; if it stays, the forwards page says more about the way there.',
  );

export const notGiven = (what: string): Failure =>
  fail('unsupported', `The server gives this user no ${what}.`, 'Sign in as another user.');

/** A shell over a channel that tells of its end by `exit`. */
export const shellOf = (
  channel: Duplex & { setWindow(rows: number, cols: number, height: number, width: number): void },
): SshShell => {
  const stream = streamChannel(channel, 'The connection to the device broke.');
  const calls = new LibraryCalls(() => channel.destroy());
  channel.once('close', () => calls.end());
  let hasExited = false;
  channel.once('exit', () => {
    hasExited = true;
  });
  return {
    ...stream,
    // A shell that ends says so; without that, it is the connection that ended.
    onEnd: (listener) => stream.onEnd((error) => listener(error ?? (hasExited ? undefined : lost().error))),
    resize: calls.theirs(({ cols, rows }) => channel.setWindow(rows, cols, 0, 0)),
  };
};
