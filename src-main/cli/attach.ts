import { existsSync } from 'node:fs';
import { askForProfile, givesProfile, type TakenOver } from '../compose/compose-hand-over.ts';
import { composeCore } from '../compose/compose-core.ts';
import type { Core, CoreOptions } from '../compose/core.ts';
import { cancelled, fail, ok, type Result } from '../core/base/errors.ts';
import { chosenVault } from '../compose/compose-vault.ts';
import { sleep } from '../core/base/clock.ts';
import { locate } from '../compose/locations.ts';
import { controlPaths } from '../node/control/control-socket-path.ts';
import { connectControlSocket, type ControlConnection } from '../node/control/control-socket.ts';
import { openProfile } from '../node/storage/profile-paths.ts';
import { systemClock } from '../node/runtime/system-clock.ts';
import { FrameClient } from '../../src-preload/contract/client.ts';
import { channelPair, socketChannel } from './channel-pair.ts';
import { surviveCrashes } from './crashes.ts';
import { exitCodes } from './terminal.ts';
import { ownerSilent, watchedChannel } from './owner-watch.ts';

/** The values of the global options. */
export interface Place {
  readonly profile: string | undefined;
  readonly vault: 'keychain' | 'file' | undefined;
  /** Asked when the vault has to be opened; `isNew` if the vault does not exist yet. Undefined: no user can answer. */
  readonly passphrase: (isNew: boolean) => Promise<string | undefined>;
  /** How long another command that keeps the profile busy is waited for, milliseconds. Default two minutes. */
  readonly withinMs?: number;
}

/** A connection to the core of the profile, in another process or in this one. */
export interface Attachment {
  readonly client: FrameClient;
  /** Resolves when the other process has ended; for a core of our own, when another process uses the profile. */
  readonly lost: Promise<void>;
  /** Whether the core is in this process. */
  readonly own: boolean;
  /**
   * Whether the core was in this process and another process has it now. Open connections continue here; for everything
   * else, ask the other process.
   */
  readonly isHandedOver: boolean;
  /**
   * Waits until no other process uses a core of our own, checking every `everyMs`. Resolves at once for the core of
   * another process.
   */
  idle(everyMs: number): Promise<void>;
  /**
   * Detaches. A core of our own closes what is open and first lets other commands finish. A core that was handed over
   * lets its connections end by themselves, unless `now` is aborted or the process is told to end.
   */
  dispose(now?: AbortSignal): Promise<void>;
}

/** How long a command waits for another command that holds the profile for a short time, milliseconds. */
const patienceMs = 120_000;
const retryMs = 40;
const drainMs = 60_000;
/** What a host that ends grants its clients to finish what they asked for, milliseconds. */
const partingMs = 5000;

/** Lets the clients of a core that is about to end finish. */
export const drain = async (core: Core, longLived: boolean): Promise<void> => {
  core.control.refuse();
  const until = systemClock.monotonic() + (longLived ? partingMs : drainMs);
  // Only short commands use the core of another short command: their end is waited for.
  const busy = (): boolean => (longLived ? core.bridge.pending > 0 : core.control.clients > 0);
  while (busy() && systemClock.monotonic() < until) await sleep(systemClock, 10);
};

/** The owner of a profile, a core of our own, or a request to try again. */
export type Found = { readonly connection: ControlConnection } | { readonly core: Core };

/**
 * Finds the process that owns the profile, or makes this one the owner. A long-lived command does not use the core of a
 * short one: it waits until it can own the profile itself.
 */
export const findCore = async (
  place: Place,
  host: 'headless' | 'cli',
  longLived: boolean,
  signal: AbortSignal,
  more: Pick<CoreOptions, 'notifier' | 'crashes'> = {},
): Promise<Result<Found>> => {
  const profile = await openProfile(place.profile);
  if (!profile.ok) return profile;
  const paths = await controlPaths(profile.value.profile);
  if (!paths.ok) return paths;
  const until = systemClock.monotonic() + (place.withinMs ?? patienceMs);
  const takenOver: TakenOver[] = [];
  for (;;) {
    if (signal.aborted) return cancelled();
    let isSilent = false;
    const connection = await connectControlSocket(paths.value.socket, () => {
      isSilent = true;
    });
    if (connection !== undefined) {
      if (place.vault !== undefined && connection.hello.vault !== place.vault) {
        connection.socket.close();
        return fail(
          'conflict',
          `The Quayside that is running on this profile keeps its secrets in another vault (${connection.hello.vault}).`,
          'Leave --vault out, or close it first.',
        );
      }
      if (host === 'headless' && givesProfile(connection)) {
        const given = await askForProfile(connection, systemClock);
        if (given !== undefined) {
          takenOver.push(given);
          continue;
        }
      } else if (connection.hello.longLived || !longLived) return ok({ connection });
      connection.socket.close();
    } else {
      const vault = chosenVault(place.vault, profile.value.vault);
      const core = await composeCore({
        profile: place.profile,
        vault,
        passphrase: () => place.passphrase(!existsSync(profile.value.vault)),
        host,
        longLived,
        takenOver,
        forwardWorker: locate().forwardWorker,
        ...more,
      });
      if (core.ok) return ok({ core: core.value });
      if (core.error.kind === 'conflict' && isSilent) return ownerSilent();
      if (core.error.kind !== 'conflict' || systemClock.monotonic() > until) return core;
    }
    if (systemClock.monotonic() > until) {
      return fail('conflict', 'Another command keeps this profile busy.', 'Wait for it to end and try again.');
    }
    await sleep(systemClock, retryMs, signal);
  }
};

/** Attaches to the core of the profile. Errors: conflict, invalid-input, cancelled. */
export const attach = async (place: Place, longLived: boolean, signal: AbortSignal): Promise<Result<Attachment>> => {
  let own: Core | undefined;
  const end = (): void => void (own?.dispose() ?? Promise.resolve()).finally(() => process.exit(exitCodes.failed));
  // A short command has no clients to keep running for, so an unexpected error may end it.
  const found = await findCore(place, 'cli', longLived, signal, longLived ? { crashes: surviveCrashes(end) } : {});
  if (!found.ok) return found;
  if ('connection' in found.value) {
    const { socket, hello } = found.value.connection;
    const giveUp = (): void => {
      client.close(ownerSilent(hello.pid).error);
      socket.drop();
    };
    const client: FrameClient = new FrameClient(watchedChannel(socketChannel(socket), systemClock, giveUp));
    return ok({
      client,
      lost: new Promise((resolve) => socket.onClose(resolve)),
      own: false,
      isHandedOver: false,
      idle: async () => undefined,
      dispose: async () => {
        client.close();
        // A stopped process never closes its end, and this process would wait for it.
        setTimeout(() => socket.drop(), partingMs).unref();
      },
    });
  }
  const { core } = found.value;
  own = core;
  const pair = channelPair();
  core.bridge.connect(pair.host);
  const client = new FrameClient(pair.client);
  // ssh sends SIGHUP to its ProxyCommand when it is done: other users of the core still need it.
  const told = new AbortController();
  const stop = (): void => told.abort();
  process.once('SIGTERM', stop);
  // Requests over this connection get no more answers.
  void core.handedOver.then(() => client.close());
  return ok({
    client,
    // Without this wait the profile would be ours again: the other process has not taken it yet.
    lost: core.waitForSuccessor(),
    own: true,
    get isHandedOver() {
      return core.isHandedOver;
    },
    idle: async (everyMs) => {
      while (core.control.clients > 0 && !core.isHandedOver && !told.signal.aborted)
        await sleep(systemClock, everyMs, told.signal);
    },
    dispose: async (now) => {
      client.close();
      if (core.isHandedOver)
        await core.connectionsEnded(now === undefined ? told.signal : AbortSignal.any([now, told.signal]));
      else await drain(core, longLived);
      await core.dispose();
      process.removeListener('SIGTERM', stop);
    },
  });
};
