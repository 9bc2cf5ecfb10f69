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

/** What the global options say. */
export interface Place {
  readonly profile: string | undefined;
  readonly vault: 'keychain' | 'file' | undefined;
  /** Asked when the vault must be opened; `isNew` if the vault does not exist yet. Undefined: no user can answer. */
  readonly passphrase: (isNew: boolean) => Promise<string | undefined>;
  /** How long another command that keeps the profile busy is waited for, milliseconds. Default two minutes. */
  readonly withinMs?: number;
}

/** A way to the core of the profile, in another process or in this one. */
export interface Attachment {
  readonly client: FrameClient;
  /** Resolves when the other process is gone; for a core of our own when another process works on the profile. */
  readonly lost: Promise<void>;
  /** Whether the core is in this process. */
  readonly own: boolean;
  /** Whether it was, and another process has it now: what is connected goes on here, the rest is to be asked there. */
  readonly isHandedOver: boolean;
  /** Waits until no other process works with a core of our own, looking every `everyMs`; at once for another's. */
  idle(everyMs: number): Promise<void>;
  /**
   * Lets go; a core of our own closes what is open and lets other commands finish first. One that was handed over lets
   * its connections come to their end, unless `now` is aborted or the process is told to end.
   */
  dispose(now?: AbortSignal): Promise<void>;
}

/** How long a command waits for another command that holds the profile for a short time, milliseconds. */
const patienceMs = 120_000;
const retryMs = 40;
const drainMs = 60_000;
/** What a host that ends grants its clients to finish what they asked for, milliseconds. */
const partingMs = 5000;

/** Lets clients of a core that is about to end finish. */
export const drain = async (core: Core, longLived: boolean): Promise<void> => {
  core.control.refuse();
  const until = systemClock.monotonic() + (longLived ? partingMs : drainMs);
  // Only commands that are soon done build on one that is soon done: these are waited for to the end.
  const busy = (): boolean => (longLived ? core.bridge.pending > 0 : core.control.clients > 0);
  while (busy() && systemClock.monotonic() < until) await sleep(systemClock, 10);
};

/** The owner of a profile, a core of our own, or the word to try again. */
export type Found = { readonly connection: ControlConnection } | { readonly core: Core };

/**
 * Finds the process that owns the profile, or makes this one the owner. A command that lasts does not build on
 * one that is soon done: it waits until it can own the profile itself.
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
        // One that is stopped never closes its end, and this process would wait for it.
        setTimeout(() => socket.drop(), partingMs).unref();
      },
    });
  }
  const { core } = found.value;
  own = core;
  const pair = channelPair();
  core.bridge.connect(pair.host);
  const client = new FrameClient(pair.client);
  // ssh sends SIGHUP to its ProxyCommand when it is done: no reason to leave others without the core.
  const told = new AbortController();
  const stop = (): void => told.abort();
  process.once('SIGTERM', stop);
  // The requests of this connection are no longer answered.
  void core.handedOver.then(() => client.close());
  return ok({
    client,
    // Attached to at once, the profile would be ours again: the other process is still on its way to it.
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
