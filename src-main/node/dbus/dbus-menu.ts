import { Emitter } from '../../core/base/emitter.ts';
import type { TrayItem } from '../../core/app/tray-menu.ts';
import type { TrayAction } from '../../core/app/tray-state.ts';
import type { SessionBus } from './session-bus.ts';
import { menuChange, menuIndex, menuLabel, MenuIds, type MenuNode } from './dbus-menu-layout.ts';
import type { DBusInterface } from './dbus-object.ts';
import type { DBusValue, DBusVariant } from './dbus-wire.ts';

const interfaceName = 'com.canonical.dbusmenu';
const propertiesType = 'a{sv}';
const layoutType = `(i${propertiesType}av)`;

const text = (value: string): DBusVariant => ({ signature: 's', value });
const flag = (value: boolean): DBusVariant => ({ signature: 'b', value });

/** The properties of a line that differ from the defaults of the standard. */
const propertiesOf = (node: MenuNode, wanted: readonly DBusValue[]): readonly (readonly [string, DBusVariant])[] => {
  const all: readonly (readonly [string, DBusVariant])[] = [
    ...(node.kind === 'separator'
      ? [['type', text('separator')] as const]
      : node.id === 0
        ? []
        : [['label', text(menuLabel(node.label))] as const]),
    ...(node.enabled || node.kind === 'separator' ? [] : [['enabled', flag(false)] as const]),
    ...(node.children === undefined ? [] : [['children-display', text('submenu')] as const]),
  ];
  return wanted.length === 0 ? all : all.filter(([name]) => wanted.includes(name));
};

/** A line with its descendants; a depth of -1 means all of them. */
const layoutOf = (node: MenuNode, depth: number, wanted: readonly DBusValue[]): readonly DBusValue[] => [
  node.id,
  propertiesOf(node, wanted),
  depth === 0
    ? []
    : (node.children ?? []).map((child) => ({ signature: layoutType, value: layoutOf(child, depth - 1, wanted) })),
];

const list = (value: DBusValue | undefined): readonly DBusValue[] =>
  Array.isArray(value) ? (value as readonly DBusValue[]) : [];

/**
 * A menu for panels, over com.canonical.dbusmenu. Panels get only changes, and none while one of them has the menu
 * open, because lines would move under the pointer.
 */
export class DBusMenu {
  readonly clicked = new Emitter<TrayAction>();
  readonly #bus: SessionBus;
  readonly #path: string;
  readonly #ids = new MenuIds();
  /** The open lines of each panel, by its unique name. */
  readonly #open = new Map<string, { readonly lines: Set<number>; readonly stop: () => void }>();
  #root: MenuNode = this.#ids.layout([]);
  #index = menuIndex(this.#root);
  #waiting: readonly TrayItem[] | undefined;
  #revision = 1;

  constructor(bus: SessionBus, path: string) {
    this.#bus = bus;
    this.#path = path;
    bus.offer(path, { [interfaceName]: this.#interface() });
  }

  show(items: readonly TrayItem[]): void {
    if (this.#open.size > 0) {
      this.#waiting = items;
      return;
    }
    this.#waiting = undefined;
    const root = this.#ids.layout(items);
    const change = menuChange(this.#root, root);
    // A click may change something without changing any text.
    this.#root = root;
    this.#index = menuIndex(root);
    if (change.kind === 'layout') {
      this.#revision += 1;
      this.#bus.emit(this.#path, interfaceName, 'LayoutUpdated', [this.#revision, 0]);
    } else if (change.kind === 'labels') {
      const changed = change.ids.map((id) => [id, [['label', text(menuLabel(this.#index.get(id)?.label ?? ''))]]]);
      this.#bus.emit(this.#path, interfaceName, 'ItemsPropertiesUpdated', [changed, []]);
    }
  }

  dispose(): void {
    for (const { stop } of this.#open.values()) stop();
    this.#open.clear();
  }

  #settle(): void {
    const waiting = this.#waiting;
    // The click that closed the menu is delivered first.
    if (waiting !== undefined && this.#open.size === 0)
      setImmediate(() => {
        if (this.#waiting !== undefined) this.show(this.#waiting);
      });
  }

  /** Returns whether the line exists. */
  #event(id: DBusValue | undefined, event: DBusValue | undefined, sender: string): boolean {
    const node = typeof id === 'number' ? this.#index.get(id) : undefined;
    // A line that is gone can still be closed.
    if (event === 'closed' && typeof id === 'number') this.#close(id, sender);
    if (node === undefined) return false;
    if (event === 'opened') this.#opened(node.id, sender);
    if (event === 'clicked' && node.action !== undefined) this.clicked.emit(node.action);
    return true;
  }

  /**
   * Returns whether there is something to fetch first. The menu is always up to date, so that is so only for a panel
   * that shows it again without having reported that it closed it.
   */
  #aboutToShow(id: DBusValue | undefined, sender: string): boolean {
    const waiting = this.#waiting;
    if (id !== 0 || waiting === undefined) return false;
    this.#close(0, sender);
    if (this.#open.size > 0) return false;
    this.show(waiting);
    return true;
  }

  #opened(id: number, sender: string): void {
    const open = this.#open.get(sender);
    if (open !== undefined) {
      open.lines.add(id);
      return;
    }
    // A panel that ends with the menu open does not report that it closed it.
    const stop = this.#bus.watchOwner(sender, (owner) => {
      if (owner === undefined) this.#close(0, sender);
    });
    this.#open.set(sender, { lines: new Set([id]), stop });
  }

  /** Closing the menu closes everything below it. */
  #close(id: number, sender: string): void {
    const open = this.#open.get(sender);
    if (open === undefined) return;
    open.lines.delete(id);
    if (id !== 0 && open.lines.size > 0) return;
    open.stop();
    this.#open.delete(sender);
    this.#settle();
  }

  #interface(): DBusInterface {
    return {
      methods: {
        GetLayout: {
          takes: 'iias',
          gives: `u${layoutType}`,
          run: ([parent, depth, names]) => {
            const node = typeof parent === 'number' ? this.#index.get(parent) : undefined;
            if (node === undefined || typeof depth !== 'number') return undefined;
            return [this.#revision, layoutOf(node, depth, list(names))];
          },
        },
        GetGroupProperties: {
          takes: 'aias',
          gives: `a(i${propertiesType})`,
          run: ([ids, names]) => {
            const asked = list(ids);
            const nodes = [...this.#index.values()].filter(({ id }) => asked.length === 0 || asked.includes(id));
            return [nodes.map((node) => [node.id, propertiesOf(node, list(names))])];
          },
        },
        GetProperty: {
          takes: 'is',
          gives: 'v',
          run: ([id, name]) => {
            const node = typeof id === 'number' ? this.#index.get(id) : undefined;
            const found = node && propertiesOf(node, []).find(([key]) => key === name);
            return found && [found[1]];
          },
        },
        Event: {
          takes: 'isvu',
          gives: '',
          run: ([id, event], sender) => (this.#event(id, event, sender) ? [] : undefined),
        },
        EventGroup: {
          takes: 'a(isvu)',
          gives: 'ai',
          run: ([events], sender) => {
            const all = list(events).map((entry) => list(entry));
            return [all.filter(([id, event]) => !this.#event(id, event, sender)).flatMap(([id]) => id ?? [])];
          },
        },
        AboutToShow: {
          takes: 'i',
          gives: 'b',
          run: ([id], sender) => (this.#index.has(Number(id)) ? [this.#aboutToShow(id, sender)] : undefined),
        },
        AboutToShowGroup: {
          takes: 'ai',
          gives: 'aiai',
          run: ([ids], sender) => {
            const known = list(ids).filter((id) => this.#index.has(Number(id)));
            const unknown = list(ids).filter((id) => !known.includes(id));
            return [known.filter((id) => this.#aboutToShow(id, sender)), unknown];
          },
        },
      },
      properties: {
        Version: { type: 'u', read: () => 3 },
        TextDirection: { type: 's', read: () => 'ltr' },
        Status: { type: 's', read: () => 'normal' },
        IconThemePath: { type: 'as', read: () => [] },
      },
      signals: {
        LayoutUpdated: 'ui',
        ItemsPropertiesUpdated: `a(i${propertiesType})a(ias)`,
        ItemActivationRequested: 'iu',
      },
    };
  }
}
