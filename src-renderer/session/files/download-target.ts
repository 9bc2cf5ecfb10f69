import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
import { bytes as inWords } from '../../ui/format.ts';
import { safeName, saveBlob } from './save-blob.ts';

/** Bytes up to which a file goes where downloads go. */
const maxUnasked = 8 * 1000 * 1000;
/** Bytes that are collected in the page where it cannot write to the disk. Browsers keep them in a store of limited size. */
const maxCollected = 500 * 1000 * 1000;
/** Bytes gathered before they are given to the browser, which keeps large blobs on its disk. */
const gather = 4 * 1024 * 1024;

interface PickedFile extends FileSystemFileHandle {
  /** Chromium has it; the standard does not yet. */
  remove?(): Promise<void>;
}

declare global {
  interface Window {
    /** Chromium's, in pages of this computer and in Electron. It makes the file, empty. */
    showSaveFilePicker?: (options: { readonly suggestedName: string }) => Promise<PickedFile>;
  }
}

/** Where a download goes. After `finish` or `discard` nothing more is given to it. */
export interface DownloadTarget {
  /** Resolves once the bytes are dealt with: with what went wrong, or nothing. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<ErrorView | undefined>;
  /** Makes the file whole. */
  finish(): Promise<ErrorView | undefined>;
  /** Leaves no half file. */
  discard(): Promise<void>;
}

export type TargetChoice =
  | { readonly outcome: 'target'; readonly target: DownloadTarget }
  /** The person closed the question where to keep it. */
  | { readonly outcome: 'declined' }
  | { readonly outcome: 'refused'; readonly error: ErrorView };

const tooLarge = (name: string): ErrorView => ({
  kind: 'unsupported',
  message: `${name} is larger than the ${inWords(maxCollected)} this browser can take, because it cannot write to your disk while the file arrives.`,
  hint: 'Use the desktop application, open Quayside in Chrome, Edge or Chromium on the computer it runs on, or copy the file with scp.',
});

const writeError = (name: string, thrown: unknown): ErrorView => {
  const reason = thrown instanceof DOMException ? thrown.name : '';
  if (reason === 'QuotaExceededError')
    return {
      kind: 'conflict',
      message: `The disk is full: ${name} was not saved.`,
      hint: 'Make room, or choose another disk.',
    };
  if (reason === 'NotAllowedError' || reason === 'SecurityError')
    return {
      kind: 'forbidden',
      message: `${name} was not saved: Quayside is not allowed to write there.`,
      hint: 'Download it again and choose another folder.',
    };
  return {
    kind: 'conflict',
    message: `${name} could not be written to your disk.`,
    hint: 'Check that the disk is there and has room, then download it again.',
  };
};

/** Removes what the question where to keep it has made, as far as there is still nothing in it. */
const removeEmpty = async (file: PickedFile): Promise<void> => {
  try {
    if ((await file.getFile()).size === 0) await file.remove?.();
  } catch {
    // It is gone, or out of reach: nothing half is left either way.
  }
};

/** A file on the disk, written as bytes arrive; it has its content only once it is whole. */
class DiskTarget implements DownloadTarget {
  readonly #name: string;
  readonly #file: PickedFile;
  readonly #writable: FileSystemWritableFileStream;
  #waiting: Uint8Array<ArrayBuffer>[] = [];
  /** What became of the last write. */
  #written: Promise<ErrorView | undefined> = Promise.resolve(undefined);

  constructor(name: string, file: PickedFile, writable: FileSystemWritableFileStream) {
    this.#name = name;
    this.#file = file;
    this.#writable = writable;
  }

  /** What arrives during a write goes with the next one: the window of the stream keeps it small. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<ErrorView | undefined> {
    this.#waiting.push(bytes);
    if (this.#waiting.length === 1) this.#written = this.#written.then((error) => error ?? this.#flush());
    return this.#written;
  }

  async #flush(): Promise<ErrorView | undefined> {
    const whole = new Blob(this.#waiting);
    this.#waiting = [];
    try {
      await this.#writable.write(whole);
      return undefined;
    } catch (thrown) {
      return writeError(this.#name, thrown);
    }
  }

  async finish(): Promise<ErrorView | undefined> {
    const error = await this.#written;
    if (error !== undefined) return error;
    try {
      await this.#writable.close();
      return undefined;
    } catch (thrown) {
      return writeError(this.#name, thrown);
    }
  }

  async discard(): Promise<void> {
    await this.#writable.abort().catch(() => undefined);
    await removeEmpty(this.#file);
  }
}

/** Collects the bytes in the page, and hands them to the browser as one. */
class BlobTarget implements DownloadTarget {
  readonly #name: string;
  readonly #blobs: Blob[] = [];
  #parts: Uint8Array<ArrayBuffer>[] = [];
  #gathered = 0;
  #size = 0;

  constructor(name: string) {
    this.#name = name;
  }

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<ErrorView | undefined> {
    this.#size += bytes.length;
    // It has grown since it was listed.
    if (this.#size > maxCollected) return tooLarge(this.#name);
    this.#parts.push(bytes);
    this.#gathered += bytes.length;
    if (this.#gathered >= gather) this.#fold();
    return undefined;
  }

  async finish(): Promise<ErrorView | undefined> {
    this.#fold();
    saveBlob(this.#name, new Blob(this.#blobs));
    return undefined;
  }

  async discard(): Promise<void> {
    this.#blobs.length = 0;
    this.#parts = [];
  }

  #fold(): void {
    this.#blobs.push(new Blob(this.#parts));
    this.#parts = [];
    this.#gathered = 0;
  }
}

/** Asks where to keep a file. Undefined: a policy or the system does not let the page write. */
const chooseFile = async (
  name: string,
  ask: NonNullable<Window['showSaveFilePicker']>,
): Promise<TargetChoice | undefined> => {
  let file: PickedFile | undefined;
  try {
    file = await ask({ suggestedName: safeName(name) });
    return { outcome: 'target', target: new DiskTarget(name, file, await file.createWritable()) };
  } catch (thrown) {
    if (file !== undefined) await removeEmpty(file);
    else if (thrown instanceof DOMException && thrown.name === 'AbortError') return { outcome: 'declined' };
    return undefined;
  }
};

/**
 * Where a file is to go. A small one goes where the browser's downloads go, without a question: it is here in a moment,
 * and somebody who takes ten logs in a row does not want to be asked ten times. For a large one the person chooses the
 * place first, and it is written there as it arrives, so that no size is too much for the page. To be called while a
 * click is handled: the question is only shown then.
 */
export const chooseTarget = async (file: { readonly name: string; readonly size: number }): Promise<TargetChoice> => {
  const { name, size } = file;
  if (size > maxUnasked && window.showSaveFilePicker !== undefined) {
    const choice = await chooseFile(name, window.showSaveFilePicker.bind(window));
    if (choice !== undefined) return choice;
  }
  if (size > maxCollected) return { outcome: 'refused', error: tooLarge(name) };
  return { outcome: 'target', target: new BlobTarget(name) };
};
