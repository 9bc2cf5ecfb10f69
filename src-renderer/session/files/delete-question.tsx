import { useEffect, useState } from 'react';
import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
import {
  folderCountSchema,
  maxCounted,
  type FileEntryView,
  type FolderCountView,
} from '../../../src-preload/contract/session.ts';
import { Failure } from '../../ui/controls.tsx';
import { Confirm, Dialog, DialogActions } from '../../ui/dialog.tsx';
import { inSentence } from '../../../src-main/core/text/letters.ts';
import { bytes, count, middle, plural } from '../../ui/format.ts';
import { saidName } from './listing.ts';
import type { SessionHandle } from '../connection/session-link.ts';

interface Counting {
  /** Items found so far. */
  readonly found: number;
  readonly counted?: FolderCountView;
  readonly error?: ErrorView;
}

const unreadable: ErrorView = {
  kind: 'bad-response',
  message: 'What is in this folder could not be counted.',
  hint: 'Try again.',
};

/** Counts what is in a folder for as long as the question is open. */
const useCount = (path: string, session: React.RefObject<SessionHandle | undefined>): Counting => {
  const [counting, setCounting] = useState<Counting>({ found: 0 });
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const begin = async (): Promise<void> => {
      const answer = await session.current?.call(
        { op: 'count', path },
        { signal, progress: (items) => setCounting(({ found }) => ({ found: found + items })) },
      );
      if (signal.aborted || answer === undefined) return;
      if (!answer.ok) return setCounting({ found: 0, error: answer.error });
      const counted = folderCountSchema.safeParse(answer.value);
      setCounting(counted.success ? { found: 0, counted: counted.data } : { found: 0, error: unreadable });
    };
    void begin();
    return () => controller.abort();
  }, [path, session]);
  return counting;
};

/** For a button; the title has the whole name. */
const verbOf = (name: string): string => `Delete ${saidName(middle(name, 32))}`;

const titleOf = (folder: string, counted: FolderCountView | undefined): string => {
  const name = saidName(folder);
  if (counted === undefined || counted.items === 0) return `Delete ${name}?`;
  if (counted.isMore) return `Delete ${name} and more than ${count(maxCounted)} items in it?`;
  if (counted.items === 1) return `Delete ${name} and the one item in it?`;
  return `Delete ${name} and the ${count(counted.items)} items in it?`;
};

const lossOf = (device: string, { found, counted }: Counting): string => {
  if (counted === undefined)
    return found === 0 ? 'Counting what is in it.' : `Counting what is in it: ${plural(found, 'item')} so far.`;
  const { items, unread } = counted;
  if (items === 0)
    return unread === 0
      ? `The folder is empty. It is lost on ${device} for good.`
      : 'You may not look into this folder. It is deleted only if it is empty.';
  const loss = `All of it is lost on ${device} for good. Links are removed; what they lead to stays.`;
  if (unread === 0) return loss;
  return `${loss} You may not look into ${plural(unread, 'folder')} in it, which will stay unless empty.`;
};

interface Question {
  readonly entry: FileEntryView;
  readonly path: string;
  readonly device: string;
  readonly session: React.RefObject<SessionHandle | undefined>;
  /** With the number of items in a folder, where they were counted to the end. */
  readonly onConfirm: (items: number | undefined) => void;
  readonly onClose: () => void;
}

const DeleteFolder = ({ entry, path, device, session, onConfirm, onClose }: Question): React.ReactNode => {
  const counting = useCount(path, session);
  const { counted, error } = counting;
  const title = titleOf(entry.name, counted);
  return (
    <Dialog label={title} className="confirm" onClose={onClose}>
      <h2>{title}</h2>
      {error === undefined ? <p>{lossOf(device, counting)}</p> : <Failure error={error} />}
      <DialogActions onClose={onClose}>
        <button
          type="button"
          className="button danger"
          disabled={counted === undefined}
          onClick={() => onConfirm(counted?.isMore === false ? counted.items : undefined)}
        >
          {verbOf(entry.name)}
        </button>
      </DialogActions>
    </Dialog>
  );
};

/** Asks before a file, a link or a folder with all that is in it is deleted, and says what is lost. */
export const DeleteQuestion = (question: Question): React.ReactNode => {
  const { entry, device, onConfirm, onClose } = question;
  if (entry.kind === 'folder') return <DeleteFolder {...question} />;
  return (
    <Confirm
      title={`Delete ${saidName(entry.name)} on ${inSentence(device)}?`}
      loss={
        entry.kind === 'link'
          ? 'The link is removed. What it leads to stays.'
          : `${bytes(entry.size)} are lost for good.`
      }
      verb={verbOf(entry.name)}
      onConfirm={() => onConfirm(undefined)}
      onClose={onClose}
    />
  );
};
