import { ArrowDown, ArrowUp, X } from 'lucide-react';
import { useEffect, useEffectEvent, useState } from 'react';
import { IconButton } from '../../ui/controls.tsx';
import { count } from '../../ui/format.ts';
import { followTheme, matchColours } from './terminal-look.ts';
import type { TerminalScreen } from './terminal-screen.ts';
import styles from './terminal-pane.module.css';

/** Matches that are marked and counted. */
const maxMarked = 1000;

/** Which match is shown, of how many. */
const foundWords = (index: number, matches: number): string => {
  if (matches === 0) return 'Not found';
  if (index >= 0) return `${count(index + 1)} of ${count(matches)}`;
  return matches < maxMarked ? `${count(matches)} found` : `More than ${count(matches - 1)}`;
};

/** Searches the lines of a terminal and marks what is found, until it is closed. */
export const TerminalSearch = ({
  screen,
  onClose,
}: {
  readonly screen: React.RefObject<TerminalScreen | undefined>;
  readonly onClose: () => void;
}): React.ReactNode => {
  const [term, setTerm] = useState('');
  const [found, setFound] = useState('');
  const find = (how: 'findNext' | 'findPrevious', text = term): void => {
    const made = screen.current;
    if (made === undefined) return;
    if (text === '') {
      made.search.clearDecorations();
      setFound('');
      return;
    }
    const decorations = matchColours(made.terminal.element);
    made.search[how](text, { incremental: how === 'findNext' && text !== term, decorations });
  };
  const markAgain = useEffectEvent(() => {
    screen.current?.search.clearDecorations();
    find('findNext');
  });
  useEffect(() => {
    const searched = screen.current?.search.onDidChangeResults(({ resultIndex, resultCount }) =>
      setFound(foundWords(resultIndex, resultCount)),
    );
    // Marks keep the colours that they were made with.
    const stopFollowing = followTheme(markAgain);
    return () => {
      stopFollowing();
      searched?.dispose();
    };
  }, [screen]);
  return (
    <search className={styles['session-search']}>
      <input
        className="input"
        aria-label="Search in this terminal"
        placeholder="Search"
        autoFocus
        value={term}
        onChange={(event) => {
          find('findNext', event.target.value);
          setTerm(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') find(event.shiftKey ? 'findPrevious' : 'findNext');
          if (event.key === 'Escape') onClose();
        }}
        onFocus={(event) => event.target.select()}
      />
      <span className={styles['session-found']} role="status">
        {found}
      </span>
      <IconButton icon={ArrowUp} label="Earlier" keys="⇧ ⏎" onClick={() => find('findPrevious')} />
      <IconButton icon={ArrowDown} label="Later" keys="⏎" onClick={() => find('findNext')} />
      <IconButton icon={X} label="Close search" keys="Esc" onClick={onClose} />
    </search>
  );
};
