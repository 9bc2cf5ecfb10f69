import { create } from 'zustand';
import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
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
    end: (patch: Pick<Transfer, 'state' | 'error'>): void => {
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
  shown.end(failure === undefined ? endOf(answer) : { state: 'failed', error: failure });
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

/** Sends a file to a folder of the device. */
export const upload = async (
  session: SessionHandle,
  transfers: Transfers,
  folder: string,
  file: File,
): Promise<void> => {
  const controller = new AbortController();
  const shown = enlist(transfers, { way: 'up', name: file.name, size: file.size }, () => controller.abort());
  const stream = openStream({ bytes: () => undefined, credit: () => undefined });
  const path = `${folder.replace(/\/$/, '')}/${file.name}`;
  const sent = session.call(
    { op: 'upload', path, size: file.size, stream: stream.number },
    { signal: controller.signal, progress: shown.move },
  );
  feedStream(stream.number, uploadBody(stream.number, file));
  const answer = await sent;
  stream.close();
  shown.end(endOf(answer));
};
