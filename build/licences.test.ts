import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { root } from './bootstrap.mjs';
import { shippedPackages } from './licences.mjs';
import { billOfMaterials } from './sbom.mjs';

const shipped = shippedPackages();
const names = shipped.map(({ name }) => name);

test('what the application and its window are made of is known, down to what packages need themselves', () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const direct = Object.keys(dependencies).map((name) => (name === 'keytar' ? '@github/keytar' : name));
  expect(names).toEqual(
    expect.arrayContaining([...direct, 'react', 'scheduler', '@xterm/xterm', '@novnc/novnc', 'asn1']),
  );
  expect(names.filter((name) => /^(@types\/|electron$|vite|vitest|typescript|electron-builder$)/.test(name))).toEqual(
    [],
  );
});

test('each comes with the text of its licence', () => {
  expect(shipped.filter(({ texts }) => texts.every((text) => text.length < 100)).map(({ name }) => name)).toEqual([]);
  expect(shipped.filter(({ licence }) => !/^[\w.() -]+$/.test(licence)).map(({ name }) => name)).toEqual([]);
  expect(shipped.find(({ name }) => name === 'lazy-val')?.texts[0]).toContain('Vladimir Krivosheev');
});

const componentSchema = z.object({
  'bom-ref': z.string().min(1),
  type: z.enum(['library', 'application']),
  name: z.string().min(1),
  version: z.string().min(1),
  scope: z.literal('required'),
  purl: z.string().regex(/^pkg:npm\/(%40[\w.-]+\/)?[\w.-]+@[\w.+-]+/),
  hashes: z.array(z.object({ alg: z.string(), content: z.string().regex(/^[0-9a-f]+$/) })).optional(),
});
const billSchema = z.object({
  $schema: z.string(),
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string().regex(/^1\.\d$/),
  serialNumber: z.string().regex(/^urn:uuid:[0-9a-f-]{36}$/),
  version: z.literal(1),
  metadata: z.object({
    component: z.object({
      name: z.literal('quayside'),
      version: z.string(),
      type: z.literal('application'),
      'bom-ref': z.string(),
    }),
  }),
  components: z.array(componentSchema).min(1),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

test(
  'the bill of materials is CycloneDX and lists every shipped package, Electron and the Nodes of the command line, each once',
  { timeout: 60_000 },
  () => {
    const bill = billSchema.parse(billOfMaterials());
    const listed = bill.components.map((component) => component['bom-ref']);
    const electron = listed.filter((ref) => ref.startsWith('electron@'));
    expect(electron).toHaveLength(1);
    const runtimes = listed.filter((ref) => /^node-(bin-)?(linux|darwin|win)-(x64|arm64)@2[24]\./.test(ref));
    expect(runtimes).toHaveLength(5);
    expect(listed.toSorted()).toEqual(
      [...electron, ...runtimes, ...new Set(shipped.map(({ name, version }) => `${name}@${version}`))].toSorted(),
    );
    const known = new Set([...listed, bill.metadata.component['bom-ref']]);
    const edges = bill.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]);
    expect(edges.filter((ref) => !known.has(ref))).toEqual([]);
  },
);
