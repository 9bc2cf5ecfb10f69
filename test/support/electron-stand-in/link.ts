import { EventEmitter } from 'node:events';
import type { Evaluated, ToApplication, ToMachine } from './messages.ts';

const channel = new EventEmitter();
const waiting = new Map<number, (error: string | undefined) => void>();
const running = new Map<number, (result: Evaluated) => void>();
let lastCall = 0;

/** Tells the machine something. */
export const tell = (message: ToMachine): void => {
  // A test that ended takes its end of the channel with it; the process is about to go as well.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
};

/** Asks the machine to load an address; resolves with why it could not, if so. */
export const load = (id: number, url: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    lastCall += 1;
    waiting.set(lastCall, resolve);
    tell({ type: 'load', id, url, call: lastCall });
  });

/** Runs a script in the page of a window. */
export const runScript = (id: number, code: string): Promise<unknown> =>
  new Promise<Evaluated>((resolve) => {
    lastCall += 1;
    running.set(lastCall, resolve);
    tell({ type: 'script', id, code, call: lastCall });
  }).then((result) => {
    if ('error' in result) throw new Error(result.error);
    return result.value;
  });

/** Hears what the machine tells. */
export const hear = <T extends ToApplication['type']>(
  type: T,
  listener: (message: Extract<ToApplication, { readonly type: T }>) => void,
): void => void channel.on(type, listener);

process.on('message', (message: ToApplication) => channel.emit(message.type, message));
hear('loaded', ({ call, error }) => {
  waiting.get(call)?.(error);
  waiting.delete(call);
});
hear('ran', ({ call, result }) => {
  running.get(call)?.(result);
  running.delete(call);
});
