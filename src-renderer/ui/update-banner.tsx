import { CircleArrowUp } from 'lucide-react';
import { request, isLive, useMainState } from '../state/main-state.ts';
import { toastError } from '../state/view-store.ts';

/** Says what is to become of the version that waits. */
export const answerUpdate = async (answer: 'restart' | 'later'): Promise<void> => {
  const answered = await request('update.answer', { answer });
  if (!answered.ok) toastError(answered.error);
};

const forwardWords = (count: number): string =>
  count === 0
    ? ''
    : count === 1
      ? ' One forward is open and would start again.'
      : ` ${count} forwards are open and would start again.`;

/** A version that waits, until it is installed or put off. */
export const UpdateBanner = (): React.ReactNode => {
  const update = useMainState((host) => host.app?.update);
  const forwards = useMainState((host) => host.forwards.filter(isLive).length);
  if (update?.ready === undefined || !update.asks) return null;
  const restarts = update.method === 'itself';
  return (
    <div className="callout notice update" role="status">
      <CircleArrowUp size={16} strokeWidth={1.75} aria-hidden="true" />
      <div>
        <p>{update.ready.text}</p>
        <p>
          {update.ready.hint}
          {restarts ? forwardWords(forwards) : null}
        </p>
      </div>
      <div className="callout-actions">
        <button type="button" className="button" onClick={() => void answerUpdate('later')}>
          Later
        </button>
        {restarts ? (
          <button type="button" className="button primary" onClick={() => void answerUpdate('restart')}>
            Restart now
          </button>
        ) : null}
      </div>
    </div>
  );
};
