import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
import type { SessionHandle } from '../connection/session-link.ts';
import { upload, type Transfers } from './transfers.ts';

/** Files sent at once: a small one waits for its device several times, and the next ones need not wait with it. */
const sentAtOnce = 4;

/** A file of this computer, and its path in the folder it is sent to. */
interface UploadFile {
  readonly path: string;
  readonly file: File;
}

/** What a person wants to send: files, and the folders they are in, each before what is in it. */
export interface UploadTree {
  readonly folders: readonly string[];
  readonly files: readonly UploadFile[];
}

/** A file that can only be written into the one that is there, and why. */
export interface Refused extends UploadFile {
  readonly error: ErrorView;
}

export const treeOf = (files: readonly File[]): UploadTree => ({
  folders: [],
  files: files.map((file) => ({ path: file.name, file })),
});

/** The names of a tree in the folder it is sent to. */
export const topNames = ({ files, folders }: UploadTree): readonly string[] => [
  ...new Set([...folders, ...files.map(({ path }) => path)].map((path) => path.split('/')[0] ?? path)),
];

const read = <T>(start: (done: (value: T) => void, failed: () => void) => void): Promise<T | undefined> =>
  new Promise((resolve) => start(resolve, () => resolve(undefined)));

/** All of a folder: the browser gives it out in parts. */
const entriesOf = async (folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> => {
  const reader = folder.createReader();
  const found: FileSystemEntry[] = [];
  for (;;) {
    const some = await read<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
    if (some === undefined || some.length === 0) return found;
    found.push(...some);
  }
};

/** What was dropped, with all that is in its folders. To be called while the drop is handled. */
export const droppedTree = async (dropped: DataTransfer): Promise<UploadTree> => {
  const entries = [...dropped.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length === 0) return treeOf([...dropped.files]);
  const folders: string[] = [];
  const files: UploadFile[] = [];
  const gather = async (entry: FileSystemEntry, path: string): Promise<void> => {
    if (entry.isDirectory) {
      folders.push(path);
      for (const one of await entriesOf(entry as FileSystemDirectoryEntry)) await gather(one, `${path}/${one.name}`);
      return;
    }
    const file = await read<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed));
    // One that is gone or may not be read is sent as what it is: its transfer says so.
    files.push({ path, file: file ?? new File([], entry.name) });
  };
  for (const entry of entries) await gather(entry, entry.name);
  return { folders, files };
};

/** Sends a tree to a folder of the device; no failure stops the next. Answers what can only be written in place. */
export const uploadTree = async (
  session: SessionHandle,
  transfers: Transfers,
  request: { readonly folder: string; readonly tree: UploadTree; readonly inPlace: boolean },
): Promise<readonly Refused[]> => {
  const { folder, tree, inPlace } = request;
  const at = (path: string): string => `${folder.replace(/\/$/, '')}/${path}`;
  // One that is there already is filled up; one that cannot be made fails each file in it.
  for (const path of tree.folders) await session.call({ op: 'make-folder', path: at(path) });
  const waiting = [...tree.files];
  const refused: Refused[] = [];
  const sendNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { path, file } = next;
      // A file of a folder keeps its time, as the folder is kept as a whole.
      const time = path.includes('/') ? { modifiedAt: file.lastModified } : {};
      const error = await upload(session, transfers, { path: at(path), file, inPlace, ...time });
      if (error !== undefined) refused.push({ path, file, error });
    }
  };
  await Promise.all(Array.from({ length: sentAtOnce }, sendNext));
  return refused;
};
