import react from '@vitejs/plugin-react';
import { join } from 'node:path';
import { defineConfig } from 'vite';
import { licences } from '../../../build/licences.mjs';

/** Builds the window on a scripted channel into one folder of static files. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react(), licences(join(import.meta.dirname, '../../..'))],
  build: { target: 'es2024', emptyOutDir: true, chunkSizeWarningLimit: 2000 },
});
