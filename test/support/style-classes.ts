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

const definitionsOf = (css: string): Definitions => {
  const begun = new Set<string>();
  const added = new Set<string>();
  const bare = css.replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/'[^'\n]*'|"[^"\n]*"/g, "''");
  // What stands before a brace begins after the brace or the semicolon before it: our sheets nest no rules.
  for (const [, prelude = ''] of bare.matchAll(/([^{};]+)\{/g)) {
    const animation = /^\s*@keyframes\s+([\w-]+)/.exec(prelude)?.[1];
    if (animation !== undefined) begun.add(`@keyframes ${animation}`);
    if (prelude.trim().startsWith('@')) continue;
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
