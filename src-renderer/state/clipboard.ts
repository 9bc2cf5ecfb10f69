import type { ErrorView } from '../../src-preload/contract/error-view.ts';
import { request, useMainState } from './main-state.ts';

/** Puts a text on the clipboard: the browser's, or by way of the host. Answers why it could not. */
export const writeClipboard = async (text: string): Promise<ErrorView | undefined> => {
  if (useMainState.getState().app?.host !== 'desktop') {
    try {
      await navigator.clipboard.writeText(text);
      return undefined;
    } catch {
      // Some browsers refuse outside a click; the host's clipboard is the second way.
    }
  }
  const answer = await request('clipboard.write', { text });
  return answer.ok ? undefined : answer.error;
};

/** Whether this browser lets a page ask for what is on the clipboard. */
export const canReadClipboard = (): boolean =>
  typeof (navigator.clipboard as Clipboard | undefined)?.readText === 'function';

/** The text on the clipboard, or undefined if the person or the browser does not allow reading it. */
export const readClipboard = async (): Promise<string | undefined> => {
  try {
    return await navigator.clipboard.readText();
  } catch {
    return undefined;
  }
};
