// node build/complete-lock.mjs, after a package was added: names in package-lock.json the optional packages of other
// platforms that npm left out. npm does so where the registry at hand does not carry them, and then refuses its own
// lock file (`npm ci`: "Missing … from lock file") everywhere.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { lockedPackages, root } from './bootstrap.mjs';

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];

/** Reads from a package's name for which machine it is made, such as binding-linux-x64-musl. @param {string} name */
const platformOf = (name) => {
  const os = systems.find((system) => new RegExp(`\\b${system}\\b`).test(name));
  const cpu = processors.find((processor) => new RegExp(`\\b${processor}\\b`).test(name));
  if (os === undefined || cpu === undefined) throw new Error(`${name} does not say for which machine it is made.`);
  const musl = /musl/.test(name);
  return { cpu: [cpu], ...(os === 'linux' ? { libc: [musl ? 'musl' : 'glibc'] } : {}), os: [os] };
};

/**
 * Is there a package where Node would look for one that another asks for?
 * @param {Record<string, unknown>} packages of the lock file @param {string} from @param {string} name
 */
const isLocked = (packages, from, name) => {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    if (Object.hasOwn(packages, `${folder === '' ? '' : `${folder}/`}node_modules/${name}`)) return true;
    if (folder === '') return false;
  }
};

const path = join(root, 'package-lock.json');
const lock = JSON.parse(readFileSync(path, 'utf8'));
const packages = lockedPackages(path);
/** @type {Record<string, unknown>} */
const added = {};
for (const [from, entry] of Object.entries(packages))
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isLocked(packages, from, name)) continue;
    if (!/^\d+\.\d+\.\d+$/.test(version))
      throw new Error(`${from} asks for ${name} ${version}, which is no one version.`);
    const { cpu, ...rest } = platformOf(name);
    added[`node_modules/${name}`] = { version, cpu, ...(entry.dev ? { dev: true } : {}), optional: true, ...rest };
  }

const { '': top, ...found } = { ...packages, ...added };
const others = Object.entries(found).sort(([a], [b]) => a.localeCompare(b, 'en'));
writeFileSync(path, `${JSON.stringify({ ...lock, packages: { '': top, ...Object.fromEntries(others) } }, null, 2)}\n`);
console.log(`${Object.keys(added).length} added to package-lock.json.`);
