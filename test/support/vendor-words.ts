import { parseSync } from 'vite';

import { isNode, nodesOf, type Node } from './module-facts.ts';

/** Ids that are words of other trades, too: the mode of a file. As a key they count beside another vendor's alone. */
const common: ReadonlySet<string> = new Set(['mode']);

/** Where the id of a vendor may stand. */
const isPlaceOf = (id: string, path: string): boolean =>
  path === 'src-main/vendors/registry.ts' ||
  path.startsWith(`src-main/vendors/${id}/`) ||
  path.startsWith(`src-main/simulators/${id}/`) ||
  path === 'src-main/demo/demo-vendors.ts' ||
  !path.startsWith('src-') ||
  /\.test\.tsx?$/.test(path);

const nameOf = (node: unknown): string | undefined => {
  if (!isNode(node)) return undefined;
  if (node.type === 'Identifier' && typeof node['name'] === 'string') return node['name'];
  return node.type === 'Literal' && typeof node['value'] === 'string' ? node['value'] : undefined;
};

/** Keys of an object, a class or a type. */
const keysOf = (node: Node): readonly string[] => {
  const members = node['properties'] ?? node['members'] ?? node['body'];
  if (!Array.isArray(members)) return [];
  return members.flatMap((member: unknown) =>
    isNode(member) && 'key' in member && member['computed'] !== true ? (nameOf(member['key']) ?? []) : [],
  );
};

/** A text, or the name behind a dot. */
const textOf = (node: Node): string | undefined => {
  if (node.type === 'Literal' && typeof node['value'] === 'string') return node['value'];
  if (node.type === 'TemplateLiteral' && Array.isArray(node['quasis']) && node['quasis'].length === 1) {
    const [only] = node['quasis'] as readonly { readonly value?: { readonly cooked?: string } }[];
    return only?.value?.cooked;
  }
  const name = node.type === 'MemberExpression' && node['computed'] !== true ? nameOf(node['property']) : undefined;
  return name === undefined || common.has(name) ? undefined : name;
};

/** The ids of vendors that a source holds as a text, a key or a name behind a dot, where it must not. */
export const vendorWords = (path: string, source: string, ids: readonly string[]): readonly string[] => {
  const foreign = ids.filter((id) => !isPlaceOf(id, path));
  // Most sources hold none of them in any form.
  if (!foreign.some((id) => source.includes(id))) return [];
  const found = new Set<string>();
  for (const node of nodesOf(parseSync(path, source).program)) {
    const text = textOf(node);
    if (text !== undefined && foreign.includes(text)) found.add(text);
    const keys = keysOf(node).filter((key) => ids.includes(key));
    for (const key of keys) if (foreign.includes(key) && (!common.has(key) || keys.length > 1)) found.add(key);
  }
  return [...found].map((id) => `${path} holds ${id}`);
};
