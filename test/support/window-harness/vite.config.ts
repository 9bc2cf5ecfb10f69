import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Builds the window on a scripted channel into one folder of static files. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  build: { target: 'es2024', emptyOutDir: true, chunkSizeWarningLimit: 2000 },
});
