import { useRef, useState, type RefObject } from 'react';
import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
import { fileListingSchema, type FileListingView } from '../../../src-preload/contract/session.ts';
import type { SessionHandle } from '../connection/session-link.ts';

/** The folder on show. What is shown and the path above it always belong together. */
export interface Listing {
  readonly shown: FileListingView | undefined;
  /** The folder that is being read meanwhile. */
  readonly reading: string | undefined;
  /** Looks that failed so far: what was typed for them is no path on show. */
  readonly failures: number;
  /** Reads a folder and shows it; a later look makes an earlier one void. */
  readonly look: (path: string) => Promise<void>;
  /** The path on show, for what goes on after a while. */
  readonly last: RefObject<string | undefined>;
}

export const useListing = (
  handle: RefObject<SessionHandle | undefined>,
  setError: (error: ErrorView | undefined) => void,
): Listing => {
  const [shown, setShown] = useState<FileListingView>();
  const [reading, setReading] = useState<string>();
  const [failures, setFailures] = useState(0);
  const last = useRef<string | undefined>(undefined);
  const turn = useRef(0);
  const look = async (path: string): Promise<void> => {
    const own = ++turn.current;
    setReading(path);
    const answer = await handle.current?.call({ op: 'list', path });
    if (own !== turn.current) return;
    setReading(undefined);
    if (answer === undefined) return;
    if (!answer.ok) {
      setFailures(own);
      return setError(answer.error);
    }
    const read = fileListingSchema.safeParse(answer.value);
    if (!read.success) return;
    setError(undefined);
    last.current = read.data.path;
    setShown(read.data);
  };
  return { shown, reading, failures, look, last };
};
