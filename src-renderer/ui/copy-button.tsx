import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { writeClipboard } from '../state/clipboard.ts';
import { toastError } from '../state/view-store.ts';

/** Milliseconds the button says that it copied. */
const shownMs = 1600;

/** Copies a text and says so on itself: within a dialog no other message would be heard. */
export const CopyButton = ({
  label,
  text,
  disabled = false,
}: {
  readonly label: string;
  /** Asked for when it is pressed; undefined if there is nothing to copy. */
  readonly text: () => string | undefined | Promise<string | undefined>;
  readonly disabled?: boolean;
}): React.ReactNode => {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), shownMs);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async (): Promise<void> => {
    const wanted = await text();
    if (wanted === undefined) return;
    const error = await writeClipboard(wanted);
    if (error === undefined) setCopied(true);
    else toastError(error);
  };
  const Icon = copied ? Check : Copy;
  return (
    <button type="button" className="button small plain copy-button" disabled={disabled} onClick={() => void copy()}>
      <Icon size={13} aria-hidden="true" />
      <span aria-live="polite">{copied ? 'Copied' : label}</span>
    </button>
  );
};
