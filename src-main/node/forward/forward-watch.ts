import { connect } from 'node:net';
import type { TunnelTarget } from '../../core/forward/forward-engine.ts';
import type { ForwardLink } from './forward-link.ts';
import { isForwardPort } from './forward-servers.ts';
import { isCutOff, ownAddresses } from '../net/own-addresses.ts';
import { EndGuard } from '../net/end-guard.ts';

/** Milliseconds. */
const lookEveryMs = 1_000;
/** Milliseconds without an answer to sent bytes before the tunnel's end is probed. */
const silentMs = 5_000;
/** Milliseconds of silence of a server that speaks first. */
const muteMs = 15_000;
const probeTimeoutMs = 2_000;
/** Milliseconds of unanswered probes before connections are given up. A short network outage is survived. */
const deadMs = 20_000;
/** The same after the network has changed: open connections are probably dead. */
const deadAfterCheckMs = 6_000;
const maxPauseMs = 60_000;

export interface WatchListener {
  silent(tunnelId: number, mute: boolean): void;
  /** The tunnel's end is unreachable; `code` as of a dial. */
  dead(tunnelId: number, code: string): void;
}

interface Watched {
  readonly target: TunnelTarget;
  nextProbeAt: number;
  pauseMs: number;
  failingSince: number;
  isProbing: boolean;
  isMuteTold: boolean;
}

/**
 * Finds connections whose other end has silently vanished. The system's keepalive finds those that are silent both
 * ways; if something was sent and nothing comes back, the system would retry for a quarter of an hour. So the tunnel's
 * end is dialled, at growing intervals, and connections are given up if nothing answers.
 */
export class ForwardWatch {
  readonly #links: ReadonlyMap<ForwardLink, number>;
  readonly #listener: WatchListener;
  readonly #tunnels = new Map<number, Watched>();
  #timer: NodeJS.Timeout | undefined;
  speaksFirst = false;

  /** `links` with the numbers of their tunnels, kept by the owner. */
  constructor(links: ReadonlyMap<ForwardLink, number>, listener: WatchListener) {
    this.#links = links;
    this.#listener = listener;
  }

  /** Adds a tunnel's end. */
  add(tunnelId: number, target: TunnelTarget): void {
    if (this.#tunnels.has(tunnelId)) return;
    const now = performance.now();
    this.#tunnels.set(tunnelId, {
      target,
      nextProbeAt: now,
      pauseMs: silentMs,
      failingSince: 0,
      isProbing: false,
      isMuteTold: false,
    });
    this.#timer ??= setInterval(() => this.#look(), lookEveryMs);
  }

  remove(tunnelId: number): void {
    this.#tunnels.delete(tunnelId);
    if (this.#tunnels.size === 0) this.dispose();
  }

  /** After the network changed: resets connections from an address that is gone, and probes all ends at once. */
  check(): void {
    const own = ownAddresses();
    for (const link of [...this.#links.keys()]) if (isCutOff(link, own)) link.destroy();
    const used = new Set(this.#links.values());
    for (const [tunnelId, watched] of this.#tunnels) {
      if (!used.has(tunnelId)) continue;
      void this.#probe(tunnelId, watched, performance.now() - deadMs + deadAfterCheckMs);
    }
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#tunnels.clear();
  }

  #look(): void {
    if (this.#links.size === 0) return;
    const now = performance.now();
    const states = new Map<number, { unanswered: number; heardAt: number; mute: boolean }>();
    for (const [link, tunnelId] of this.#links) {
      if (!link.isConnected) continue;
      const state = states.get(tunnelId) ?? { unanswered: 0, heardAt: 0, mute: false };
      states.set(tunnelId, state);
      if (link.unansweredSince !== 0) state.unanswered = Math.max(state.unanswered, now - link.unansweredSince);
      state.heardAt = Math.max(state.heardAt, link.lastReceivedAt);
      if (this.speaksFirst && link.bytesDown === 0 && now - link.connectedAt >= muteMs) state.mute = true;
    }
    for (const [tunnelId, { unanswered, heardAt, mute }] of states) {
      const watched = this.#tunnels.get(tunnelId);
      if (watched === undefined) continue;
      if (mute && !watched.isMuteTold && now - heardAt >= muteMs) {
        watched.isMuteTold = true;
        this.#listener.silent(tunnelId, true);
      }
      const isSilent = unanswered >= silentMs && now - heardAt >= silentMs;
      if (!isSilent && watched.failingSince === 0) watched.pauseMs = silentMs;
      else if (now >= watched.nextProbeAt) void this.#probe(tunnelId, watched, now);
    }
  }

  async #probe(tunnelId: number, watched: Watched, failingSince: number): Promise<void> {
    if (watched.isProbing) return;
    watched.isProbing = true;
    const code = await probe(watched.target);
    watched.isProbing = false;
    if (this.#tunnels.get(tunnelId) !== watched) return;
    const now = performance.now();
    if (code === undefined || code === 'ECONNREFUSED') {
      watched.failingSince = 0;
      watched.nextProbeAt = now + watched.pauseMs;
      watched.pauseMs = Math.min(watched.pauseMs * 2, maxPauseMs);
      return this.#listener.silent(tunnelId, false);
    }
    if (watched.failingSince === 0) watched.failingSince = failingSince;
    watched.nextProbeAt = now + lookEveryMs;
    if (now - watched.failingSince >= deadMs) this.#listener.dead(tunnelId, code);
  }
}

/** Dials and hangs up; returns the error's code if that fails. */
const probe = (target: TunnelTarget): Promise<string | undefined> =>
  new Promise((resolve) => {
    const { lookup } = new EndGuard(target, isForwardPort);
    const socket = connect({ host: target.host, port: target.port, lookup });
    const done = (code: string | undefined): void => {
      resolve(code);
      socket.destroy();
    };
    socket.setTimeout(probeTimeoutMs, () => done('DIAL_TIMEOUT'));
    socket.once('connect', () => done(undefined));
    socket.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
  });
