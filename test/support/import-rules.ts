import type { ModuleFacts, ModuleImport } from './module-facts.ts';
import { roomless, upwards } from './rooms.ts';

/** The import rules of ARCHITECTURE.md. This file is their authority; the lint bans only say it sooner. */
interface Zone {
  readonly name: string;
  readonly holds: (path: string) => boolean;
  /** Files it may import, relative to the root of the checkout. */
  readonly files: readonly RegExp[];
  /** Packages it may import; the packages named in `packageOwners` need their owner besides. */
  readonly packages: readonly RegExp[];
  /** Packages it may name in types alone. */
  readonly typePackages?: readonly RegExp[];
}

const core = /^src-main\/core\//;
const contract = /^src-preload\/contract\//;
/** What a text is searched and sorted by: one rule for the window, the command line and the user's ssh. */
const letters = /^src-main\/core\/text\/(?:letters|byte-names)\.ts$/;
const services = /^src-main\/services\//;
const bridge = /^src-main\/bridge\//;
const zod = /^zod(\/|$)/;
const builtIn = /^node:/;
const electron = /^electron(\/|$)/;

const folder = (pattern: RegExp) => (path: string) => pattern.test(path);

const zones: readonly Zone[] = [
  // Zod reads stored documents there.
  { name: 'core', holds: folder(core), files: [core], packages: [zod] },
  {
    name: 'vendors',
    holds: folder(/^src-main\/vendors\//),
    files: [core, /^src-main\/vendors\//],
    packages: [zod],
  },
  {
    name: 'services',
    holds: folder(services),
    files: [core, services, /^src-main\/vendors\/vendor\.ts$/],
    packages: [zod],
  },
  {
    name: 'bridge',
    holds: folder(bridge),
    files: [core, services, bridge, contract],
    packages: [],
    typePackages: [zod],
  },
  { name: 'node', holds: folder(/^src-main\/node\//), files: [core, /^src-main\/node\//], packages: [/./] },
  {
    name: 'electron',
    holds: folder(/^src-main\/electron\//),
    files: [core, services, bridge, contract, /^src-main\/electron\//],
    packages: [electron, /^electron-updater$/, builtIn],
  },
  {
    name: 'simulators',
    holds: folder(/^src-main\/simulators\//),
    files: [core, /^src-main\/simulators\//],
    packages: [builtIn, zod, /^graphql$/],
  },
  {
    name: 'composition roots',
    holds: folder(/^src-main\/([^/]+|(?:compose|demo|cli|cli\/commands)\/[^/]+)\.ts$/),
    files: [/^src-main\//, contract, /^package\.json$/],
    packages: [/./],
  },
  { name: 'contract', holds: folder(contract), files: [contract, letters], packages: [zod] },
  { name: 'preload', holds: folder(/^src-preload\/[^/]+\.ts$/), files: [/^src-preload\//], packages: [electron] },
  {
    name: 'renderer',
    holds: folder(/^src-renderer\//),
    files: [contract, letters, /^src-renderer\//],
    packages: [
      /^(react|react-dom|zustand|radix-ui|lucide-react)(\/|$)/,
      /^@(tanstack|fontsource-variable|xterm|novnc)\//,
      // Made by build/licences.mjs.
      /^virtual:licences$/,
    ],
  },
];

/** Packages that one place alone may import. */
const packageOwners: readonly { readonly name: RegExp; readonly owner: RegExp }[] = [
  { name: electron, owner: /^(src-main\/electron\/|src-preload\/index\.ts$)/ },
  // The second is the demo's make-believe devices: a server, and never part of the application.
  { name: /^ssh2(\/|$)/, owner: /^(src-main\/node\/ssh\/ssh-client[^/]*\.ts|src-main\/demo\/demo-(?:ssh|files)\.ts)$/ },
  { name: /^electron-updater(\/|$)/, owner: /^src-main\/electron\/updates\.ts$/ },
  { name: /^ky(\/|$)/, owner: /^src-main\/node\/http\/http-client[^/]*\.ts$/ },
  { name: /^(keytar|@github\/keytar)(\/|$)/, owner: /^src-main\/node\/vault\/keychain-vault\.ts$/ },
];

/** Config files whose tool reads the default export. */
const needsDefaultExport = /(^|\/)[\w.-]+\.config\.ts$/;

const isTest = (path: string): boolean => /\.test\.tsx?$/.test(path) || path.startsWith('test/');

const importBreaks = (path: string, zone: Zone, { specifier, file, typeOnly }: ModuleImport): string | undefined => {
  if (file !== undefined) {
    if (isTest(file)) return `${path} imports ${file}, and sources never import tests`;
    if (!zone.files.some((pattern) => pattern.test(file))) return `${path} (${zone.name}) imports ${file}`;
    return upwards(path, file);
  }
  const owned = packageOwners.find(({ name }) => name.test(specifier));
  if (owned !== undefined && !owned.owner.test(path)) return `${path} imports ${specifier}, which it does not own`;
  const allowed = [...zone.packages, ...(typeOnly ? (zone.typePackages ?? []) : [])];
  return allowed.some((pattern) => pattern.test(specifier)) ? undefined : `${path} (${zone.name}) imports ${specifier}`;
};

/** What a source file breaks, one sentence each; empty when it keeps every rule. */
export const ruleBreaks = (path: string, facts: ModuleFacts): readonly string[] => {
  const breaks: string[] = [];
  if (facts.defaultExport && !needsDefaultExport.test(path)) breaks.push(`${path} has a default export`);
  if (facts.barrel) breaks.push(`${path} is a barrel`);
  for (const syntax of facts.unerasable) breaks.push(`${path} uses ${syntax}, which cannot be erased`);
  if (!path.startsWith('src-') || isTest(path)) return breaks;
  const zone = zones.find(({ holds }) => holds(path));
  if (zone === undefined) return [...breaks, `${path} is in no folder that the import rules know`];
  const placed = roomless(path);
  if (placed !== undefined) breaks.push(placed);
  for (const found of facts.imports) {
    const broken = importBreaks(path, zone, found);
    if (broken !== undefined) breaks.push(broken);
  }
  return breaks;
};

// Put together from parts, so that this file does not hold what it looks for.
const markers = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|')})\\b`);
const machinePaths = new RegExp(`(^|[^\\w./-])/(${['wo' + 'rk', 'ro' + 'ot'].join('|')})/`, 'm');
const registryHosts = new RegExp(
  `registry\\.(npmjs|yarnpkg)|https?://[^\\s/"']*(${['art', 'ifactory'].join('')}|nexus|verdaccio|npm-proxy)`,
);

/** What the text of a tracked file must not hold, one sentence each. Prose may speak of markers. */
export const textBreaks = (path: string, text: string): readonly string[] => {
  const breaks: string[] = [];
  if (!path.endsWith('.md') && markers.test(text)) breaks.push(`${path} holds a marker of unfinished work`);
  if (machinePaths.test(text)) breaks.push(`${path} names a path of one machine`);
  if (registryHosts.test(text)) breaks.push(`${path} names a package registry`);
  if (path.endsWith('package-lock.json') && /"resolved":/.test(text))
    breaks.push(`${path} records where packages were fetched from`);
  return breaks;
};
