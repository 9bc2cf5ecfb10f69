import { posix } from 'node:path';

import { parseSync } from 'vite';

/** One import of a module, in whichever form it is written. */
export interface ModuleImport {
  /** What the source says, such as `../core/errors.ts` or `zod`. */
  readonly specifier: string;
  /** The imported file relative to the root of the checkout; undefined for a package. */
  readonly file: string | undefined;
  readonly typeOnly: boolean;
}

/** What the import rules need to know of a source file. */
export interface ModuleFacts {
  readonly imports: readonly ModuleImport[];
  readonly defaultExport: boolean;
  /** Does it hand on whole other modules, or consist of nothing but what others export? */
  readonly barrel: boolean;
  /** Syntax that cannot simply be erased: enums, namespaces, parameter properties. */
  readonly unerasable: readonly string[];
}

export interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';

export function* nodesOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) {
    for (const item of value) yield* nodesOf(item);
  } else if (typeof value === 'object' && value !== null) {
    if (isNode(value)) yield value;
    for (const part of Object.values(value)) yield* nodesOf(part);
  }
}

const literal = (value: unknown): string | undefined =>
  isNode(value) && typeof value['value'] === 'string' ? value['value'] : undefined;

const allTypes = (specifiers: unknown, kind: 'importKind' | 'exportKind'): boolean =>
  Array.isArray(specifiers) &&
  specifiers.length > 0 &&
  specifiers.every((specifier) => isNode(specifier) && specifier[kind] === 'type');

/** The specifier that a node imports and whether only for its types; undefined for any other node. */
const importOf = (node: Node): { specifier: string; typeOnly: boolean } | undefined => {
  switch (node.type) {
    case 'ImportDeclaration': {
      const specifier = literal(node['source']);
      const typeOnly = node['importKind'] === 'type' || allTypes(node['specifiers'], 'importKind');
      return specifier === undefined ? undefined : { specifier, typeOnly };
    }
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration': {
      const specifier = literal(node['source']);
      const typeOnly = node['exportKind'] === 'type' || allTypes(node['specifiers'], 'exportKind');
      return specifier === undefined ? undefined : { specifier, typeOnly };
    }
    case 'ImportExpression': {
      const specifier = literal(node['source']);
      return specifier === undefined ? undefined : { specifier, typeOnly: false };
    }
    case 'TSImportType': {
      const specifier = literal(node['source']);
      return specifier === undefined ? undefined : { specifier, typeOnly: true };
    }
    case 'CallExpression': {
      const callee = node['callee'];
      const [first] = node['arguments'] as readonly unknown[];
      const specifier = literal(first);
      return specifier !== undefined && isNode(callee) && callee['name'] === 'require'
        ? { specifier, typeOnly: false }
        : undefined;
    }
    default:
      return undefined;
  }
};

/** Reads the facts from a source. `path` is relative to the root of the checkout, with forward slashes. */
export const moduleFacts = (path: string, source: string): ModuleFacts => {
  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  const imports: ModuleImport[] = [];
  const unerasable: string[] = [];
  for (const node of nodesOf(program)) {
    const found = importOf(node);
    if (found !== undefined) {
      const file = found.specifier.startsWith('.')
        ? posix.normalize(posix.join(posix.dirname(path), found.specifier))
        : undefined;
      imports.push({ ...found, file });
    }
    if (['TSEnumDeclaration', 'TSModuleDeclaration', 'TSParameterProperty'].includes(node.type))
      if (node['declare'] !== true) unerasable.push(node.type);
  }
  const statements = program.body as unknown as readonly Node[];
  const handsOn = (node: Node): boolean =>
    node.type === 'ExportNamedDeclaration' && literal(node['source']) !== undefined;
  return {
    imports,
    defaultExport: statements.some((node) => node.type === 'ExportDefaultDeclaration'),
    barrel:
      statements.some((node) => node.type === 'ExportAllDeclaration') ||
      (statements.length > 0 && statements.every(handsOn)),
    unerasable,
  };
};

/** Every cycle's files in a graph of imports, as one path that ends where it began; empty when there is none. */
export const cyclesOf = (graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] => {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start !== -1) {
      cycles.push([...path.slice(start), file]);
      return;
    }
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return cycles;
};

/** Every file that can be reached from one, itself included. */
export const reachableFrom = (entry: string, graph: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> => {
  const seen = new Set<string>();
  const waiting = [entry];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    waiting.push(...(graph.get(file) ?? []));
  }
  return seen;
};
