import { describe, expect, it } from 'vitest';
import { initialWindowState, onScreen, parseWindowState } from './window-state.ts';

const laptop = { x: 0, y: 0, width: 1440, height: 900 };

describe('window state', () => {
  it('starts fresh from anything unusable', () => {
    for (const junk of [null, 7, 'x', [], {}, { width: '1', height: 2 }, { width: Number.NaN, height: 600 }])
      expect(parseWindowState(junk)).toEqual(initialWindowState);
  });

  it('never returns below the smallest size the layout holds', () => {
    expect(parseWindowState({ width: 10, height: 10 })).toMatchObject({ width: 720, height: 480 });
  });

  it('keeps a place that a screen shows and drops one on a monitor that is gone', () => {
    const state = { x: 100, y: 50, width: 1000, height: 700, maximized: false };
    expect(onScreen(state, [laptop])).toEqual(state);
    expect(onScreen({ ...state, x: 2000 }, [laptop])).toEqual({ width: 1000, height: 700, maximized: false });
    expect(onScreen({ ...state, y: -30 }, [laptop])).not.toHaveProperty('y');
  });
});
