import { chmod } from 'node:fs/promises';
import { join } from 'node:path';

import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import type { Plugin } from 'vite';
import { licences } from './build/licences.mjs';

const root = import.meta.dirname;

/** npm links `bin` to this file; a linked file without the executable bit cannot be started. */
const executableCommandLine: Plugin = {
  name: 'quayside:executable-command-line',
  apply: 'build',
  async writeBundle(options, bundle) {
    if (options.dir !== undefined && 'cli.js' in bundle) await chmod(join(options.dir, 'cli.js'), 0o755);
  },
};

/** Where `npm run dev` serves the window. The page has an origin without a port, so it is told where changes come from. */
const developmentServer = { host: '127.0.0.1', port: 5173 };

export default defineConfig({
  main: {
    plugins: [executableCommandLine],
    build: {
      outDir: join(root, 'out/main'),
      target: 'node24',
      sourcemap: true,
      rolldownOptions: {
        input: {
          index: join(root, 'src-main/index.ts'),
          headless: join(root, 'src-main/headless.ts'),
          cli: join(root, 'src-main/cli.ts'),
          'forward-worker': join(root, 'src-main/node/forward/forward-worker.ts'),
          demo: join(root, 'src-main/demo.ts'),
        },
        // Everything lands in one folder, so a path relative to `import.meta.dirname` means the same in every chunk.
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunk-[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: join(root, 'out/preload'),
      // A sandboxed window loads one CommonJS file and can require nothing but electron from it.
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: join(root, 'src-preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  },
  renderer: {
    root: join(root, 'src-renderer'),
    base: './',
    plugins: [react(), licences(root)],
    server: {
      ...developmentServer,
      strictPort: true,
      hmr: { protocol: 'ws', host: developmentServer.host, clientPort: developmentServer.port },
    },
    build: {
      outDir: join(root, 'out/renderer'),
      emptyOutDir: true,
      minify: true,
      // Loaded from this computer, not over a network: one file is the fastest.
      chunkSizeWarningLimit: 2000,
      rolldownOptions: { input: { index: join(root, 'src-renderer/index.html') } },
    },
  },
});
