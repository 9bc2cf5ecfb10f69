import { posix } from 'node:path';

/** A style sheet by its path in the checkout, as text. */
export type StyleSheets = ReadonlyMap<string, string>;

/** Splits a list of selectors at the commas that are not within brackets. */
const selectorsOf = (list: string): readonly string[] => {
  const selectors = [''];
  let depth = 0;
  for (const letter of list) {
    if (letter === '(' || letter === '[') depth++;
    if (letter === ')' || letter === ']') depth--;
    if (letter === ',' && depth === 0) selectors.push('');
    else selectors[selectors.length - 1] += letter;
  }
  return selectors.map((selector) => selector.trim()).filter((selector) => selector !== '');
};

/** What a sheet defines: names that rules begin with, and names that are only added to one. */
interface Definitions {
  /** `.part dt` begins with `.part`; so do `section.part` and `:root .part`. */
  readonly begun: ReadonlySet<string>;
  /** `.button.small` adds `.small`. */
  readonly added: ReadonlySet<string>;
}

/** The sheet without comments and texts, and what stands before each of its braces. Our sheets nest no rules. */
const preludesOf = (css: string): readonly string[] => {
  const bare = css.replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/'[^'\n]*'|"[^"\n]*"/g, "''");
  return [...bare.matchAll(/([^{};]+)\{/g)].map(([, prelude = '']) => prelude.trim());
};

const definitionsOf = (css: string): Definitions => {
  const begun = new Set<string>();
  const added = new Set<string>();
  for (const prelude of preludesOf(css)) {
    const animation = /^\s*@keyframes\s+([\w-]+)/.exec(prelude)?.[1];
    if (animation !== undefined) begun.add(`@keyframes ${animation}`);
    if (prelude.startsWith('@')) continue;
    for (const selector of selectorsOf(prelude)) {
      const first = /\.(-?[a-z_][\w-]*)/i.exec(selector)?.[1];
      if (first !== undefined) begun.add(`.${first}`);
      for (const [, more = ''] of selector.matchAll(/(?<=\.[\w-]+)\.([\w-]+)/g)) added.add(`.${more}`);
    }
  }
  return { begun, added };
};

/**
 * Every window loads all sheets, so a name means one thing in all of them. Answers what two sheets define: a class
 * that rules of both begin with, an animation of both, or a class that one adds to another class and that begins
 * rules of a second one.
 */
export const sharedNames = (sheets: StyleSheets): readonly string[] => {
  const all = [...sheets].map(([path, css]) => ({ path, ...definitionsOf(css) }));
  const names = new Set(all.flatMap(({ begun }) => [...begun]));
  return [...names].toSorted().flatMap((name) => {
    const places = all.filter(({ begun, added }) => begun.has(name) || added.has(name)).map(({ path }) => path);
    return places.length > 1 ? [`${name} in ${places.join(' and ')}`] : [];
  });
};

const globalClass = /:global\(\.([\w-]+)\)/g;

/**
 * What does not fit between style sheets that are modules and the components that import them, all by path: classes
 * that only one of the two knows, and rules that begin with a class of all sheets.
 */
export const strayClasses = (sheets: StyleSheets, components: ReadonlyMap<string, string>): readonly string[] => {
  const modules = [...sheets].filter(([path]) => path.endsWith('.module.css'));
  const asked = new Map(modules.map(([path]) => [path, new Set<string>()]));
  /** Modules of which a component looks a state up by its name. */
  const lookedUp = new Set<string>();
  const askers: { readonly path: string; readonly sheet: string; readonly name: string }[] = [];
  for (const [path, code] of components)
    for (const [, local = '', from = ''] of code.matchAll(/^import (\w+) from '([^']+\.module\.css)';/gm)) {
      const sheet = posix.join(posix.dirname(path.replaceAll('\\', '/')), from);
      for (const [, name] of code.matchAll(new RegExp(`\\b${local}\\[(?:'([^']+)'\\])?`, 'g')))
        if (name === undefined) lookedUp.add(sheet);
        else {
          asked.get(sheet)?.add(name);
          askers.push({ path, sheet, name });
        }
    }
  const troubles: string[] = [];
  const known = new Map<string, ReadonlySet<string>>();
  for (const [sheet, css] of modules) {
    const own = new Set<string>();
    const parts = new Set<string>();
    for (const selector of preludesOf(css)
      .filter((prelude) => !prelude.startsWith('@'))
      .flatMap(selectorsOf)) {
      const first = /\.([a-z_][\w-]*)/i.exec(selector);
      if (first !== null && selector.slice(0, first.index).endsWith(':global('))
        troubles.push(`.${first[1]} of all sheets begins a rule of ${sheet}`);
      for (const compound of selector.replaceAll(globalClass, '').split(/[\s>+~]+/)) {
        const [part, ...states] = [...compound.matchAll(/\.([a-z_][\w-]*)/gi)].map(([, name = '']) => name);
        if (part !== undefined) parts.add(part);
        for (const name of [part, ...states]) if (name !== undefined) own.add(name);
      }
    }
    known.set(sheet, own);
    for (const name of own)
      if (asked.get(sheet)?.has(name) !== true && (parts.has(name) || !lookedUp.has(sheet)))
        troubles.push(`.${name} of ${sheet} is asked for by no component`);
  }
  for (const { path, sheet, name } of askers)
    if (known.get(sheet)?.has(name) !== true)
      troubles.push(`${path} asks for .${name}, which ${sheet} does not define`);
  return troubles;
};
