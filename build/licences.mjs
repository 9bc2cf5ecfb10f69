// Which packages of others a Quayside package carries, and their licences, which the settings show.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const checkout = join(import.meta.dirname, '..');

/** Needed to compile what is shipped compiled or not at all: see `files` in electron-builder.mjs. */
const notShipped = new Set(['cpu-features', 'buildcheck', 'nan', 'node-addon-api']);

/**
 * What a package says of itself.
 * @typedef {string | { type?: string } | null} Licence
 * @typedef {{ name: string, version: string, license?: Licence | Licence[], licenses?: Licence[], author?: string | { name?: string } }} PackageFacts
 */

/** @param {string} path */
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** @param {string} folder @param {RegExp} pattern */
const filesBelow = (folder, pattern) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name) && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));

/**
 * The packages that the window and the preload are bundled from: the names their sources import.
 * @param {string} root @returns {string[]}
 */
const bundledRoots = (root) => {
  const names = new Set();
  for (const folder of ['src-renderer', 'src-preload'])
    for (const file of filesBelow(join(root, folder), /\.(tsx?|css)$/))
      for (const [, name] of readFileSync(file, 'utf8').matchAll(
        /(?:from\s+|import\s*\(?\s*|@import\s+|url\()['"]((?:@[a-z0-9-]+\/)?[a-z0-9][a-z0-9._-]*)(?:\/[^'"]*)?['"]/g,
      ))
        if (name !== 'electron' && name !== 'vite' && name !== 'vitest') names.add(name);
  return [...names];
};

/**
 * Where Node finds a package that another one asks for, as a path of the lock file.
 * @param {Record<string, unknown>} packages @param {string} from @param {string} name
 */
const locate = (packages, from, name) => {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (Object.hasOwn(packages, path)) return path;
    if (folder === '') return undefined;
  }
};

/** npm's own field, which old packages filled with objects. @param {PackageFacts} manifest */
const licenceOf = (manifest) => {
  const given = manifest.license ?? manifest.licenses;
  const names = [given].flat().map((entry) => (typeof entry === 'string' ? entry : entry?.type));
  const known = names.filter((name) => typeof name === 'string');
  return known.length === 0 ? 'see its text' : known.join(' or ');
};

/** @param {string} folder */
const textsOf = (folder) =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /^(licen[cs]e|copying|notice)/i.test(entry.name))
    .map((entry) => readFileSync(join(folder, entry.name), 'utf8').trim());

/**
 * The folders of packages and of all they need themselves, as paths of the lock file.
 * @param {string} root @param {Record<string, import('./bootstrap.mjs').LockedPackage>} packages @param {readonly string[]} names
 * @returns {Set<string>}
 */
const withNeeds = (root, packages, names) => {
  const found = new Set();
  const waiting = names.map((name) => ({ from: '', name }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { from, name } = next;
    const path = locate(packages, from, name);
    if (path === undefined) {
      if (from === '') throw new Error(`${name} is imported and stands in no lock file.`);
      continue;
    }
    // Types are gone after the build.
    if (found.has(path) || notShipped.has(name) || name.startsWith('@types/')) continue;
    if (!existsSync(join(root, path))) continue;
    found.add(path);
    const { dependencies = {}, optionalDependencies = {} } = packages[path] ?? {};
    for (const needed of Object.keys({ ...dependencies, ...optionalDependencies }))
      waiting.push({ from: path, name: needed });
  }
  return found;
};

/** The text of the MIT licence, for packages that name it and carry none. @param {string} root @param {string} owner */
const mitText = (root, owner) =>
  readFileSync(join(root, 'LICENSE'), 'utf8')
    .trim()
    .replace(/^Copyright .*$/m, owner);

/** @param {string} root @param {string} path @param {PackageFacts} manifest */
const textsOrMit = (root, path, manifest) => {
  const texts = textsOf(join(root, path));
  if (texts.length > 0 || licenceOf(manifest) !== 'MIT') return texts;
  const author = typeof manifest.author === 'string' ? manifest.author : manifest.author?.name;
  return [mitText(root, `Copyright (c) ${author ?? `the authors of ${manifest.name}`}`)];
};

/**
 * The packages of others that are shipped, by name: what main imports at run time, which is packed as it is, and what the
 * window is bundled from; each with all it needs itself.
 * @param {string} root of the checkout
 * @returns {readonly { name: string, version: string, licence: string, texts: readonly string[], path: string, packed: boolean }[]}
 */
export const shippedPackages = (root = checkout) => {
  const { packages } = readJson(join(root, 'package-lock.json'));
  const packed = withNeeds(root, packages, Object.keys(readJson(join(root, 'package.json')).dependencies));
  const bundled = withNeeds(root, packages, bundledRoots(root));
  return [...new Set([...packed, ...bundled])]
    .map((path) => {
      /** @type {PackageFacts} */
      const manifest = readJson(join(root, path, 'package.json'));
      return {
        name: manifest.name,
        version: manifest.version,
        licence: licenceOf(manifest),
        texts: textsOrMit(root, path, manifest),
        path,
        packed: packed.has(path),
      };
    })
    .sort((a, b) => a.name.localeCompare(b.name, 'en') || a.version.localeCompare(b.version, 'en'));
};

/** What the window shows of each: one text, whatever number of files it came in. @param {ReturnType<typeof shippedPackages>} packages */
const shown = (packages) =>
  packages.map(({ name, version, licence, texts }) => ({ name, version, licence, text: texts.join('\n\n') }));

const moduleName = 'virtual:licences';

/**
 * Gives the window the module `virtual:licences`, which its settings load when somebody asks. src-renderer/settings/licences.d.ts
 * has its type.
 * @param {string} root of the checkout
 * @returns {import('vite').Plugin}
 */
export const licences = (root) => ({
  name: 'quayside:licences',
  resolveId: (id) => (id === moduleName ? `\0${moduleName}` : undefined),
  load: (id) =>
    id === `\0${moduleName}`
      ? `export const licences = JSON.parse(${JSON.stringify(JSON.stringify(shown(shippedPackages(root))))});`
      : undefined,
});
