import { create } from 'zustand';

/** What a terminal pane of this window takes from others. */
export interface Receiver {
  /** Whether its shell is there: what is typed never answers a question of ours. */
  isOpen(): boolean;
  send(bytes: Uint8Array): void;
  paste(text: string): void;
}

const receivers = new Map<string, Receiver>();

/** The panes whose input goes to all of them. */
export const useMarked = create<{ readonly marked: ReadonlySet<string> }>(() => ({ marked: new Set() }));

const setMarked = (change: (marked: Set<string>) => void): void => {
  const marked = new Set(useMarked.getState().marked);
  change(marked);
  useMarked.setState({ marked });
};

export const toggleMark = (pane: string): void =>
  setMarked((marked) => {
    if (!marked.delete(pane)) marked.add(pane);
  });

export const unmarkAll = (): void => setMarked((marked) => marked.clear());

/** Makes a pane known as long as it is there; what is returned forgets it and its mark. */
export const joinBroadcast = (pane: string, receiver: Receiver): (() => void) => {
  receivers.set(pane, receiver);
  return () => {
    receivers.delete(pane);
    if (useMarked.getState().marked.has(pane)) setMarked((marked) => marked.delete(pane));
  };
};

/**
 * The panes that get what is typed in one: all marked ones whose shell is there, if that one is marked; else it
 * alone. One that asks to sign in, or has ended, sends nothing.
 */
export const receiversOf = (from: string): readonly Receiver[] => {
  if (receivers.get(from)?.isOpen() !== true) return [];
  const { marked } = useMarked.getState();
  const names = marked.has(from) ? [...new Set([from, ...marked])] : [from];
  return names.flatMap((name) => {
    const receiver = receivers.get(name);
    return receiver?.isOpen() === true ? [receiver] : [];
  });
};

/**
 * Whether a text that a terminal sends was typed, and is no answer of its own to the device: reports of the cursor and of
 * what it is, of the mouse and the focus, colours and settings. Those are of this pane alone.
 */
export const isTyped = (text: string): boolean =>
  // oxlint-disable-next-line no-control-regex -- the forms of reports
  !/^\u001b(?:\[[?>=]?[\d;]*(?:[cnRtIO]|\$y|u)|\[<[\d;]*[Mm]|\[M[\s\S]{3}|[P\]_^][\s\S])/.test(text);
