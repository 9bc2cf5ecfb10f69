import { useLayoutEffect, useRef } from 'react';

/** A modal dialog on the platform's own `dialog`: focus stays inside, Escape closes, the rest is inert. */
export const Dialog = ({
  label,
  className = '',
  onClose,
  children,
}: {
  readonly label: string;
  readonly className?: string | undefined;
  readonly onClose: () => void;
  readonly children: React.ReactNode;
}): React.ReactNode => {
  const ref = useRef<HTMLDialogElement>(null);
  // A layout effect closes it before it is removed, which returns the focus to where it was.
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      className={`dialog ${className}`}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        // The backdrop belongs to the dialog element itself.
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div className="dialog-body">{children}</div>
    </dialog>
  );
};

/** The last row of a dialog: what stands `before`, Cancel, and the button that goes on. */
export const DialogActions = ({
  before,
  onClose,
  children,
}: {
  readonly before?: React.ReactNode;
  readonly onClose: () => void;
  readonly children: React.ReactNode;
}): React.ReactNode => (
  <div className="dialog-actions">
    {before}
    <button type="button" className="button" onClick={onClose}>
      Cancel
    </button>
    {children}
  </div>
);

/** A dialog that is one form; its fields and its actions are the children. */
export const FormDialog = ({
  title,
  onSubmit,
  onClose,
  children,
}: {
  readonly title: string;
  readonly onSubmit: (form: HTMLFormElement) => Promise<void>;
  readonly onClose: () => void;
  readonly children: React.ReactNode;
}): React.ReactNode => (
  <Dialog label={title} className="form-dialog" onClose={onClose}>
    <h2>{title}</h2>
    <form
      className="dialog-form"
      onSubmit={(event) => {
        event.preventDefault();
        void onSubmit(event.currentTarget);
      }}
    >
      {children}
    </form>
  </Dialog>
);

/** Asks before something is lost. The confirming button names the deed. */
export const Confirm = ({
  title,
  loss,
  verb,
  onConfirm,
  onClose,
}: {
  readonly title: string;
  readonly loss: string;
  readonly verb: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}): React.ReactNode => (
  <Dialog label={title} className="confirm" onClose={onClose}>
    <h2>{title}</h2>
    <p>{loss}</p>
    <DialogActions onClose={onClose}>
      <button type="button" className="button danger" onClick={onConfirm}>
        {verb}
      </button>
    </DialogActions>
  </Dialog>
);
