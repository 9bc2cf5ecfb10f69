import { hasStrayBytes, withShownBytes } from '../../../src-main/core/text/byte-names.ts';
import { fold, inSentence, orderText, withoutDirections } from '../../../src-main/core/text/letters.ts';
import type { FileEntryView } from '../../../src-preload/contract/session.ts';

export type FileColumn = 'name' | 'size' | 'changed' | 'permissions';
export interface FileSort {
  readonly column: FileColumn;
  readonly isDescending: boolean;
}

/** A name as it stands in a list. */
export const shownName = (name: string): string => withoutDirections(withShownBytes(name));
/** A name in a sentence or on a button. */
export const saidName = (name: string): string => inSentence(withShownBytes(name));
/** What to know about a name that a program here may not be able to show or keep; undefined where there is nothing. */
export const nameNote = (name: string): string | undefined =>
  hasStrayBytes(name)
    ? 'Its name is not UTF-8. What is no letter is shown as its bytes, and stays as it is.'
    : undefined;

/** An entry with what it is sorted and found by. */
export interface ListedFile {
  readonly entry: FileEntryView;
  readonly order: string;
  readonly folded: string;
}

export const listedFiles = (entries: readonly FileEntryView[]): readonly ListedFile[] =>
  entries.map((entry) => ({ entry, order: orderText(entry.name), folded: fold(shownName(entry.name)) }));

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const compareBy: Readonly<Record<FileColumn, (a: ListedFile, b: ListedFile) => number>> = {
  name: () => 0,
  size: (a, b) => a.entry.size - b.entry.size,
  changed: (a, b) => a.entry.modifiedAt - b.entry.modifiedAt,
  permissions: (a, b) => a.entry.mode - b.entry.mode,
};

/** What of a folder has a text in its name, sorted. Folders come first, and names of the same letters keep one order. */
export const arranged = (files: readonly ListedFile[], sort: FileSort, text: string): readonly FileEntryView[] => {
  const wanted = fold(text.trim());
  const found = wanted === '' ? files : files.filter(({ folded }) => folded.includes(wanted));
  const compare = compareBy[sort.column];
  const direction = sort.isDescending ? -1 : 1;
  return found
    .toSorted(
      (a, b) =>
        Number(b.entry.kind === 'folder') - Number(a.entry.kind === 'folder') ||
        direction * (compare(a, b) || compareTexts(a.order, b.order) || compareTexts(a.entry.name, b.entry.name)),
    )
    .map(({ entry }) => entry);
};
