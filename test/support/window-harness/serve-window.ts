import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, preview } from 'vite';

/** The window on a scripted channel, served from loopback. */
export interface ServedWindow {
  readonly url: string;
  dispose(): Promise<void>;
}

const configFile = join(import.meta.dirname, 'vite.config.ts');

/** Builds the window on a scripted channel into a folder of its own and serves it. */
export const serveWindow = async (): Promise<ServedWindow> => {
  const outDir = await mkdtemp(join(tmpdir(), 'quayside-window-'));
  await build({ configFile, logLevel: 'error', build: { outDir } });
  const server = await preview({
    configFile,
    logLevel: 'error',
    build: { outDir },
    preview: { host: '127.0.0.1', port: 0 },
  });
  const address = server.httpServer.address();
  if (address === null || typeof address === 'string') throw new Error('The window is served on no port.');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    dispose: async () => {
      await server.close();
      await rm(outDir, { recursive: true, force: true });
    },
  };
};
