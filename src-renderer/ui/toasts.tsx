import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { IconButton } from './controls.tsx';
import { dismissToast, useView } from '../state/view-store.ts';

/** Results and failures of what the user did, at the lower edge; and the polite voice for screen readers. */
export const Toasts = (): React.ReactNode => {
  const toasts = useView((view) => view.toasts);
  const announcement = useView((view) => view.announcement);
  return (
    <>
      <div className="hidden-text" role="status" aria-live="polite" aria-label="Changes">
        {announcement}
      </div>
      <section className="toasts" aria-label="Messages" aria-live="polite">
        {toasts.map((toast) => (
          <div key={toast.id} className={`toast ${toast.tone}`} role={toast.tone === 'error' ? 'alert' : 'status'}>
            {toast.tone === 'error' ? (
              <CircleAlert size={16} aria-hidden="true" />
            ) : (
              <CircleCheck size={16} aria-hidden="true" />
            )}
            <div className="toast-text">
              <p>{toast.text}</p>
              {toast.hint === undefined ? null : <p className="faint">{toast.hint}</p>}
            </div>
            {toast.action === undefined ? null : (
              <button
                type="button"
                className="button small"
                onClick={() => {
                  toast.action?.run();
                  dismissToast(toast.id);
                }}
              >
                {toast.action.label}
              </button>
            )}
            <IconButton icon={X} label="Dismiss" onClick={() => dismissToast(toast.id)} />
          </div>
        ))}
      </section>
    </>
  );
};
