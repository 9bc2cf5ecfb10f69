// Packages of npm that are no part of the project: a runtime of another system, or another runtime. Each is fetched once, kept
// among the packages' caches, which git ignores, and used only if it is the file that its sum names.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { environment, root, runNpm, SetUpError } from './bootstrap.mjs';

/** Is a file the one that a lock file names? @param {string} file @param {string} integrity such as sha512-… in base64 */
export const isUntouched = (file, integrity) => {
  const [algorithm = '', ...sum] = integrity.split('-');
  return createHash(algorithm).update(readFileSync(file)).digest('base64') === sum.join('-');
};

/** Where the content of a package is, once it was fetched. @param {{ name: string, version: string }} wanted */
export const npmFolder = ({ name, version }) =>
  join(root, 'node_modules/.cache/quayside-npm', `${name.replaceAll('/', '-').replace('@', '')}-${version}`);

/**
 * The folder of a package's content, fetched where it is not there yet. Throws a SetUpError that says why where it cannot be had.
 * @param {{ name: string, version: string, integrity: string }} wanted
 * @returns {string}
 */
export const npmPackage = ({ name, version, integrity }) => {
  const folder = npmFolder({ name, version });
  if (existsSync(join(folder, 'package.json'))) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const work = mkdtempSync(`${folder}-`);
  try {
    console.error(`Fetching ${name} ${version} …`);
    const packed = runNpm(['pack', `${name}@${version}`, '--silent'], { cwd: work, env: environment() });
    const [file] = readdirSync(work).filter((entry) => entry.endsWith('.tgz'));
    if (packed.status !== 0 || file === undefined)
      throw new SetUpError(`${name} ${version} could not be fetched:\n${packed.error?.message ?? packed.stderr}`);
    if (!isUntouched(join(work, file), integrity))
      throw new SetUpError(`${name} ${version} is not the file that its sum names; nothing of it was used.`);
    // Without a folder in its arguments: GNU's tar takes `C:` for the name of a computer.
    const { status, stderr } = spawnSync('tar', ['-xzf', file], { cwd: work, encoding: 'utf8' });
    if (status !== 0) throw new SetUpError(`${file} could not be unpacked:\n${stderr}`);
    rmSync(folder, { recursive: true, force: true });
    renameSync(join(work, 'package'), folder);
    return folder;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};
