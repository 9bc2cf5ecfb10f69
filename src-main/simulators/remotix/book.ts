import type { FleetDevice } from '../fleet.ts';

/** What a connection is: its settings and its secrets. */
interface SimulatedType {
  settings: Record<string, unknown>;
  credentials: Record<string, string>;
}

interface Placed {
  name: string;
  categoryUid: string;
}

/** A single connection of the address book. */
export interface SimulatedConnection extends Placed {
  readonly uid: string;
  readonly host: string;
  credentials: Readonly<Record<string, string>>;
}

/** A cloud computer. */
export interface SimulatedComputer extends Placed {
  readonly computerId: string;
  readonly isOn: boolean;
  /** What an item tells besides; the document shows no item, so this is made up. */
  readonly more: Readonly<Record<string, unknown>>;
  /** By `NEAR`, `VNC`, `RDP_3390`. */
  readonly types: Map<string, SimulatedType>;
  /** An answer of `/actions` that was set; made from the types where undefined. */
  actions: unknown;
}

interface Group {
  name: string;
  /** uid or computer_id. */
  readonly items: Set<string>;
}

/** Sites share a group where there would be more groups than this: nobody keeps thousands of them. */
const maxGroups = 200;
const nearbyEvery = 10;
const connectionEvery = 4;

/** `0123-CDEF` */
const uidOf = (number: number): string => {
  const digits = number.toString(16).toUpperCase().padStart(8, '0');
  return `${digits.slice(0, 4)}-${digits.slice(4)}`;
};
/** The id of the `index`th machine, where it is a cloud computer. */
export const simulatedComputerId = (index: number): string => String(123_456 + index);
/** The uid of the `index`th machine, where it is a single connection. */
export const simulatedConnectionUid = (index: number): string => uidOf(0x4567_0000 + index);

const typesOf = (machine: FleetDevice): Map<string, SimulatedType> => {
  const second = machine.kind === 'kiosk' || machine.kind === 'panel' ? 'RDP_3390' : 'VNC';
  const user = machine.kind;
  return new Map<string, SimulatedType>([
    [
      'NEAR',
      {
        settings: { quality: 'auto' },
        credentials: { 'rxp.username': user, 'rxp.password': `near-${machine.serial}` },
      },
    ],
    [
      second,
      second === 'VNC'
        ? { settings: { colors: 'full' }, credentials: { 'vnc.password': `vnc-${machine.serial}` } }
        : {
            settings: { colors: 'full' },
            credentials: { 'rdp.username': user, 'rdp.password': `rdp-${machine.serial}` },
          },
    ],
  ]);
};

/** The address book of a Remotix: groups, single connections, cloud computers and the NEARBY pane. */
export class RemotixBook {
  readonly #groups = new Map<string, Group>();
  readonly #connections = new Map<string, SimulatedConnection>();
  readonly #computers = new Map<string, SimulatedComputer>();
  #nearby: readonly string[];
  #lastGroup = 0x0123_0000;
  #lastConnection: number;

  constructor(fleet: readonly FleetDevice[]) {
    const sites = [...new Set(fleet.map((machine) => machine.site))];
    const perGroup = Math.max(1, Math.ceil(sites.length / maxGroups));
    const groupOfSite = new Map<string, string>();
    let uid = '';
    for (const [index, site] of sites.entries()) {
      if (index % perGroup === 0) uid = this.addGroup(site);
      groupOfSite.set(site, uid);
    }
    const nearby: string[] = [];
    for (const machine of fleet) {
      const categoryUid = groupOfSite.get(machine.site) ?? '';
      const isConnection = machine.index % connectionEvery === connectionEvery - 1;
      const id = isConnection ? simulatedConnectionUid(machine.index) : simulatedComputerId(machine.index);
      const placed = { name: machine.name, categoryUid };
      if (isConnection)
        this.#connections.set(id, { uid: id, ...placed, host: machine.internalAddress, credentials: {} });
      else
        this.#computers.set(id, {
          computerId: id,
          ...placed,
          isOn: machine.online,
          more: { description: machine.description, local_address: machine.internalAddress, waking: false },
          types: typesOf(machine),
          actions: undefined,
        });
      this.#groups.get(categoryUid)?.items.add(id);
      if (machine.index % nearbyEvery === 0) nearby.push(id);
    }
    this.#nearby = nearby;
    this.#lastConnection = 0x4567_0000 + fleet.length;
  }

  /** Every uid and computer_id. */
  get ids(): readonly string[] {
    return [...this.#computers.keys(), ...this.#connections.keys()];
  }

  /** `[{ group_uid, name }]` */
  groupList(): unknown {
    return [...this.#groups].map(([group_uid, { name }]) => ({ group_uid, name }));
  }

  /** `{ items: […] }`, computers by computer_id and name, connections by uid and title. */
  itemList(groupUid: string): unknown {
    return { items: [...(this.#groups.get(groupUid)?.items ?? [])].map((id) => this.#item(id)) };
  }

  /** `{ connections: […] }` */
  nearbyList(): unknown {
    return { connections: this.#nearby.map((id) => this.#item(id)) };
  }

  setNearby(ids: readonly string[]): void {
    this.#nearby = [...ids];
  }

  hasGroup(uid: string): boolean {
    return this.#groups.has(uid);
  }

  groupName(uid: string): string | undefined {
    return this.#groups.get(uid)?.name;
  }

  addGroup(name: string): string {
    this.#lastGroup += 1;
    const uid = uidOf(this.#lastGroup);
    this.#groups.set(uid, { name, items: new Set() });
    return uid;
  }

  renameGroup(uid: string, name: string): void {
    const group = this.#groups.get(uid);
    if (group !== undefined) group.name = name;
  }

  deleteGroup(uid: string): void {
    this.#groups.delete(uid);
  }

  connection(uid: string): SimulatedConnection | undefined {
    return this.#connections.get(uid);
  }

  addConnection(name: string, categoryUid: string): string {
    this.#lastConnection += 1;
    const uid = uidOf(this.#lastConnection);
    this.#connections.set(uid, { uid, name, categoryUid, host: '', credentials: {} });
    this.#groups.get(categoryUid)?.items.add(uid);
    return uid;
  }

  deleteConnection(uid: string): void {
    this.#forget(uid);
    this.#connections.delete(uid);
  }

  computer(id: string): SimulatedComputer | undefined {
    return this.#computers.get(id);
  }

  deleteComputer(id: string): void {
    this.#forget(id);
    this.#computers.delete(id);
  }

  /** Gives a device another name or another group. */
  place(
    device: SimulatedConnection | SimulatedComputer,
    wanted: { readonly name?: string | undefined; readonly category_uid?: string | undefined },
  ): void {
    if (wanted.name !== undefined) device.name = wanted.name;
    if (wanted.category_uid === undefined) return;
    const id = 'uid' in device ? device.uid : device.computerId;
    this.#groups.get(device.categoryUid)?.items.delete(id);
    device.categoryUid = wanted.category_uid;
    this.#groups.get(wanted.category_uid)?.items.add(id);
  }

  /** What `/actions` answers from now on, in any form. */
  setActions(computerId: string, actions: unknown): void {
    const computer = this.#computers.get(computerId);
    if (computer !== undefined) computer.actions = actions;
  }

  /** A computer that is off offers nothing but a chat. */
  actionsOf(computer: SimulatedComputer): unknown {
    if (computer.actions !== undefined) return computer.actions;
    const typed = computer.isOn
      ? [...computer.types.keys()].flatMap((type) =>
          (type === 'NEAR' ? ['control', 'curtain', 'observe', 'ft'] : ['control']).map((action) => ({ type, action })),
        )
      : [];
    return [...typed, { action: 'chat' }];
  }

  /** Whether the computer can do this. */
  offers(computer: SimulatedComputer, type: string, action: string): boolean {
    return computer.isOn && computer.types.has(type) && (type === 'NEAR' || action === 'control');
  }

  #item(id: string): unknown {
    const computer = this.#computers.get(id);
    if (computer !== undefined)
      return { computer_id: id, name: computer.name, category_uid: computer.categoryUid, ...computer.more };
    const connection = this.#connections.get(id);
    return {
      uid: id,
      title: connection?.name ?? id,
      type: 'VNC',
      host: connection?.host ?? '',
      category_uid: connection?.categoryUid,
    };
  }

  #forget(id: string): void {
    for (const group of this.#groups.values()) group.items.delete(id);
    this.#nearby = this.#nearby.filter((other) => other !== id);
  }
}
