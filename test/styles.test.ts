import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { sharedNames, strayClasses } from './support/style-classes.ts';

const root = join(import.meta.dirname, '..');

const filesOf = (pattern: string): ReadonlyMap<string, string> =>
  new Map(globSync(pattern, { cwd: root }).map((path) => [path, readFileSync(join(root, path), 'utf8')]));

const sheets = filesOf('src-renderer/**/*.css');
/** Sheets whose classes mean the same everywhere. The classes of a module are those of the components that import it. */
const globalSheets = new Map([...sheets].filter(([path]) => !path.endsWith('.module.css')));

describe('the style sheets', () => {
  test('define no class and no animation twice: the later one would change what the earlier one styles', () => {
    expect(sheets.size).toBeGreaterThan(10);
    expect(sharedNames(globalSheets)).toEqual([]);
  });

  test('that hold everywhere come first, before any component, and are those of theme and ui alone', () => {
    const first = /^(?:\/\/.*\n|import '.*\.css';\n)*/.exec(
      readFileSync(join(root, 'src-renderer/main.tsx'), 'utf8'),
    )?.[0];
    const imported = [...(first ?? '').matchAll(/^import '\.\/(.*)';$/gm)].map(([, path]) => `src-renderer/${path}`);
    expect(imported.toSorted()).toEqual([...globalSheets.keys()].toSorted());
    expect(imported.filter((path) => !/^src-renderer\/(theme|ui)\//.test(path))).toEqual([]);
  });

  test('of components define each class that a component asks for, and no other', () => {
    expect(strayClasses(sheets, filesOf('src-renderer/**/*.tsx'))).toEqual([]);
  });
});

describe('between a module and its components', () => {
  const sheet = '.part { display: grid; } .part.open { gap: 4px; } .part :global(.button) { height: 24px; }';
  const component = (code: string): readonly string[] =>
    strayClasses(
      new Map([['src-renderer/room/part.module.css', sheet]]),
      new Map([['src-renderer/room/inner/part.tsx', `import styles from '../part.module.css';\n${code}`]]),
    );
  const path = 'src-renderer/room/part.module.css';

  test('nothing is found where all is asked for', () => {
    expect(component("styles['part'] styles['open']")).toEqual([]);
  });

  test('a class is found that the sheet does not define', () => {
    expect(component("styles['part'] styles['open'] styles['button']")).toEqual([
      `src-renderer/room/inner/part.tsx asks for .button, which ${path} does not define`,
    ]);
  });

  test('a class is found that no component asks for', () => {
    expect(component("styles['part']")).toEqual([`.open of ${path} is asked for by no component`]);
  });

  test('a state that is looked up by its name counts as asked for, a part does not', () => {
    expect(component('styles[state]')).toEqual([`.part of ${path} is asked for by no component`]);
  });

  test('a rule is found that begins with a class of all sheets', () => {
    expect(
      strayClasses(
        new Map([[path, '.part {} :global(.button) .part { height: 24px; }']]),
        new Map([['src-renderer/room/part.tsx', "import styles from './part.module.css'; styles['part']"]]),
      ),
    ).toEqual([`.button of all sheets begins a rule of ${path}`]);
  });
});

/** Each sample is one more way in which the rule once was broken. */
describe('a name of two sheets is found', () => {
  const own = '.part { display: grid; } .button { height: 28px; }';
  const samples: readonly (readonly [how: string, css: string])[] = [
    ['alone', '.part { grid-template-columns: 152px 1fr; }'],
    ['with a state', '.part:hover { color: red; }'],
    ['with what is in it', '.part dt { display: flex; }'],
    ['in a list of selectors', '.other, .part { margin: 0; }'],
    ['on an element', 'section.part { margin: 0; }'],
    ['below the root', ':root .part { margin: 0; }'],
    ['under a condition', '@media (max-width: 899px) { .part { margin: 0; } }'],
    ['after a declaration', '@media print { .a { content: "}"; color: red } .part { margin: 0 } }'],
    ['within :is', ':is(.part, .whole) dt { margin: 0; }'],
    ['added to another class', '.input.part { margin: 0; }'],
  ];
  test.each(samples)('%s', (_how, css) => {
    expect(
      sharedNames(
        new Map([
          ['own.css', own],
          ['other.css', css],
        ]),
      ),
    ).toEqual(['.part in own.css and other.css']);
  });

  test('as an animation', () => {
    const css = '@keyframes turn { to { rotate: 360deg; } }';
    expect(
      sharedNames(
        new Map([
          ['a.css', css],
          ['b.css', css],
        ]),
      ),
    ).toEqual(['@keyframes turn in a.css and b.css']);
  });

  test('but not where a sheet styles what stands in a thing of its own, or what a comment mentions', () => {
    const css = '/* .part {} */ .bulk .button { height: 24px; } .tab[data-is=".part"] { margin: 0; }';
    expect(
      sharedNames(
        new Map([
          ['own.css', own],
          ['bulk.css', css],
        ]),
      ),
    ).toEqual([]);
  });
});
