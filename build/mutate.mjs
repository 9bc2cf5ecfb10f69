// npm run mutate [-- PATH …] [--one-in N] [--force]: changes one thing at a time in the sources and says which changes no quick test notices.
// What earlier runs found is kept in .cache/mutate and asked again only where source or test changed; --force asks everything.
import { existsSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';

import { Stryker } from '@stryker-mutator/core';

import { root } from './bootstrap.mjs';

const pureRooms = ['src-main/core', 'src-main/vendors', 'src-preload/contract'];
const { values, positionals: paths } = parseArgs({
  allowPositionals: true,
  options: { 'one-in': { type: 'string', default: '1' }, force: { type: 'boolean', default: false } },
});
const oneIn = values['one-in'];
const absent = paths.find((path) => !existsSync(join(root, path)));
if (absent !== undefined) {
  console.error(`There is no ${absent}. Name a file or a folder from the root of the checkout.`);
  process.exit(2);
}

// Read by mutate-plugins.mjs in the processes of Stryker.
process.env['QUAYSIDE_MUTATE_ONE_IN'] = oneIn;
/** @param {string} path */
const sources = (path) => (statSync(join(root, path)).isFile() ? [path] : [`${path}/**/*.ts`]);
const results = await new Stryker({
  mutate: [...(paths.length > 0 ? paths : pureRooms).flatMap(sources), '!**/*.test.ts'],
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutate.vitest.config.ts' },
  plugins: ['@stryker-mutator/vitest-runner', './build/mutate-plugins.mjs'],
  checkers: ['types'],
  ignorers: ['messages'],
  ignorePatterns: ['out', 'dist', 'test-results', 'playwright-report', '.cache', 'test/e2e', 'test/windows'],
  // Stryker would rewrite our tsconfig with an interface that TypeScript 7 does not have.
  tsconfigFile: 'none',
  tempDirName: '.cache/mutate/sandbox',
  // What a sample left out is not known.
  incremental: oneIn === '1',
  force: values.force,
  incrementalFile: '.cache/mutate/known.json',
  concurrency: Math.max(1, Math.floor(availableParallelism() / 2)),
  reporters: process.stdout.isTTY ? ['progress'] : [],
  allowConsoleColors: false,
  cleanTempDir: 'always',
}).runMutationTest();

const noticed = new Set(['Killed', 'Timeout']);
const missed = new Set(['Survived', 'NoCoverage']);
const rooms = new Map();
for (const { fileName, status, location, mutatorName, replacement } of results) {
  const file = relative(root, fileName);
  const room = rooms.get(dirname(file)) ?? { noticed: 0, missed: 0 };
  rooms.set(dirname(file), room);
  if (noticed.has(status)) room.noticed += 1;
  if (!missed.has(status)) continue;
  room.missed += 1;
  if (paths.length === 0) continue;
  const { start, end } = location;
  const where = `${file}:${start.line + 1}:${start.column + 1}-${end.line + 1}:${end.column + 1}`;
  console.log(
    `${status === 'NoCoverage' ? 'not run ' : 'survived'} ${where} ${mutatorName}: ${replacement.replace(/\s+/g, ' ').slice(0, 100)}`,
  );
}
console.log(`\n${'room'.padEnd(32)} noticed  missed    rate`);
for (const [room, figures] of [...rooms].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
  const all = figures.noticed + figures.missed;
  const rate = all === 0 ? '-' : `${((100 * figures.noticed) / all).toFixed(1)} %`;
  console.log(
    `${room.padEnd(32)} ${String(figures.noticed).padStart(7)} ${String(figures.missed).padStart(7)} ${rate.padStart(7)}`,
  );
}
