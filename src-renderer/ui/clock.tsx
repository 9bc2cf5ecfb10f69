import { create } from 'zustand';
import { absolute } from './format.ts';

/** The one clock of the window. Relative times read it, so that none has a timer of its own. */
export const useNow = create<{ readonly now: number }>(() => ({ now: Date.now() }));

/** Milliseconds between two ticks: ages are shown in minutes, so this is fine enough. */
const tick = 10_000;

/** Starts the clock; answers how to stop it. */
export const startClock = (): (() => void) => {
  const timer = setInterval(() => useNow.setState({ now: Date.now() }), tick);
  return () => clearInterval(timer);
};

/** A relative time that re-renders only when its words change. */
export const Age = ({
  at,
  words,
}: {
  readonly at: number;
  readonly words: (at: number, now: number) => string;
}): React.ReactNode => {
  const text = useNow((clock) => words(at, clock.now));
  return <time title={absolute(at)}>{text}</time>;
};
