import { jsonDocument } from '../../src-main/node/storage/json-document.ts';

/**
 * A program of its own for the tests that kill it: writes ever higher numbers to the document named by its
 * argument and says each one that is safely written.
 */
const path = process.argv[2];
if (path === undefined) throw new Error('usage: document-writer.ts PATH');

const filler = 'x'.repeat(200_000);
const document = jsonDocument<{ readonly count: number; readonly filler: string }>({
  path,
  version: 1,
  migrations: [],
  parse: () => ({ count: 0, filler }),
  fallback: { count: 0, filler },
});

for (let count = 1; ; count += 1) {
  const written = await document.write({ count, filler });
  if (!written.ok) throw new Error(written.error.message);
  process.stdout.write(`${count}\n`);
}
