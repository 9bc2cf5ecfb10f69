import { expect, it } from 'vitest';
import { vendors } from '../../vendors/registry.ts';
import { parseFields, parseSecrets } from './account-draft.ts';

/** Words of zod's own, which are for whoever wrote the schema. */
const schemaWords =
  /too (?:small|big)|invalid|received|>=|<=|must match|unrecognized|string|expected (?:array|object)/i;

it.each(vendors.map((vendor) => [vendor.id, vendor] as const))(
  'what is wrong with an account of %s is said in words of its form',
  (_id, vendor) => {
    const named = vendor.credentialForms.flatMap((form) => form.fields);
    const spoiled = ['', ' ', 'x'.repeat(3_000), 'two words', '\u0000', '-1', '999999999', 'ä/..?#'];
    let refused = 0;
    for (const { name } of named) {
      for (const value of spoiled) {
        const all = Object.fromEntries(named.map((field) => [field.name, field.name === name ? value : 'abc']));
        for (const given of [{ [name]: value }, all])
          for (const parsed of [parseSecrets(vendor, given), parseFields(vendor, given)]) {
            if (parsed.ok) continue;
            refused += 1;
            expect(parsed.error.message).not.toMatch(schemaWords);
            // The form goes to the field that is named.
            const label = named.find((known) => known.name === parsed.error.field)?.label;
            expect(parsed.error.message.startsWith(`“${label ?? ''}”`)).toBe(parsed.error.message.startsWith('“'));
            if (value.trim().length > 3) expect(parsed.error.message).not.toContain(value);
          }
      }
    }
    expect(refused).toBeGreaterThan(0);
  },
);
