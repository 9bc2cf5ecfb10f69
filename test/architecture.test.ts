import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

import { describe, expect, test } from 'vitest';

import { ruleBreaks, textBreaks } from './support/import-rules.ts';
import { sizeBreaks } from './support/size-rules.ts';
import { vendors } from '../src-main/vendors/registry.ts';
import { vendorWords } from './support/vendor-words.ts';
import { cyclesOf, moduleFacts, reachableFrom } from './support/module-facts.ts';

const root = join(import.meta.dirname, '..');
const ignored = new Set(['.git', 'node_modules', 'out', 'dist', 'test-results', 'playwright-report', '.cache']);

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (ignored.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() && !entry.name.endsWith('.log') ? [relative(root, path).split(sep).join('/')] : [];
  });

const text = (path: string): string => readFileSync(join(root, path), 'utf8');
const files = filesBelow(root);
const modules = new Map(
  files
    .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'))
    .map((path) => [path, moduleFacts(path, text(path))]),
);
const isSource = (path: string): boolean => path.startsWith('src-') && !/\.test\.tsx?$/.test(path);

const graphOf = (paths: readonly string[], withTypes: boolean): ReadonlyMap<string, readonly string[]> =>
  new Map(
    paths.map((path) => [
      path,
      (modules.get(path)?.imports ?? []).flatMap(({ file, typeOnly }) =>
        file !== undefined && (withTypes || !typeOnly) ? [file] : [],
      ),
    ]),
  );

const sources = [...modules.keys()].filter(isSource);
const vendorIds = vendors.map(({ id }) => id);

describe('the checkout', () => {
  test('keeps the import rules', () => {
    expect([...modules].flatMap(([path, facts]) => ruleBreaks(path, facts))).toEqual([]);
  });

  test('has no cycle of imports, not even between types', () => {
    expect(sources.length).toBeGreaterThan(0);
    expect(cyclesOf(graphOf(sources, true))).toEqual([]);
  });

  test('reaches electron from the desktop entry and the preload alone', () => {
    const graph = graphOf(sources, false);
    const entries = sources.filter((path) => /^src-main\/[^/]+\.ts$/.test(path) && path !== 'src-main/index.ts');
    const leaks = entries.filter((entry) =>
      [...reachableFrom(entry, graph)].some((path) => path.startsWith('src-main/electron/')),
    );
    expect(leaks).toEqual([]);
  });

  test('knows a vendor by its id nowhere but in its folder, the registry, its simulator and the demo', () => {
    expect(sources.flatMap((path) => vendorWords(path, text(path), vendorIds))).toEqual([]);
  });

  test('has no source over 400 lines and no folder of sources over 25 files', () => {
    const sized = files.filter((path) => path.startsWith('src-') && !/\.test\.tsx?$/.test(path));
    expect(sizeBreaks(sized.map((path) => ({ path, text: text(path) })))).toEqual([]);
  });

  test('holds no unfinished marker, no path of one machine and no registry', () => {
    const readable = files.filter((path) =>
      /\.(ts|tsx|mjs|js|cjs|json|css|html|md|yml|yaml|sh|svg)$|\.ci\//.test(path),
    );
    expect(readable.flatMap((path) => textBreaks(path, text(path)))).toEqual([]);
  });
});

/** Each sample breaks exactly one rule: a rule that cannot fail protects nothing. */
describe('the rules refuse', () => {
  const samples: readonly (readonly [path: string, source: string])[] = [
    ['src-main/core/base/a.ts', "import { x } from '../../services/b.ts';"],
    ['src-main/core/base/a.ts', "import { readFile } from 'node:fs/promises';"],
    ['src-main/core/base/a.ts', "import type { WebSocket } from 'ws';"],
    ['src-main/core/base/a.ts', "type X = import('../../node/b.ts').X;"],
    ['src-main/core/base/a.ts', "export { x } from '../../node/b.ts'; export const y = 1;"],
    ['src-main/core/base/a.ts', "const x = await import('../../node/b.ts');"],
    ['src-main/core/base/a.ts', "const x = require('ws');"],
    ['src-main/vendors/remoteiot/a.ts', "import { x } from '../../services/b.ts';"],
    ['src-main/vendors/remoteiot/a.ts', "import net from 'node:net';"],
    ['src-main/services/fleet/a.ts', "import { x } from '../../vendors/registry.ts';"],
    ['src-main/services/fleet/a.ts', "import { x } from '../../node/b.ts';"],
    ['src-main/services/fleet/a.ts', "import { WebSocket } from 'ws';"],
    ['src-main/bridge/a.ts', "import { x } from '../vendors/vendor.ts';"],
    ['src-main/bridge/a.ts', "import { z } from 'zod';"],
    ['src-main/node/runtime/a.ts', "import { x } from '../../services/b.ts';"],
    ['src-main/node/runtime/a.ts', "import ky from 'ky';"],
    ['src-main/node/http/http-client.ts', "import keytar from 'keytar';"],
    ['src-main/node/vault/keychain-vault.ts', "import { app } from 'electron';"],
    ['src-main/electron/a.ts', "import { x } from '../node/b.ts';"],
    ['src-main/simulators/a.ts', "import { x } from '../vendors/vendor.ts';"],
    ['src-main/simulators/a.ts', "import { WebSocket } from 'ws';"],
    ['src-main/compose/compose-core.ts', "import { app } from 'electron';"],
    ['src-main/compose/compose-core.ts', "import { x } from '../../src-renderer/b.ts';"],
    ['src-main/compose/compose-core.ts', "import { x } from '../../test/support/b.ts';"],
    ['src-main/compose/compose-core.ts', "import { x } from '../core/base/b.test.ts';"],
    ['src-preload/contract/a.ts', "import { x } from '../../src-main/core/b.ts';"],
    ['src-preload/contract/a.ts', "import { ipcRenderer } from 'electron';"],
    ['src-preload/index.ts', "import { readFile } from 'node:fs/promises';"],
    ['src-renderer/a.tsx', "import { x } from '../src-main/core/b.ts';"],
    ['src-renderer/a.tsx', "import { x } from '../src-preload/index.ts';"],
    ['src-renderer/a.tsx', "import { join } from 'node:path';"],
    ['src-main/elsewhere/a.ts', 'export const x = 1;'],
    ['src-main/core/a.ts', 'export const x = 1;'],
    ['src-main/node/elsewhere/a.ts', 'export const x = 1;'],
    ['src-main/core/base/a.ts', "import type { X } from '../fleet/b.ts';"],
    ['src-main/core/fleet/a.ts', "import type { X } from '../session/b.ts';"],
    ['src-main/services/fleet/a.ts', "import { x } from '../app/b.ts';"],
    ['src-main/node/http/a.ts', "import { x } from '../forward/b.ts';"],
    ['src-main/bridge/requests/a.ts', "import { x } from '../b.ts';"],
    ['src-main/vendors/mode/a.ts', "import { x } from '../reemo/b.ts';"],
    ['src-main/vendors/a.ts', "import { x } from './reemo/b.ts';"],
    ['src-renderer/ui/a.tsx', "import { x } from '../commands/b.ts';"],
    ['src-renderer/state/a.ts', "import { x } from '../ui/b.ts';"],
    ['src-renderer/fleet/a.tsx', "import { x } from '../shell/b.tsx';"],
    ['src-renderer/device/logs/a.tsx', "import { x } from '../b.tsx';"],
    ['src-renderer/session/files/a.tsx', "import { x } from '../terminal/b.tsx';"],
    ['src-main/core/base/a.ts', 'export default 1;'],
    ['src-main/core/base/a.ts', "export * from './b.ts';"],
    ['src-main/core/base/a.ts', "export { x } from './b.ts';"],
    ['src-main/core/base/a.ts', 'export enum Colour { Red }'],
    ['src-main/core/base/a.ts', 'export namespace Colours { export const red = 1; }'],
    ['src-main/core/base/a.ts', 'export class A { constructor(private readonly x: number) {} }'],
    ['test/support/a.ts', 'export default 1;'],
  ];

  test.each(samples)('%s: %s', (path, source) => {
    expect(ruleBreaks(path, moduleFacts(path, source))).toHaveLength(1);
  });

  test('nothing that the rules allow', () => {
    const allowed: readonly (readonly [path: string, source: string])[] = [
      ['src-main/core/base/a.ts', "import { z } from 'zod';"],
      ['src-main/services/fleet/a.ts', "import { z } from 'zod';"],
      ['src-main/services/fleet/a.ts', "import type { Vendor } from '../../vendors/vendor.ts';"],
      ['src-main/bridge/a.ts', "import type { z } from 'zod';"],
      ['src-main/node/http/http-client.ts', "import ky from 'ky';"],
      ['src-main/core/base/a.test.ts', "import { x } from '../../test/support/b.ts';"],
      ['electron.vite.config.ts', 'export default {};'],
    ];
    expect(allowed.flatMap(([path, source]) => ruleBreaks(path, moduleFacts(path, source)))).toEqual([]);
  });

  test('a source that is too long, and a folder that holds too many', () => {
    const line = 'export {};\n';
    expect(sizeBreaks([{ path: 'src-main/core/base/a.ts', text: line.repeat(400) }])).toEqual([]);
    expect(sizeBreaks([{ path: 'src-main/core/base/a.ts', text: line.repeat(401) }])).toEqual([
      'src-main/core/base/a.ts has 401 lines, more than 400',
    ]);
    const folder = Array.from({ length: 26 }, (_, index) => ({ path: `src-main/core/base/a${index}.ts`, text: line }));
    expect(sizeBreaks(folder.slice(1))).toEqual([]);
    expect(sizeBreaks(folder)).toEqual(['src-main/core/base holds 26 files, more than 25']);
  });

  test('cycles', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['b']],
    ]);
    expect(cyclesOf(graph)).toEqual([['b', 'c', 'b']]);
    expect(reachableFrom('a', graph)).toEqual(new Set(['a', 'b', 'c']));
  });

  test.each([
    ['src-renderer/a.tsx', "export const x = (vendor: string) => vendor === 'reemo';"],
    ['src-main/core/base/a.ts', "export type X = 'mode' | 'other';"],
    ['src-main/services/fleet/a.ts', 'export const x = { remotix: 1 };'],
    ['src-main/bridge/views/a.ts', "export const x = { mode: 1, 'reemo-2': 2, remoteit: 3 };"],
    ['src-preload/contract/a.ts', 'export const x = `remoteiot`;'],
    ['src-renderer/a.ts', 'export const x = (names: Record<string, string>) => names.remoteit;'],
    ['src-main/vendors/mode/a.ts', "export const x = 'remotix';"],
  ])('a vendor’s id in %s: %s', (path, source) => {
    expect(vendorWords(path, source, vendorIds)).not.toEqual([]);
  });

  test('no id of a vendor where it belongs, and no word that only looks like one', () => {
    const allowed: readonly (readonly [path: string, source: string])[] = [
      ['src-main/vendors/mode/a.ts', "export const x = 'mode';"],
      ['src-main/simulators/reemo/a.ts', "export const x = 'reemo';"],
      ['src-main/node/storage/a.ts', 'export const x = (stats: { mode: number }) => ({ mode: stats.mode });'],
      ['src-main/core/base/a.ts', "export const x = 'a mode of its own';"],
    ];
    expect(allowed.flatMap(([path, source]) => vendorWords(path, source, vendorIds))).toEqual([]);
  });

  test.each([
    ['src-main/a.ts', `// ${'TO' + 'DO'}: later`],
    ['build/a.mjs', `const folder = '/${'work'}/main';`],
    ['README.md', `see \`/${'root'}/notes\``],
    ['package-lock.json', `{"a":{"resolved":"somewhere"}}`],
    ['CONTRIBUTING.md', `https://registry.${'npmjs'}.org/`],
  ])('unwanted text in %s', (path, content) => {
    expect(textBreaks(path, content)).toHaveLength(1);
  });
});
