import type { Random } from '../base/clock.ts';

/** Which versions are offered: stable ones, test versions too, or none. */
export const updateChannels = ['latest', 'beta', 'off'] as const;
export type UpdateChannel = (typeof updateChannels)[number];

/**
 * How this installation updates: it replaces itself when it ends (`itself`), the system's package manager updates it
 * and Quayside only announces it (`system`), or it never checks (`never`).
 */
export type UpdateMethod = 'itself' | 'system' | 'never';

/** The facts about this installation. */
export interface Installation {
  readonly platform: string;
  /** Whether a feed was named when it was packed. */
  readonly hasFeed: boolean;
  /** What electron-builder wrote beside the program: deb, rpm; undefined elsewhere. */
  readonly packageType: string | undefined;
  /** Whether it runs from an AppImage. */
  readonly appImage: boolean;
  /** Whether it runs unpacked from a single Windows file. */
  readonly portable: boolean;
  /** Whether the copy is unsigned on macOS, which replaces signed copies only. */
  readonly isUnsigned: boolean;
}

/** The update method of an installation. An unpacked archive or a portable copy cannot replace itself. */
export const updateMethod = ({
  platform,
  hasFeed,
  packageType,
  appImage,
  portable,
  isUnsigned,
}: Installation): UpdateMethod => {
  if (!hasFeed || portable || isUnsigned) return 'never';
  if (platform !== 'linux') return 'itself';
  if (appImage) return 'itself';
  return packageType === 'deb' || packageType === 'rpm' ? 'system' : 'never';
};

/** What is stored between steps. Times in epoch milliseconds. */
export interface UpdateMemory {
  /** Checks in a row that failed. */
  readonly failures: number;
  /** The version that waits to be installed. */
  readonly ready?: string | undefined;
  /** Until then the user is not asked about it again. */
  readonly quietUntil: number;
}

export const freshUpdates: UpdateMemory = { failures: 0, quietUntil: 0 };

const hour = 3_600_000;
/** Milliseconds before the first check, because the start of a program is busy enough. */
const firstCheckMs = 60_000;
const checkEveryMs = 6 * hour;
const maxMs = 24 * hour;
/** Milliseconds for which "Later" is respected. */
const deferMs = 24 * hour;

/**
 * Milliseconds to the next check. Failures double the wait from an hour to a day, and randomness spreads the
 * installations.
 */
export const waitForCheck = (memory: UpdateMemory, isFirst: boolean, random: Random): number => {
  const base = isFirst
    ? firstCheckMs
    : memory.failures === 0
      ? checkEveryMs
      : Math.min(maxMs, hour * 2 ** (memory.failures - 1));
  return Math.round(base * (1 + random() * 0.2));
};

export type UpdateEvent =
  | { readonly kind: 'none' }
  | { readonly kind: 'failed' }
  /** The version is available: downloaded, or in the system's package source. */
  | { readonly kind: 'ready'; readonly version: string }
  | { readonly kind: 'deferred'; readonly at: number };

/** The memory after an event. A version newer than the deferred one is announced at once. */
export const afterUpdate = (memory: UpdateMemory, event: UpdateEvent): UpdateMemory => {
  switch (event.kind) {
    case 'none':
      return { ...memory, failures: 0 };
    case 'failed':
      return { ...memory, failures: memory.failures + 1 };
    case 'ready':
      return memory.ready === event.version
        ? { ...memory, failures: 0 }
        : { failures: 0, ready: event.version, quietUntil: 0 };
    case 'deferred':
      return { ...memory, quietUntil: event.at + deferMs };
    default:
      return event satisfies never;
  }
};

/** Whether to announce the waiting version now. */
export const tellsOfUpdate = (memory: UpdateMemory, now: number): boolean =>
  memory.ready !== undefined && now >= memory.quietUntil;

/** The announcement of a version, and what can be done about it. */
export const updateText = (
  version: string,
  method: UpdateMethod,
  openForwards: number,
): { readonly text: string; readonly hint: string } => ({
  text: `Quayside ${version} is ${method === 'itself' ? 'ready' : 'out'}.`,
  hint:
    method !== 'itself'
      ? 'Install it with your package manager, as you did this one.'
      : openForwards === 0
        ? 'It takes the place of this one when you quit.'
        : `It takes the place of this one when you quit. ${openForwards === 1 ? 'One forward is' : `${openForwards} forwards are`} open and would start again.`,
});
