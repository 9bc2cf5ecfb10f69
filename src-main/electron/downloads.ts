import { existsSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { app, type Session } from 'electron';

/** The first unused file name in a folder: `log.txt`, `log (1).txt`, … */
export const freeName = (folder: string, name: string, isThere: (file: string) => boolean = existsSync): string => {
  const plain = basename(name) || 'download';
  const ending = extname(plain);
  const stem = plain.slice(0, plain.length - ending.length);
  for (let number = 0; ; number += 1) {
    const file = join(folder, number === 0 ? plain : `${stem} (${number})${ending}`);
    if (!isThere(file)) return file;
  }
};

/**
 * Saves downloads of our page in the user's download folder without asking; Electron would ask for a place each time
 * (DownloadItem.setSavePath). `saved` receives where the file went, or that it could not be saved.
 */
export const saveDownloads = (session: Pick<Session, 'on'>, saved: (file: string, complete: boolean) => void): void => {
  // Two downloads may begin before either file exists.
  const taken = new Set<string>();
  session.on('will-download', (_event, item) => {
    const file = freeName(app.getPath('downloads'), item.getFilename(), (each) => taken.has(each) || existsSync(each));
    taken.add(file);
    item.setSavePath(file);
    item.once('done', (_done, state) => {
      taken.delete(file);
      saved(file, state === 'completed');
    });
  });
};
