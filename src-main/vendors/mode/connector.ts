import type { DeviceRecord, Service } from '../../core/fleet/device.ts';
import { cancelled, fail, ok } from '../../core/base/errors.ts';
import type { AppError, Result } from '../../core/base/errors.ts';
import type { ForwardedRequest, UpstreamRequest } from '../../core/forward/web-forwarder.ts';
import { execute } from '../execute.ts';
import type { VendorWire } from '../execute.ts';
import { repeatedPage } from '../repeated-page.ts';
import { isRow } from '../read-rows.ts';
import type { NotARow } from '../read-rows.ts';
import type { Connector, FleetEvent, FleetPage, HttpRoute, Operation, Vendor, VendorContext } from '../vendor.ts';
import { baseUrlHint, modeCredentialForms, modeFields, modeSecrets, modeWire, vendorName } from './auth.ts';
import { modeCapabilities, modeEdits, modeParameter } from './device-edits.ts';
import { listKeyValues } from './data-operations.ts';
import { getDevice, listDevices } from './device-operations.ts';
import { deviceOf } from './devices.ts';
import { listenToEvents, noEvents } from './events.ts';
import { readHomes } from './homes.ts';
import type { Homes } from './homes.ts';
import { listHomes, modeOperations, whoAmI } from './operations.ts';
import { parseVendorTime } from './schemas.ts';
import type { AuthAnswer, DeviceRow } from './schemas.ts';
import { appProxyService, modeUpstream } from './app-proxy.ts';

/** Whose devices are listed, in the words of MODE-01. */
type Scope = { readonly projectId: string } | { readonly homeId: string };

/** Errors after which the next page fails, too. */
const hopeless: ReadonlySet<AppError['kind']> = new Set([
  'unauthorized',
  'rate-limited',
  'clock-skew',
  'wrong-url',
  'unreachable',
  'cancelled',
]);
const maxFailedPages = 2;
/** Homes are seldom renamed, and a project may have as many pages of them as of devices. */
const namesForMs = 10 * 60_000;

const wrongKey = (): Result<never> =>
  fail(
    'unauthorized',
    `${vendorName} does not know this account's API key.`,
    `Get a current API key from ${vendorName} and enter it in the account's settings.`,
  );

const tellsNothing = (): Result<never> =>
  fail(
    'invalid-input',
    `${vendorName} does not say which devices this key may see.`,
    'Enter the project id or a home id in the account’s settings.',
  );

const anotherProject = (its: string, entered: string): Result<never> =>
  fail(
    'invalid-input',
    `This API key belongs to the project ${its}, not to ${entered}.`,
    `Leave the project id of the account empty, or enter ${its}.`,
  );

const keyOfDevice = (): Result<never> =>
  fail(
    'invalid-input',
    'This is the key of one device.',
    'Choose “device” as the kind of key in the account’s settings, or enter the key of a project or a user.',
  );

class ModeConnector implements Connector, HttpRoute {
  readonly #session: VendorContext;
  readonly #wire: VendorWire;
  #homes: Homes = new Map();
  /** Monotonic milliseconds until which the names of homes are not asked for again. */
  #namesUntil = Number.NEGATIVE_INFINITY;
  /** Where devices were when they came or went, by their ids: no list tells it. */
  readonly #addresses = new Map<string, string>();
  #expiresAt: number | undefined;

  constructor(session: VendorContext) {
    this.#session = session;
    this.#wire = modeWire(session);
  }

  get webRequests(): HttpRoute {
    return this;
  }

  get credentialsExpireAt(): number | undefined {
    return this.#expiresAt;
  }

  async check(signal: AbortSignal): Promise<Result<void>> {
    const owner = await this.#owner(signal);
    if (!owner.ok) return owner;
    const { keyKind } = this.#session.fields;
    if (keyKind === 'device')
      return owner.value.deviceId === undefined
        ? fail(
            'invalid-input',
            `This is not a device key: ${vendorName} says it is of the kind “${owner.value.type.slice(0, 20)}”.`,
            'Choose the kind of key that it is in the account’s settings.',
          )
        : ok(undefined);
    const scope = this.#scope(owner.value);
    if (!scope.ok) return scope;
    if (scope.value === 'homes') return ok(undefined);
    // The key is valid; whether it may see this project or home is a separate question.
    const seen = await execute(this.#session, this.#wire, listDevices, { ...scope.value, limit: 1 }, signal);
    return seen.ok ? ok(undefined) : seen;
  }

  async *listDevices(signal: AbortSignal): AsyncIterable<Result<FleetPage>> {
    const owner = await this.#owner(signal);
    if (!owner.ok) {
      yield owner;
      return;
    }
    if (this.#session.fields['keyKind'] === 'device') {
      yield await this.#ownDevice(owner.value, signal);
      return;
    }
    const scope = this.#scope(owner.value);
    if (!scope.ok) {
      yield scope;
      return;
    }
    const seen = new Set<string>();
    if (scope.value !== 'homes') {
      // The fleet is usable without the names of its homes: their numbers or earlier names are shown.
      if (this.#session.clock.monotonic() >= this.#namesUntil) await this.#readHomes(owner.value, signal);
      yield* this.#pages(scope.value, seen, signal);
      return;
    }
    const problem = await this.#readHomes(owner.value, signal);
    if (problem !== undefined) yield { ok: false, error: problem };
    else if (this.#homes.size === 0) yield ok({ devices: [] });
    for (const homeId of this.#homes.keys()) {
      const goOn = yield* this.#pages({ homeId }, seen, signal);
      if (!goOn) return;
    }
  }

  async events(listener: (event: FleetEvent) => void, signal: AbortSignal): Promise<Result<void>> {
    if (this.#session.fields['keyKind'] !== 'user') return noEvents();
    const heard = (event: FleetEvent): void => {
      const address = event.kind === 'presence' ? event.facts?.lastAddress : undefined;
      if (event.kind === 'presence' && address !== undefined) this.#addresses.set(event.deviceId, address);
      listener(event);
    };
    return listenToEvents(this.#session, heard, signal);
  }

  upstream(deviceId: string, _service: Service, request: ForwardedRequest): Result<UpstreamRequest> {
    return modeUpstream(this.#session, deviceId, request);
  }

  async call(operation: Operation, input: unknown, signal: AbortSignal): Promise<Result<unknown>> {
    const answer = await execute(this.#session, this.#wire, operation, input, signal);
    if (!answer.ok || operation.id !== listKeyValues.id) return answer;
    // The document says "containing" in one place, the vendor's SDK "starting with": the second is what was asked.
    const asked = listKeyValues.input.safeParse(input);
    const prefix = asked.success && asked.data.live === 'false' ? asked.data.keyPrefix : undefined;
    if (prefix === undefined || !Array.isArray(answer.value)) return answer;
    return ok(
      answer.value.filter(
        (row: unknown) =>
          typeof row === 'object' &&
          row !== null &&
          'key' in row &&
          typeof row.key === 'string' &&
          row.key.startsWith(prefix),
      ),
    );
  }

  /** What is listed: the narrower of what was entered, else what the key sees; `homes` are all those of its user. */
  #scope(owner: AuthAnswer): Result<Scope | 'homes'> {
    const { homeId, projectId } = this.#session.fields;
    if (owner.deviceId !== undefined && owner.userId === undefined) return keyOfDevice();
    if (homeId !== undefined) return ok({ homeId });
    if (projectId !== undefined)
      return owner.projectId === undefined || owner.projectId === projectId
        ? ok({ projectId })
        : anotherProject(owner.projectId, projectId);
    if (owner.userId !== undefined) return ok('homes');
    return owner.projectId === undefined ? tellsNothing() : ok({ projectId: owner.projectId });
  }

  /** Reads the homes of the key's user or project; returns why some could not be read. */
  async #readHomes({ userId, projectId }: AuthAnswer, signal: AbortSignal): Promise<AppError | undefined> {
    const whose = userId === undefined ? { projectId } : { userId };
    const ask = (skip: number) => execute(this.#session, this.#wire, listHomes, { ...whose, skip }, signal);
    const { homes, problem } = await readHomes(ask, this.#homes);
    this.#homes = homes;
    this.#namesUntil = this.#session.clock.monotonic() + namesForMs;
    if (problem !== undefined) this.#session.log.write('info', 'mode-homes-unread', { kind: problem.kind });
    return problem;
  }

  /** Whose key it is. `nobody` comes with HTTP 200, so the status alone proves nothing. */
  async #owner(signal: AbortSignal): Promise<Result<AuthAnswer>> {
    const answer = await execute(this.#session, this.#wire, whoAmI, {}, signal);
    if (answer.ok) {
      if (answer.value.type.trim().toLowerCase() === 'nobody') return wrongKey();
      this.#expiresAt = parseVendorTime(answer.value.expirationTime);
      return answer;
    }
    if (answer.error.kind !== 'not-found') return answer;
    return fail(
      'wrong-url',
      `What answers at this address is not the ${vendorName} API: it does not know the path.`,
      `Check the base URL of the account. It usually looks like ${baseUrlHint}.`,
    );
  }

  async #ownDevice({ deviceId }: AuthAnswer, signal: AbortSignal): Promise<Result<FleetPage>> {
    if (deviceId === undefined) return tellsNothing();
    const observedAt = this.#session.clock.now();
    const row = await execute(this.#session, this.#wire, getDevice, { deviceId }, signal);
    if (!row.ok) return row;
    const device = this.#device({ ...row.value, id: row.value.id ?? deviceId }, observedAt);
    return ok({ devices: device === undefined ? [] : [device] });
  }

  #device(row: DeviceRow, observedAt: number): DeviceRecord | undefined {
    const services = this.#session.fields['appProxyPath'] === undefined ? [] : [appProxyService];
    return deviceOf(row, { observedAt, homes: this.#homes, addresses: this.#addresses, services });
  }

  /**
   * Lists page after page. The end is an empty page, one without anything new, or one shorter than an earlier page:
   * MODE may send fewer devices than asked for, so the first short page proves nothing. Returns whether asking for
   * another home makes sense.
   */
  async *#pages(scope: Scope, seen: Set<string>, signal: AbortSignal): AsyncGenerator<Result<FleetPage>, boolean> {
    const limit = Number(this.#session.fields['pageLimit'] ?? 100);
    let skip = 0;
    let longest = 0;
    let failed = 0;
    for (;;) {
      // Events may know better what happened while the page was on its way.
      const observedAt = this.#session.clock.now();
      const answer = await execute(this.#session, this.#wire, listDevices, { ...scope, skip, limit }, signal);
      if (signal.aborted) {
        yield cancelled();
        return false;
      }
      if (!answer.ok) {
        yield answer;
        failed += 1;
        if (hopeless.has(answer.error.kind)) return false;
        // Concerns only this home or project; others may work.
        if (failed >= maxFailedPages || answer.error.kind === 'forbidden') return true;
        skip += longest === 0 ? limit : longest;
        continue;
      }
      const rows = answer.value;
      const before = seen.size;
      yield ok(this.#page(rows, observedAt, seen));
      // A server that ignores `skip` hides the rest.
      if (longest > 0 && rows.length >= longest && seen.size === before)
        yield ok({
          devices: [],
          incomplete: true,
          problem: repeatedPage(
            vendorName,
            seen.size,
            'Refresh later. If it stays so, check the base URL of the account.',
          ),
        });
      if (rows.length === 0 || seen.size === before || rows.length < longest) return true;
      skip += rows.length;
      longest = Math.max(longest, rows.length);
    }
  }

  #page(rows: readonly (DeviceRow | NotARow)[], observedAt: number, seen: Set<string>): FleetPage {
    const devices = [];
    let nameless = 0;
    for (const row of rows) {
      const device = isRow(row) ? this.#device(row, observedAt) : undefined;
      if (device === undefined) nameless += 1;
      else if (!seen.has(device.id)) {
        seen.add(device.id);
        devices.push(device);
      }
    }
    if (nameless === 0) return { devices };
    const { error } = fail(
      'bad-response',
      `${vendorName} listed ${nameless} devices without an id; they are left out.`,
      'Refresh later.',
    );
    return { devices, incomplete: true, problem: error };
  }
}

/** MODE: fleets page by page, presence by list and event, commands, data and logs; no tunnels, but web requests. */
export const mode: Vendor<'mode'> = {
  id: 'mode',
  name: vendorName,
  mark: 'MODE',
  defaultBaseUrl: 'https://api.tinkermode.com',
  baseUrlHint,
  credentialForms: modeCredentialForms,
  secrets: modeSecrets,
  fields: modeFields,
  defaultServices: [],
  customServices: false,
  localActions: false,
  poll: { intervalMs: 60_000, minimumMs: 10_000 },
  operations: modeOperations,
  deviceParameter: modeParameter,
  edits: modeEdits,
  capabilities: modeCapabilities,
  open: (session) => new ModeConnector(session),
};
