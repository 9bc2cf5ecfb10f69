import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where the parts of the application are that are loaded by path. */
export interface Locations {
  /** The script of the forward worker. */
  readonly forwardWorker: URL;
  /** The folder of the built window; it may not be there in a checkout that was never built. */
  readonly renderer: string;
  /** The folder of our pictures. */
  readonly resources: string;
}

/**
 * Where a thread is started from: not from within a package's archive, which Electron's spec does for a CommonJS file by path
 * only (spec/asar-spec.ts), and the worker is a module of several files. They lie beside, in the folder of the command
 * line (build/packed-command.mjs), whose Node starts the same file.
 */
export const outsideArchive = (folder: string): string => folder.replace(/([\\/])app\.asar(?=[\\/])/, '$1command');

/** Finds the parts beside the running code: in `out/main` once built, in `src-main` when run from source. */
export const locate = (): Locations => {
  const here = import.meta.dirname;
  const built = join(outsideArchive(here), 'forward-worker.js');
  return existsSync(built)
    ? {
        forwardWorker: pathToFileURL(built),
        renderer: join(here, '../renderer'),
        resources: join(here, '../../resources'),
      }
    : {
        forwardWorker: pathToFileURL(join(here, '../node/forward/forward-worker.ts')),
        renderer: join(here, '../../out/renderer'),
        resources: join(here, '../../resources'),
      };
};
