import { create } from 'zustand';

/** The one clock of the window. All relative times read this clock instead of having timers. */
export const useNow = create<{ readonly now: number }>(() => ({ now: Date.now() }));

/** Milliseconds between two ticks: ages are shown in minutes, so this is fine enough. */
const tick = 10_000;

/** Starts the clock; answers how to stop it. */
export const startClock = (): (() => void) => {
  const timer = setInterval(() => useNow.setState({ now: Date.now() }), tick);
  return () => clearInterval(timer);
};
