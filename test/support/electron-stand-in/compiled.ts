import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const here = import.meta.dirname;
let folder: string | undefined;

/**
 * The stand-in as plain JavaScript, made once a process and gone with it. Node's own stripping of types takes 35 MB
 * and a tenth of a second in every process, which would count as the application's.
 */
const compile = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'quayside-stand-in-'));
  for (const name of readdirSync(here)) {
    if (name.endsWith('.cjs')) copyFileSync(join(here, name), join(made, name));
    if (!name.endsWith('.ts')) continue;
    const text = stripTypeScriptTypes(readFileSync(join(here, name), 'utf8'));
    writeFileSync(join(made, name.replace(/ts$/, 'mjs')), text.replaceAll(/'(\.\/[\w-]+)\.ts'/g, "'$1.mjs'"));
  }
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  return made;
};

/** The parameters that make Node run a main script on the stand-in. */
export const standInArgs = (): readonly string[] => {
  folder ??= compile();
  return ['--import', pathToFileURL(join(folder, 'register.mjs')).href];
};
