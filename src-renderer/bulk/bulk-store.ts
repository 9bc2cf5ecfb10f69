import { create } from 'zustand';
import type { BulkItemView, BulkRunView } from '../../src-preload/contract/bulk.ts';
import { request, useMainState } from '../state/main-state.ts';

/** A run as the window follows it. */
export interface FollowedRun {
  readonly run: BulkRunView;
  readonly items: readonly BulkItemView[];
}

interface BulkState {
  /** What the dialog shows: a selection to act on, or a run; absent while it is closed. */
  readonly open:
    | { readonly kind: 'choose'; readonly deviceKeys: readonly string[] }
    | { readonly kind: 'run'; readonly runId: string }
    | undefined;
  readonly runs: ReadonlyMap<string, FollowedRun>;
  /** Runs that have ended and were looked at. */
  readonly seen: ReadonlySet<string>;
}

export const useBulk = create<BulkState>(() => ({ open: undefined, runs: new Map(), seen: new Set() }));

export const openBulk = (deviceKeys: Iterable<string>): void =>
  useBulk.setState({ open: { kind: 'choose', deviceKeys: [...deviceKeys] } });

export const showRun = (runId: string): void => useBulk.setState({ open: { kind: 'run', runId } });

/** Closes the dialog. The run continues in main, and a strip shows it until the user has seen its end. */
export const closeBulk = (): void =>
  useBulk.setState((state) => {
    const { open } = state;
    const ended = open?.kind === 'run' && state.runs.get(open.runId)?.run.state === 'ended';
    return { open: undefined, ...(ended ? { seen: new Set(state.seen).add(open.runId) } : {}) };
  });

export const dismissRun = (runId: string): void =>
  useBulk.setState((state) => ({ seen: new Set(state.seen).add(runId) }));

const following = new Set<string>();

const keep = (run: BulkRunView, changed: readonly BulkItemView[]): void =>
  useBulk.setState((state) => {
    const items = [...(state.runs.get(run.id)?.items ?? [])];
    for (const item of changed) items[item.index] = item;
    return { runs: new Map(state.runs).set(run.id, { run, items }) };
  });

/** Follows a run to its end; main answers as soon as something changed. */
const follow = async (runId: string): Promise<void> => {
  if (following.has(runId)) return;
  following.add(runId);
  let version = 0;
  for (;;) {
    const answer = await request('bulk.status', { runId, version });
    if (!answer.ok) break;
    version = answer.value.run.version;
    keep(answer.value.run, answer.value.items);
    if (answer.value.run.state === 'ended') break;
  }
  following.delete(runId);
};

/** Shows a run that was just started, or started again, and follows it. */
export const followRun = (run: BulkRunView): void => {
  useBulk.setState((state) => {
    const seen = new Set(state.seen);
    seen.delete(run.id);
    return {
      runs: new Map(state.runs).set(run.id, { run, items: state.runs.get(run.id)?.items ?? [] }),
      seen,
    };
  });
  void follow(run.id);
};

/** Fetches the runs from main, so that a reloaded window shows them again. */
const findRuns = async (): Promise<void> => {
  const answer = await request('bulk.list', {});
  if (!answer.ok) return;
  for (const run of answer.value) if (run.state !== 'ended') followRun(run);
};

/** Looks for runs each time main was reached. */
export const startBulk = (): void => {
  const look = (link: string, before: string): void => {
    if (link === 'live' && before !== 'live') void findRuns();
  };
  useMainState.subscribe((state, before) => look(state.link, before.link));
};
