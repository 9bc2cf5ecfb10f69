// npm run smoke -- package [FOLDER] [--pictures FOLDER] | start --expect desktop|browser: what only real binaries can show,
// for the workflow and for whoever has packed something. Each part is told with its time; the exit code is 1 where one failed.
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { smokePackage } from './package.ts';
import { smokeStart } from './start.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { pictures: { type: 'string' }, expect: { type: 'string' } },
});

let failed = 0;
const check = async (name: string, part: () => Promise<void>): Promise<void> => {
  const began = performance.now();
  const told = (how: string): void =>
    console.log(`${how} ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  try {
    await part();
    told('ok    ');
  } catch (thrown) {
    failed += 1;
    told('FAILED');
    console.log(`       ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
};

const [what, folder = join(import.meta.dirname, '../../dist')] = positionals;
const { expect, pictures } = values;
if (what === 'package')
  await smokePackage(resolve(folder), pictures === undefined ? undefined : resolve(pictures), check);
else if (what === 'start' && (expect === 'desktop' || expect === 'browser')) await smokeStart(expect, check);
else {
  console.error('Usage: npm run smoke -- package [FOLDER] [--pictures FOLDER] | start --expect desktop|browser');
  process.exit(2);
}
// Whatever would not end is not waited for.
process.exit(failed === 0 ? 0 : 1);
