import type { DeviceRecord, Service, ServiceKind } from '../../core/fleet/device.ts';
import { cancelled, fail, ok } from '../../core/base/errors.ts';
import type { AppError, Result } from '../../core/base/errors.ts';
import { execute } from '../execute.ts';
import type { VendorWire } from '../execute.ts';
import type { z } from 'zod';
import type {
  Connector,
  FleetPage,
  LocalAction,
  LocalActionRoute,
  Operation,
  Vendor,
  VendorContext,
} from '../vendor.ts';
import { actionLabel } from './action-labels.ts';
import {
  baseUrlHint,
  notRunning,
  remotixCredentialForms,
  remotixFields,
  remotixSecrets,
  remotixWire,
  vendorName,
} from './auth.ts';
import {
  chatWithComputer,
  listComputerActions,
  listComputerConnections,
  runComputerAction,
} from './computer-operations.ts';
import { connectAction, remotixCapabilities, remotixEdits, remotixParameter } from './device-edits.ts';
import { connectConnection, listGroupItems, listGroups, listNearby, remotixOperations } from './operations.ts';
import { actionId, actionsOf, groupsOf, itemsOf, typeOf, typesOf, typeText } from './schemas.ts';
import type { ActionRow, ItemRow, TypeParts } from './schemas.ts';
import { defined } from '../../core/base/defined.ts';

type DeviceRow = Exclude<ItemRow, { kind: 'group' }>;

/** A device of the address book as a listing gathers it. */
interface Gathered {
  readonly row: DeviceRow;
  readonly groups: Set<string>;
  isNearby: boolean;
}

/** One listing under way. */
interface Gathering {
  readonly devices: Map<string, Gathered>;
  /** Groups still to be asked for, and those that were: a group may hold groups. */
  readonly queue: { readonly id: string; readonly name: string }[];
  readonly groups: Set<string>;
  nameless: number;
}

/** The pane of Remotix, as a tag: being in it is no promise that a device can be reached. */
const nearbyTag = 'Nearby';
/** These belong to NEAR alone, so their type is known where the answer does not tell it. */
const nearActions: ReadonlySet<string> = new Set(['curtain', 'observe', 'ft']);
const maxGroups = 10_000;
/** After these errors the next request fares no better. */
const hopeless: ReadonlySet<AppError['kind']> = new Set([
  'unreachable',
  'unauthorized',
  'clock-skew',
  'wrong-url',
  'rate-limited',
  'cancelled',
]);

const badList = (what: string): Result<never> =>
  fail(
    'bad-response',
    `${vendorName} answered ${what} in a form Quayside does not understand: no list.`,
    'Try again. If it stays so, look for a newer Quayside.',
  );

const kindOf = (type: TypeParts | undefined): ServiceKind => {
  switch (type?.type.toUpperCase()) {
    case 'VNC':
      return 'vnc';
    case 'RDP':
      return 'rdp';
    case 'SSH':
      return 'ssh';
    default:
      return 'tcp';
  }
};

const serviceOf = (id: string, name: string, type: TypeParts | undefined): Service => ({
  id,
  kind: kindOf(type),
  name,
  route: 'local-action',
  ...(type?.port === undefined ? {} : { port: type.port }),
});

/** Whether the document has a path for this action: without a type there is only the chat. */
const canRun = (row: ActionRow): boolean => row.type !== undefined || row.action === 'chat';

/**
 * An action without `Content-Length: 0`. Its document shows no body and says nothing of the header. Refused (4xx: an
 * error, so nothing was done), the same is asked once in the other form.
 */
const bare = <I extends z.ZodType, O extends z.ZodType>(operation: Operation<I, O>): Operation<I, O> => ({
  ...operation,
  wire: (input) => ({ ...operation.wire(input), omitLength: true }),
});

class RemotixConnector implements Connector, LocalActionRoute {
  readonly #session: VendorContext;
  readonly #wire: VendorWire;
  /** What the last listing said each id is: computers have actions to ask for, connections can only be opened. */
  readonly #kinds = new Map<string, DeviceRow['kind']>();
  /** What `/actions` said of the computers whose actions somebody looked at. */
  readonly #services = new Map<string, readonly Service[]>();

  constructor(session: VendorContext) {
    this.#session = session;
    this.#wire = remotixWire(session);
  }

  get actions(): LocalActionRoute {
    return this;
  }

  async check(signal: AbortSignal): Promise<Result<void>> {
    const answer = await this.#ask(listGroups, {}, signal);
    if (!answer.ok) return answer;
    return groupsOf(answer.value) === undefined ? badList(listGroups.id) : ok(undefined);
  }

  /**
   * Groups, their items and the nearby pane: one request for each group and none for each computer. An item may be in
   * several groups, so devices are yielded when all groups have been heard; a group that fails leaves the rest. The
   * services of a computer are what its actions were when somebody last asked for them.
   */
  async *listDevices(signal: AbortSignal): AsyncIterable<Result<FleetPage>> {
    const observedAt = this.#session.clock.now();
    const gathering: Gathering = { devices: new Map(), queue: [], groups: new Set(), nameless: 0 };
    const listed = await this.#ask(listGroups, {}, signal);
    const groups = listed.ok ? groupsOf(listed.value) : undefined;
    if (groups === undefined) {
      const failure = listed.ok ? badList(listGroups.id) : listed;
      yield failure;
      if (!failure.ok && hopeless.has(failure.error.kind)) return;
    } else {
      gathering.nameless += groups.nameless;
      for (const group of groups.groups) this.#queue(gathering, group);
    }

    for (let next = gathering.queue.shift(); next !== undefined; next = gathering.queue.shift()) {
      const problem = await this.#gather(gathering, next, signal);
      if (signal.aborted) {
        yield cancelled();
        return;
      }
      if (problem === undefined) continue;
      yield { ok: false, error: problem };
      if (hopeless.has(problem.kind)) break;
    }
    const nearby = await this.#gather(gathering, undefined, signal);
    if (signal.aborted) {
      yield cancelled();
      return;
    }
    if (nearby !== undefined) yield { ok: false, error: nearby };
    yield ok(this.#page(gathering, observedAt));
  }

  async list(deviceId: string, signal: AbortSignal): Promise<Result<readonly LocalAction[]>> {
    const offered = await this.#offered(deviceId, signal);
    if (!offered.ok) return offered;
    if (offered.value === undefined) return ok([{ id: connectAction, label: `Open in ${vendorName}`, type: '' }]);
    return ok(
      offered.value.map((row) => ({
        id: actionId(row),
        label: actionLabel(row),
        type: row.type === undefined ? '' : typeText(row.type),
      })),
    );
  }

  async run(deviceId: string, id: string, signal: AbortSignal): Promise<Result<void>> {
    const offered = await this.#offered(deviceId, signal);
    if (!offered.ok) return offered;
    if (offered.value === undefined) {
      return id === connectAction
        ? this.#ask(connectConnection, { uid: deviceId }, signal)
        : this.#notOffered(`${vendorName} can only open this connection.`);
    }
    const row = offered.value.find((candidate) => actionId(candidate) === id);
    if (row === undefined) return this.#notOffered(`${vendorName} does not offer this for the computer now.`);
    if (row.type !== undefined) {
      const { type, port } = row.type;
      const connection = { connection_type: type, ...defined({ port }) };
      return this.#ask(runComputerAction, { computer_id: deviceId, ...connection, action: row.action }, signal);
    }
    if (row.action === 'chat') return this.#ask(chatWithComputer, { computer_id: deviceId }, signal);
    return this.#notOffered(`${vendorName} names this action without a type of connection, which its calls need.`);
  }

  async call(operation: Operation, input: unknown, signal: AbortSignal): Promise<Result<unknown>> {
    return this.#ask(operation, input, signal);
  }

  async #ask<I extends z.ZodType, O extends z.ZodType>(
    operation: Operation<I, O>,
    input: unknown,
    signal: AbortSignal,
  ): Promise<Result<z.output<O>>> {
    const ask = (asked: Operation<I, O>) => execute(this.#session, this.#wire, asked, input, signal);
    let answer = await ask(operation);
    if (!answer.ok && answer.error.kind === 'invalid-input' && operation.method === 'ACTION')
      answer = await ask(bare(operation));
    return !answer.ok && answer.error.refused === true ? { ok: false, error: notRunning(answer.error) } : answer;
  }

  #notOffered(message: string): Result<never> {
    return fail('unsupported', message, 'Look at the actions of the device again, or open it in Remotix itself.');
  }

  #queue(gathering: Gathering, group: { readonly id: string; readonly name: string }): void {
    if (gathering.groups.has(group.id) || gathering.groups.size >= maxGroups) return;
    gathering.groups.add(group.id);
    gathering.queue.push(group);
  }

  /** Takes in the items of a group, or of the nearby pane; answers what went wrong. */
  async #gather(
    gathering: Gathering,
    group: { readonly id: string; readonly name: string } | undefined,
    signal: AbortSignal,
  ): Promise<AppError | undefined> {
    const answer =
      group === undefined
        ? await this.#ask(listNearby, {}, signal)
        : await this.#ask(listGroupItems, { group_uid: group.id }, signal);
    // Deleted since it was listed.
    if (!answer.ok) return group !== undefined && answer.error.kind === 'not-found' ? undefined : answer.error;
    const read = itemsOf(answer.value);
    if (read === undefined) {
      const bad = badList(group === undefined ? listNearby.id : listGroupItems.id);
      return bad.ok ? undefined : bad.error;
    }
    gathering.nameless += read.nameless;
    for (const item of read.items) {
      if (item.kind === 'group') {
        this.#queue(gathering, item);
        continue;
      }
      const known: Gathered = gathering.devices.get(item.id) ?? { row: item, groups: new Set(), isNearby: false };
      gathering.devices.set(item.id, known);
      if (group === undefined) known.isNearby = true;
      else known.groups.add(group.name);
    }
    return undefined;
  }

  #page(gathering: Gathering, observedAt: number): FleetPage {
    const devices: DeviceRecord[] = [];
    for (const [id, { row, groups, isNearby }] of gathering.devices) {
      this.#kinds.set(id, row.kind);
      devices.push({
        id,
        name: row.name,
        ...defined({ description: row.type }),
        ...(row.attributes === undefined ? {} : { facts: { attributes: row.attributes } }),
        groups: [...groups],
        tags: isNearby ? [nearbyTag] : [],
        // There is no such thing as online here: nearby is a list of names, nothing more.
        presence: { state: 'unknown', observedAt, source: 'none' },
        services:
          row.kind === 'computer'
            ? (this.#services.get(id) ?? [])
            : [serviceOf(connectAction, `Open in ${vendorName}`, typeOf(row.type ?? ''))],
      });
    }
    if (gathering.nameless === 0) return { devices };
    const { error } = fail(
      'bad-response',
      `${vendorName} listed ${gathering.nameless} entries without an id; they are left out.`,
      'Refresh later.',
    );
    return { devices, incomplete: true, problem: error };
  }

  /** What `/actions` lists for a computer, asked again; undefined for a connection, which has no such list. */
  async #offered(deviceId: string, signal: AbortSignal): Promise<Result<readonly ActionRow[] | undefined>> {
    const kind = this.#kinds.get(deviceId);
    if (kind === 'connection') return ok(undefined);
    const answer = await this.#ask(listComputerActions, { computer_id: deviceId }, signal);
    if (!answer.ok) {
      // Not listed since Quayside started, so it may as well be a connection.
      return kind === undefined && answer.error.kind === 'not-found' ? ok(undefined) : answer;
    }
    const { actions, unread } = actionsOf(answer.value);
    if (unread > 0) this.#session.log.write('warn', 'remotix.actions-unread', { unread });
    const rows = await this.#typed(deviceId, actions, signal);
    if (!rows.ok) return rows;
    this.#services.set(
      deviceId,
      rows.value.filter(canRun).map((row) => serviceOf(actionId(row), actionLabel(row), row.type)),
    );
    return rows;
  }

  /** Gives actions that were named without a type their type: NEAR's own, or every type that is configured. */
  async #typed(
    deviceId: string,
    actions: readonly ActionRow[],
    signal: AbortSignal,
  ): Promise<Result<readonly ActionRow[]>> {
    const typed = actions.map((row) =>
      row.type === undefined && nearActions.has(row.action) ? { ...row, type: { type: 'NEAR' } } : row,
    );
    if (!typed.some((row) => row.type === undefined && row.action === 'control')) return ok(typed);
    const answer = await this.#ask(listComputerConnections, { computer_id: deviceId }, signal);
    if (!answer.ok) return answer;
    const types = typesOf(answer.value);
    const all = typed.flatMap((row): readonly ActionRow[] =>
      row.type === undefined && row.action === 'control' && types.length > 0
        ? types.map((type) => ({ action: row.action, type }))
        : [row],
    );
    return ok([...new Map(all.map((row) => [actionId(row), row])).values()]);
  }
}

/** Remotix: the address book of the desktop application on this computer, and its windows. Experimental. */
export const remotix: Vendor<'remotix'> = {
  id: 'remotix',
  name: vendorName,
  mark: 'RMX',
  baseUrlHint,
  credentialForms: remotixCredentialForms,
  secrets: remotixSecrets,
  fields: remotixFields,
  defaultServices: [],
  customServices: false,
  localActions: true,
  poll: { intervalMs: 120_000, minimumMs: 10_000 },
  operations: remotixOperations,
  deviceParameter: remotixParameter,
  edits: remotixEdits,
  capabilities: remotixCapabilities,
  open: (session) => new RemotixConnector(session),
};
