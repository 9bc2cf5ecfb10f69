import { dirname } from 'node:path';

/** Files of one folder that a newcomer can still take in; tests beside them are not counted. */
const maxFiles = 25;
/** Lines of one source. */
const maxLines = 400;

/** A file that is tracked below a folder of sources, and its text. */
export interface SizedFile {
  readonly path: string;
  readonly text: string;
}

/** Sources that are too long and folders that hold too many, one sentence each. */
export const sizeBreaks = (files: readonly SizedFile[]): readonly string[] => {
  const inFolder = new Map<string, number>();
  const breaks: string[] = [];
  for (const { path, text } of files) {
    const folder = dirname(path);
    inFolder.set(folder, (inFolder.get(folder) ?? 0) + 1);
    const lines = text.split('\n').length - 1;
    if (/\.tsx?$/.test(path) && lines > maxLines) breaks.push(`${path} has ${lines} lines, more than ${maxLines}`);
  }
  for (const [folder, count] of inFolder)
    if (count > maxFiles) breaks.push(`${folder} holds ${count} files, more than ${maxFiles}`);
  return breaks;
};
