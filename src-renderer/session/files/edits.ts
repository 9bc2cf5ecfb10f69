import { create } from 'zustand';
import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
import type { EditAnswerView, EditView } from '../../../src-preload/contract/session.ts';
import type { SessionHandle } from '../connection/session-link.ts';

/** A file that is being fetched, to be edited. */
interface Opening {
  readonly path: string;
  readonly cancel: () => void;
}

/** What is edited of a tab’s device. */
export const createEdits = () =>
  create<{ readonly list: readonly EditView[]; readonly opening: readonly Opening[] }>(() => ({
    list: [],
    opening: [],
  }));
export type Edits = ReturnType<typeof createEdits>;

/** The name at the end of a path. */
export const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Fetches a file and opens it in the user’s editor; answers why not, unless the person gave it up. */
export const beginEdit = async (session: SessionHandle, edits: Edits, path: string): Promise<ErrorView | undefined> => {
  const controller = new AbortController();
  const opening: Opening = { path, cancel: () => controller.abort() };
  edits.setState((state) => ({ opening: [...state.opening, opening] }));
  const answer = await session.call({ op: 'edit', path }, { signal: controller.signal });
  edits.setState((state) => ({ opening: state.opening.filter((one) => one !== opening) }));
  return answer.ok || answer.error.kind === 'cancelled' ? undefined : answer.error;
};

/** Says something about an edit; answers why it was refused. */
export const answerEdit = async (
  session: SessionHandle,
  edit: number,
  answer: EditAnswerView,
): Promise<ErrorView | undefined> => {
  const done = await session.call({ op: 'edit-answer', edit, answer });
  return done.ok ? undefined : done.error;
};
