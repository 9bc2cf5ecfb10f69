import { readFileSync } from 'node:fs';

/** remote.it's own schema; see the head of the file. */
export const remoteItVendorSchema = readFileSync(
  new URL('../contract/remoteit.schema.graphql', import.meta.url),
  'utf8',
);
