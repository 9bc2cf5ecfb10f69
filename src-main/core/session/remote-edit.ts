import type { AppError } from '../base/errors.ts';

/**
 * A file of a device that is edited in a program on this computer, as a pure machine: facts in, the next state and at
 * most one effect out. What is saved here goes to the device after one question, and never over what somebody else
 * wrote there meanwhile.
 */

/** What tells one version of the device's file from another. */
export interface FileStamp {
  /** Bytes. */
  readonly size: number;
  /** Epoch milliseconds; devices tell whole seconds. */
  readonly modifiedAt: number;
}

/** The device's file as it was found; `hash` only where the content was read. Undefined: there is none any more. */
export type FoundFile = { readonly stamp: FileStamp; readonly hash?: string | undefined } | undefined;

export interface RemoteEdit {
  /** The version of the device's file that ours began with, or became. */
  readonly known: FileStamp | undefined;
  /** Hash of the content that we know the device to have. */
  readonly sent: string;
  /** Hash of the last save here. */
  readonly saved: string;
  /** Whether saves are sent: what the person answered. */
  readonly consent: 'unasked' | 'given' | 'refused';
  /** A refused save is sent all the same, this once. */
  readonly isOnce: boolean;
  readonly isConnected: boolean;
  readonly work: 'none' | 'looking' | 'sending';
  /** Number of the effect under way; facts of an earlier one come too late. */
  readonly turn: number;
  /** What was found at the device instead of the known version, while a person is asked about it. */
  readonly changed: { readonly found: FoundFile } | undefined;
  /** The next save becomes a file of its own beside the changed one. */
  readonly isBeside: boolean;
  readonly error: AppError | undefined;
  /** When the device last took a save, epoch milliseconds. */
  readonly sentAt: number | undefined;
}

export type RemoteEditFact =
  /** The program has saved; the same content twice is no news. */
  | { readonly type: 'saved'; readonly hash: string }
  | { readonly type: 'answer'; readonly answer: RemoteEditAnswer }
  | { readonly type: 'looked'; readonly turn: number; readonly found: FoundFile }
  | {
      readonly type: 'sent';
      readonly turn: number;
      readonly hash: string;
      readonly stamp: FileStamp | undefined;
      readonly at: number;
    }
  /** Looking or sending failed. */
  | { readonly type: 'failed'; readonly turn: number; readonly error: AppError }
  | { readonly type: 'connected' }
  | { readonly type: 'disconnected' };

/**
 * What a person can say: to the question whether saves are sent (`send`, `not`), to the one about a file that has
 * changed at the device (`replace`, `beside`), or by themselves (`again`: send now what was held or failed).
 */
export type RemoteEditAnswer = 'send' | 'not' | 'replace' | 'beside' | 'again';

export type RemoteEditEffect =
  /** Looks what the device has at the path now. */
  | { readonly type: 'look'; readonly turn: number }
  /** Sends the newest save; `beside`: under a new name, where edits go on from then. */
  | { readonly type: 'send'; readonly turn: number; readonly beside: boolean };

/** Where an edit is, for people. */
export type RemoteEditPhase =
  /** Nothing here that the device has not. */
  | 'open'
  /** There is a save, and whether it is sent was not answered yet. */
  | 'asking'
  /** There is a save, and it was not to be sent. */
  | 'held'
  /** The save is sent once there is a connection. */
  | 'waiting'
  | 'sending'
  /** The file has changed at the device, and a person decides. */
  | 'changed'
  | 'failed';

/** An edit of a file that was fetched just now. */
export const beginEdit = (fetched: {
  readonly stamp: FileStamp;
  readonly hash: string;
  /** Saves are sent without asking. */
  readonly isAllowed: boolean;
}): RemoteEdit => ({
  known: fetched.stamp,
  sent: fetched.hash,
  saved: fetched.hash,
  consent: fetched.isAllowed ? 'given' : 'unasked',
  isOnce: false,
  isConnected: true,
  work: 'none',
  turn: 0,
  changed: undefined,
  isBeside: false,
  error: undefined,
  sentAt: undefined,
});

/** Whether there is something here that the device has not. */
export const isUnsent = ({ saved, sent }: RemoteEdit): boolean => saved !== sent;

const maySend = ({ consent, isOnce }: RemoteEdit): boolean => consent === 'given' || isOnce;

export const phaseOf = (edit: RemoteEdit): RemoteEditPhase => {
  if (edit.work !== 'none') return 'sending';
  if (!isUnsent(edit)) return 'open';
  if (!maySend(edit)) return edit.consent === 'refused' ? 'held' : 'asking';
  if (edit.changed !== undefined) return 'changed';
  if (!edit.isConnected) return 'waiting';
  return edit.error === undefined ? 'sending' : 'failed';
};

const isSameStamp = (a: FileStamp | undefined, b: FileStamp | undefined): boolean =>
  a?.size === b?.size && a?.modifiedAt === b?.modifiedAt;

/** Begins what is to be done next, if anything is. */
const goOn = (edit: RemoteEdit): readonly [RemoteEdit, RemoteEditEffect | undefined] => {
  const isReady =
    edit.work === 'none' &&
    isUnsent(edit) &&
    maySend(edit) &&
    edit.isConnected &&
    edit.changed === undefined &&
    edit.error === undefined;
  if (!isReady) return [edit, undefined];
  const turn = edit.turn + 1;
  // A new name takes nobody's place, so there is nothing to compare.
  return edit.isBeside
    ? [
        { ...edit, turn, work: 'sending' },
        { type: 'send', turn, beside: true },
      ]
    : [
        { ...edit, turn, work: 'looking' },
        { type: 'look', turn },
      ];
};

const answered = (edit: RemoteEdit, answer: RemoteEditAnswer): RemoteEdit => {
  const { changed } = edit;
  switch (answer) {
    case 'send':
      return { ...edit, consent: 'given', error: undefined };
    case 'not':
      // What is being sent ends as it does.
      return { ...edit, consent: 'refused', isOnce: false };
    case 'replace':
      // What was found is what is replaced: were it to change once more, the question would come once more.
      return changed === undefined
        ? edit
        : { ...edit, known: changed.found?.stamp, sent: changed.found?.hash ?? edit.sent, changed: undefined };
    case 'beside':
      return changed === undefined ? edit : { ...edit, changed: undefined, isBeside: true };
    case 'again':
      return { ...edit, isOnce: edit.consent !== 'given', error: undefined };
    default:
      return answer satisfies never;
  }
};

const looked = (edit: RemoteEdit, found: FoundFile): readonly [RemoteEdit, RemoteEditEffect | undefined] => {
  const hash = found?.hash;
  // The person has said no meanwhile.
  if (!maySend(edit)) return [{ ...edit, work: 'none' }, undefined];
  // The device has it already: an answer was lost after the last sending.
  if (hash !== undefined && hash === edit.saved)
    return goOn({ ...edit, work: 'none', known: found?.stamp, sent: hash, isOnce: false });
  // Where the content was read, it counts alone: two versions of one second and one length have the same stamp.
  const isKnown = hash === undefined ? isSameStamp(found?.stamp, edit.known) : hash === edit.sent;
  if (!isKnown) return [{ ...edit, work: 'none', changed: { found } }, undefined];
  return [
    { ...edit, work: 'sending', known: found?.stamp },
    { type: 'send', turn: edit.turn, beside: false },
  ];
};

/** The next state, and what is to be done for it. */
export const stepEdit = (
  edit: RemoteEdit,
  fact: RemoteEditFact,
): readonly [RemoteEdit, RemoteEditEffect | undefined] => {
  switch (fact.type) {
    case 'saved':
      // Another save is another try.
      return fact.hash === edit.saved ? [edit, undefined] : goOn({ ...edit, saved: fact.hash, error: undefined });
    case 'answer':
      return goOn(answered(edit, fact.answer));
    case 'looked':
      return fact.turn === edit.turn && edit.work === 'looking' ? looked(edit, fact.found) : [edit, undefined];
    case 'sent':
      return fact.turn === edit.turn && edit.work === 'sending'
        ? goOn({
            ...edit,
            work: 'none',
            known: fact.stamp,
            sent: fact.hash,
            sentAt: fact.at,
            isOnce: false,
            isBeside: false,
          })
        : [edit, undefined];
    case 'failed':
      return fact.turn === edit.turn && edit.work !== 'none'
        ? [{ ...edit, work: 'none', error: fact.error }, undefined]
        : [edit, undefined];
    case 'connected':
      return goOn({ ...edit, isConnected: true, error: undefined });
    case 'disconnected':
      // Whether the device still took what was under way is not known: the next look will tell.
      return [{ ...edit, isConnected: false, work: 'none', turn: edit.turn + 1 }, undefined];
    default:
      return fact satisfies never;
  }
};
