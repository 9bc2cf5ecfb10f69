import type { Result } from '../base/errors.ts';

/** The port of a tree of files: of a device over SFTP, or of this computer. Paths and names are those of `text/byte-names.ts`. */

export type FileKind = 'file' | 'folder' | 'link' | 'other';

export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
}

/** What is known of a file or folder. */
export interface FileStats {
  readonly kind: FileKind;
  readonly size: number;
  /** Epoch milliseconds; SFTP has whole seconds. */
  readonly modifiedAt: number;
  /** Permission bits, with those for setuid, setgid and sticky. */
  readonly mode: number;
  /** Absent where the server does not say. */
  readonly owner?: FileOwner;
}

export interface RemoteEntry extends FileStats {
  readonly name: string;
}

/** What is changed about a file; what is absent stays. */
export interface FileChange {
  readonly mode?: number;
  readonly owner?: FileOwner;
  /** Epoch milliseconds. */
  readonly modifiedAt?: number;
  /** Cuts it, or makes it longer with zeroes. */
  readonly size?: number;
}

/** How a file is opened: a new one may not exist yet, a present one must, and keeps its bytes until they are overwritten. */
export type FileOpening =
  | { readonly how: 'read' }
  | { readonly how: 'new'; readonly mode?: number }
  | { readonly how: 'present' };

/** An open file. Requests may overlap; they take effect in the order they were made. */
export interface RemoteFile {
  /** No bytes: the end. A server may answer with fewer than were asked for. */
  read(offset: number, length: number): Promise<Result<Uint8Array>>;
  write(offset: number, bytes: Uint8Array): Promise<Result<void>>;
  change(change: FileChange): Promise<Result<void>>;
  close(): Promise<Result<void>>;
}

/** A tree of files. Errors: not-found, forbidden, conflict, invalid-input, unreachable, bad-response. */
export interface RemoteFiles {
  /** The absolute path of a path, all links in it followed; `.` is where the user starts. */
  absolute(path: string): Promise<Result<string>>;
  /** What is in a folder, without itself and the one above. */
  list(path: string): Promise<Result<readonly RemoteEntry[]>>;
  /** What is at a path itself: a link is a link, wherever it leads. */
  look(path: string): Promise<Result<FileStats>>;
  /** What a path leads to. */
  follow(path: string): Promise<Result<FileStats>>;
  /** What a link says, absolute or from its own folder. */
  readLink(path: string): Promise<Result<string>>;
  makeLink(path: string, to: string): Promise<Result<void>>;
  open(path: string, opening: FileOpening): Promise<Result<RemoteFile>>;
  /** Changes what a path leads to. */
  change(path: string, change: FileChange): Promise<Result<void>>;
  /** Changes a link itself. Error: unsupported, where that is not known there. */
  changeLink(path: string, change: FileChange): Promise<Result<void>>;
  rename(from: string, to: string): Promise<Result<void>>;
  /** As `rename`, taking the place of what is at `to`. */
  replace(from: string, to: string): Promise<Result<void>>;
  removeFile(path: string): Promise<Result<void>>;
  removeFolder(path: string): Promise<Result<void>>;
  makeFolder(path: string, mode?: number): Promise<Result<void>>;
}

/** The folder that a path is in. */
export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';
/** The name at the end of a path. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
/** The path of a name in a folder. */
export const within = (folder: string, name: string): string => `${folder.replace(/\/+$/, '')}/${name}`;

/** Bytes of one request. With the words around them they fit into an SSH packet of 32 KiB; of two, one would be tiny. */
export const pieceBytes = 31 * 1024;
/** Requests under way at once, about a window of SSH's: a slow way to the device would else cost one round trip a piece. */
export const piecesAtOnce = 64;
