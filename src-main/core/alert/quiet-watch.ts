import type { AlertSettings } from './alert-settings.ts';
import { isQuiet, nextQuietChange } from './quiet-hours.ts';
import type { Moment } from '../base/moment.ts';

/** Quiet hours are looked at again at least so often: the clock or the time zone may have been changed. */
const lookMs = 15 * 60_000;

/** Knows whether it is quiet, and when that may change: by the hour, by the user's pause, or because a mute ends. */
export class QuietWatch {
  /** On both clocks: one of them may be set. */
  #next: Moment = { wall: Number.NEGATIVE_INFINITY, mono: Number.NEGATIVE_INFINITY };

  /** Checks again at once: an input changed. */
  again(): void {
    this.#next = { wall: Number.NEGATIVE_INFINITY, mono: Number.NEGATIVE_INFINITY };
  }

  /** Whether it is time to look. */
  isDue({ wall, mono }: Moment): boolean {
    return wall >= this.#next.wall || mono >= this.#next.mono;
  }

  /** Milliseconds until the next look; negative where it is late. */
  dueInMs({ wall, mono }: Moment): number {
    return Math.min(this.#next.wall - wall, this.#next.mono - mono);
  }

  /** Whether it is quiet by the settings, at this moment in this IANA time zone. */
  look(settings: AlertSettings, zone: string, { wall, mono }: Moment): boolean {
    const { quietHours, pausedUntil, mutes, maintenance } = settings;
    const ends = [
      nextQuietChange(quietHours, wall, zone),
      pausedUntil,
      ...mutes.map(({ until }) => until),
      ...maintenance.map(({ until }) => until),
    ].filter((at) => at !== undefined);
    this.#next = {
      wall: ends.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY),
      mono: quietHours.on ? mono + lookMs : Number.POSITIVE_INFINITY,
    };
    return pausedUntil !== undefined || isQuiet(quietHours, wall, zone);
  }
}
