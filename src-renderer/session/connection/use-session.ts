import { createContext, use as useIn, useCallback, useEffect, useEffectEvent, useRef, useState } from 'react';
import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
import type { EditView, SessionAnswer, SessionPlace, SessionQuestion } from '../../../src-preload/contract/session.ts';
import { fleet, useMainState } from '../../state/main-state.ts';
import { toast } from '../../state/view-store.ts';
import { mayComeBack, triesAfter, waitAfter } from './retry-plan.ts';
import { openSession, type SessionHandle } from './session-link.ts';

/** Where a session is. */
export type Phase =
  /** `again`: what was there before is still to be seen. */
  | { readonly name: 'working'; readonly text: string; readonly again: boolean }
  | { readonly name: 'asking'; readonly ask: number; readonly question: SessionQuestion; readonly again: boolean }
  | { readonly name: 'open'; readonly user: string | undefined; readonly home: string | undefined }
  /** Lost, and tried again by itself: at `at` (epoch milliseconds), or just now if there is none. */
  | { readonly name: 'lost'; readonly error: ErrorView | undefined; readonly at: number | undefined }
  /** `left`: by the person, before it was open. `waits`: not begun since a restart. */
  | {
      readonly name: 'ended';
      readonly error: ErrorView | undefined;
      readonly left?: boolean;
      readonly waits?: boolean;
    };

export interface SessionControl {
  readonly phase: Phase;
  /** The session of the moment. */
  readonly handle: React.RefObject<SessionHandle | undefined>;
  readonly answer: (answer: SessionAnswer) => void;
  readonly reconnect: () => void;
  /** Gives up what is not open yet, and trying again. */
  readonly leave: () => void;
  /** Ends it from this side, with the reason. */
  readonly drop: (error: ErrorView) => void;
}

/** What a tab does with its session. */
export interface SessionUse {
  /** Whether one that was lost comes back by itself: where nothing at the device is lost with it. */
  readonly comesBack?: boolean;
  /** What main is sent to open the session. */
  options(): Parameters<typeof openSession>[1];
  bytes(bytes: Uint8Array, taken: () => void): void;
  opened(): void;
  /** Hears of the files that are edited, all of them, whenever that changes. */
  edits?(edits: readonly EditView[]): void;
}

/** Calls when the way to a device may be there again: the network of this computer, Quayside, the device itself. */
const followForward = (deviceKey: string, then: () => void): (() => void) => {
  const isThere = (): boolean =>
    useMainState.getState().link === 'live' && fleet.get(deviceKey)?.presence.state === 'online';
  let before = isThere();
  const stop = useMainState.subscribe(() => {
    const now = isThere();
    const isBack = now && !before;
    before = now;
    if (isBack) then();
  });
  window.addEventListener('online', then);
  return () => {
    stop();
    window.removeEventListener('online', then);
  };
};

/** Calls once there is a connection to Quayside; at once where there is one. */
const whenLive = (then: () => void): (() => void) => {
  if (useMainState.getState().link === 'live') {
    then();
    return () => undefined;
  }
  const stop = useMainState.subscribe(({ link }) => {
    if (link !== 'live') return;
    stop();
    then();
  });
  return stop;
};

/** Whether what is within was there before a restart: it connects when it is told to. */
export const StartsUnconnected = createContext(false);

/** Opens the session of a tab when the tab appears, closes it with the tab, and opens it again on request. */
export const useSession = (place: SessionPlace, use: SessionUse): SessionControl => {
  const [waits] = useState(useIn(StartsUnconnected));
  const [phase, setPhase] = useState<Phase>(
    waits
      ? { name: 'ended', error: undefined, left: true, waits }
      : { name: 'working', text: 'Connecting', again: false },
  );
  const [attempt, setAttempt] = useState(waits ? undefined : { isByItself: false });
  const handle = useRef<SessionHandle | undefined>(undefined);
  const stopOpening = useRef<() => void>(undefined);
  /** When it was opened, of the clock that only goes on; tries in vain since then; whether it ever was. */
  const past = useRef({ openedAt: 0, tries: 0, wasOpen: false });
  const comesBack = useEffectEvent(() => use.comesBack === true);
  const options = useEffectEvent(() => use.options());
  const bytes = useEffectEvent((arrived: Uint8Array, taken: () => void) => use.bytes(arrived, taken));
  const opened = useEffectEvent(() => use.opened());
  const edits = useEffectEvent((now: readonly EditView[]) => use.edits?.(now));
  const { kind, deviceKey, serviceId } = place;
  useEffect(() => {
    if (attempt === undefined) return undefined;
    let { isByItself } = attempt;
    let isOpen = false;
    const { wasOpen: again } = past.current;
    const work = (text: string): void => {
      if (!isByItself) setPhase({ name: 'working', text, again });
    };
    const end = (error: ErrorView | undefined): void => {
      const { openedAt, tries } = past.current;
      if (isOpen) past.current.tries = triesAfter(tries, performance.now() - openedAt);
      if (!comesBack() || !(isOpen || isByItself) || !mayComeBack(error)) {
        setPhase({ name: 'ended', error });
        return;
      }
      setPhase({ name: 'lost', error, at: Date.now() + waitAfter(past.current.tries, error) });
      past.current.tries += 1;
    };
    work('Connecting');
    const before = handle.current;
    const stop = whenLive(() => {
      before?.abandon();
      handle.current = openSession(
        { kind, deviceKey, serviceId },
        { ...options(), ...(before === undefined ? {} : { after: before.id }) },
        {
          bytes,
          event: (event) => {
            if (event.kind === 'step') work(event.text);
            else if (event.kind === 'ask') {
              // From here on a person decides.
              isByItself = false;
              setPhase({ name: 'asking', ask: event.ask, question: event.question, again });
            } else if (event.kind === 'edits') edits(event.edits);
            else if (event.kind === 'end') end(event.error);
            else if (event.kind === 'ready') {
              isOpen = true;
              past.current.openedAt = performance.now();
              past.current.wasOpen = true;
              setPhase({ name: 'open', user: event.user, home: event.home });
              if (event.through !== undefined) toast({ tone: 'done', text: event.through });
              // The tab may drop it at once.
              opened();
            }
          },
        },
      );
    });
    stopOpening.current = stop;
    return stop;
  }, [kind, deviceKey, serviceId, attempt]);
  useEffect(() => () => handle.current?.close(), []);
  useEffect(() => {
    if (phase.name !== 'lost' || phase.at === undefined) return undefined;
    const again = (): void => {
      setPhase({ name: 'lost', error: phase.error, at: undefined });
      setAttempt({ isByItself: true });
    };
    const timer = setTimeout(again, Math.max(0, phase.at - Date.now()));
    const stopFollowing = followForward(deviceKey, again);
    return () => {
      clearTimeout(timer);
      stopFollowing();
    };
  }, [phase, deviceKey]);
  const answer = (given: SessionAnswer): void => {
    if (phase.name !== 'asking') return;
    handle.current?.answer(phase.ask, given);
    setPhase({ name: 'working', text: 'Connecting', again: phase.again });
  };
  const reconnect = (): void => {
    past.current.tries = 0;
    // A session with automatic retries keeps them when this attempt fails.
    const isByItself = phase.name === 'lost';
    if (isByItself) setPhase({ name: 'lost', error: phase.error, at: undefined });
    setAttempt({ isByItself });
  };
  const leave = useCallback(() => {
    stopOpening.current?.();
    handle.current?.pause();
    setPhase((now) =>
      now.name === 'lost' ? { name: 'ended', error: now.error } : { name: 'ended', error: undefined, left: true },
    );
  }, []);
  const drop = useCallback((error: ErrorView) => {
    handle.current?.close();
    setPhase({ name: 'ended', error });
  }, []);
  return { phase, handle, answer, reconnect, leave, drop };
};
