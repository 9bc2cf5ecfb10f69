import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const root = new URL('..', import.meta.url).pathname;

export default defineConfig({
  root,
  test: {
    root,
    passWithNoTests: false,
    // Most of a test's time is waiting for sockets and programs: two files at once even where there are two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // An unmocked import of `electron` would try to download its binary.
    env: { ELECTRON_OVERRIDE_DIST_PATH: '/nonexistent' },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src-*/**/*.test.{ts,tsx}', 'build/**/*.test.ts', 'test/*.test.ts'],
          // A property with a thousand cases takes seconds where other work has the cores.
          testTimeout: 30_000,
        },
      },
      // Lists of 100,000 devices take seconds on an idle machine, and more than a minute where other work has the cores.
      { extends: true, test: { name: 'contract', include: ['test/contract/**/*.test.ts'], testTimeout: 240_000 } },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          // Forwards of all of them begin at the same local port, and some look whether they get theirs back.
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      { extends: true, test: { name: 'boringssl', include: ['test/boringssl/**/*.test.ts'], testTimeout: 60_000 } },
      {
        extends: true,
        test: {
          name: 'windows',
          include: ['test/windows/**/*.test.ts'],
          globalSetup: ['test/windows/set-up.ts'],
          // They share one Windows, with its keychain and its user.
          fileParallelism: false,
          // Each command takes a second or two on an idle machine and half a minute where other work has the cores.
          testTimeout: 400_000,
          hookTimeout: 400_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'property',
          include: ['test/property/**/*.test.ts'],
          // Stories over real sockets and processes take half a minute on an idle machine, and several where others load it.
          testTimeout: 300_000,
        },
      },
    ],
  },
});
