import { readdir } from 'node:fs/promises';
import { cpus } from 'node:os';
import type { Bench, Table } from './bench.ts';

/**
 * `npm run bench [-- [--quick] [NAME]...]`: runs the benches named, or all. Prints tables for people and one line
 * of JSON for each metric.
 */
const suffix = '.bench.ts';

const print = (table: Table): void => {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  for (const row of table) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    console.log(`  ${cells.join('  ')}`.trimEnd());
  }
};

const names = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const quick = process.argv.includes('--quick');
const files = (await readdir(import.meta.dirname)).filter((file) => file.endsWith(suffix)).toSorted();
const known = files.map((file) => file.slice(0, -suffix.length));
const unknown = names.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}. There are: ${known.join(', ')}.`);
  process.exit(2);
}
console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}`);
for (const name of known) {
  if (names.length > 0 && !names.includes(name)) continue;
  const { bench } = (await import(`./${name}${suffix}`)) as { bench: Bench };
  console.log(`\n${bench.name}: ${bench.about}`);
  const { tables, metrics } = await bench.run({ quick });
  for (const table of tables) {
    console.log('');
    print(table);
  }
  console.log('');
  for (const { metric, value, unit } of metrics) {
    console.log(JSON.stringify({ bench: bench.name, metric, value: Number(value.toPrecision(4)), unit }));
  }
}
