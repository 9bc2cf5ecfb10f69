/**
 * The key that lets this window in at the headless host. It comes in the page of the one-time link and is stored for
 * this origin, where no page of another port can read it and no request carries it; so a second tab is let in as well.
 */
const memory = 'quayside.key';

/** Takes the key out of a page that was opened by its link, and removes the used link from the address. */
export const takeKey = (): void => {
  const given = document.querySelector<HTMLMetaElement>('meta[name="quayside-key"]');
  if (given === null) return;
  localStorage.setItem(memory, given.content);
  given.remove();
  history.replaceState(history.state, '', `/${location.hash}`);
};

/** The key; empty if this browser was never let in. */
export const windowKey = (): string => localStorage.getItem(memory) ?? '';
