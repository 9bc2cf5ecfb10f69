// node build/rollout.mjs PERCENTAGE LIST…: how many of a hundred installations are offered the version of these lists of
// updates (latest.yml and its like). Each installation has a number of its own, so who was offered it stays among them.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * @param {string} list a list of updates, as electron-builder writes it
 * @param {number} percentage 1 to 100; all, where it is 100
 */
export const withRollout = (list, percentage) => {
  const rest = list.replace(/^stagingPercentage:.*\n?/gm, '').trimEnd();
  return percentage === 100 ? `${rest}\n` : `${rest}\nstagingPercentage: ${percentage}\n`;
};

if (process.argv[1] !== undefined && resolve(process.argv[1]) === import.meta.filename) {
  const [given = '', ...files] = process.argv.slice(2);
  const percentage = Number(given);
  if (!Number.isInteger(percentage) || percentage < 1 || percentage > 100 || files.length === 0) {
    console.error('Usage: node build/rollout.mjs PERCENTAGE LIST…, with a whole number from 1 to 100');
    process.exitCode = 2;
  } else for (const file of files) writeFileSync(file, withRollout(readFileSync(file, 'utf8'), percentage));
}
