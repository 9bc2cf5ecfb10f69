/** The place of the window, in the system's device-independent pixels. */
export interface WindowState {
  readonly x?: number;
  readonly y?: number;
  readonly width: number;
  readonly height: number;
  readonly maximized: boolean;
  /** Whether the user was told that closing the window leaves Quayside in the tray. */
  readonly toldOfTray?: boolean;
}

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const minimumSize = { width: 720, height: 480 } as const;
const firstSize = { width: 1240, height: 800 } as const;

/** The state of a window that was never opened. */
export const initialWindowState: WindowState = { ...firstSize, maximized: false };

/** Reads a stored state; anything unusable becomes the initial one. */
export const parseWindowState = (stored: unknown): WindowState => {
  if (typeof stored !== 'object' || stored === null) return initialWindowState;
  const { x, y, width, height, maximized, toldOfTray } = stored as Record<string, unknown>;
  const whole = (value: unknown): value is number => Number.isSafeInteger(value);
  if (!whole(width) || !whole(height)) return initialWindowState;
  return {
    ...(whole(x) && whole(y) ? { x, y } : {}),
    width: Math.max(width, minimumSize.width),
    height: Math.max(height, minimumSize.height),
    maximized: maximized === true,
    ...(toldOfTray === true ? { toldOfTray } : {}),
  };
};

/**
 * Drops a position that is no longer visible enough on any screen (a monitor was unplugged), so that the title bar can
 * always be reached.
 */
export const onScreen = (state: WindowState, areas: readonly Area[]): WindowState => {
  const { x, y, ...rest } = state;
  const { width } = state;
  if (x === undefined || y === undefined) return state;
  const reachable = areas.some(
    (area) => x + width > area.x + 80 && x < area.x + area.width - 80 && y >= area.y && y < area.y + area.height - 40,
  );
  return reachable ? state : rest;
};
