import type { EventEmitter } from 'node:events';

/** Methods whose overloads in electron.d.ts name each event and answer the whole class. */
type EventMethods = 'on' | 'once' | 'off' | 'addListener' | 'removeListener';

/** The members of an Electron type that the stand-in has; its event methods are those of Node. */
export type Part<T, K extends Exclude<keyof T, EventMethods>> = Pick<T, K> & Pick<EventEmitter, 'on' | 'once' | 'off'>;

/** An event that listeners can prevent, as Electron passes it first. */
export interface StandInEvent {
  defaultPrevented: boolean;
  preventDefault(): void;
}

export const newEvent = <T extends object>(more: T): T & StandInEvent => ({
  ...more,
  defaultPrevented: false,
  preventDefault() {
    this.defaultPrevented = true;
  },
});

/** Tells the test of a dialog of the system, which is there for nobody to answer; see record.cjs. */
export const tellOfDialog = (text: string): void => {
  const { recorded } = globalThis as unknown as { readonly recorded?: { readonly dialogs: string[] } };
  recorded?.dialogs.push(text);
};
