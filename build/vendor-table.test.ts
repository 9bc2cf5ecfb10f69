import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { vendorTable, withVendorTable } from './vendor-table.mjs';

const readme = (): string => readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');

describe('README’s table of vendors', () => {
  test('is that of the catalogue', async () => {
    const text = readme();
    expect(withVendorTable(text, await vendorTable()), 'run node build/vendor-table.mjs').toBe(text);
  });

  test('takes the place of an old one, and gets a heading where there was none', async () => {
    const block = await vendorTable();
    const fresh = withVendorTable('# Quayside\n\nWords.\n', block);
    expect(fresh).toContain(`## Vendors\n`);
    expect(fresh).toContain(block);
    const old = fresh.replace('| Remotix', '| Something else');
    expect(old).not.toBe(fresh);
    expect(withVendorTable(old, block)).toBe(fresh);
    for (const name of ['remote.it', 'RemoteIoT', 'MODE', 'Remotix', 'Reemo']) expect(block).toContain(`| ${name} `);
  });
});
