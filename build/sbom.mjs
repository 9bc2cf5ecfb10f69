// node build/sbom.mjs [FILE]: the bill of materials (CycloneDX) of what is shipped. npm reads it from the lock file, so
// nothing is asked of a registry; what only builds and tests Quayside is left out.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { environment, lockedPackages, root, runNpm } from './bootstrap.mjs';
import { shippedPackages } from './licences.mjs';
import { runtimePackages } from './node-runtime.mjs';

/**
 * What npm writes, as far as it counts here.
 * @typedef {{
 *   components: { 'bom-ref': string, properties?: unknown }[],
 *   dependencies: { ref: string, dependsOn?: string[] }[],
 *   metadata: { component: { 'bom-ref': string } },
 * }} Bill
 */

/** @returns {Bill} */
const npmSbom = () => {
  const parameters = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=application', '--offline'];
  const result = runNpm(parameters, { maxBuffer: 64 * 1024 * 1024, env: environment() });
  if (result.status !== 0) throw new Error(`npm sbom failed: ${result.error?.message ?? result.stderr}`);
  return JSON.parse(result.stdout);
};

/** The bill of materials as an object. */
export const billOfMaterials = () => {
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const electron = lockedPackages()['node_modules/electron'];
  const shipped = new Set(shippedPackages().map((entry) => `${entry.name}@${entry.version}`));
  shipped.add(`electron@${electron?.version}`);
  for (const runtime of runtimePackages()) shipped.add(runtime);
  const bill = npmSbom();
  const components = bill.components
    .filter((component) => shipped.has(component['bom-ref']))
    // For npm the window's packages are only needed to build; for who reads this they are inside.
    .map(({ properties: _properties, ...component }) => ({ ...component, scope: 'required' }));
  const own = bill.metadata.component['bom-ref'];
  const known = new Set([own, ...shipped]);
  return {
    ...bill,
    metadata: { ...bill.metadata, component: { ...bill.metadata.component, name, version } },
    components,
    dependencies: bill.dependencies
      .filter(({ ref }) => known.has(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((needed) => known.has(needed)) })),
  };
};

/** Writes the bill of materials. @param {string} file path, its folder is made */
export const writeBillOfMaterials = (file) => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(billOfMaterials(), null, 2)}\n`);
};

if (process.argv[1] !== undefined && resolve(process.argv[1]) === import.meta.filename)
  writeBillOfMaterials(resolve(process.argv[2] ?? join(root, 'dist/quayside.cdx.json')));
