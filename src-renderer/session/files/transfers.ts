import { create } from 'zustand';
import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
import { downloadedSchema, uploadedSchema } from '../../../src-preload/contract/session.ts';
import { chooseTarget } from './download-target.ts';
import { feedStream, openStream, uploadBody, type SessionHandle } from '../connection/session-link.ts';

/** A file on its way, or a folder that is being deleted. */
export interface Transfer {
  readonly id: number;
  readonly way: 'up' | 'down' | 'copy' | 'delete';
  readonly name: string;
  /** Bytes, or items to delete where they were counted. */
  readonly size: number | undefined;
  readonly moved: number;
  readonly state: 'moving' | 'done' | 'cancelled' | 'failed';
  readonly error?: ErrorView;
  /** What is to be known of one that is done. */
  readonly note?: string;
  readonly cancel: () => void;
}

/** Milliseconds between two looks at the progress. */
const lookEvery = 100;

/** The transfers of one tab. */
export const createTransfers = () => create<{ readonly list: readonly Transfer[] }>(() => ({ list: [] }));
export type Transfers = ReturnType<typeof createTransfers>;

let lastId = 0;

/** Puts a transfer at the head of the list, where it is seen however long the list is; what is changed about it is shown now and then, and at once when it ends. */
export const enlist = (transfers: Transfers, start: Pick<Transfer, 'way' | 'name' | 'size'>, cancel: () => void) => {
  const id = ++lastId;
  let moved = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const change = (patch: Partial<Transfer>): void =>
    transfers.setState(({ list }) => ({
      list: list.map((transfer) => (transfer.id === id ? { ...transfer, ...patch } : transfer)),
    }));
  transfers.setState(({ list }) => ({ list: [{ ...start, id, moved, state: 'moving', cancel }, ...list] }));
  return {
    move: (amount: number): void => {
      moved += amount;
      timer ??= setTimeout(() => {
        timer = undefined;
        change({ moved });
      }, lookEvery);
    },
    /** Takes it out of the list. */
    withdraw: (): void => {
      clearTimeout(timer);
      transfers.setState(({ list }) => ({ list: list.filter((transfer) => transfer.id !== id) }));
    },
    end: (patch: Pick<Transfer, 'state' | 'error' | 'note'>): void => {
      clearTimeout(timer);
      change({ moved, ...patch });
    },
  };
};

export const endOf = (answer: {
  readonly ok: boolean;
  readonly error?: ErrorView;
}): Pick<Transfer, 'state' | 'error'> => {
  if (answer.ok) return { state: 'done' };
  if (answer.error?.kind === 'cancelled') return { state: 'cancelled' };
  return { state: 'failed', ...(answer.error === undefined ? {} : { error: answer.error }) };
};

/** Fetches a file to where the person wants it. To be called while a click is handled. */
export const download = async (
  session: SessionHandle,
  transfers: Transfers,
  file: { readonly path: string; readonly name: string; readonly size: number },
): Promise<void> => {
  const choice = await chooseTarget(file);
  if (choice.outcome === 'declined') return;
  const controller = new AbortController();
  const shown = enlist(transfers, { way: 'down', name: file.name, size: file.size }, () => controller.abort());
  if (choice.outcome === 'refused') return shown.end({ state: 'failed', error: choice.error });
  const { target } = choice;
  let failure: ErrorView | undefined;
  const stream = openStream({
    bytes: (bytes) =>
      void target.write(bytes.slice()).then((error) => {
        if (error === undefined) {
          shown.move(bytes.length);
          stream.taken(bytes.length);
        } else {
          failure ??= error;
          controller.abort();
        }
      }),
    credit: () => undefined,
  });
  const answer = await session.call(
    { op: 'download', path: file.path, stream: stream.number },
    { signal: controller.signal },
  );
  stream.close();
  if (answer.ok) failure ??= await target.finish();
  if (!answer.ok || failure !== undefined) await target.discard();
  const isChanged = answer.ok && downloadedSchema.safeParse(answer.value).data?.isChanged === true;
  const note = isChanged ? { note: 'it changed while it was read' } : {};
  shown.end(failure === undefined ? { ...endOf(answer), ...note } : { state: 'failed', error: failure });
};

/** Deletes a folder with all that is in it; `items` are in it, where that is known. Resolves when it is over. */
export const deleteFolder = async (
  session: SessionHandle,
  transfers: Transfers,
  folder: { readonly path: string; readonly name: string; readonly items: number | undefined },
): Promise<void> => {
  const controller = new AbortController();
  const { items, name, path } = folder;
  const shown = enlist(transfers, { way: 'delete', name, size: items }, () => controller.abort());
  const answer = await session.call({ op: 'delete-folder', path }, { signal: controller.signal, progress: shown.move });
  shown.end(endOf(answer));
};

const unreadable = (name: string): ErrorView => ({
  kind: 'invalid-input',
  message: `${name} could not be read to its end: it was changed or moved meanwhile.`,
  hint: 'Upload it again when nothing writes to it.',
});

/** What the device did not let a file have, as a note. */
const noteOf = (value: unknown): string | undefined => {
  const unkept = uploadedSchema.safeParse(value).data?.unkept ?? [];
  return unkept.length === 0 ? undefined : `without its ${unkept.join(' and ')}`;
};

/**
 * Sends a file to a path of the device. Undefined, or why it has to be asked for again `inPlace`; every other end is
 * shown with the transfer.
 */
export const upload = async (
  session: SessionHandle,
  transfers: Transfers,
  {
    path,
    file,
    ...options
  }: { readonly path: string; readonly file: File; readonly modifiedAt?: number; readonly inPlace?: boolean },
): Promise<ErrorView | undefined> => {
  const controller = new AbortController();
  const shown = enlist(transfers, { way: 'up', name: file.name, size: file.size }, () => controller.abort());
  const stream = openStream({ bytes: () => undefined, credit: () => undefined });
  const sent = session.call(
    { op: 'upload', path, size: file.size, stream: stream.number, ...options },
    { signal: controller.signal, progress: shown.move },
  );
  let failure: ErrorView | undefined;
  const failed = (): void => {
    failure = unreadable(file.name);
    controller.abort();
  };
  feedStream(stream.number, uploadBody(stream.number, file, failed));
  const answer = await sent;
  stream.close();
  if (!answer.ok && answer.error.kind === 'confirmation-required') {
    shown.withdraw();
    return answer.error;
  }
  const note = answer.ok ? noteOf(answer.value) : undefined;
  shown.end(
    failure === undefined
      ? { ...endOf(answer), ...(note === undefined ? {} : { note }) }
      : { state: 'failed', error: failure },
  );
  return undefined;
};
