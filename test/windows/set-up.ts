import { prepareWindows, stopWindows } from '../../build/wine.mjs';

/** Before the first test: Wine, Node for Windows and our small programs. Afterwards nothing runs there any more. */
export const setup = (): (() => void) => {
  const missing = prepareWindows();
  if (missing !== undefined) throw new Error(`Windows programs cannot be run here: ${missing}`);
  return stopWindows;
};
