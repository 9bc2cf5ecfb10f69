import { z } from 'zod';
import type { Bridge } from '../bridge/bridge.ts';
import { ok } from '../core/base/errors.ts';
import type { Clock } from '../core/base/clock.ts';
import type { Document } from '../core/base/document.ts';
import { sleep } from '../core/base/clock.ts';
import { connectControlSocket } from '../node/control/control-socket.ts';
import type { ControlConnection, ControlSocket, MessageSocket } from '../node/control/control-socket.ts';
import { controlPaths } from '../node/control/control-socket-path.ts';
import type { Forwards } from '../services/forward/forwards.ts';
import type { HeldTunnel } from '../services/forward/own-tunnels.ts';

/** Milliseconds that clients' open requests may take before they are cut off. */
const partingMs = 5_000;
/** Milliseconds a process that is asked for its profile may take. */
const answerMs = 15_000;
/** Milliseconds between two checks whether the last connection has ended. */
const lookMs = 1_000;
/** Milliseconds between two checks whether the next owner answers. */
const successionLookMs = 40;
/**
 * A named pipe can be opened again only when its last user is gone; until then the successor cannot be reached there.
 */
const isPipe = process.platform === 'win32';
/** Milliseconds such a successor may take to answer. */
const unheardMs = 10_000;

const heldTunnels = z.array(
  z.object({
    deviceKey: z.string().min(1),
    tunnel: z.object({
      host: z.string().min(1),
      port: z.number().int().min(1).max(65_535),
      expiresAt: z.number().exactOptional(),
      reused: z.boolean(),
      exposureNotice: z.string().exactOptional(),
      handle: z.unknown(),
    }),
  }),
);
const handedOver = z.object({ type: z.literal('handed-over'), tunnels: heldTunnels });
const handOverRequest = z.object({ type: z.literal('hand-over') });

/** What the previous process still holds of a profile that was taken over. */
export interface TakenOver {
  /** Tunnels with connections on them. */
  readonly tunnels: readonly HeldTunnel[];
  /** Resolves with the tunnels it still held, when the last of its connections has ended. */
  readonly ended: Promise<readonly HeldTunnel[]>;
  /** Lets the previous process close what it holds itself, because this one ends first. */
  release(): void;
}

/** Whether the owner of a profile is a command that gives it up when asked. */
export const givesProfile = ({ hello }: ControlConnection): boolean => hello.host === 'cli' && hello.longLived;

/**
 * Asks a command that owns a profile (`quayside proxy`, `forward`, `ssh`, `connect`) for it: its open connections
 * continue there, everything else is ours. Undefined if it does not give the profile up, or has ended.
 */
export const askForProfile = (connection: ControlConnection, clock: Clock): Promise<TakenOver | undefined> =>
  new Promise((resolve) => {
    const { socket } = connection;
    let tunnels: readonly HeldTunnel[] | undefined;
    let end = (): void => undefined;
    const cancelTimer = clock.after(answerMs, () => socket.close());
    socket.onMessage((message) => {
      const parsed = handedOver.safeParse(message);
      if (!parsed.success) return socket.close();
      const isFirst = tunnels === undefined;
      tunnels = parsed.data.tunnels;
      if (!isFirst) return;
      cancelTimer();
      const ended = new Promise<readonly HeldTunnel[]>((resolveEnded) => {
        end = () => resolveEnded(tunnels ?? []);
      });
      const release = (): void => {
        end = () => undefined;
        socket.close();
      };
      resolve({ tunnels, ended, release });
    });
    socket.onClose(() => {
      cancelTimer();
      end();
      resolve(undefined);
    });
    socket.send({ type: 'hand-over' });
  });

/** Like askForProfile, but looks the owner of the profile up; undefined if the owner is not such a command. */
export const takeOver = async (profile: string, clock: Clock): Promise<TakenOver | undefined> => {
  const paths = await controlPaths(profile);
  const connection = paths.ok ? await connectControlSocket(paths.value.socket) : undefined;
  if (connection === undefined) return undefined;
  if (givesProfile(connection)) return askForProfile(connection, clock);
  connection.socket.close();
  return undefined;
};

/** Keeps the tunnels of the previous process until its connections have ended. */
export const adoptTunnels = async (forwards: Forwards, { tunnels, ended }: TakenOver): Promise<void> => {
  const releases = tunnels.map((held) => forwards.adopt(held));
  // Tunnels dialled during the hand-over are known only at the end.
  releases.push(...(await ended).map((held) => forwards.adopt(held)));
  await Promise.all(releases.map((release) => release()));
};

/** Whether a client asks for the profile. */
export const isHandOverRequest = (message: unknown): boolean => handOverRequest.safeParse(message).success;

/** Gives the profile to another process, once, while the open connections continue in this one. */
export class HandOver {
  readonly #clock: Clock;
  readonly #documents: Pick<Document<unknown>, 'read'>[] = [];
  #successor: MessageSocket | undefined;
  #hasSuccessor = false;
  #tell = (): void => undefined;
  #over = false;
  /** Resolves once another process has the profile. */
  readonly completed: Promise<void>;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.completed = new Promise((resolve) => {
      this.#tell = resolve;
    });
  }

  /** Whether the profile belongs to another process, or is about to. */
  get isOver(): boolean {
    return this.#over;
  }

  /** Whether that process is alive, so that it will close the tunnels. */
  get hasSuccessor(): boolean {
    return this.#hasSuccessor;
  }

  /** The same document while the profile is ours; afterwards nothing is written. */
  owned<T>(document: Document<T>): Document<T> {
    this.#documents.push(document);
    return {
      read: () => document.read(),
      write: (value) => (this.#over ? Promise.resolve(ok(undefined)) : document.write(value)),
    };
  }

  /**
   * After `completed`: resolves when the process that was given the profile answers on its socket, or has ended. Until
   * then the profile may look free and must not be taken.
   */
  async waitForSuccessor(socket: string): Promise<void> {
    await this.completed;
    const until = this.#clock.monotonic() + unheardMs;
    while (this.#hasSuccessor || (isPipe && this.#clock.monotonic() < until)) {
      const next = await connectControlSocket(socket);
      next?.socket.close();
      // Another command may use the profile meanwhile.
      if (next !== undefined && next.hello.host !== 'cli') return;
      await sleep(this.#clock, successionLookMs);
    }
  }

  /** `stop` ends everything that works on the profile except forwards, accounts and HTTP. */
  async run(
    successor: MessageSocket,
    parts: {
      readonly control: ControlSocket;
      readonly bridge: Bridge;
      readonly forwards: Forwards;
      readonly stop: () => Promise<void>;
    },
  ): Promise<void> {
    const { control, bridge, forwards, stop } = parts;
    if (this.#successor !== undefined) return;
    this.#successor = successor;
    this.#hasSuccessor = true;
    successor.onClose(() => {
      this.#hasSuccessor = false;
    });
    control.refuse();
    const until = this.#clock.monotonic() + partingMs;
    while (bridge.pending > 0 && this.#clock.monotonic() < until) await sleep(this.#clock, 10);
    await stop();
    await forwards.leave();
    this.#over = true;
    // Documents work in turn: when a read is answered, earlier writes are on disk.
    await Promise.all(this.#documents.map((document) => document.read()));
    control.handOver(successor);
    this.#say(forwards);
    this.#tell();
  }

  /** Resolves when no client is connected any more, or on `signal` once the other process knows about it. */
  async connectionsEnded(forwards: Forwards, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (await forwards.isUsed())) await sleep(this.#clock, lookMs, signal);
    this.#say(forwards);
  }

  #say(forwards: Forwards): void {
    // Over a pipe the other process would not learn when they are free: the vendor's limits end these tunnels.
    this.#successor?.send({ type: 'handed-over', tunnels: isPipe ? [] : forwards.tunnels() });
    if (isPipe) this.#successor?.close();
  }
}
