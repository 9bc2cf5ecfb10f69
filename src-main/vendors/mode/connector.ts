import type { Service } from '../../core/device.ts';
import { cancelled, fail, ok } from '../../core/errors.ts';
import type { AppError, Result } from '../../core/errors.ts';
import type { ForwardedRequest, UpstreamRequest } from '../../core/ports.ts';
import { execute } from '../execute.ts';
import type { VendorWire } from '../execute.ts';
import type { Connector, FleetEvent, FleetPage, HttpRoute, Operation, Vendor, VendorSession } from '../vendor.ts';
import { baseUrlHint, modeCredentialForms, modeFields, modeSecrets, modeWire, vendorName } from './auth.ts';
import { listKeyValues } from './data-operations.ts';
import { getDevice, listDevices } from './device-operations.ts';
import { deviceOf } from './devices.ts';
import { listenToEvents, noEvents } from './events.ts';
import { listHomes, modeOperations, whoAmI } from './operations.ts';
import type { AuthAnswer, DeviceRow } from './schemas.ts';
import { modeUpstream } from './web-requests.ts';

/** Whose devices are listed, in the words of MODE-01. */
type Scope = { readonly projectId: string } | { readonly homeId: string };

/** After these errors the next page fares no better. */
const hopeless: ReadonlySet<AppError['kind']> = new Set([
  'unauthorized',
  'rate-limited',
  'clock-skew',
  'wrong-url',
  'unreachable',
  'cancelled',
]);
const mostFailedPages = 2;
/** Pages of homes; a user has few. */
const mostHomePages = 20;

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

class ModeConnector implements Connector, HttpRoute {
  readonly #session: VendorSession;
  readonly #wire: VendorWire;

  constructor(session: VendorSession) {
    this.#session = session;
    this.#wire = modeWire(session);
  }

  get webRequests(): HttpRoute {
    return this;
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
    const scope = this.#scope() ?? (owner.value.userId === undefined ? undefined : { userId: owner.value.userId });
    if (scope === undefined) return owner.value.projectId === undefined ? tellsNothing() : ok(undefined);
    if ('userId' in scope) return ok(undefined);
    // The key is good; whether it may see this project or home is another matter.
    const seen = await execute(this.#session, this.#wire, listDevices, { ...scope, limit: 1 }, signal);
    return seen.ok ? ok(undefined) : seen;
  }

  async *listDevices(signal: AbortSignal): AsyncIterable<Result<FleetPage>> {
    if (this.#session.fields['keyKind'] === 'device') {
      yield await this.#ownDevice(signal);
      return;
    }
    const seen = new Set<string>();
    const scope = this.#scope();
    if (scope !== undefined) {
      yield* this.#pages(scope, seen, new Map(), signal);
      return;
    }
    const found = await this.#scopesOfUser(signal);
    if (!found.ok) {
      yield found;
      return;
    }
    const { scopes, names, problem } = found.value;
    if (problem !== undefined) yield { ok: false, error: problem };
    if (scopes.length === 0) yield ok({ devices: [] });
    for (const each of scopes) {
      const goOn = yield* this.#pages(each, seen, names, signal);
      if (!goOn) return;
    }
  }

  async events(listener: (event: FleetEvent) => void, signal: AbortSignal): Promise<Result<void>> {
    return this.#session.fields['keyKind'] === 'user' ? listenToEvents(this.#session, listener, signal) : noEvents();
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

  #scope(): Scope | undefined {
    const { homeId, projectId } = this.#session.fields;
    // The narrower of the two.
    if (homeId !== undefined) return { homeId };
    return projectId === undefined ? undefined : { projectId };
  }

  /** Whose key it is. `nobody` comes with HTTP 200, so the status alone proves nothing. */
  async #owner(signal: AbortSignal): Promise<Result<AuthAnswer>> {
    const answer = await execute(this.#session, this.#wire, whoAmI, {}, signal);
    if (answer.ok) return answer.value.type.trim().toLowerCase() === 'nobody' ? wrongKey() : answer;
    if (answer.error.kind !== 'not-found') return answer;
    return fail(
      'wrong-url',
      `What answers at this address is not the ${vendorName} API: it does not know the path.`,
      `Check the base URL of the account. It usually looks like ${baseUrlHint}.`,
    );
  }

  async #ownDevice(signal: AbortSignal): Promise<Result<FleetPage>> {
    const owner = await this.#owner(signal);
    if (!owner.ok) return owner;
    const { deviceId } = owner.value;
    if (deviceId === undefined) return tellsNothing();
    const observedAt = this.#session.clock.now();
    const row = await execute(this.#session, this.#wire, getDevice, { deviceId }, signal);
    if (!row.ok) return row;
    const device = deviceOf({ ...row.value, id: row.value.id ?? deviceId }, observedAt, new Map());
    return ok({ devices: device === undefined ? [] : [device] });
  }

  /** The homes of the user whose key it is; the project where MODE names no user. */
  async #scopesOfUser(signal: AbortSignal): Promise<
    Result<{
      readonly scopes: readonly Scope[];
      readonly names: ReadonlyMap<string, string>;
      readonly problem?: AppError;
    }>
  > {
    const owner = await this.#owner(signal);
    if (!owner.ok) return owner;
    const { userId, projectId } = owner.value;
    if (userId === undefined)
      return projectId === undefined ? tellsNothing() : ok({ scopes: [{ projectId }], names: new Map() });
    const names = new Map<string, string>();
    let skip = 0;
    for (let page = 0; page < mostHomePages; page += 1) {
      const homes = await execute(this.#session, this.#wire, listHomes, { userId, skip }, signal);
      if (!homes.ok)
        return names.size === 0
          ? homes
          : ok({ scopes: [...names.keys()].map((homeId) => ({ homeId })), names, problem: homes.error });
      const before = names.size;
      for (const home of homes.value)
        if (home.id !== undefined && !names.has(home.id)) names.set(home.id, home.name?.trim() || `Home ${home.id}`);
      skip += homes.value.length;
      if (names.size === before) break;
    }
    return ok({ scopes: [...names.keys()].map((homeId) => ({ homeId })), names });
  }

  /**
   * Page after page. The end is an empty page, one without anything new, or one shorter than a page before it: MODE
   * may send fewer at a time than asked for, so the first short page proves nothing. Returns whether asking for
   * another home makes sense.
   */
  async *#pages(
    scope: Scope,
    seen: Set<string>,
    names: ReadonlyMap<string, string>,
    signal: AbortSignal,
  ): AsyncGenerator<Result<FleetPage>, boolean> {
    const limit = Number(this.#session.fields['pageLimit'] ?? 100);
    let skip = 0;
    let longest = 0;
    let failed = 0;
    for (;;) {
      // What happened while the page was on its way may be known better from events.
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
        // Of this home or project only: another one may be well.
        if (failed >= mostFailedPages || answer.error.kind === 'forbidden') return true;
        skip += longest === 0 ? limit : longest;
        continue;
      }
      const rows = answer.value;
      const before = seen.size;
      yield ok(this.#page(rows, observedAt, seen, names));
      if (rows.length === 0 || seen.size === before || rows.length < longest) return true;
      skip += rows.length;
      longest = Math.max(longest, rows.length);
    }
  }

  #page(
    rows: readonly DeviceRow[],
    observedAt: number,
    seen: Set<string>,
    names: ReadonlyMap<string, string>,
  ): FleetPage {
    const devices = [];
    let nameless = 0;
    for (const row of rows) {
      const device = deviceOf(row, observedAt, names);
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
export const mode: Vendor = {
  id: 'mode',
  name: vendorName,
  defaultBaseUrl: 'https://api.tinkermode.com',
  baseUrlHint,
  credentialForms: modeCredentialForms,
  secrets: modeSecrets,
  fields: modeFields,
  defaultServices: [{ id: 'http:app-proxy', kind: 'http', name: 'App Proxy', route: 'http' }],
  customServices: false,
  poll: { intervalMs: 60_000, minimumMs: 10_000 },
  operations: modeOperations,
  open: (session) => new ModeConnector(session),
};
