import { FilePen, X } from 'lucide-react';
import { useState } from 'react';
import { inSentence, withoutDirections } from '../../../src-main/core/text/letters.ts';
import type { EditAnswerView, EditView } from '../../../src-preload/contract/session.ts';
import { Callout, Failure, IconButton } from '../../ui/controls.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { absolute } from '../../ui/format.ts';
import { classNames } from '../../ui/class-names.ts';
import { fileName, type Edits } from './edits.ts';
import filesTabStyles from './files-tab.module.css';
import styles from './edited-files.module.css';

type Answer = (edit: EditView, answer: EditAnswerView) => void;

/** Where an edit is, in words; without a connection nothing is known but what was seen last. */
const stateOf = ({ phase, sentAt }: EditView, isConnected: boolean): string => {
  if (!isConnected) return 'saves are kept here until the connection is back';
  switch (phase) {
    case 'open':
      return sentAt === undefined ? 'open in your editor' : `saved and sent at ${absolute(sentAt)}`;
    case 'asking':
      return 'saved here';
    case 'held':
      return 'saved here, not sent';
    case 'waiting':
      return 'saved here, waiting for the connection';
    case 'sending':
      return 'sending';
    case 'changed':
      return 'saved here, not sent';
    case 'failed':
      return 'saved here, could not be sent';
    default:
      return phase satisfies never;
  }
};

/** What a person is asked about an edit, or can do about it. */
const EditQuestion = ({
  edit,
  device,
  onAnswer,
}: {
  readonly edit: EditView;
  readonly device: string;
  readonly onAnswer: Answer;
}): React.ReactNode => {
  const name = inSentence(fileName(edit.path));
  const choices = (...all: readonly (readonly [EditAnswerView, string])[]): React.ReactNode => (
    <div className={styles['edit-choices']}>
      {all.map(([answer, word], at) => (
        <button
          key={answer}
          type="button"
          className={at === 0 ? 'button small primary' : 'button small'}
          aria-label={`${word}: ${name}`}
          onClick={() => onAnswer(edit, answer)}
        >
          {word}
        </button>
      ))}
    </div>
  );
  switch (edit.phase) {
    case 'asking':
      return (
        <Callout
          tone="warn"
          text={`Send each save of ${name} back to ${inSentence(device)}?`}
          hint="“Always” holds for this file until Quayside ends."
        >
          {choices(['send', 'Send'], ['always', 'Always for this file'], ['not', 'Not'])}
        </Callout>
      );
    case 'changed':
      return (
        <Callout
          tone="warn"
          text={`${name} has changed on ${inSentence(device)} since you opened it.`}
          hint="Keep both puts yours beside it under a new name."
        >
          {choices(['beside', 'Keep both'], ['replace', 'Replace'])}
        </Callout>
      );
    case 'failed':
      return edit.error === undefined ? null : <Failure error={edit.error}>{choices(['again', 'Send again'])}</Failure>;
    case 'held':
      return choices(['again', 'Send now']);
    case 'open':
    case 'sending':
    case 'waiting':
      return null;
    default:
      return edit.phase satisfies never;
  }
};

/** The files of a device that are edited on this computer, and what becomes of each save. */
export const EditedFiles = ({
  edits,
  device,
  isConnected,
  onAnswer,
}: {
  readonly edits: Edits;
  readonly device: string;
  readonly isConnected: boolean;
  readonly onAnswer: Answer;
}): React.ReactNode => {
  const list = edits((state) => state.list);
  const opening = edits((state) => state.opening);
  const [ending, setEnding] = useState<EditView>();
  if (list.length === 0 && opening.length === 0) return null;
  return (
    <section className={filesTabStyles['transfers']} aria-label="Edited files">
      <ul>
        {opening.map((one) => (
          <li key={one.path} className={filesTabStyles['transfer']} aria-label={`Opening ${fileName(one.path)}`}>
            <div className={filesTabStyles['transfer-line']}>
              <FilePen size={14} aria-hidden="true" />
              <span className="ellipsis">{withoutDirections(fileName(one.path))}</span>
              <span className="faint">opening</span>
              <IconButton icon={X} label={`Cancel ${inSentence(fileName(one.path))}`} onClick={one.cancel} />
            </div>
          </li>
        ))}
        {list.map((edit) => {
          const name = fileName(edit.path);
          return (
            <li
              key={edit.edit}
              className={classNames(filesTabStyles['transfer'], styles['edit-row'])}
              data-state={edit.phase}
              aria-label={`Edited file ${name}`}
            >
              <div className={filesTabStyles['transfer-line']}>
                <FilePen size={14} aria-hidden="true" />
                <button
                  type="button"
                  className={styles['edit-name']}
                  data-tip={`Open ${inSentence(name)} in your editor again`}
                  disabled={!isConnected}
                  onClick={() => onAnswer(edit, 'open')}
                >
                  <span className="ellipsis">{withoutDirections(name)}</span>
                </button>
                <span className="faint" role="status">
                  {stateOf(edit, isConnected)}
                </span>
                <IconButton
                  icon={X}
                  label={`End editing ${inSentence(name)}`}
                  disabled={!isConnected}
                  onClick={() => (edit.isUnsent ? setEnding(edit) : onAnswer(edit, 'end'))}
                />
              </div>
              {isConnected ? <EditQuestion edit={edit} device={device} onAnswer={onAnswer} /> : null}
            </li>
          );
        })}
      </ul>
      {ending === undefined ? null : (
        <Confirm
          title={`End editing ${inSentence(fileName(ending.path))}?`}
          loss={`What you saved here was not sent to ${inSentence(device)} and is lost.`}
          verb="End editing"
          onConfirm={() => {
            setEnding(undefined);
            onAnswer(ending, 'end');
          }}
          onClose={() => setEnding(undefined)}
        />
      )}
    </section>
  );
};
