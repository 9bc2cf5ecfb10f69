import type { DeviceRecord } from '../../core/fleet/device.ts';
import { cancelled, fail, ok } from '../../core/base/errors.ts';
import type { AppError, Result } from '../../core/base/errors.ts';
import { execute } from '../execute.ts';
import type { VendorWire } from '../execute.ts';
import { repeatedPage } from '../repeated-page.ts';
import { isRow } from '../read-rows.ts';
import type { NotARow } from '../read-rows.ts';
import type { Connector, FleetEvent, FleetPage, Operation, TunnelRoute, Vendor, VendorContext } from '../vendor.ts';
import { baseUrlHint, defaultBaseUrl, isRestOnly, remoteItWire, vendorName } from './auth.ts';
import { remoteItCredentialForms, remoteItFields, remoteItSecrets } from './credentials.ts';
import { vendorTypesOf, noTypes } from './application-types.ts';
import type { VendorTypes } from './application-types.ts';
import { deviceOf } from './devices.ts';
import { listenToEvents } from './events.ts';
import { remoteItCapabilities, remoteItEdits, remoteItParameter } from './device-edits.ts';
import { accountInputs, applicationTypes, devices, platformTypes, whoAmI } from './graphql-operations.ts';
import type { DeviceRow } from './graphql-schemas.ts';
import { remoteItOperations } from './operations.ts';
import { groupRows } from './rest-devices.ts';
import { listAll } from './rest-operations.ts';
import { RemoteItTunnels } from './tunnels.ts';

const defaultPageSize = 500;
/** Errors after which the next page fails, too. */
const hopeless: ReadonlySet<AppError['kind']> = new Set([
  'unauthorized',
  'rate-limited',
  'clock-skew',
  'wrong-url',
  'unreachable',
  'cancelled',
]);
/** Consecutive failed pages after which the listing is given up. */
const maxFailedPages = 2;

/** Milliseconds a listing waits for optional names. */
const maxTypesMs = 3000;

const unnamed = (count: number, of: number): AppError =>
  fail(
    'bad-response',
    `${vendorName} listed ${count} of ${of} devices without an id; they are left out.`,
    'Refresh later.',
  ).error;

const moved = (): AppError =>
  fail('bad-response', `The list of ${vendorName} changed while it was being read.`, 'Refresh later.').error;

class RemoteItConnector implements Connector {
  readonly #session: VendorContext;
  readonly #wire: VendorWire;
  readonly tunnels: TunnelRoute;
  /** Asked for once; missing ones are asked for at the next listing. */
  #types: VendorTypes | undefined;

  constructor(session: VendorContext) {
    this.#session = session;
    this.#wire = remoteItWire(session);
    this.tunnels = new RemoteItTunnels(session, this.#wire);
  }

  async check(signal: AbortSignal): Promise<Result<void>> {
    // v27 has no smaller read that proves both the developer key and the token.
    const answer = isRestOnly(this.#session)
      ? await execute(this.#session, this.#wire, listAll, {}, signal)
      : await execute(this.#session, this.#wire, whoAmI, {}, signal);
    if (answer.ok) return ok(undefined);
    if (answer.error.kind !== 'not-found') return answer;
    return fail(
      'wrong-url',
      `What answers at this address is not the ${vendorName} API: it does not know the path.`,
      `Check the base URL of the account. It usually looks like ${baseUrlHint}.`,
    );
  }

  listDevices(signal: AbortSignal): AsyncIterable<Result<FleetPage>> {
    return isRestOnly(this.#session) ? this.#restList(signal) : this.#pages(signal);
  }

  async events(listener: (event: FleetEvent) => void, signal: AbortSignal): Promise<Result<void>> {
    return listenToEvents(this.#session, this.#wire, listener, signal);
  }

  async call(operation: Operation, input: unknown, signal: AbortSignal): Promise<Result<unknown>> {
    return execute(this.#session, this.#wire, operation, this.#inAccount(operation, input), signal);
  }

  /** The input for the organisation of this account, where it has one and the caller names no other. */
  #inAccount(operation: Operation, input: unknown): unknown {
    const { organisation } = this.#session.fields;
    const name = accountInputs[operation.id];
    if (organisation === undefined || name === undefined || typeof (input ?? {}) !== 'object') return input;
    return { [name]: organisation, ...(input as object | null | undefined) };
  }

  /** The vendor's kinds of services and devices; nothing if it does not answer soon. */
  async #vendorTypes(signal: AbortSignal): Promise<VendorTypes> {
    if (this.#types !== undefined) return this.#types;
    const late = new AbortController();
    const cancelTimer = this.#session.clock.after(maxTypesMs, () => late.abort());
    const either = AbortSignal.any([signal, late.signal]);
    const [applications, platforms] = await Promise.all([
      execute(this.#session, this.#wire, applicationTypes, {}, either),
      execute(this.#session, this.#wire, platformTypes, {}, either),
    ]);
    cancelTimer();
    const types = vendorTypesOf(applications.ok ? applications.value : [], platforms.ok ? platforms.value : []);
    if (applications.ok && platforms.ok) this.#types = types;
    return types;
  }

  async *#restList(signal: AbortSignal): AsyncGenerator<Result<FleetPage>> {
    const observedAt = this.#session.clock.now();
    const answer = await execute(this.#session, this.#wire, listAll, {}, signal);
    if (!answer.ok) {
      yield answer;
      return;
    }
    const rows = answer.value.devices;
    const { devices: found, nameless } = groupRows(rows, observedAt);
    yield ok({
      devices: found,
      ...(nameless === 0 ? {} : { problem: unnamed(nameless, rows.length), incomplete: true }),
    });
  }

  /**
   * Lists page after page, by the number of received items; the end is where the vendor says so or nothing new came.
   */
  async *#pages(signal: AbortSignal): AsyncGenerator<Result<FleetPage>> {
    const size = Number(this.#session.fields['pageSize'] ?? defaultPageSize);
    const seen = new Set<string>();
    let types = noTypes;
    let from = 0;
    let failedInRow = 0;
    let repeated = false;
    for (;;) {
      // Events may know better what happened while the page was on its way.
      const observedAt = this.#session.clock.now();
      const input = this.#inAccount(devices, { size, from });
      const answer = await execute(this.#session, this.#wire, devices, input, signal);
      if (signal.aborted) {
        yield cancelled();
        return;
      }
      if (!answer.ok) {
        yield answer;
        failedInRow += 1;
        if (hopeless.has(answer.error.kind) || failedInRow >= maxFailedPages) return;
        from += size;
        continue;
      }
      failedInRow = 0;
      const { items, hasMore, total } = answer.value;
      if (seen.size === 0 && items.length > 0) types = await this.#vendorTypes(signal);
      if (signal.aborted) {
        yield cancelled();
        return;
      }
      const { found, nameless } = this.#newDevices(items, observedAt, seen, types);
      repeated ||= found.length + nameless < items.length;
      const last = !hasMore || items.length === 0 || found.length === 0;
      // A device that moved up between two pages was seen twice, and a different device perhaps not at all.
      const missed = last && repeated && total !== undefined && seen.size < total;
      // The vendor says that there is more, and sends the same again.
      const stuck = hasMore && items.length > 0 && found.length + nameless === 0;
      const problem =
        nameless > 0
          ? unnamed(nameless, items.length)
          : stuck
            ? repeatedPage(vendorName, seen.size, 'Refresh later. If it stays so, look for a newer Quayside.')
            : missed
              ? moved()
              : undefined;
      yield ok({ devices: found, ...(problem === undefined ? {} : { problem, incomplete: true }) });
      if (last) return;
      from += items.length;
    }
  }

  #newDevices(
    rows: readonly (DeviceRow | NotARow)[],
    observedAt: number,
    seen: Set<string>,
    types: VendorTypes,
  ): { readonly found: readonly DeviceRecord[]; readonly nameless: number } {
    const found: DeviceRecord[] = [];
    let nameless = 0;
    for (const row of rows) {
      const device = isRow(row) ? deviceOf(row, observedAt, types) : undefined;
      if (device === undefined) nameless += 1;
      else if (!seen.has(device.id)) {
        seen.add(device.id);
        found.push(device);
      }
    }
    return { found, nameless };
  }
}

/** remote.it: fleets page by page with their services, presence by list and event, tunnels on a public proxy. */
export const remoteIt: Vendor<'remoteit'> = {
  id: 'remoteit',
  name: vendorName,
  mark: 'r.it',
  defaultBaseUrl,
  baseUrlHint,
  credentialForms: remoteItCredentialForms,
  secrets: remoteItSecrets,
  fields: remoteItFields,
  // remote.it lists the services of each device, and connects to nothing else.
  defaultServices: [],
  customServices: false,
  localActions: false,
  poll: { intervalMs: 60_000, minimumMs: 15_000 },
  operations: remoteItOperations,
  deviceParameter: remoteItParameter,
  edits: remoteItEdits,
  capabilities: remoteItCapabilities,
  open: (session) => new RemoteItConnector(session),
};
