import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { sharedNames } from './support/style-classes.ts';

const root = join(import.meta.dirname, '..');

const sheets = new Map(
  globSync('src-renderer/**/*.css', { cwd: root }).map((path) => [path, readFileSync(join(root, path), 'utf8')]),
);

describe('the style sheets', () => {
  test('define no class and no animation twice: the later one would change what the earlier one styles', () => {
    expect(sheets.size).toBeGreaterThan(10);
    expect(sharedNames(sheets)).toEqual([]);
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
