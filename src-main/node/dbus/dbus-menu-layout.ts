import type { TrayItem } from '../../core/app/tray-menu.ts';
import type { TrayAction } from '../../core/app/tray-state.ts';

/** One line of the menu in terms of dbusmenu. The root has the id 0 and no label. */
export interface MenuNode {
  readonly id: number;
  readonly kind: 'line' | 'separator';
  readonly label: string;
  /** Whether it can be clicked or opened. */
  readonly enabled: boolean;
  readonly action?: TrayAction | undefined;
  /** Absent if it is no submenu. */
  readonly children?: readonly MenuNode[] | undefined;
}

/** The difference between two menus: none, new texts in the same lines, or other lines. */
export type MenuChange =
  | { readonly kind: 'none' | 'layout' }
  | { readonly kind: 'labels'; readonly ids: readonly number[] };

/** The last action at or below a line identifies it best, because labels contain numbers and states that change. */
const lastAction = (item: TrayItem): TrayAction | undefined => {
  if (item.kind === 'separator') return undefined;
  if (item.action !== undefined) return item.action;
  for (const child of item.submenu?.toReversed() ?? []) {
    const found = lastAction(child);
    if (found !== undefined) return found;
  }
  return undefined;
};

const nameOf = (item: TrayItem): string => {
  if (item.kind === 'separator') return 'separator';
  const action = lastAction(item);
  const words = action === undefined ? item.label : JSON.stringify(action);
  return `${item.submenu === undefined ? 'line' : 'branch'} ${words}`;
};

/**
 * Assigns ids to the lines of a menu: a line keeps its id while it exists, whatever stands above it and however its
 * label changes, and no id is used twice. So a click that crosses an update means the line the user saw.
 */
export class MenuIds {
  #ids = new Map<string, number>();
  #last = 0;

  /** The menu with its ids, as the children of a root. */
  layout(items: readonly TrayItem[]): MenuNode {
    const used = new Map<string, number>();
    const root: MenuNode = { id: 0, kind: 'line', label: '', enabled: true, children: this.#nodes(items, '', used) };
    this.#ids = used;
    return root;
  }

  #nodes(items: readonly TrayItem[], above: string, used: Map<string, number>): readonly MenuNode[] {
    const seen = new Map<string, number>();
    return items.map((item) => {
      const plain = nameOf(item);
      const turn = (seen.get(plain) ?? 0) + 1;
      seen.set(plain, turn);
      const name = `${above}/${plain} ${turn}`;
      const id = this.#ids.get(name) ?? (this.#last += 1);
      used.set(name, id);
      if (item.kind === 'separator') return { id, kind: 'separator', label: '', enabled: false };
      const { label, action, submenu } = item;
      return {
        id,
        kind: 'line',
        label,
        enabled: action !== undefined || submenu !== undefined,
        action,
        children: submenu === undefined ? undefined : this.#nodes(submenu, name, used),
      };
    });
  }
}

/** All lines of a menu by id, the root among them. */
export const menuIndex = (root: MenuNode): ReadonlyMap<number, MenuNode> => {
  const found = new Map<number, MenuNode>();
  const add = (node: MenuNode): void => {
    found.set(node.id, node);
    for (const child of node.children ?? []) add(child);
  };
  add(root);
  return found;
};

const shape = ({ id, enabled, children }: MenuNode): string =>
  `${id}${enabled ? '' : '-'}${children === undefined ? '' : `(${children.map(shape).join()})`}`;

/** Compares two menus and returns the changes for the panel. */
export const menuChange = (before: MenuNode, after: MenuNode): MenuChange => {
  if (shape(before) !== shape(after)) return { kind: 'layout' };
  const index = menuIndex(before);
  const ids = [...menuIndex(after).values()]
    .filter(({ id, label }) => index.get(id)?.label !== label)
    .map(({ id }) => id);
  return ids.length === 0 ? { kind: 'none' } : { kind: 'labels', ids };
};

/** `_` marks the next letter as the key of the line, which a name must not do. */
export const menuLabel = (label: string): string => label.replaceAll('_', '__');
