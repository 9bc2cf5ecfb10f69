import { useCallback, useEffect, useRef, useState } from 'react';
import type { SessionAnswer, SessionPlace, SessionQuestion } from '../../src-preload/contract/session-frames.ts';
import type { ErrorView } from '../../src-preload/contract/views.ts';
import { openSession, type SessionHandle } from './session-link.ts';

/** Where a session is. */
export type Phase =
  | { readonly name: 'working'; readonly text: string }
  | { readonly name: 'asking'; readonly ask: number; readonly question: SessionQuestion }
  | { readonly name: 'open'; readonly user: string | undefined; readonly home: string | undefined }
  /** `left`: by the person, before it was open. */
  | { readonly name: 'ended'; readonly error: ErrorView | undefined; readonly left?: boolean };

export interface SessionControl {
  readonly phase: Phase;
  /** The session of the moment. */
  readonly handle: React.RefObject<SessionHandle | undefined>;
  readonly answer: (answer: SessionAnswer) => void;
  readonly reconnect: () => void;
  /** Gives up what is not open yet. */
  readonly leave: () => void;
}

/** What a tab does with its session; read anew at each event, so it need not be stable. */
export interface SessionUse {
  /** What is told when it is opened. */
  options(): Parameters<typeof openSession>[1];
  bytes(bytes: Uint8Array, taken: () => void): void;
  opened(): void;
}

/** Opens the session of a tab when the tab appears, closes it with the tab, and opens it again on request. */
export const useSession = (place: SessionPlace, use: SessionUse): SessionControl => {
  const [phase, setPhase] = useState<Phase>({ name: 'working', text: 'Connecting' });
  const [attempt, setAttempt] = useState(0);
  const handle = useRef<SessionHandle | undefined>(undefined);
  const uses = useRef(use);
  useEffect(() => {
    uses.current = use;
  });
  const { kind, deviceKey, serviceId } = place;
  useEffect(() => {
    setPhase({ name: 'working', text: 'Connecting' });
    const session = openSession({ kind, deviceKey, serviceId }, uses.current.options(), {
      bytes: (bytes, taken) => uses.current.bytes(bytes, taken),
      event: (event) => {
        if (event.kind === 'step') setPhase({ name: 'working', text: event.text });
        else if (event.kind === 'ask') setPhase({ name: 'asking', ask: event.ask, question: event.question });
        else if (event.kind === 'end') setPhase({ name: 'ended', error: event.error });
        else if (event.kind === 'ready') {
          uses.current.opened();
          setPhase({ name: 'open', user: event.user, home: event.home });
        }
      },
    });
    handle.current = session;
    return () => session.close();
  }, [kind, deviceKey, serviceId, attempt]);
  const answer = (given: SessionAnswer): void => {
    if (phase.name !== 'asking') return;
    handle.current?.answer(phase.ask, given);
    setPhase({ name: 'working', text: 'Connecting' });
  };
  const reconnect = useCallback(() => setAttempt((count) => count + 1), []);
  const leave = useCallback(() => {
    handle.current?.close();
    setPhase({ name: 'ended', error: undefined, left: true });
  }, []);
  return { phase, handle, answer, reconnect, leave };
};
