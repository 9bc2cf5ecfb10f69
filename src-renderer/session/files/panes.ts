import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
import type { FileEntryView } from '../../../src-preload/contract/session.ts';
import type { SessionHandle } from '../connection/session-link.ts';

/** What one of two panes lets the other know of it. */
export interface PaneEnd {
  readonly session: SessionHandle;
  /** Whose files these are. */
  readonly place: string;
  readonly folder: string;
  readonly names: ReadonlySet<string>;
  /** Looks into its folder again. */
  look(): void;
}

/** One of two panes with files side by side. */
export interface FilesPane {
  /** What the other pane is called: a device, or this computer. */
  readonly otherName: string;
  /** What this pane shows now; undefined while it has no files. */
  readonly own: React.RefObject<PaneEnd | undefined>;
  readonly other: React.RefObject<PaneEnd | undefined>;
  /** What is being dragged, of whichever pane. */
  readonly drag: React.RefObject<{ readonly from: FilesPane['own']; readonly drop: () => void } | undefined>;
}

/** Moves the keyboard by one row, for arrow keys in a list of files; whether the key was one. */
export const moveRow = (event: React.KeyboardEvent<HTMLElement>): boolean => {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return false;
  const row = (event.target as HTMLElement).closest('tr');
  const next = step > 0 ? row?.nextElementSibling : row?.previousElementSibling;
  next?.querySelector('button')?.focus();
  return true;
};

/** The path of a name in a folder. */
export const pathIn = (folder: string, name: string): string => `${folder.replace(/\/$/, '')}/${name}`;

/** Why an entry cannot be copied from one pane to the other; undefined: it can. */
export const noCopy = (
  entry: Pick<FileEntryView, 'name' | 'kind'>,
  from: Pick<PaneEnd, 'place' | 'folder'>,
  to: Pick<PaneEnd, 'place' | 'folder'>,
): ErrorView | undefined => {
  if (from.place !== to.place) return undefined;
  const path = pathIn(from.folder, entry.name);
  if (from.folder === to.folder)
    return {
      kind: 'invalid-input',
      message: 'Both panes show the same folder.',
      hint: 'Open another folder in one of them.',
    };
  if (entry.kind === 'file' || !`${to.folder}/`.startsWith(`${path}/`)) return undefined;
  return {
    kind: 'invalid-input',
    message: `${entry.name} cannot be copied into itself.`,
    hint: 'Open another folder in one of the panes.',
  };
};
