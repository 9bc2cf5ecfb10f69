import { create } from 'zustand';
import { useEffect } from 'react';
import { inSentence } from '../../src-main/core/text/letters.ts';
import { Confirm } from '../ui/dialog.tsx';
import { plural } from '../ui/format.ts';
import { closeTab, useTabs } from './session-tabs.ts';

/** The tab whose closing waits for an answer. */
const useClosing = create<{ readonly id: number | undefined }>(() => ({ id: undefined }));

/** Closes a tab; asks before, where it would lose something. */
export const leaveTab = (id: number): void => {
  const tab = useTabs.getState().tabs.find((one) => one.id === id);
  if (tab === undefined || tab.unsent.length === 0) closeTab(id);
  else useClosing.setState({ id });
};

/** Asks before a tab with saves that were not sent is closed, and before a browser leaves the page with them. */
export const ClosingQuestion = (): React.ReactNode => {
  const tabs = useTabs((state) => state.tabs);
  const id = useClosing((state) => state.id);
  const hasUnsent = tabs.some(({ unsent }) => unsent.length > 0);
  useEffect(() => {
    // On the desktop the copies stay until Quayside ends, and the next tab of the same files has them.
    if (!hasUnsent || window.quayside !== undefined) return undefined;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [hasUnsent]);
  const tab = tabs.find((one) => one.id === id);
  if (tab === undefined || tab.unsent.length === 0) return null;
  const close = (): void => useClosing.setState({ id: undefined });
  const [name = ''] = tab.unsent;
  const what = tab.unsent.length === 1 ? inSentence(name) : plural(tab.unsent.length, 'edited file');
  return (
    <Confirm
      title={`Close without sending ${what}?`}
      loss="What you saved here was not sent to the device and is lost."
      verb="Close the tab"
      onConfirm={() => {
        close();
        closeTab(tab.id);
      }}
      onClose={close}
    />
  );
};
