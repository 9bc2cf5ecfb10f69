import { createRequire } from 'node:module';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { SessionBus } from '../../src-main/node/dbus/session-bus.ts';
import { LibraryCalls } from '../../src-main/node/runtime/library-calls.ts';

/**
 * Loaded before the host (`node --import`): lets a callback of ours throw where a library calls it, when the test says
 * so by a message. What a library calls by itself is struck in the library, so that even a callback without a guard is
 * met.
 */

/** Where a fault may be. `events`: any event of ssh2's own objects, whoever hears it. */
export type FaultPlace = 'ssh2' | 'events' | 'ws' | 'dbus' | 'sqlite';

/** What a test tells the host. `minute`: the clock of the host goes on by as much. */
export type FaultOrder =
  | { readonly type: 'arm'; readonly place: FaultPlace; readonly at: number }
  | { readonly type: 'disarm' }
  | { readonly type: 'minute' };

let armed: { place: FaultPlace; left: number } | undefined;
/** Counts the faults: what a library calls on an object is struck only where the object came after the order. */
let faults = 0;

const strike = (place: FaultPlace, since = faults): void => {
  if (armed?.place !== place || since !== faults) return;
  armed.left -= 1;
  if (armed.left > 0) return;
  armed = undefined;
  process.send?.('struck');
  throw new Error(`wanted by the test in ${place}`);
};

/** Whose callback is wrapped, by who wraps it: the second line of the stack below the words. */
const placeOf = (stack: string): FaultPlace | undefined => {
  const [, , caller = ''] = stack.split('\n');
  if (caller.includes('websocket-host.ts')) return 'ws';
  return /ssh-client|socket-channel/.test(caller) ? 'ssh2' : undefined;
};

const { ours } = LibraryCalls.prototype;
LibraryCalls.prototype.ours = function wounded<A extends readonly unknown[]>(
  this: LibraryCalls,
  callback: (...args: A) => void,
): (...args: A) => void {
  const place = placeOf(new Error('where').stack ?? '');
  const since = faults;
  return ours.call(this, (...args: unknown[]) => {
    if (place !== undefined) strike(place, since);
    callback(...(args as unknown as A));
  }) as (...args: A) => void;
};

const births = new WeakMap<object, number>();
const birthOf = (object: object): number => {
  const birth = births.get(object) ?? faults;
  births.set(object, birth);
  return birth;
};

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Strikes before a method of a library's own objects. */
const fault = (prototype: object, name: string, place: FaultPlace): void => {
  const method = Reflect.get(prototype, name) as Method;
  Reflect.set(prototype, name, function struck(this: unknown, ...args: unknown[]) {
    strike(place, place === 'events' ? birthOf(this as object) : faults);
    return method.apply(this, args);
  } satisfies Method);
};

const load = createRequire(import.meta.url);
const { Client } = load('ssh2') as { readonly Client: { readonly prototype: object } };
const { Channel } = load('ssh2/lib/Channel.js') as { readonly Channel: { readonly prototype: object } };
const { SFTP } = load('ssh2/lib/protocol/SFTP.js') as { readonly SFTP: { readonly prototype: object } };
for (const { prototype } of [Client, Channel, SFTP]) fault(prototype, 'emit', 'events');
for (const name of ['run', 'get', 'all']) fault(StatementSync.prototype, name, 'sqlite');
for (const name of ['exec', 'prepare']) fault(DatabaseSync.prototype, name, 'sqlite');

const { offer } = SessionBus.prototype;
SessionBus.prototype.offer = function wounded(path, interfaces) {
  const struck = Object.entries(interfaces).map(([name, offered]) => {
    const methods = Object.entries(offered.methods).map(([method, facts]) => {
      const run: typeof facts.run = (args, sender) => {
        strike('dbus');
        return facts.run(args, sender);
      };
      return [method, { ...facts, run }];
    });
    return [name, { ...offered, methods: Object.fromEntries(methods) as typeof offered.methods }];
  });
  offer.call(this, path, Object.fromEntries(struck) as typeof interfaces);
};

let ahead = 0;
const now = performance.now.bind(performance);
performance.now = () => now() + ahead;

process.on('message', (order: FaultOrder) => {
  if (order.type === 'arm') {
    armed = { place: order.place, left: order.at };
    faults += 1;
  } else if (order.type === 'disarm') armed = undefined;
  else ahead += 61_000;
  process.send?.('done');
});
// A test that gave up leaves nobody behind.
process.on('disconnect', () => process.exit());
// Waiting for orders keeps nobody alive.
process.channel?.unref();
