import { expect, test } from 'vitest';
import { commandTable } from './command-table.ts';
import { completions, type CompletionSource } from './completion.ts';
import { helpText } from './help.ts';

const nobody = (): Promise<never> => Promise.reject(new Error('nobody needed this'));

const source = (known: Partial<CompletionSource>): CompletionSource => ({
  vendors: nobody,
  operations: nobody,
  accounts: nobody,
  devices: nobody,
  services: () => ['ssh', 'vnc'],
  ...known,
});

const names = async () => ['plant1-pi', 'plant2-pi', 'Plant 3'];

test.each<[words: string, known: Partial<CompletionSource>, expected: readonly string[]]>([
  ['fo', {}, ['forward']],
  ['compl', {}, ['completion']],
  ['ssh plant', { devices: names }, ['plant1-pi', 'plant2-pi']],
  ['ssh --service ', {}, ['ssh', 'vnc']],
  ['ssh --service v', {}, ['vnc']],
  ['ssh --service ssh plant1', { devices: names }, ['plant1-pi']],
  ['--profile somewhere ssh P', { devices: names }, ['Plant 3']],
  ['ssh plant1-pi ', {}, []],
  ['ssh plant1-pi -- ', {}, []],
  ['forward --p', {}, ['--port', '--profile']],
  ['--vault ', {}, ['keychain', 'file']],
  ['accounts r', { accounts: nobody }, ['rename', 'remove']],
  ['accounts remove ', { accounts: async () => ['Acme'] }, ['Acme']],
  ['accounts add ', { vendors: async () => ['one', 'two'] }, ['one', 'two']],
  ['accounts list ', {}, []],
  ['api o', { vendors: async () => ['one', 'two'] }, ['one']],
  ['api one li', { operations: async (vendor) => [`list-${vendor}`] }, ['list-one']],
  ['api one list --account ', { accounts: async () => ['Acme', 'Other'] }, ['Acme', 'Other']],
  ['ssh-config --config ', {}, []],
  ['nonsense ', {}, []],
  ['completion z', {}, ['zsh']],
])('%s', async (words, known, expected) => {
  expect(await completions(words.split(' '), commandTable, source(known))).toEqual(expected);
});

test('the help has every command and every option of it, and no line runs out of a terminal', () => {
  const all = helpText(['one', 'two']);
  for (const entry of commandTable) {
    const own = helpText(['one', 'two'], entry);
    for (const flag of entry.flags) expect(own, `${entry.name} --${flag}`).toContain(`--${flag}`);
    for (const { form } of entry.help) {
      expect(own).toContain(form);
      expect(all.includes(`  ${form}`)).toBe(entry.hidden !== true);
    }
  }
  expect(all).toContain('VENDOR is one or two.');
  expect(all.split('\n').filter((line) => line.length > 120)).toEqual([]);
});
