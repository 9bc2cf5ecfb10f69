import { create } from 'zustand';

/** The one clock of the window. Relative times read it, so that none has a timer of its own. */
export const useNow = create<{ readonly now: number }>(() => ({ now: Date.now() }));

/** Milliseconds between two ticks: ages are shown in minutes, so this is fine enough. */
const tick = 10_000;

/** Starts the clock; answers how to stop it. */
export const startClock = (): (() => void) => {
  const timer = setInterval(() => useNow.setState({ now: Date.now() }), tick);
  return () => clearInterval(timer);
};
