import { useEffect, useEffectEvent, useMemo } from 'react';
import { create } from 'zustand';
import type { Answer } from '../../src-preload/contract/client.ts';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import type { ErrorView } from '../../src-preload/contract/error-view.ts';
import { request } from '../state/main-state.ts';

/** A loaded value, kept while the window is open so that a tab opens with its last content. */
interface Entry {
  readonly value?: unknown;
  /** Epoch milliseconds. */
  readonly at?: number;
  readonly error?: ErrorView;
  readonly loading: boolean;
}

const useEntries = create<{ readonly entries: ReadonlyMap<string, Entry> }>(() => ({ entries: new Map() }));

/** The maximum of kept answers; the oldest are dropped. */
const maxEntries = 120;
/** Milliseconds for which an answer is shown without asking again. */
const freshMs = 15_000;
/** The same for values that are asked for repeatedly: they change while nobody looks. */
const soonMs = 1000;

const put = (key: string, change: (before: Entry | undefined) => Entry): void =>
  useEntries.setState(({ entries }) => {
    const next = new Map(entries);
    const entry = change(next.get(key));
    next.delete(key);
    next.set(key, entry);
    const oldest = next.size > maxEntries ? next.keys().next().value : undefined;
    if (oldest !== undefined) next.delete(oldest);
    return { entries: next };
  });

const start = async (key: string, load: () => Promise<Answer<unknown>>): Promise<void> => {
  if (useEntries.getState().entries.get(key)?.loading === true) return;
  put(key, (before) => ({ ...before, loading: true }));
  const answer = await load();
  put(key, (before) =>
    answer.ok
      ? { value: answer.value, at: Date.now(), loading: false }
      : {
          ...(before?.at === undefined ? {} : { value: before.value, at: before.at }),
          error: answer.error,
          loading: false,
        },
  );
};

/** A value asked of main. After a failed reload `value` is the earlier one. */
export interface Loaded<T> {
  readonly value: T | undefined;
  readonly at: number | undefined;
  readonly error: ErrorView | undefined;
  readonly loading: boolean;
  /** Asks again. */
  readonly reload: () => Promise<void>;
}

/** Loads what `key` stands for, once; `undefined` loads nothing. `everyMs` asks again while it is on show. */
export const useLoaded = <T>(key: string | undefined, load: () => Promise<Answer<T>>, everyMs?: number): Loaded<T> => {
  const entry = useEntries((state) => (key === undefined ? undefined : state.entries.get(key)));
  const reload = async (): Promise<void> => {
    if (key !== undefined) await start(key, load);
  };
  const loadAgain = useEffectEvent(reload);
  useEffect(() => {
    if (key === undefined) return undefined;
    const known = useEntries.getState().entries.get(key);
    if (known?.at === undefined || Date.now() - known.at > (everyMs === undefined ? freshMs : soonMs)) void loadAgain();
    if (everyMs === undefined) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void loadAgain();
    }, everyMs);
    return () => clearInterval(timer);
  }, [key, everyMs]);
  return {
    value: entry?.value as T | undefined,
    at: entry?.at,
    error: entry?.error,
    loading: entry?.loading ?? key !== undefined,
    reload,
  };
};

/** Calls an operation of the device's account. `confirmed` says that the user agreed to its sentence. */
export const callOperation = async (
  device: Pick<DeviceView, 'accountId'>,
  operation: string,
  input: Readonly<Record<string, unknown>>,
  confirmed = false,
): Promise<Answer<unknown>> => {
  const answer = await request('operations.call', { accountId: device.accountId, operation, input, confirmed });
  return answer.ok ? { ok: true, value: answer.value.output } : answer;
};

/** The answer of a reading operation, in the form that `read`, a function of the module, gives it. An undefined input asks nothing. */
export const useOperation = <T>(
  device: Pick<DeviceView, 'accountId'>,
  operation: string,
  input: Readonly<Record<string, unknown>> | undefined,
  read: (output: unknown) => T,
  everyMs?: number,
): Loaded<T> => {
  const key = input === undefined ? undefined : `${device.accountId}\n${operation}\n${JSON.stringify(input)}`;
  const loaded = useLoaded(key, () => callOperation(device, operation, input ?? {}), everyMs);
  const { value, at } = loaded;
  // `at` distinguishes an answer from none: the output itself may be null.
  const shown = useMemo(() => (at === undefined ? undefined : read(value)), [value, at, read]);
  return { ...loaded, value: shown };
};
